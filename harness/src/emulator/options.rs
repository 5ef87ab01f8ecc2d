//! Configuration emulator: what was said, and what it comes to on this machine.

use std::net::Ipv4Addr;
use std::str::FromStr;

use clap::{Args, ValueEnum};
use reqwest::Url;

use super::docker::Engine;
use super::{EmulatorInfo, Kind};

/// The last tag of LocalStack that needs no token.
const COMMUNITY: &str = "localstack/localstack:4.14.0";
/// Since March 2026 the current one serves every plan, and asks for a token.
const CURRENT: &str = "localstack/localstack:latest";

/// What a person can say about the emulator.
#[derive(Debug, Clone, Args)]
pub(crate) struct Options {
    /// localstack (a container), ministack (a local process), or the URL of one that is up already; without it,
    /// localstack if a Docker engine answers, else ministack
    #[arg(long, value_name = "NAME|URL")]
    pub(super) emulator: Option<Choice>,
    /// LocalStack's image; without it 4.14.0, or the current one if LOCALSTACK_AUTH_TOKEN is set
    #[arg(long, value_name = "IMAGE", env = "LOCALSTACK_IMAGE")]
    image: Option<String>,
    /// The front door: a REST API, or the cheaper HTTP API
    #[arg(long, value_enum, value_name = "TYPE", default_value_t = Api::Rest)]
    pub(crate) api: Api,
    /// Passed on to LocalStack
    #[arg(skip = std::env::var("LOCALSTACK_AUTH_TOKEN").ok().filter(|token| !token.is_empty()))]
    pub(super) token: Option<String>,
    /// Port of the emulator on this machine, instead of a free one
    #[arg(long)]
    pub(super) port: Option<u16>,
    /// Address at which functions of an emulator that was up already reach this machine
    #[arg(long, value_name = "IPV4", default_value_t = Ipv4Addr::LOCALHOST)]
    pub(super) host_address: Ipv4Addr,
}

/// The root's `api_type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Api {
    Rest,
    Http,
}

/// What was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Choice {
    Ministack,
    Localstack,
    /// Where it is, without a slash at the end.
    Url(String),
}

impl FromStr for Choice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "ministack" => Ok(Self::Ministack),
            "localstack" => Ok(Self::Localstack),
            url if Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host()) => {
                Ok(Self::Url(url.trim_end_matches('/').to_owned()))
            }
            _ => Err("neither localstack, ministack nor a URL such as http://127.0.0.1:4566".to_owned()),
        }
    }
}

impl Options {
    /// What was said, or what this machine can do; in the second case it says what that is.
    pub(super) async fn choose(&self) -> Choice {
        if let Some(choice) = &self.emulator {
            return choice.clone();
        }
        if !cfg!(target_os = "linux") {
            eprintln!("MiniStack is used: LocalStack runs functions in Linux containers, and these are built for here");
            return Choice::Ministack;
        }
        match Engine::find().await {
            Ok(_) => {
                eprintln!("a Docker engine answers: LocalStack is used (--emulator ministack does without)");
                Choice::Localstack
            }
            Err(error) => {
                eprintln!("MiniStack is used, without a container: {error}");
                Choice::Ministack
            }
        }
    }

    /// Whether a stack that is up there is one that was asked for.
    pub(crate) fn accept(&self, emulator_info: &EmulatorInfo) -> bool {
        match &self.emulator {
            None => true,
            Some(Choice::Ministack) => emulator_info.kind == Kind::Ministack,
            Some(Choice::Localstack) => {
                matches!(&emulator_info.kind, Kind::Localstack { image } if *image == self.image())
            }
            Some(Choice::Url(url)) => emulator_info.kind == Kind::External && emulator_info.endpoint == *url,
        }
    }

    pub(super) fn image(&self) -> String {
        let default = if self.token.is_some() { CURRENT } else { COMMUNITY };
        self.image.clone().unwrap_or_else(|| default.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(text: &str, expected: Option<Choice>) {
        assert_eq!(text.parse().ok(), expected, "{text}");
    }

    #[test]
    fn a_choice_is_a_name_or_a_url() {
        case("ministack", Some(Choice::Ministack));
        case("localstack", Some(Choice::Localstack));
        case("http://127.0.0.1:4566/", Some(Choice::Url("http://127.0.0.1:4566".into())));
        case("https://emulator.example", Some(Choice::Url("https://emulator.example".into())));
        case("LocalStack", None);
        case("127.0.0.1:4566", None);
        case("file:///etc", None);
    }

    fn options(emulator: Option<Choice>, image: Option<&str>, token: Option<&str>) -> Options {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let (api, port, host_address) = (Api::Rest, None, Ipv4Addr::LOCALHOST);
        Options { emulator, image: owned(image), api, token: owned(token), port, host_address }
    }

    #[test]
    fn a_token_chooses_the_current_image_and_a_name_overrules_it() {
        assert_eq!(options(None, None, None).image(), COMMUNITY);
        assert_eq!(options(None, None, Some("ls-1")).image(), CURRENT);
        assert_eq!(options(None, Some("mirror/localstack:1"), Some("ls-1")).image(), "mirror/localstack:1");
    }

    #[test]
    fn a_stack_on_another_emulator_is_not_the_one_that_was_asked_for() {
        let emulator_info =
            |kind| EmulatorInfo { kind, endpoint: "http://127.0.0.1:1".into(), host: Ipv4Addr::LOCALHOST };
        let localstack = emulator_info(Kind::Localstack { image: COMMUNITY.into() });
        assert!(options(None, None, None).accept(&localstack));
        assert!(options(Some(Choice::Localstack), None, None).accept(&localstack));
        assert!(!options(Some(Choice::Localstack), Some("other"), None).accept(&localstack));
        assert!(!options(Some(Choice::Ministack), None, None).accept(&localstack));
        let url = |url: &str| options(Some(Choice::Url(url.into())), None, None);
        assert!(url("http://127.0.0.1:1").accept(&emulator_info(Kind::External)));
        assert!(!url("http://127.0.0.1:2").accept(&emulator_info(Kind::External)));
    }
}
