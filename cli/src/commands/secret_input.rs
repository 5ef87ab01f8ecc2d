//! The values of a secret: from files, prompts or standard input.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Read, Write};
use std::path::PathBuf;

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use hookline_credentials::Field;
use serde_json::json;

/// Files with the parts of a client certificate.
#[derive(Debug, Default, Args)]
pub(super) struct PemFiles {
    /// File with the client certificate and its chain in PEM, for a destination with `auth = "mtls"`
    #[arg(long, value_name = "FILE", requires_all = ["destination", "key"])]
    certificate: Option<PathBuf>,
    /// File with the private key of the client certificate in PEM
    #[arg(long, value_name = "FILE", requires_all = ["destination", "certificate"])]
    key: Option<PathBuf>,
}

/// Reads a secret. On a terminal, each value has a prompt; otherwise standard input is the secret, or the value that no
/// file has. `fields` are the values of the secret. If they are empty, the secret is one value.
pub(super) fn read(title: &str, fields: &[Field], files: &PemFiles) -> Result<Vec<u8>> {
    let mut values = files.read(fields)?;
    let missing: Vec<_> = fields.iter().filter(|field| !values.contains_key(field.name)).collect();
    if !fields.is_empty() && missing.is_empty() {
        return Ok(combined(fields, &values));
    }
    if !std::io::stdin().is_terminal() {
        let input = standard_input()?;
        return match (values.is_empty(), missing.as_slice()) {
            (true, _) => Ok(input),
            (false, [field]) => {
                let text = String::from_utf8(input).with_context(|| format!("the {} is not a text", field.title))?;
                values.insert(field.name, text.trim_end_matches(['\r', '\n']).to_owned());
                Ok(combined(fields, &values))
            }
            (false, _) => bail!("standard input can have one value: store all values of the secret as JSON instead"),
        };
    }
    match fields {
        [] => Ok(hidden(&format!("secret of {title}: "))?.into_bytes()),
        [field] if !field.is_pem => Ok(hidden(&format!("{} of {title}: ", field.title))?.into_bytes()),
        _ => {
            for field in missing {
                values.insert(field.name, prompt(title, field)?);
            }
            Ok(combined(fields, &values))
        }
    }
}

impl PemFiles {
    fn read(&self, fields: &[Field]) -> Result<BTreeMap<&'static str, String>> {
        let files = [("certificate", &self.certificate), ("key", &self.key)];
        let mut values = BTreeMap::new();
        for (name, file) in files.into_iter().filter_map(|(name, file)| Some((name, file.as_ref()?))) {
            ensure!(
                fields.iter().any(|field| field.is_pem && field.name == name),
                "--certificate and --key are only for destinations with `auth = \"mtls\"`"
            );
            let text = std::fs::read_to_string(file);
            values.insert(name, text.with_context(|| format!("cannot read `{}`", file.display()))?);
        }
        Ok(values)
    }
}

/// Returns the secret with these values: a JSON object, or the only value.
fn combined(fields: &[Field], values: &BTreeMap<&'static str, String>) -> Vec<u8> {
    match (fields, values.first_key_value()) {
        ([_], Some((_, value))) => value.clone().into_bytes(),
        _ => json!(values).to_string().into_bytes(),
    }
}

fn prompt(title: &str, field: &Field) -> Result<String> {
    ensure!(!field.is_pem, "the {} has several lines: name its file with --{}", field.title, field.name);
    let text = format!("{} of {title}: ", field.title);
    if !field.is_public {
        return hidden(&text);
    }
    eprint!("{text}");
    std::io::stderr().flush().context("cannot write to the terminal")?;
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).context("cannot read from the terminal")?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn hidden(prompt: &str) -> Result<String> {
    rpassword::prompt_password(prompt).context("cannot read the secret from the terminal")
}

fn standard_input() -> Result<Vec<u8>> {
    let mut secret = Vec::new();
    std::io::stdin().read_to_end(&mut secret).context("cannot read the secret from standard input")?;
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use hookline_credentials::{Auth, SecretFormat};
    use hookline_signature::Secret;

    use super::*;

    fn fields(auth: Auth, is_signed: bool) -> Vec<Field> {
        SecretFormat::new(auth, is_signed).unwrap().fields()
    }

    #[test]
    fn several_values_are_a_json_object() {
        let values = BTreeMap::from([("username", "a\"b".to_owned()), ("password", " c ".to_owned())]);
        let secret = Secret::from_stored_values(combined(&fields(Auth::Basic, false), &values)).unwrap();
        assert!(SecretFormat::new(Auth::Basic, false).unwrap().parse(&secret).is_ok());
        assert_eq!(secret.expose(), br#"{"password":" c ","username":"a\"b"}"#);
        assert_eq!(combined(&fields(Auth::Bearer, false), &BTreeMap::from([("token", "t".to_owned())])), b"t");
    }

    #[test]
    fn certificate_and_key_come_from_files() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| Some(folder.path().join(name));
        std::fs::write(file("client.crt").unwrap(), "certificate\n").unwrap();
        std::fs::write(file("client.key").unwrap(), "key\n").unwrap();
        let files = PemFiles { certificate: file("client.crt"), key: file("client.key") };
        let secret = read("destination `a`", &fields(Auth::Mtls, false), &files).unwrap();
        assert_eq!(secret, br#"{"certificate":"certificate\n","key":"key\n"}"#);
        let other = read("destination `a`", &fields(Auth::Bearer, false), &files).unwrap_err().to_string();
        assert!(other.contains("only for destinations with `auth = \"mtls\"`"), "{other}");
        let missing = PemFiles { certificate: file("none.crt"), key: file("client.key") };
        let error = read("destination `a`", &fields(Auth::Mtls, false), &missing).unwrap_err().to_string();
        assert!(error.starts_with("cannot read `") && error.ends_with("none.crt`"), "{error}");
    }

    #[test]
    fn certificate_has_no_prompt() {
        let error = prompt("destination `a`", &fields(Auth::Mtls, false)[0]).unwrap_err().to_string();
        assert_eq!(error, "the certificate has several lines: name its file with --certificate");
    }
}
