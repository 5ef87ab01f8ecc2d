use serde::{Deserialize, Serialize};

use crate::mac::Algorithm;
use crate::{
    Bitbucket, Encoding, Github, Gitlab, GitlabMode, Hmac, Linear, Pagerduty, Scheme, Shopify, Slack, Standard, Stripe,
    Template, TemplateError, Twilio,
};

/// The configuration of a source's scheme as Terraform writes it, before validation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct SchemeConfig {
    /// The scheme's name: one of [`SchemeConfig::OPTIONS`].
    pub scheme: String,
    /// `hmac`: the header that carries the signature.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// `hmac`: the prefix of a signature, for instance `sha256=`. Default: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// `hmac`: the encoding of a signature. Default: hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<Encoding>,
    /// `hmac`: the hash function. Default: sha256.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub algorithm: Option<Algorithm>,
    /// `hmac`: the template of the signed text. Default: `{body}`.
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
    /// `hmac`: the separator between several signatures in the header. Default: the header has one signature.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub separator: Option<String>,
    /// Maximum age of the signed time in seconds. Default: the scheme's entry in [`SchemeConfig::TOLERANCES`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tolerance_seconds: Option<u32>,
    /// `gitlab`: whether requests have the secret token or a signature. Default: token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<GitlabMode>,
    /// `twilio`: the URL that is configured at Twilio. Default: the URL that received the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// An invalid configuration of a scheme.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// No scheme has this name.
    #[error("unknown scheme `{scheme}`; use one of {}", SchemeConfig::OPTIONS.map(|(name, _)| name).join(", "))]
    UnknownScheme {
        /// The configured name.
        scheme: String,
    },
    /// The scheme, or another option, requires an option that is missing.
    #[error("scheme `{scheme}`{condition} requires `{option}`")]
    MissingOption {
        /// The scheme's name.
        scheme: String,
        /// The condition under which the error applies, beginning with a space; empty for all cases.
        condition: &'static str,
        /// The option's name.
        option: &'static str,
    },
    /// The scheme does not support the option: the value is fixed, or the scheme has no use for it.
    #[error("scheme `{scheme}`{condition} does not support `{option}`")]
    UnsupportedOption {
        /// The scheme's name.
        scheme: String,
        /// The condition under which the error applies, beginning with a space; empty for all cases.
        condition: &'static str,
        /// The option's name.
        option: &'static str,
    },
    /// The text is not a valid header name.
    #[error("`{header}` is not a header name")]
    InvalidHeader {
        /// The configured text.
        header: String,
    },
    /// The template is invalid.
    #[error("invalid template `{template}`: {source}")]
    InvalidTemplate {
        /// The configured text.
        template: String,
        /// The problem.
        source: TemplateError,
    },
    /// The tolerance is out of range: zero would accept nothing, and events are deduplicated for a limited time.
    #[error("`tolerance_seconds` of scheme `{scheme}` must be 1 to {max}, the time for which events are deduplicated")]
    InvalidTolerance {
        /// The scheme's name.
        scheme: String,
        /// The maximum.
        max: u32,
    },
    /// The separator is empty. It would split the header after every character.
    #[error("`separator` must not be empty; omit it if the header has one signature")]
    EmptySeparator,
}

impl SchemeConfig {
    /// All schemes, each with the options that it supports.
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

    /// The schemes that sign a time, each with the default of `tolerance_seconds`. The type of each scheme has the source
    /// of its value.
    pub const TOLERANCES: [(&str, u32); 6] = [
        ("gitlab", Standard::TOLERANCE),
        ("hmac", Hmac::TOLERANCE),
        ("linear", Linear::TOLERANCE),
        ("slack", Slack::TOLERANCE),
        ("standard", Standard::TOLERANCE),
        ("stripe", Stripe::TOLERANCE),
    ];

