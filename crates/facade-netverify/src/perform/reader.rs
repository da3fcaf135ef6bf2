//! Members of a JSON object, taken one by one, and everything that is wrong with them.

use serde_json::{Map, Value};
use time::Date;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

/// One member that is wrong, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// As in `userConsent.userLocation.country`.
    pub field: String,
    /// To be read behind the field's name.
    pub message: String,
}

const DATE: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");

pub(crate) struct Reader {
    members: Map<String, Value>,
    /// What stands before the names, as in `userConsent.`.
    prefix: String,
    pub(crate) errors: Vec<FieldError>,
    /// The first member that no honest client sends.
    pub(crate) suspicious: Option<String>,
}

impl Reader {
    pub(crate) fn new(members: Map<String, Value>) -> Self {
        Self { members, prefix: String::new(), errors: Vec::new(), suspicious: None }
    }

    pub(crate) fn wrong(&mut self, name: &str, message: impl Into<String>) {
        let field = format!("{}{name}", self.prefix);
        self.errors.push(FieldError { field, message: message.into() });
    }

    /// A text that is there and not empty. Anything else but null is wrong.
    pub(crate) fn raw(&mut self, name: &str) -> Option<String> {
        match self.members.remove(name) {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) if text.is_empty() => None,
            Some(Value::String(text)) => Some(text),
            Some(_) => {
                self.wrong(name, "must be a string");
                None
            }
        }
    }

    /// A text of at most `most` characters without control characters.
    pub(crate) fn text(&mut self, name: &str, most: usize) -> Option<String> {
        let text = self.raw(name)?;
        if text.chars().any(char::is_control) {
            self.suspicious.get_or_insert_with(|| format!("{}{name}", self.prefix));
            return None;
        }
        let length = text.chars().count();
        if length > most {
            self.wrong(name, format!("has {length} characters, may have at most {most}"));
            return None;
        }
        if text.trim().is_empty() { None } else { Some(text) }
    }

    pub(crate) fn required(&mut self, name: &str, most: usize) -> Option<String> {
        let before = self.errors.len();
        let text = self.text(name, most);
        if text.is_none() && self.errors.len() == before && self.suspicious.is_none() {
            self.wrong(name, "is missing");
        }
        text
    }

    /// One of a closed set, as it stands in `words`.
    pub(crate) fn word<T: Copy>(&mut self, name: &str, words: &[(&str, T)]) -> Option<T> {
        let text = self.text(name, 255)?;
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if found.is_none() {
            let known: Vec<_> = words.iter().map(|(word, _)| *word).collect();
            self.wrong(name, format!("must be one of {}", known.join(", ")));
        }
        found
    }

    /// `YYYY-MM-DD`, a day that there is.
    pub(crate) fn date(&mut self, name: &str) -> Option<String> {
        let text = self.text(name, 255)?;
        // The parser takes years with a sign as well.
        if text.len() == 10
            && text.starts_with(|c: char| c.is_ascii_digit())
            && Date::parse(&text, DATE).is_ok()
        {
            return Some(text);
        }
        self.wrong(name, "must be a date in the form YYYY-MM-DD");
        None
    }

    pub(crate) fn boolean(&mut self, name: &str) -> Option<bool> {
        match self.members.remove(name) {
            None | Some(Value::Null) => None,
            Some(Value::Bool(value)) => Some(value),
            Some(Value::String(text)) if text == "true" => Some(true),
            Some(Value::String(text)) if text == "false" => Some(false),
            Some(_) => {
                self.wrong(name, "must be true or false");
                None
            }
        }
    }

    /// An object's members, named with the object's name in errors.
    pub(crate) fn object(&mut self, name: &str) -> Option<Self> {
        match self.members.remove(name) {
            None | Some(Value::Null) => None,
            Some(Value::Object(members)) => {
                let prefix = format!("{}{name}.", self.prefix);
                Some(Self { members, prefix, errors: Vec::new(), suspicious: None })
            }
            Some(_) => {
                self.wrong(name, "must be an object");
                None
            }
        }
    }

    /// What was wrong within an object is wrong with the whole.
    pub(crate) fn absorb(&mut self, inner: Self) {
        self.errors.extend(inner.errors);
        self.suspicious = self.suspicious.take().or(inner.suspicious);
    }
}
