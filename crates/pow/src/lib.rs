//! C's function `pow`, from the crate [`libm`].
//!
//! `f64::powf` calls the symbol `pow` of the C library's libm. A program that links this crate finds the symbol in itself,
//! so the dynamic linker does not load `libm.so` at the start. `hookline-aws` has `use hookline_pow as _;`, without which
//! the linker would leave the crate out.

/// Returns `x` to the power of `y`, as `pow` of [C's `math.h`](https://en.cppreference.com/w/c/numeric/math/pow).
// Safe: the signature is that of C, and the function neither has a state nor reads memory.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "the name of the symbol is the purpose of this crate")]
#[unsafe(no_mangle)]
pub extern "C" fn pow(x: f64, y: f64) -> f64 {
    libm::pow(x, y)
}

#[cfg(test)]
mod tests {
    use std::hint::black_box;

    #[test]
    fn powf_has_the_documented_values() {
        let cases = [
            (2.0, 10.0, 1024.0),
            (2.0, -1.0, 0.5),
            (9.0, 0.5, 3.0),
            (0.0, 0.0, 1.0),
            (f64::NAN, 0.0, 1.0),
            (-8.0, 3.0, -512.0),
            (0.0, -1.0, f64::INFINITY),
        ];
        for (x, y, expected) in cases {
            let value = black_box(x).powf(black_box(y));
            assert_eq!(value.to_bits(), f64::to_bits(expected), "{x} {y}: {value}");
        }
        assert!(black_box(-8.0_f64).powf(black_box(0.5)).is_nan());
    }
}
