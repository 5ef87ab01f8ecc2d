//! Bodies from a template that renders JSON. Whatever the payload is, each rendered value stays one value of this JSON:
//! see [`marks`](super::marks).

use std::io;

use bytes::Bytes;
use hookline_telemetry::{Level, Line};
use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior, Value};
use serde::de::IgnoredAny;

use super::marks::{Marks, MisplacedValue};
use crate::destinations::error::DestinationError;
use crate::destinations::limits;
use crate::destinations::template_context::TemplateContext;
use crate::failure::Failure;
use crate::reason::Reason;

const NAME: &str = "body";

/// The maximum effort of a template. `minijinja` counts steps and rendered bytes; this is enough for a body of
/// [`limits::HTTP_BODY_BYTES`].
const FUEL: u64 = 2_000_000;

/// Filters whose result would be rendered as it is.
const UNESCAPED: [&str; 4] = ["e", "escape", "safe", "tojson"];

/// The name of the state with the number of rendered bytes.
const RENDERED_BYTES: &str = "rendered_bytes";

/// The compiled template of a body.
#[derive(Debug)]
pub(super) struct BodyTemplate {
    environment: Environment<'static>,
    marks: Marks,
    /// Whether the template can name the payload. Otherwise the payload is not read.
    uses_payload: bool,
}

/// Why a template renders no body for an event.
#[derive(Debug, thiserror::Error)]
enum BodyError {
    #[error("{source}")]
    Template { source: Error },
    #[error(transparent)]
    Value(#[from] MisplacedValue),
    #[error("the body is not JSON: {source}")]
    Json { source: serde_json::Error },
    #[error("the body has more than {} bytes", limits::HTTP_BODY_BYTES)]
    TooLarge,
}

impl From<Error> for BodyError {
    fn from(source: Error) -> Self {
        // Only the limit makes writing fail.
        if source.kind() == ErrorKind::WriteFailure { Self::TooLarge } else { Self::Template { source } }
    }
}

impl BodyTemplate {
    /// Compiles a template.
    ///
    /// # Errors
    ///
    /// [`DestinationError::InvalidTemplate`].
    pub(super) fn new(text: String) -> Result<Self, DestinationError> {
        let invalid = |detail: String| DestinationError::InvalidTemplate { detail };
        if text.contains("autoescape") {
            return Err(invalid("a body cannot change how values are escaped with `autoescape`".to_owned()));
        }
        if text.contains('\0') {
            return Err(invalid("a body cannot contain the character U+0000".to_owned()));
        }
        let (uses_payload, marks) = (text.contains("payload"), Marks::new());
        let mut environment = environment(&marks);
        environment.add_template_owned(NAME, text).map_err(|error| invalid(error.to_string()))?;
        let template = Self { environment, marks, uses_payload };
        template.check_names().map_err(|error| invalid(error.to_string()))?;
        Ok(template)
    }

    /// Renders the template without an event, because Jinja reports an unknown filter, function or test only when it is
    /// executed. Names in branches that are not executed are not checked.
    fn check_names(&self) -> Result<(), Error> {
        let rendered = self.environment.get_template(NAME)?.render(());
        let is_unknown =
            |kind| matches!(kind, ErrorKind::UnknownFilter | ErrorKind::UnknownFunction | ErrorKind::UnknownTest);
        match rendered {
            Err(error) if is_unknown(error.kind()) => Err(error),
            _ => Ok(()),
        }
    }

    /// Renders the body for an event.
    ///
    /// # Errors
    ///
    /// [`Reason::TemplateFailed`]: the payload cannot be read, the template fails, or the result is not JSON.
    /// [`Reason::EventTooLarge`]: the body is longer than [`limits::HTTP_BODY_BYTES`].
    pub(super) fn render(&self, context: &TemplateContext<'_>) -> Result<Bytes, Failure> {
        let payload = if self.uses_payload { context.payload().map(Some) } else { Ok(None) };
        let payload = payload.map_err(|_| Reason::TemplateFailed)?;
        self.json(context.values(payload)).map_err(|error| {
            let line = Line { reason: "template_failed", ..Line::new(Level::Warn, "message_not_rendered") };
            Line { detail: Some(&error), ..line }.write(&[]);
            match error {
                BodyError::TooLarge => Reason::EventTooLarge.into(),
                _ => Reason::TemplateFailed.into(),
            }
        })
    }

    fn json(&self, values: Value) -> Result<Bytes, BodyError> {
        let mut output = LimitedBuffer::new(limits::HTTP_BODY_BYTES);
        self.environment.get_template(NAME)?.render_captured_to(values, &mut output)?;
        let json = self.marks.resolve(&output.into_text())?;
        if json.len() > limits::HTTP_BODY_BYTES {
            return Err(BodyError::TooLarge);
        }
        serde_json::from_str::<IgnoredAny>(&json).map_err(|source| BodyError::Json { source })?;
        Ok(json.into())
    }
}

fn environment(marks: &Marks) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Chainable);
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(50);
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build().unwrap_or_default());
    UNESCAPED.iter().for_each(|filter| environment.remove_filter(filter));
    // The text of a `set` block is then rendered as it is. It contains marks, and no value of the event.
    environment.set_auto_escape_callback(|_| AutoEscape::Custom("body".into()));
    let marks = marks.clone();
    environment.set_formatter(move |output, state, value| write_value(&marks, output, state, value));
    environment
}

/// Writes the mark of a value.
fn write_value(marks: &Marks, output: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    if let Some(text) = value.as_str() {
        if value.is_safe() {
            return output.write_str(text).map_err(Error::from);
        }
        if marks.is_in(text) {
            let detail = "a filter cannot change a text with values: apply the filter to each value";
            return Err(Error::new(ErrorKind::InvalidOperation, detail));
        }
    }
    // `set` blocks render to memory before the output has a limit.
    let used = state.get_temp(RENDERED_BYTES).and_then(|used| used.as_usize()).unwrap_or_default();
    let mut json = LimitedBuffer::new(limits::HTTP_BODY_BYTES.saturating_sub(used));
    serde_json::to_writer(&mut json, value).map_err(|error| {
        let kind = if error.is_io() { ErrorKind::WriteFailure } else { ErrorKind::BadSerialization };
        Error::new(kind, "a value cannot be rendered as JSON").with_source(error)
    })?;
    let json = json.into_text();
    state.set_temp(RENDERED_BYTES, Value::from(used.saturating_add(json.len())));
    output.write_str(&marks.mark(&json)).map_err(Error::from)
}

/// Bytes of a text up to a limit. Writing more is an error.
struct LimitedBuffer {
    bytes: Vec<u8>,
    limit: usize,
}

impl LimitedBuffer {
    fn new(limit: usize) -> Self {
        Self { bytes: Vec::new(), limit }
    }

    /// Returns the text. Templates and JSON are Unicode.
    fn into_text(self) -> String {
        String::from_utf8(self.bytes).unwrap_or_default()
    }
}

impl io::Write for LimitedBuffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len().saturating_add(bytes.len()) > self.limit {
            return Err(io::Error::other("the limit is exceeded"));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
