//! Compares numbers in JSON notation as exact decimals of any size. A comparison allocates no memory: a number of a few
//! bytes, such as `1e999999999`, can have more digits than fit into memory.

/// Whether two texts are JSON numbers with the same value, for instance `19.9` and `1990e-2`. Returns `false` if one of
/// them is not a number.
pub(crate) fn are_equal_numbers(left: &str, right: &str) -> bool {
    let (Some(left), Some(right)) = (Number::parse(left), Number::parse(right)) else { return false };
    let (left_digits, right_digits) = (left.significant_digits(), right.significant_digits());
    if left.first_digit().is_none() || right.first_digit().is_none() {
        return left.first_digit().is_none() && right.first_digit().is_none();
    }
    left.is_negative == right.is_negative
        && left_digits.eq(right_digits)
        // The exponents of the first digits are equal.
        && difference(left.exponent, right.exponent) == Some(right.position() - left.position())
}

/// The parts of a number.
#[derive(Clone, Copy)]
struct Number<'t> {
    is_negative: bool,
    integer: &'t str,
    fraction: &'t str,
    exponent: Exponent<'t>,
}

/// An exponent of any length.
#[derive(Clone, Copy)]
struct Exponent<'t> {
    is_negative: bool,
    digits: &'t str,
}

impl<'t> Number<'t> {
    /// Parses a number (<https://www.rfc-editor.org/rfc/rfc8259#section-6>).
    fn parse(text: &'t str) -> Option<Self> {
        let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let (is_negative, text) = split_sign(text, &['-']);
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => {
                let (is_negative, digits) = split_sign(exponent, &['-', '+']);
                is_digits(digits).then_some((mantissa, Exponent { is_negative, digits }))?
            }
            None => (text, Exponent { is_negative: false, digits: "" }),
        };
        let (integer, fraction) = match mantissa.split_once('.') {
            Some((integer, fraction)) => is_digits(fraction).then_some((integer, fraction))?,
            None => (mantissa, ""),
        };
        let has_leading_zero = integer.len() > 1 && integer.starts_with('0');
        (is_digits(integer) && !has_leading_zero).then_some(Self { is_negative, integer, fraction, exponent })
    }

    fn digits(self) -> impl DoubleEndedIterator<Item = u8> + 't {
        self.integer.bytes().chain(self.fraction.bytes())
    }

    /// The index of the first digit that is not zero; `None` if the number is zero.
    fn first_digit(self) -> Option<usize> {
        self.digits().position(|digit| digit != b'0')
    }

    /// The digits without leading and trailing zeros.
    fn significant_digits(self) -> impl Iterator<Item = u8> + 't {
        let trailing_zeros = self.digits().rev().take_while(|digit| *digit == b'0').count();
        let count = (self.integer.len() + self.fraction.len()).saturating_sub(trailing_zeros);
        self.digits().take(count).skip_while(|digit| *digit == b'0')
    }

    /// The decimal exponent of the first digit, without the number's own exponent.
    fn position(self) -> i64 {
        let length = |length: usize| i64::try_from(length).unwrap_or(i64::MAX);
        length(self.integer.len()) - length(self.first_digit().unwrap_or_default())
    }
}

fn split_sign<'t>(text: &'t str, signs: &[char]) -> (bool, &'t str) {
    (text.starts_with('-'), text.strip_prefix(signs).unwrap_or(text))
}

/// Returns the difference of two exponents, or `None` if it is larger than any difference of two positions.
fn difference(left: Exponent<'_>, right: Exponent<'_>) -> Option<i64> {
    /// More than the length of any payload. A larger difference only grows with each further digit.
    const LIMIT: i64 = 1 << 50;
    let [left_digits, right_digits] = [left, right].map(|exponent| exponent.digits.trim_start_matches('0'));
    let length = left_digits.len().max(right_digits.len());
    let digit = |digits: &str, index: usize| {
        let digit = (index + digits.len()).checked_sub(length).and_then(|index| digits.as_bytes().get(index));
        digit.map_or(0, |digit| i64::from(digit - b'0'))
    };
    let signed = |is_negative: bool, digit: i64| if is_negative { -digit } else { digit };
    let mut difference = 0;
    for index in 0..length {
        difference = difference * 10 + signed(left.is_negative, digit(left_digits, index))
            - signed(right.is_negative, digit(right_digits, index));
        if !(-LIMIT..=LIMIT).contains(&difference) {
            return None;
        }
    }
    Some(difference)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn case(left: &str, right: &str, expected: bool) {
        assert_eq!(are_equal_numbers(left, right), expected, "{left} {right}");
        assert_eq!(are_equal_numbers(right, left), expected, "{right} {left}");
    }

    #[test]
    fn numbers_are_compared_by_value() {
        case("19.90", "19.9", true);
        case("19.90", "19.91", false);
        case("1e2", "100", true);
        case("1E+2", "100.0", true);
        case("1e-2", "0.01", true);
        case("120e-1", "1.2E1", true);
        case("12345678901234567890123", "12345678901234567890123", true);
        case("12345678901234567890123", "12345678901234567890124", false);
        case("12345678901234567890123", "12345678901234567890123.000", true);
        case("9007199254740993", "9007199254740992", false);
        case("0.1", "0.10000000000000001", false);
        case("-0", "0", true);
        case("-0.0e5", "0e-7", true);
        case("0", "1e-400", false);
        case("-1", "1", false);
        case("10", "1", false);
        case("1000000", "1e6", true);
    }

    #[test]
    fn exponents_of_any_size_are_compared() {
        case("1e999999999999999999999999", "1e999999999999999999999999", true);
        case("10e999999999999999999999999", "1e1000000000000000000000000", true);
        case("1e999999999999999999999999", "1e1000000000000000000000000", false);
        case("1e-999999999999999999999999", "0.1e-999999999999999999999998", true);
        case("1e-999999999999999999999999", "1e999999999999999999999999", false);
        case("1e0000000000000000000000000002", "100", true);
        case("1e18446744073709551617", "10", false);
        case("0e999999999999999999999999", "0", true);
    }

    #[test]
    fn other_texts_are_not_numbers() {
        for text in
            ["", "-", "+1", "01", "1.", ".5", "1e", "1e+", "0x1", "1 ", "NaN", "1.e2", "--1", "\u{661}", "1e1.5"]
        {
            case(text, text, false);
            case(text, "1", false);
        }
    }

    proptest! {
        #[test]
        fn another_notation_is_the_same_number(mantissa: i64, zeros in 0_usize..30, shift in -40_i64..40) {
            let number = format!("{mantissa}e{shift}");
            let shifted = format!("{mantissa}{}e{}", "0".repeat(zeros), shift - i64::try_from(zeros).unwrap());
            prop_assert!(are_equal_numbers(&number, &shifted), "{} {}", number, shifted);
            let fraction = format!("{mantissa}.{}E{shift:+}", "0".repeat(zeros + 1));
            prop_assert!(are_equal_numbers(&number, &fraction), "{} {}", number, fraction);
            if mantissa != 0 && mantissa != i64::MAX {
                let larger = [format!("{}e{shift}", mantissa + 1), format!("{mantissa}e{}", shift + 1)];
                prop_assert!(larger.iter().all(|larger| !are_equal_numbers(&number, larger)), "{}", number);
            }
        }
    }
}
