//! Personal data that cannot be printed by accident.

use serde::{Deserialize, Serialize};

/// Wraps what must never reach a log, a metric or an error text. `Debug` and `Display` say only that something is there;
/// reading the value is an explicit [`expose`](Self::expose).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Personal<T>(T);

impl<T> Personal<T> {
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    pub const fn expose(&self) -> &T {
        &self.0
    }

    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> std::fmt::Debug for Personal<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[personal]")
    }
}

impl<T> std::fmt::Display for Personal<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[personal]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_prints_its_value() {
        let name = Personal::new("Erika Mustermann".to_owned());
        assert_eq!(format!("{name:?} {name}"), "[personal] [personal]");
        assert_eq!(name.expose(), "Erika Mustermann");
    }
}
