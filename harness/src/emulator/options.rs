//! Options that select the emulator, and the default choice for this machine.

use std::net::Ipv4Addr;
use std::str::FromStr;

use clap::{Args, ValueEnum};
use reqwest::Url;

use super::docker::Engine;
use super::info::{EmulatorInfo, EmulatorKind};

/// Last image of LocalStack that works without a token.
const COMMUNITY_IMAGE: &str = "localstack/localstack:4.14.0";
/// Current image. Since March 2026 it contains every plan and requires a token.
const CURRENT_IMAGE: &str = "localstack/localstack:latest";

/// Options of all commands that start an emulator.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Emulator")]
pub(crate) struct EmulatorOptions {
    /// Emulator: localstack (a container), ministack (a local process), or the URL of a running emulator; default:
    /// localstack if a Docker engine responds, otherwise ministack
    #[arg(long, value_name = "NAME|URL")]
    pub(super) emulator: Option<EmulatorChoice>,
    /// Image of LocalStack; default: localstack/localstack:4.14.0, or :latest if LOCALSTACK_AUTH_TOKEN is set
    #[arg(long, value_name = "IMAGE", env = "LOCALSTACK_IMAGE")]
    image: Option<String>,
    /// API type: a REST API, or the cheaper HTTP API
    #[arg(long, value_enum, value_name = "TYPE", default_value_t = ApiType::Rest)]
    pub(crate) api: ApiType,
    /// Licence token of LocalStack
    #[arg(skip = std::env::var("LOCALSTACK_AUTH_TOKEN").ok().filter(|token| !token.is_empty()))]
    pub(super) token: Option<String>,
    /// Port of the emulator on this machine; default: a free port
    #[arg(long)]
    pub(super) port: Option<u16>,
    /// Address at which the functions of an emulator at a URL reach this machine
    #[arg(long, value_name = "IPV4", default_value_t = Ipv4Addr::LOCALHOST)]
    pub(super) host_address: Ipv4Addr,
}

/// Terraform's variable `api_type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ApiType {
    Rest,
    Http,
}

/// A selected emulator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum EmulatorChoice {
    /// MiniStack as a local process.
    Ministack,
    /// LocalStack in a container.
    Localstack,
    /// URL of a running emulator, without a trailing slash.
    Url(String),
}

impl FromStr for EmulatorChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "ministack" => Ok(Self::Ministack),
            "localstack" => Ok(Self::Localstack),
            url if Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host()) => {
                Ok(Self::Url(url.trim_end_matches('/').to_owned()))
            }
            _ => Err("expected localstack, ministack or a URL such as http://127.0.0.1:4566".to_owned()),
        }
    }
}

impl EmulatorOptions {
    /// Returns the selected emulator, or the best one for this machine. Prints the choice in the second case.
    pub(super) async fn choose(&self) -> EmulatorChoice {
        if let Some(choice) = &self.emulator {
            return choice.clone();
        }
        if !cfg!(target_os = "linux") {
            eprintln!(
                "using MiniStack: LocalStack runs functions in Linux containers, and the functions are built for this machine"
            );
            return EmulatorChoice::Ministack;
        }
        match Engine::find().await {
            Ok(_) => {
                eprintln!("using LocalStack in a container; --emulator ministack needs no container");
                EmulatorChoice::Localstack
            }
            Err(error) => {
                eprintln!("using MiniStack, which needs no container: {error}");
                EmulatorChoice::Ministack
            }
        }
    }

    /// Returns whether a running emulator is the selected one.
    pub(crate) fn matches(&self, info: &EmulatorInfo) -> bool {
        match &self.emulator {
            None => true,
            Some(EmulatorChoice::Ministack) => info.kind == EmulatorKind::Ministack,
            Some(EmulatorChoice::Localstack) => {
                matches!(&info.kind, EmulatorKind::Localstack { image } if *image == self.image())
            }
            Some(EmulatorChoice::Url(url)) => info.kind == EmulatorKind::External && info.endpoint == *url,
        }
    }

    /// Returns the image of LocalStack.
    pub(super) fn image(&self) -> String {
        let default = if self.token.is_some() { CURRENT_IMAGE } else { COMMUNITY_IMAGE };
        self.image.clone().unwrap_or_else(|| default.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(text: &str, expected: Option<EmulatorChoice>) {
        assert_eq!(text.parse().ok(), expected, "{text}");
    }

    #[test]
    fn parses_a_name_or_a_url() {
        case("ministack", Some(EmulatorChoice::Ministack));
        case("localstack", Some(EmulatorChoice::Localstack));
        case("http://127.0.0.1:4566/", Some(EmulatorChoice::Url("http://127.0.0.1:4566".into())));
        case("https://emulator.example", Some(EmulatorChoice::Url("https://emulator.example".into())));
        case("LocalStack", None);
        case("127.0.0.1:4566", None);
        case("file:///etc", None);
    }

    fn options(emulator: Option<EmulatorChoice>, image: Option<&str>, token: Option<&str>) -> EmulatorOptions {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let (api, port, host_address) = (ApiType::Rest, None, Ipv4Addr::LOCALHOST);
        EmulatorOptions { emulator, image: owned(image), api, token: owned(token), port, host_address }
    }

    #[test]
    fn token_selects_current_image_unless_image_is_set() {
        assert_eq!(options(None, None, None).image(), COMMUNITY_IMAGE);
        assert_eq!(options(None, None, Some("ls-1")).image(), CURRENT_IMAGE);
        assert_eq!(options(None, Some("mirror/localstack:1"), Some("ls-1")).image(), "mirror/localstack:1");
    }

    #[test]
    fn matches_only_the_selected_emulator() {
        let info = |kind| EmulatorInfo { kind, endpoint: "http://127.0.0.1:1".into(), host: Ipv4Addr::LOCALHOST };
        let localstack = info(EmulatorKind::Localstack { image: COMMUNITY_IMAGE.into() });
        assert!(options(None, None, None).matches(&localstack));
        assert!(options(Some(EmulatorChoice::Localstack), None, None).matches(&localstack));
        assert!(!options(Some(EmulatorChoice::Localstack), Some("other"), None).matches(&localstack));
        assert!(!options(Some(EmulatorChoice::Ministack), None, None).matches(&localstack));
        let url = |url: &str| options(Some(EmulatorChoice::Url(url.into())), None, None);
        assert!(url("http://127.0.0.1:1").matches(&info(EmulatorKind::External)));
        assert!(!url("http://127.0.0.1:2").matches(&info(EmulatorKind::External)));
    }
}
