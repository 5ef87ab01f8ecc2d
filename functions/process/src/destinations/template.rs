//! Renders a message about an event from a Jinja template (<https://docs.rs/minijinja>).
//!
//! Every value from the event is escaped once. The sender of a payload is not trusted: a payload must not mention users or
//! channels, must not forge a link, and must not end a line.

use hookline_telemetry::{Level, Line};
use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, Value, context};
use url::Url;

use super::bounded::{BoundedOutput, BoundedText};
use super::error::DestinationError;
use super::escaping::Escaping;
pub(super) use super::template_context::TemplateContext;
use crate::failure::Failure;
use crate::reason::Reason;

/// The text format of a destination kind.
#[derive(Clone, Copy)]
pub(super) struct Format {
    /// Escapes values. A rendered message has marks for the special characters of values, so it must be resolved.
    pub(super) escaping: Escaping,
    /// Formats a link from an http or https URL and unescaped text. The special characters of a link get marks too.
    pub(super) link: fn(&Url, &str) -> String,
    /// The maximum length of a rendered message, in UTF-16 code units.
    pub(super) max_units: usize,
}

/// The maximum number of steps of a template. A payload can contain a list with thousands of entries.
const FUEL: u64 = 50_000;

/// The maximum length of one rendered value, in characters. No message is longer.
const MAX_VALUE: usize = 40_000;

/// The maximum length of the address of a link, in bytes.
const MAX_ADDRESS: usize = 2000;

/// The maximum length of a line from a payload, in characters.
const MAX_LINE: usize = 200;

const CUSTOM: &str = "template";
const OTHER: &str = "other";

/// The built-in templates: one for each supported event of GitHub, and one for all other events.
const TEMPLATES: [(&str, &str); 5] = [
    ("push", include_str!("templates/push.txt")),
    ("pull_request", include_str!("templates/pull_request.txt")),
    ("issues", include_str!("templates/issues.txt")),
    ("release", include_str!("templates/release.txt")),
    (OTHER, include_str!("templates/other.txt")),
];

/// The compiled templates of a destination.
#[derive(Debug)]
pub(super) struct MessageTemplate {
    environment: Environment<'static>,
    max_units: usize,
    is_custom: bool,
    /// Whether the custom template can name the payload. Otherwise the payload is not read.
    uses_payload: bool,
}

impl MessageTemplate {
    /// Compiles a custom template, or the built-in templates if `custom` is `None`.
    ///
    /// # Errors
    ///
    /// [`DestinationError::InvalidTemplate`].
    pub(super) fn new(format: Format, custom: Option<String>) -> Result<Self, DestinationError> {
        let invalid = |error: Error| DestinationError::InvalidTemplate { detail: error.to_string() };
        let mut environment = environment(format);
        let is_custom = custom.is_some();
        let uses_payload = custom.as_ref().is_some_and(|custom| custom.contains("payload"));
        if let Some(custom) = custom {
            check_angle_brackets(&custom)?;
            environment.add_template_owned(CUSTOM, custom).map_err(invalid)?;
        }
        let add = |(name, text): &(&'static str, &'static str)| environment.add_template(name, text);
        TEMPLATES.iter().try_for_each(add).map_err(invalid)?;
        let template = Self { environment, max_units: format.max_units, is_custom, uses_payload };
        template.check_names()?;
        Ok(template)
    }

    /// Renders each template with an empty context, because Jinja reports an unknown filter, function or test only when
    /// it is executed. Names in branches that an empty context does not reach are not checked.
    fn check_names(&self) -> Result<(), DestinationError> {
        let rendered = self.environment.templates().map(|(_, template)| template.render(context! {}));
        let unknown = rendered.filter_map(Result::err).find(|error| {
            matches!(error.kind(), ErrorKind::UnknownFilter | ErrorKind::UnknownFunction | ErrorKind::UnknownTest)
        });
        unknown.map_or(Ok(()), |error| Err(DestinationError::InvalidTemplate { detail: error.to_string() }))
    }

    /// Renders the message for an event and truncates it to the maximum length.
    ///
    /// # Errors
    ///
    /// [`Reason::TemplateFailed`]: the template fails for this event or renders an empty message.
    pub(super) fn render(&self, context: &TemplateContext<'_>) -> Result<String, Failure> {
        let kind = context.event.event_type.rsplit('.').next().unwrap_or_default();
        let has_template = TEMPLATES.iter().any(|(name, _)| *name == kind && kind != OTHER);
        let needs_payload = if self.is_custom { self.uses_payload } else { has_template };
        let payload = if needs_payload { context.payload().map(Some) } else { Ok(None) };
        let values = context.values(payload.clone().ok().flatten());
        let render = |name: &str| render_bounded(&self.environment, name, &values);
        let text = match payload {
            // The message without the payload may not say which event it is about.
            Err(_) if self.is_custom => {
                render(CUSTOM).or_else(|_| Ok(String::new())).and_then(|text: String| Ok(text + "\n" + &render(OTHER)?))
            }
            _ if self.is_custom => render(CUSTOM),
            // Another sender may use the same type name for a different event.
            Ok(Some(payload)) if is_github(&payload) => render(kind).or_else(|_| render(OTHER)),
            _ => render(OTHER),
        };
        let text = text.map_err(|error| {
            let line = Line { reason: "template_failed", ..Line::new(Level::Warn, "message_not_rendered") };
            Line { detail: Some(&error), ..line }.write(&[]);
            Failure::from(Reason::TemplateFailed)
        })?;
        match text.trim() {
            // Every destination kind rejects an empty message.
            "" => Err(Reason::TemplateFailed.into()),
            text => Ok(truncate(text, self.max_units)),
        }
    }

