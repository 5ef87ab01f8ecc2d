//! A message for people, made of an event by a template (Jinja's language, <https://docs.rs/minijinja>). Whatever comes
//! from the event is made harmless on its way out: a payload is written by strangers, and must not call a channel
//! together, look like a link that it is not, or end a line.

use hookline_event::Event;
use hookline_telemetry::{Level, Line};
use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, Value, context};
use url::Url;

use super::{DestinationError, Failure};
use crate::reason::Reason;

/// How one kind of receiver reads text.
#[derive(Clone, Copy)]
pub(super) struct Style {
    /// Makes text harmless.
    pub(super) escape: fn(&str) -> String,
    /// A link, of a URL that is http or https and text that is not yet harmless.
    pub(super) link: fn(&Url, &str) -> String,
    /// The longest message, in UTF-16 units: what JavaScript counts.
    pub(super) max_units: usize,
}

/// Steps that a template may take: a payload may be a list of thousands.
const FUEL: u64 = 50_000;

/// The largest payload that a message is made of: as values it takes many times its bytes. Of a larger one only the event
/// is told.
const MAX_PAYLOAD_BYTES: usize = 512 * 1024;

/// The longest line out of a payload, in characters.
const MAX_LINE: usize = 200;

const OWN: &str = "template";
const OTHER: &str = "other";

/// What there is for GitHub's events, by kind, and for everything else.
const TEMPLATES: [(&str, &str); 5] = [
    ("push", include_str!("templates/push.txt")),
    ("pull_request", include_str!("templates/pull_request.txt")),
    ("issues", include_str!("templates/issues.txt")),
    ("release", include_str!("templates/release.txt")),
    (OTHER, include_str!("templates/other.txt")),
];

/// Makes messages.
#[derive(Debug)]
pub(super) struct Message {
    environment: Environment<'static>,
    max_units: usize,
    own: bool,
}

impl Message {
    /// By the templates that there are, or by one of the owner's.
    ///
    /// # Errors
    ///
    /// [`DestinationError::BadTemplate`].
    pub(super) fn new(style: Style, own: Option<String>) -> Result<Self, DestinationError> {
        let bad = |error: Error| DestinationError::BadTemplate { detail: error.to_string() };
        let mut environment = environment(style);
        let is_own = own.is_some();
        match own {
            Some(own) => {
                check(&own)?;
                environment.add_template_owned(OWN, own).map_err(bad)?;
            }
            None => TEMPLATES.iter().try_for_each(|(name, text)| environment.add_template(name, text)).map_err(bad)?,
        }
        let message = Self { environment, max_units: style.max_units, own: is_own };
        message.rehearse()?;
        Ok(message)
    }

    /// Names that there are not show only when they are come to: as many as an event without anything comes to.
    fn rehearse(&self) -> Result<(), DestinationError> {
        let rendered = self.environment.templates().map(|(_, template)| template.render(context! {}));
        let unknown = rendered.filter_map(Result::err).find(|error| {
            matches!(error.kind(), ErrorKind::UnknownFilter | ErrorKind::UnknownFunction | ErrorKind::UnknownTest)
        });
        unknown.map_or(Ok(()), |error| Err(DestinationError::BadTemplate { detail: error.to_string() }))
    }

    /// The message for an event, cut to what the receiver takes.
    ///
    /// # Errors
    ///
    /// [`Reason::Template`] if the owner's template makes nothing of this event.
    pub(super) fn render(&self, facts: &Facts<'_>) -> Result<String, Failure> {
        let Facts { event, is_githubs, context } = facts;
        let render = |name: &str| self.environment.get_template(name)?.render(context.clone());
        let text = if self.own {
            render(OWN)
        } else {
            // Another sender may have the same word for something else.
            let kind = event.event_type.rsplit('.').next().filter(|_| *is_githubs);
            kind.map_or_else(|| render(OTHER), render).or_else(|_| render(OTHER))
        };
        let text = text.map_err(|error| {
            Line { reason: "template", detail: Some(&error), ..Line::new(Level::Warn, "no_message") }.write(&[]);
            Failure::from(Reason::Template)
        })?;
        match text.trim() {
            // Every receiver refuses it.
            "" => Err(Reason::Template.into()),
            text => Ok(cut(text, self.max_units)),
        }
    }
}

