//! What was read from a document.

use serde::{Deserialize, Serialize};

use super::{IdKind, Outcome, Scan, ScanFields};

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
pub struct ScanReading {
    pub kind: Option<IdKind>,
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

impl std::fmt::Debug for ScanReading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[personal]")
    }
}

impl ScanReading {
    /// Whose document it is, ISO 3166-1 alpha-3: what was read on it, else, of one that was approved, what was announced, because that is
    /// what it was judged by. The latter is the integrator's word, and no field of the document.
    pub fn country<'a>(&'a self, scan: &'a Scan) -> Option<&'a str> {
        let approved = scan.decision().is_some_and(|decision| decision.outcome == Outcome::Approved);
        self.issuing_country.as_deref().or_else(|| approved.then_some(scan.request.country.as_str()))
    }

    /// Without what was not asked for.
    #[must_use]
    pub fn only(self, fields: ScanFields) -> Self {
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