    /// Renders a value that has a default, such as a message group. Returns `None` if the custom template fails for this
    /// event or renders nothing, or if it names the payload and the payload cannot be read.
    pub(super) fn render_value(&self, context: &TemplateContext<'_>) -> Option<String> {
        let payload = if self.uses_payload { Some(context.payload().ok()?) } else { None };
        let text = render_bounded(&self.environment, CUSTOM, &context.values(payload)).ok()?;
        let text = text.trim();
        (!text.is_empty()).then(|| truncate(text, self.max_units))
    }
}

/// Whether a payload has the fields of every GitHub event that has a template.
fn is_github(payload: &Value) -> bool {
    let is_text = |[object, member]: &[&str; 2]| {
        let value = payload.get_attr(object).and_then(|object| object.get_attr(member));
        value.is_ok_and(|value| value.as_str().is_some())
    };
    [["repository", "full_name"], ["sender", "login"]].iter().all(is_text)
}

/// Renders a template and keeps the beginning of its text.
fn render_bounded(environment: &Environment<'static>, name: &str, values: &Value) -> Result<String, Error> {
    let mut output = BoundedOutput::default();
    environment.get_template(name)?.render_captured_to(values.clone(), &mut output)?;
    Ok(output.into_text())
}

fn environment(format: Format) -> Environment<'static> {
    let Format { escaping, link, .. } = format;
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Chainable);
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(50);
    // A line with only a statement adds no line to the message.
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build().unwrap_or_default());
    // These filters would bypass the escaping. Only `link` may create markup.
    ["safe", "escape", "e"].iter().for_each(|filter| environment.remove_filter(filter));
    // The text of a `set` or `filter` block is then safe. Its values already have marks.
    environment.set_auto_escape_callback(|_| AutoEscape::Custom("message".into()));
    environment.set_formatter(move |out, _, value| {
        let text = if value.is_safe() { value.to_string() } else { escaping.mark(&bounded_text(value)) };
        out.write_str(&text).map_err(Error::from)
    });
    environment.add_filter("line", |value: Value| match value.as_str() {
        Some(text) if value.is_safe() => Value::from_safe_string(first_line(text)),
        _ => Value::from(first_line(&bounded_text(&value))),
    });
    environment.add_function("link", move |url: Value, text: Value| {
        let text = escaping.unmark(&first_line(&bounded_text(&text)));
        let url = url.as_str().map(|url| escaping.unmark(url)).filter(|url| url.len() <= MAX_ADDRESS);
        let url = url.and_then(|url| Url::parse(&url).ok()).filter(|url| matches!(url.scheme(), "http" | "https"));
        match url {
            Some(url) => Value::from_safe_string(escaping.mark(&link(&url, &text))),
            None => Value::from(text),
        }
    });
    environment
}

/// Returns the text of a value without the characters that no message may have. A missing value is an empty text.
fn bounded_text(value: &Value) -> String {
    let is_missing = value.is_undefined() || value.is_none();
    if is_missing { String::new() } else { BoundedText::read(value, MAX_VALUE) }
}

/// Returns the first line, truncated to [`MAX_LINE`].
fn first_line(text: &str) -> String {
    let line = text.trim_start().lines().next().unwrap_or_default();
    match line.char_indices().nth(MAX_LINE) {
        Some((end, _)) => format!("{}\u{2026}", &line[..end]),
        None => line.to_owned(),
    }
}

/// Rejects an expression between `<` and `>`, because a payload could then create a mention or a link.
fn check_angle_brackets(template: &str) -> Result<(), DestinationError> {
    let has_expression = |rest: &str| rest.split('>').next().is_some_and(|inner| inner.contains('{'));
    if template.split('<').skip(1).any(has_expression) {
        let detail =
            "`<` before an expression could become a mention: use link(url, text), and `b > a` for `a < b`".to_owned();
        return Err(DestinationError::InvalidTemplate { detail });
    }
    Ok(())
}

fn truncate(text: &str, max_units: usize) -> String {
    let mut units = 0;
    let fits = |character: &char| {
        units += character.len_utf16();
        units < max_units
    };
    if text.encode_utf16().count() <= max_units {
        return text.to_owned();
    }
    let truncated: String = text.chars().take_while(fits).collect();
    format!("{truncated}\u{2026}")
}