/// What templates know of an event, read once for all that are rendered of it.
pub(super) struct Facts<'e> {
    event: &'e Event,
    is_githubs: bool,
    context: Value,
}

impl<'e> Facts<'e> {
    pub(super) fn of(event: &'e Event) -> Self {
        let small = Some(&event.data).filter(|data| data.len() <= MAX_PAYLOAD_BYTES);
        let payload: Option<serde_json::Value> = small.and_then(|data| serde_json::from_slice(data).ok());
        let context = context! {
            event => context! {
                id => event.id.as_str(),
                source => event.source_name(),
                type => event.event_type.as_str(),
                time => event.time.as_str(),
            },
            payload => payload.as_ref().map(|it| Value::from(minijinja::value::Serde(it))),
        };
        Self { event, is_githubs: payload.as_ref().is_some_and(is_githubs), context }
    }
}

fn is_githubs(payload: &serde_json::Value) -> bool {
    ["/repository/full_name", "/sender/login"].iter().all(|path| payload.pointer(path).is_some_and(|it| it.is_string()))
}

fn environment(style: Style) -> Environment<'static> {
    let Style { escape, link, .. } = style;
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Chainable);
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(50);
    // A line that holds only a statement is none of the message.
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build().unwrap_or_default());
    // They would let payload text through as it is; nothing but `link` makes markup.
    ["safe", "escape", "e"].iter().for_each(|filter| environment.remove_filter(filter));
    environment.set_formatter(move |out, _, value| {
        if value.is_undefined() || value.is_none() {
            return Ok(());
        }
        let text = value.to_string();
        out.write_str(&if value.is_safe() { text } else { escape(&plain(&text)) }).map_err(Error::from)
    });
    environment.add_filter("line", |text: Value| line(&text));
    environment.add_function("link", move |url: Value, text: Value| {
        let text = line(&text);
        let url = url.as_str().and_then(|url| Url::parse(url).ok());
        match url.filter(|url| matches!(url.scheme(), "http" | "https")) {
            Some(url) => Value::from_safe_string(link(&url, &text)),
            None => Value::from(text),
        }
    });
    environment
}

/// The first line, not too long.
fn line(value: &Value) -> String {
    if value.is_undefined() || value.is_none() {
        return String::new();
    }
    let text = plain(&value.to_string());
    let line = text.trim_start().lines().next().unwrap_or_default();
    match line.char_indices().nth(MAX_LINE) {
        Some((end, _)) => format!("{}\u{2026}", &line[..end]),
        None => line.to_owned(),
    }
}

/// Without control characters and those that turn the direction of writing.
fn plain(text: &str) -> String {
    let turns = |it: char| matches!(it, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}');
    text.chars().filter(|it| (!it.is_control() || matches!(it, '\n' | '\t')) && !turns(*it)).collect()
}

/// An expression between `<` and `>` would let a payload choose what is mentioned, or linked to.
fn check(template: &str) -> Result<(), DestinationError> {
    let opens = |rest: &str| rest.split('>').next().is_some_and(|inner| inner.contains('{'));
    if template.split('<').skip(1).any(opens) {
        let detail =
            "`<` before an expression could become a mention: use link(url, text), and `b > a` for `a < b`".to_owned();
        return Err(DestinationError::BadTemplate { detail });
    }
    Ok(())
}

fn cut(text: &str, max_units: usize) -> String {
    let mut units = 0;
    let fits = |it: &char| {
        units += it.len_utf16();
        units < max_units
    };
    if text.encode_utf16().count() <= max_units {
        return text.to_owned();
    }
    let kept: String = text.chars().take_while(fits).collect();
    format!("{kept}\u{2026}")
}
