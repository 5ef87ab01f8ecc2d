//! The HTML reports of the capacity calculation, the load test and the benchmark. A report is one file that needs no
//! network, and looks like the console.

/// The style sheet that the console and all reports share: colours in light and dark mode, text, tables, forms, charts.
pub const STYLE: &str = include_str!("assets/base.css");

/// Returns a report: a template with [`STYLE`] at `__STYLE__`, and at `__REPORT__` the JSON that its script reads.
#[must_use]
pub fn fill(template: &str, json: &str) -> String {
    // The data comes last because it may contain a placeholder. JSON has `<` only in texts, where `</` would end the
    // script.
    template.replace("__STYLE__", STYLE).replace("__REPORT__", &json.replace('<', "\\u003c"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_does_not_end_its_script() {
        let page = fill("<style>__STYLE__</style><script>__REPORT__</script>", r#"["</script>__STYLE__"]"#);
        assert!(page.starts_with(&format!("<style>{STYLE}</style>")), "{page}");
        assert!(page.ends_with(r#"<script>["\u003c/script>__STYLE__"]</script>"#), "{page}");
    }

    #[test]
    fn each_colour_of_text_and_charts_has_enough_contrast() {
        let (light, dark) = STYLE.split_once("prefers-color-scheme: dark").unwrap();
        let (dark, _) = dark.split_once("body {").unwrap();
        let names = "text muted link good wait bad gray blue purple green yellow orange red teal pink";
        for scheme in [light, dark] {
            let luminance = |name: &str| luminance(scheme, name);
            let pairs = names.split(' ').flat_map(|name| [(name, "back"), (name, "card")]);
            for (name, back) in pairs.chain([("on-head", "head"), ("on-primary", "primary")]) {
                let (one, other) = (luminance(name), luminance(back));
                let contrast = (one.max(other) + 0.05) / (one.min(other) + 0.05);
                assert!(contrast >= 4.5, "--{name} on --{back}: {contrast:.2}");
            }
        }
    }

    /// The relative luminance of a custom property: <https://www.w3.org/TR/WCAG22/#dfn-relative-luminance>.
    fn luminance(scheme: &str, name: &str) -> f64 {
        let (_, rest) = scheme.split_once(&format!("--{name}: #")).unwrap_or_else(|| panic!("--{name} is missing"));
        let digits: String = rest.chars().take_while(char::is_ascii_hexdigit).collect();
        let width = digits.len() / 3;
        let part = |index: usize| {
            let digits = &digits[index * width..(index + 1) * width];
            let value = f64::from(u8::from_str_radix(&digits.repeat(3 - width), 16).unwrap()) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(0) + 0.7152 * part(1) + 0.0722 * part(2)
    }
}
