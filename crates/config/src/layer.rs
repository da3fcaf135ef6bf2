//! The layers of the configuration, each known by a name that an error can point at.

use std::path::Path;

use figment::providers::{Env, Format as _, Toml};
use figment::value::{Dict, Map, Value};
use figment::{Error, Figment, Metadata, Profile, Provider};

const PREFIX: &str = "SELFSAME__";

/// Keys whose values are text whatever they look like: the environment's other values are read as TOML, which would turn the
/// secret `007` into 7 and a folder named `1e3` into 1000.
const TEXT: &[&str] = &[
    "data.dir",
    "database.url",
    "blobs.bucket",
    "blobs.endpoint",
    "blobs.region",
    "blobs.access_key_id",
    "blobs.secret_access_key",
    "security.master_key",
    "bootstrap.api_key",
    "bootstrap.api_token",
    "bootstrap.api_secret",
    "bootstrap.administration_token",
    "bootstrap.administration_secret",
    "models.dir",
    "log.filter",
];
const TEXT_TABLE: &str = "models.slots.";

/// Keys of secrets. Each may be given as a file instead, under its name with `_file` behind it: then it stands in no environment, no
/// list of processes and no configuration.
const SECRETS: &[&str] = &[
    "database.url",
    "blobs.access_key_id",
    "blobs.secret_access_key",
    "security.master_key",
    "bootstrap.api_key",
    "bootstrap.api_token",
    "bootstrap.api_secret",
    "bootstrap.administration_token",
    "bootstrap.administration_secret",
];
const FILE: &str = "_file";
/// Longest file of a secret that is read.
const LONGEST_SECRET: u64 = 64 * 1024;

/// The secret in a file, without the line break at its end.
fn secret_in(key: &str, file: &Path) -> Result<String, Box<Error>> {
    let failed = |what: String| Box::new(Error::from(format!("{key}{FILE}: {}: {what}", file.display())));
    let about = std::fs::metadata(file).map_err(|error| failed(format!("it cannot be read: {error}")))?;
    if about.len() > LONGEST_SECRET {
        return Err(failed(format!("it is larger than {LONGEST_SECRET} bytes, and no secret")));
    }
    #[cfg(unix)]
    if std::os::unix::fs::PermissionsExt::mode(&about.permissions()) & 0o022 != 0 {
        return Err(failed("others may write to it; take that right away (chmod go-w)".to_owned()));
    }
    let text =
        std::fs::read_to_string(file).map_err(|error| failed(format!("it cannot be read: {error}")))?;
    let secret = text.trim_end_matches(['\r', '\n']);
    if secret.is_empty() {
        return Err(failed("it is empty".to_owned()));
    }
    Ok(secret.to_owned())
}

/// Puts what is in the files of secrets in their place.
fn with_secrets(mut values: Dict) -> Result<Dict, Box<Error>> {
    for key in SECRETS {
        let Some((section, name)) = key.split_once('.') else { continue };
        let Some(Value::Dict(_, section)) = values.get_mut(section) else { continue };
        let Some(named) = section.remove(&format!("{name}{FILE}")) else { continue };
        let Some(file) = named.as_str() else {
            return Err(Box::new(Error::from(format!("{key}{FILE} must be the path of a file, in quotes"))));
        };
        if section.contains_key(name) {
            return Err(Box::new(Error::from(format!(
                "{key} and {key}{FILE} are both set; keep one of them"
            ))));
        }
        section.insert(name.to_owned(), Value::from(secret_in(key, Path::new(file))?));
    }
    Ok(values)
}

/// Where values come from, and the values.
struct Layer {
    name: String,
    values: Result<Dict, Error>,
}

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        // Without figment's own profile, of which ours has but one.
        Metadata::named(self.name.clone()).interpolater(|_, path| path.join("."))
    }

    fn data(&self) -> Result<Map<Profile, Dict>, Error> {
        Ok(Map::from([(Profile::Default, self.values.clone()?)]))
    }
}

/// A text in TOML.
pub(crate) fn toml(name: impl Into<String>, text: &str) -> impl Provider {
    // A syntax error names line and column, and quotes the line: of what is not yet known to be no secret.
    let values =
        Toml::from_str::<Dict>(text).map_err(|error| Error::from(without_quotation(&error.to_string())));
    let values = match values.map(with_secrets) {
        Ok(Ok(values)) => Ok(values),
        Ok(Err(error)) => Err(*error),
        Err(error) => Err(error),
    };
    Layer { name: name.into(), values }
}

/// One layer for each variable `SELFSAME__SECTION__KEY`, so that an error names the very one.
pub(crate) fn with_environment(mut figment: Figment) -> Figment {
    for (key, text) in Env::prefixed(PREFIX).split("__").iter() {
        let key = key.as_str();
        let of_secret = key.strip_suffix(FILE).is_some_and(|secret| SECRETS.contains(&secret));
        let value = if TEXT.contains(&key) || of_secret || key.starts_with(TEXT_TABLE) {
            Value::from(text)
        } else {
            // What is no TOML is a string; and figment's reader of it knows no exponents.
            let value: Value = text.parse().unwrap_or_else(|never: std::convert::Infallible| match never {});
            match (value.as_str(), text.trim().parse::<f64>()) {
                (Some(_), Ok(number)) if number.is_finite() => Value::from(number),
                _ => value,
            }
        };
        let name = format!("the environment variable {PREFIX}{}", key.to_uppercase().replace('.', "__"));
        let values = with_secrets(figment::util::nest(key, value).into_dict().unwrap_or_default())
            .map_err(|error| *error);
        figment = figment.merge(Layer { name, values });
    }
    figment
}

/// Keeps of the parser's message the place and the reason.
fn without_quotation(message: &str) -> String {
    message.lines().filter(|line| !line.contains('|')).map(str::trim).collect::<Vec<_>>().join(": ")
}
