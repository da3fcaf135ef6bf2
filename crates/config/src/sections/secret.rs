//! Values that are never shown.

use selfsame_domain::SecretString;
use serde::Deserializer;
use serde::de::{Error, Visitor};

/// A secret setting: never printed.
pub type Secret = SecretString;

/// Reads a secret. A value of another type is refused without being quoted, as serde would.
pub(super) fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
    deserializer.deserialize_any(SecretVisitor)
}

const FORM: &str = "a secret must be a text of at least one character, in quotes";

struct SecretVisitor;

impl<'de> Visitor<'de> for SecretVisitor {
    type Value = Option<Secret>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(FORM)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        if text.is_empty() { Err(E::custom(FORM)) } else { Ok(Some(Secret::new(text))) }
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> {
        Err(E::custom(FORM))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Self::Value, E> {
        Err(E::custom(FORM))
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Self::Value, E> {
        Err(E::custom(FORM))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Self::Value, E> {
        Err(E::custom(FORM))
    }
}
