//! What was read from a document.

use serde::{Deserialize, Serialize};

use super::DocumentType;

/// What is to be read and checked. What is not asked for is neither stored nor told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct WantedFields {
    pub number: bool,
    pub first_name: bool,
    pub last_name: bool,
    pub birth_date: bool,
    pub expiry: bool,
    pub us_state: bool,
    pub personal_number: bool,
    pub face_match: bool,
    pub address: bool,
}

impl WantedFields {
    pub const NONE: Self = Self {
        number: false,
        first_name: false,
        last_name: false,
        birth_date: false,
        expiry: false,
        us_state: false,
        personal_number: false,
        face_match: false,
        address: false,
    };
    /// Everything that is read from the document; no comparison of faces.
    pub const READ: Self = Self {
        number: true,
        first_name: true,
        last_name: true,
        birth_date: true,
        expiry: true,
        us_state: true,
        personal_number: true,
        face_match: false,
        address: true,
    };
}

/// Name of a field, the one that settings of earlier versions have it by, and where it is.
type Field = (&'static str, &'static str, fn(&mut WantedFields) -> &mut bool);

const FIELDS: [Field; 9] = [
    ("documentNumber", "idNumber", |fields| &mut fields.number),
    ("givenNames", "idFirstName", |fields| &mut fields.first_name),
    ("surname", "idLastName", |fields| &mut fields.last_name),
    ("birthDate", "idDob", |fields| &mut fields.birth_date),
    ("expiryDate", "idExpiry", |fields| &mut fields.expiry),
    ("state", "idUsState", |fields| &mut fields.us_state),
    ("personalNumber", "idPersonalNumber", |fields| &mut fields.personal_number),
    ("similarity", "idFaceMatch", |fields| &mut fields.face_match),
    ("address", "idAddress", |fields| &mut fields.address),
];

impl WantedFields {
    /// The fields of a list of names, separated by commas.
    ///
    /// # Errors
    /// The names that are not known.
    pub fn named(list: &str) -> Result<Self, Vec<String>> {
        let mut fields = Self::NONE;
        let mut unknown = Vec::new();
        for name in list.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            match FIELDS.iter().find(|(known, alias, _)| *known == name || *alias == name) {
                Some((.., field)) => *field(&mut fields) = true,
                None => unknown.push(name.to_owned()),
            }
        }
        if unknown.is_empty() { Ok(fields) } else { Err(unknown) }
    }

    /// The names that configurations have those by that are on, in a fixed order.
    pub fn aliases(mut self) -> Vec<&'static str> {
        FIELDS.iter().filter(|(.., field)| *field(&mut self)).map(|(_, alias, _)| *alias).collect()
    }

    /// The names of those that are on, in a fixed order.
    pub fn names(mut self) -> Vec<&'static str> {
        FIELDS.iter().filter(|(.., field)| *field(&mut self)).map(|(name, ..)| *name).collect()
    }
}

/// A date of which day and month may be unknown, as documents have them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartialDay {
    pub year: i32,
    /// 1..=12
    pub month: Option<u8>,
    /// 1..=31
    pub day: Option<u8>,
}

impl PartialDay {
    /// `YYYY-MM-DD`; `None` when it is not known to the day.
    pub fn exact(&self) -> Option<String> {
        let (month, day) = (self.month?, self.day?);
        Some(format!("{:04}-{month:02}-{day:02}", self.year))
    }
}

/// The fields of a document. What was not read, or not asked for, is absent. Personal: stored sealed, never printed.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Extraction {
    pub kind: Option<DocumentType>,
    /// ISO 3166-1 alpha-3, or XKX.
    pub issuing_country: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub birth_date: Option<PartialDay>,
    pub expiry: Option<PartialDay>,
    /// The document says that it does not run out: then it has no `expiry`.
    pub does_not_expire: bool,
    pub issued: Option<PartialDay>,
    pub number: Option<String>,
    pub personal_number: Option<String>,
    /// `M`, `F` or `X`.
    pub sex: Option<String>,
    /// ISO 3166-1 alpha-3.
    pub nationality: Option<String>,
    pub place_of_birth: Option<String>,
    pub address: Option<String>,
    pub us_state: Option<String>,
    pub issuing_authority: Option<String>,
    pub optional_data_1: Option<String>,
    pub optional_data_2: Option<String>,
}

impl std::fmt::Debug for Extraction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[personal]")
    }
}

impl Extraction {
    /// Without what was not asked for.
    #[must_use]
    pub fn only(self, fields: WantedFields) -> Self {
        Self {
            first_name: self.first_name.filter(|_| fields.first_name),
            last_name: self.last_name.filter(|_| fields.last_name),
            birth_date: self.birth_date.filter(|_| fields.birth_date),
            expiry: self.expiry.filter(|_| fields.expiry),
            does_not_expire: self.does_not_expire && fields.expiry,
            number: self.number.filter(|_| fields.number),
            personal_number: self.personal_number.filter(|_| fields.personal_number),
            address: self.address.filter(|_| fields.address),
            us_state: self.us_state.filter(|_| fields.us_state),
            // The raw optional fields may hold the personal number.
            optional_data_1: self.optional_data_1.filter(|_| fields.personal_number),
            optional_data_2: self.optional_data_2.filter(|_| fields.personal_number),
            ..self
        }
    }
}
