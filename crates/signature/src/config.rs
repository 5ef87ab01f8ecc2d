use serde::{Deserialize, Serialize};

use crate::mac::Algorithm;
use crate::{
    Bitbucket, Encoding, Github, Gitlab, GitlabMode, Hmac, Linear, Pagerduty, Scheme, Shopify, Slack, Standard, Stripe,
    Template, TemplateError, Twilio,
};

/// A source's scheme as Terraform writes it: what was said, before it is checked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct SchemeConfig {
    /// The scheme's name: one of [`SchemeConfig::OPTIONS`].
    pub scheme: String,
    /// `hmac`: the header that carries the signature.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// `hmac`: what comes before a signature, for instance `sha256=`. Default: nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// `hmac`: how a signature is written. Default: hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<Encoding>,
    /// `hmac`: the hash. Default: sha256.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub algorithm: Option<Algorithm>,
    /// `hmac`: what is signed. Default: `{body}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// `hmac`: the header with the time, for a template with `{timestamp}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp_header: Option<String>,
    /// `hmac`: the header with the message's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_header: Option<String>,
    /// `hmac`: the header with the event's type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_header: Option<String>,
    /// `hmac`: what is between several signatures in the header. Default: there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub separator: Option<String>,
    /// Seconds that a signed time may be away from now. Default: the most that the scheme allows; for `hmac` 300.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tolerance_seconds: Option<u32>,
    /// `gitlab`: the secret token or the signing token. Default: token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<GitlabMode>,
    /// `twilio`: the URL that Twilio was given. Default: the one that a request comes by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// Why a source's scheme cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// No scheme has this name.
    #[error("unknown scheme `{scheme}`; known are {}", SchemeConfig::OPTIONS.map(|(name, _)| name).join(", "))]
    UnknownScheme {
        /// The name that was given.
        scheme: String,
    },
    /// Something else needs an option that was not given.
    #[error("scheme `{scheme}` needs `{option}`")]
    MissingOption {
        /// The scheme's name, or what of it.
        scheme: String,
        /// The option's name.
        option: &'static str,
    },
    /// The scheme fixes what the option would change, or has nothing that it could change.
    #[error("scheme `{scheme}` takes no `{option}`")]
    UnsupportedOption {
        /// The scheme's name, or what of it.
        scheme: String,
        /// The option's name.
        option: &'static str,
    },
    /// Not a header's name.
    #[error("`{header}` is not a header's name")]
    InvalidHeader {
        /// What was given.
        header: String,
    },
    /// Not a template.
    #[error("the template `{template}` cannot be used: {source}")]
    InvalidTemplate {
        /// What was given.
        template: String,
        /// What is wrong.
        source: TemplateError,
    },
    /// A tolerance can be narrowed, not switched off.
    #[error("tolerance_seconds of scheme `{scheme}` must be 1 to {most}")]
    InvalidTolerance {
        /// The scheme's name.
        scheme: String,
        /// The most that can be had.
        most: u32,
    },
    /// An empty separator would separate every character.
    #[error("separator must not be empty: leave it out if there is one signature")]
    EmptySeparator,
}

impl SchemeConfig {
    /// The schemes that there are, and the options that each takes.
    pub const OPTIONS: [(&str, &[&str]); 11] = [
        ("bitbucket", &[]),
        ("github", &[]),
        ("gitlab", &["mode", "tolerance_seconds"]),
        (
            "hmac",
            &[
                "header",
                "prefix",
                "encoding",
                "algorithm",
                "template",
                "timestamp_header",
                "id_header",
                "event_header",
                "separator",
                "tolerance_seconds",
            ],
        ),
        ("linear", &["tolerance_seconds"]),
        ("pagerduty", &[]),
        ("shopify", &[]),
        ("slack", &["tolerance_seconds"]),
        ("standard", &["tolerance_seconds"]),
        ("stripe", &["tolerance_seconds"]),
        ("twilio", &["url"]),
    ];

