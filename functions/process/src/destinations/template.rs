//! Renders a message about an event from a Jinja template (<https://docs.rs/minijinja>).
//!
//! Every value from the event is escaped. The sender of a payload is not trusted: a payload must not mention users or
//! channels, must not forge a link, and must not end a line.

use hookline_event::Event;
use hookline_telemetry::{Level, Line};
use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, Value, context};
use url::Url;

use super::error::DestinationError;
use crate::failure::Failure;
use crate::reason::Reason;

/// The text format of a destination kind.
#[derive(Clone, Copy)]
pub(super) struct Format {
    /// Escapes text.
    pub(super) escape: fn(&str) -> String,
    /// Formats a link from an http or https URL and unescaped text.
    pub(super) link: fn(&Url, &str) -> String,
    /// The maximum length of a message, in UTF-16 code units.
    pub(super) max_units: usize,
}

/// The maximum number of steps of a template. A payload can contain a list with thousands of entries.
const FUEL: u64 = 50_000;

/// The largest payload that is parsed for templates, because the parsed values need many times the memory of the bytes.
/// The message for a larger payload describes only the event.
const MAX_PAYLOAD_BYTES: usize = 512 * 1024;

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
        match custom {
            Some(custom) => {
                check_angle_brackets(&custom)?;
                environment.add_template_owned(CUSTOM, custom).map_err(invalid)?;
            }
            None => {
                let add = |(name, text): &(&'static str, &'static str)| environment.add_template(name, text);
                TEMPLATES.iter().try_for_each(add).map_err(invalid)?;
            }
        }
        let template = Self { environment, max_units: format.max_units, is_custom };
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
        let TemplateContext { event, is_github, values } = context;
        let render = |name: &str| self.environment.get_template(name)?.render(values.clone());
        let text = if self.is_custom {
            render(CUSTOM)
        } else {
            // Another sender may use the same type name for a different event.
            let kind = event.event_type.rsplit('.').next().filter(|_| *is_github);
            kind.map_or_else(|| render(OTHER), render).or_else(|_| render(OTHER))
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
}

/// The values of an event for templates, parsed once for all templates of a delivery.
pub(super) struct TemplateContext<'e> {
    event: &'e Event,
    is_github: bool,
    values: Value,
}

impl<'e> TemplateContext<'e> {
    /// Parses the payload if it is small enough.
    pub(super) fn new(event: &'e Event) -> Self {
        let small = Some(&event.data).filter(|data| data.len() <= MAX_PAYLOAD_BYTES);
        let payload: Option<serde_json::Value> = small.and_then(|data| serde_json::from_slice(data).ok());
        let values = context! {
            event => context! {
                id => event.id.as_str(),
                source => event.source_name(),
                type => event.event_type.as_str(),
                time => event.time.as_str(),
            },
            payload => payload.as_ref().map(|payload| Value::from(minijinja::value::Serde(payload))),
        };
        Self { event, is_github: payload.as_ref().is_some_and(is_github), values }
    }
}

/// Whether a payload has the fields of every GitHub event that has a template.
fn is_github(payload: &serde_json::Value) -> bool {
    let is_text = |path: &&str| payload.pointer(path).is_some_and(serde_json::Value::is_string);
    ["/repository/full_name", "/sender/login"].iter().all(is_text)
}

fn environment(format: Format) -> Environment<'static> {
    let Format { escape, link, .. } = format;
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Chainable);
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(50);
    // A line with only a statement adds no line to the message.
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build().unwrap_or_default());
    // These filters would bypass the escaping. Only `link` may create markup.
    ["safe", "escape", "e"].iter().for_each(|filter| environment.remove_filter(filter));
    environment.set_formatter(move |out, _, value| {
        if value.is_undefined() || value.is_none() {
            return Ok(());
        }
        let text = value.to_string();
        out.write_str(&if value.is_safe() { text } else { escape(&without_control_characters(&text)) })
            .map_err(Error::from)
    });
    environment.add_filter("line", |text: Value| first_line(&text));
    environment.add_function("link", move |url: Value, text: Value| {
        let text = first_line(&text);
        let url = url.as_str().and_then(|url| Url::parse(url).ok());
        match url.filter(|url| matches!(url.scheme(), "http" | "https")) {
            Some(url) => Value::from_safe_string(link(&url, &text)),
            None => Value::from(text),
        }
    });
    environment
}

/// Returns the first line, truncated to [`MAX_LINE`].
fn first_line(value: &Value) -> String {
    if value.is_undefined() || value.is_none() {
        return String::new();
    }
    let text = without_control_characters(&value.to_string());
    let line = text.trim_start().lines().next().unwrap_or_default();
    match line.char_indices().nth(MAX_LINE) {
        Some((end, _)) => format!("{}\u{2026}", &line[..end]),
        None => line.to_owned(),
    }
}

/// Removes control characters and characters that change the text direction.
fn without_control_characters(text: &str) -> String {
    let is_direction =
        |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}');
    let is_text = |character: &char| !character.is_control() || matches!(character, '\n' | '\t');
    text.chars().filter(|character| is_text(character) && !is_direction(*character)).collect()
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
