use serde::{Deserialize, Serialize};

use crate::{Encoding, Github, Hmac, Scheme};

/// A source's scheme as Terraform writes it: what was said, before it is checked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct SchemeConfig {
    /// The scheme's name: one of [`SchemeConfig::KNOWN`].
    pub scheme: String,
    /// `hmac`: the header that carries the signature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// `hmac`: what comes before the signature, for instance `sha256=`. Default: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// `hmac`: how the signature is written. Default: hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoding: Option<Encoding>,
}

/// Why a source's scheme cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// No scheme has this name.
    #[error("unknown scheme `{scheme}`; known are {}", SchemeConfig::KNOWN.join(", "))]
    UnknownScheme {
        /// The name that was given.
        scheme: String,
    },
    /// The scheme needs an option that was not given.
    #[error("scheme `{scheme}` needs `{option}`")]
    MissingOption {
        /// The scheme's name.
        scheme: String,
        /// The option's name.
        option: &'static str,
    },
    /// The scheme fixes what the option would change.
    #[error("scheme `{scheme}` takes no `{option}`")]
    NeedlessOption {
        /// The scheme's name.
        scheme: String,
        /// The option's name.
        option: &'static str,
    },
    /// Not a header's name.
    #[error("`{header}` is not a header's name")]
    BadHeader {
        /// What was given.
        header: String,
    },
}

impl SchemeConfig {
    /// The schemes that there are.
    pub const KNOWN: [&str; 2] = ["github", "hmac"];

    /// Checks what was said and gives what it means.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] names the first fault.
    pub fn resolve(&self) -> Result<Scheme, ConfigError> {
        match self.scheme.as_str() {
            "github" => {
                self.refuse("header", self.header.is_some())?;
                self.refuse("prefix", self.prefix.is_some())?;
                self.refuse("encoding", self.encoding.is_some())?;
                Ok(Scheme::Github(Github))
            }
            "hmac" => {
                let header = self.header.clone().ok_or_else(|| self.missing("header"))?;
                if header.is_empty()
                    || !header.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
                {
                    return Err(ConfigError::BadHeader { header });
                }
                let prefix = self.prefix.clone().unwrap_or_default();
                Ok(Scheme::Hmac(Hmac { header, prefix, encoding: self.encoding.unwrap_or(Encoding::Hex) }))
            }
            _ => Err(ConfigError::UnknownScheme { scheme: self.scheme.clone() }),
        }
    }

    fn missing(&self, option: &'static str) -> ConfigError {
        ConfigError::MissingOption { scheme: self.scheme.clone(), option }
    }

    fn refuse(&self, option: &'static str, given: bool) -> Result<(), ConfigError> {
        if given { Err(ConfigError::NeedlessOption { scheme: self.scheme.clone(), option }) } else { Ok(()) }
    }
}
