//! The layers of the configuration, each known by a name that an error can point at.

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
    Layer { name: name.into(), values }
}

/// One layer for each variable `SELFSAME__SECTION__KEY`, so that an error names the very one.
pub(crate) fn with_environment(mut figment: Figment) -> Figment {
    for (key, text) in Env::prefixed(PREFIX).split("__").iter() {
        let key = key.as_str();
        let value = if TEXT.contains(&key) || key.starts_with(TEXT_TABLE) {
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
        let values = figment::util::nest(key, value).into_dict().unwrap_or_default();
        figment = figment.merge(Layer { name, values: Ok(values) });
    }
    figment
}

/// Keeps of the parser's message the place and the reason.
fn without_quotation(message: &str) -> String {
    message.lines().filter(|line| !line.contains('|')).map(str::trim).collect::<Vec<_>>().join(": ")
}