    /// Checks what was said and gives what it means.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] names the first fault.
    pub fn resolve(&self) -> Result<Scheme, ConfigError> {
        let known = Self::OPTIONS.iter().find(|(name, _)| *name == self.scheme);
        let (_, options) = known.ok_or_else(|| ConfigError::UnknownScheme { scheme: self.scheme.clone() })?;
        if let Some(option) = self.given().find(|option| !options.contains(option)) {
            return Err(self.needless(option, ""));
        }
        Ok(match self.scheme.as_str() {
            "bitbucket" => Scheme::Bitbucket(Bitbucket),
            "github" => Scheme::Github(Github),
            "gitlab" => Scheme::Gitlab(self.gitlab()?),
            "linear" => Scheme::Linear(Linear { tolerance: self.tolerance(Linear::TOLERANCE, Linear::TOLERANCE)? }),
            "pagerduty" => Scheme::Pagerduty(Pagerduty),
            "shopify" => Scheme::Shopify(Shopify),
            "slack" => Scheme::Slack(Slack { tolerance: self.tolerance(Slack::TOLERANCE, Slack::TOLERANCE)? }),
            "standard" => Scheme::Standard(self.standard()?),
            "stripe" => Scheme::Stripe(Stripe { tolerance: self.tolerance(Stripe::TOLERANCE, Stripe::TOLERANCE)? }),
            "twilio" => Scheme::Twilio(Twilio { url: self.url.clone() }),
            _ => Scheme::Hmac(Box::new(self.hmac()?)),
        })
    }

    fn given(&self) -> impl Iterator<Item = &'static str> {
        [
            ("header", self.header.is_some()),
            ("prefix", self.prefix.is_some()),
            ("encoding", self.encoding.is_some()),
            ("algorithm", self.algorithm.is_some()),
            ("template", self.template.is_some()),
            ("timestamp_header", self.timestamp_header.is_some()),
            ("id_header", self.id_header.is_some()),
            ("event_header", self.event_header.is_some()),
            ("separator", self.separator.is_some()),
            ("tolerance_seconds", self.tolerance_seconds.is_some()),
            ("mode", self.mode.is_some()),
            ("url", self.url.is_some()),
        ]
        .into_iter()
        .filter_map(|(name, given)| given.then_some(name))
    }

    fn standard(&self) -> Result<Standard, ConfigError> {
        Ok(Standard { tolerance: self.tolerance(Standard::TOLERANCE, Standard::TOLERANCE)? })
    }

    fn gitlab(&self) -> Result<Gitlab, ConfigError> {
        let mode = self.mode.unwrap_or(GitlabMode::Token);
        if mode == GitlabMode::Token && self.tolerance_seconds.is_some() {
            return Err(self.needless("tolerance_seconds", " with a token"));
        }
        Ok(Gitlab { mode, tolerance: self.standard()?.tolerance })
    }

    fn hmac(&self) -> Result<Hmac, ConfigError> {
        let text = self.template.as_deref().unwrap_or("{body}");
        let template: Template =
            text.parse().map_err(|source| ConfigError::InvalidTemplate { template: text.to_owned(), source })?;
        let header = self.header.clone().ok_or_else(|| self.missing("header", ""))?;
        let headers =
            [Some(&header), self.timestamp_header.as_ref(), self.id_header.as_ref(), self.event_header.as_ref()];
        if let Some(header) = headers.into_iter().flatten().find(|header| !is_header(header)) {
            return Err(ConfigError::InvalidHeader { header: header.clone() });
        }
        if template.signs_time() && self.timestamp_header.is_none() {
            return Err(self.missing("timestamp_header", " with {timestamp}"));
        }
        if !template.signs_time() && self.timestamp_header.is_some() {
            return Err(self.needless("timestamp_header", " without {timestamp}"));
        }
        if !template.signs_time() && self.tolerance_seconds.is_some() {
            return Err(self.needless("tolerance_seconds", " without {timestamp}"));
        }
        if template.signs_id() && self.id_header.is_none() {
            return Err(self.missing("id_header", " with {id}"));
        }
        if self.separator.as_deref() == Some("") {
            return Err(ConfigError::EmptySeparator);
        }
        Ok(Hmac {
            header,
            prefix: self.prefix.clone().unwrap_or_default(),
            encoding: self.encoding.unwrap_or(Encoding::Hex),
            algorithm: self.algorithm.unwrap_or(Algorithm::Sha256),
            separator: self.separator.clone(),
            template,
            timestamp_header: self.timestamp_header.clone(),
            id_header: self.id_header.clone(),
            event_header: self.event_header.clone(),
            tolerance: self.tolerance(Hmac::TOLERANCE, Hmac::MAX_TOLERANCE)?,
        })
    }

    fn tolerance(&self, default: u32, most: u32) -> Result<u32, ConfigError> {
        match self.tolerance_seconds.unwrap_or(default) {
            seconds if (1..=most).contains(&seconds) => Ok(seconds),
            _ => Err(ConfigError::InvalidTolerance { scheme: self.scheme.clone(), most }),
        }
    }

    fn missing(&self, option: &'static str, when: &str) -> ConfigError {
        ConfigError::MissingOption { scheme: format!("{}{when}", self.scheme), option }
    }

    fn needless(&self, option: &'static str, when: &str) -> ConfigError {
        ConfigError::UnsupportedOption { scheme: format!("{}{when}", self.scheme), option }
    }
}

fn is_header(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}