    /// The maximum of `tolerance_seconds`: 15 days, the shortest time for which process can be configured to deduplicate
    /// events. A request that is repeated within this time has no second effect.
    pub const MAX_TOLERANCE: u32 = 15 * 86_400;

    /// Validates the configuration and creates the scheme.
    ///
    /// # Errors
    ///
    /// Returns [`ConfigError`] for the first problem.
    pub fn resolve(&self) -> Result<Scheme, ConfigError> {
        let found = Self::OPTIONS.iter().find(|(name, _)| *name == self.scheme);
        let (_, options) = found.ok_or_else(|| ConfigError::UnknownScheme { scheme: self.scheme.clone() })?;
        if let Some(option) = self.configured_options().find(|option| !options.contains(option)) {
            return Err(self.unsupported(option, ""));
        }
        Ok(match self.scheme.as_str() {
            "bitbucket" => Scheme::Bitbucket(Bitbucket),
            "github" => Scheme::Github(Github),
            "gitlab" => Scheme::Gitlab(self.gitlab()?),
            "linear" => Scheme::Linear(Linear { tolerance: self.tolerance()? }),
            "pagerduty" => Scheme::Pagerduty(Pagerduty),
            "shopify" => Scheme::Shopify(Shopify),
            "slack" => Scheme::Slack(Slack { tolerance: self.tolerance()? }),
            "standard" => Scheme::Standard(self.standard()?),
            "stripe" => Scheme::Stripe(Stripe { tolerance: self.tolerance()? }),
            "twilio" => Scheme::Twilio(Twilio { url: self.url.clone() }),
            _ => Scheme::Hmac(Box::new(self.hmac()?)),
        })
    }

    /// Returns the names of the options that have a value.
    fn configured_options(&self) -> impl Iterator<Item = &'static str> {
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
        .filter_map(|(name, is_configured)| is_configured.then_some(name))
    }

    fn standard(&self) -> Result<Standard, ConfigError> {
        Ok(Standard { tolerance: self.tolerance()? })
    }

    fn gitlab(&self) -> Result<Gitlab, ConfigError> {
        let mode = self.mode.unwrap_or(GitlabMode::Token);
        if mode == GitlabMode::Token && self.tolerance_seconds.is_some() {
            return Err(self.unsupported("tolerance_seconds", " with a token"));
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
        if let Some(header) = headers.into_iter().flatten().find(|header| !is_header_name(header)) {
            return Err(ConfigError::InvalidHeader { header: header.clone() });
        }
        if template.signs_time() && self.timestamp_header.is_none() {
            return Err(self.missing("timestamp_header", " with {timestamp}"));
        }
        if !template.signs_time() && self.timestamp_header.is_some() {
            return Err(self.unsupported("timestamp_header", " without {timestamp}"));
        }
        if !template.signs_time() && self.tolerance_seconds.is_some() {
            return Err(self.unsupported("tolerance_seconds", " without {timestamp}"));
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
            tolerance: self.tolerance()?,
        })
    }

    /// Returns the tolerance, or an error if it is out of range.
    fn tolerance(&self) -> Result<u32, ConfigError> {
        let max = Self::MAX_TOLERANCE;
        let default = || Self::TOLERANCES.into_iter().find(|(scheme, _)| *scheme == self.scheme);
        match self.tolerance_seconds.unwrap_or_else(|| default().map_or(0, |(_, seconds)| seconds)) {
            seconds if (1..=max).contains(&seconds) => Ok(seconds),
            _ => Err(ConfigError::InvalidTolerance { scheme: self.scheme.clone(), max }),
        }
    }

    fn missing(&self, option: &'static str, condition: &'static str) -> ConfigError {
        ConfigError::MissingOption { scheme: self.scheme.clone(), condition, option }
    }

    fn unsupported(&self, option: &'static str, condition: &'static str) -> ConfigError {
        ConfigError::UnsupportedOption { scheme: self.scheme.clone(), condition, option }
    }
}

fn is_header_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}
