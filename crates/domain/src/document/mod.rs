//! What was read from a document, and how sure that is. Plain data: who reads it is elsewhere.

mod extraction;
mod findings;
mod kind;

use serde::{Deserialize, Serialize};

pub use extraction::{Extraction, PartialDay, WantedFields};
pub use findings::{
    DocumentFindings, FaceFindings, FaceProblem, Findings, FraudReason, LegibilityDetail, ManipulationDetail,
    Step, UnreadableReason,
};
pub use kind::DocumentType;

use crate::{Point, Rect};

/// Which side of a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DocumentSide {
    /// The side with the portrait; the only one of a passport or a visa.
    Front,
    Back,
}

/// What a field is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FieldName {
    Surname,
    GivenNames,
    DocumentNumber,
    /// Of the person, not of the document.
    PersonalNumber,
    /// ISO 3166-1 alpha-3 or a code of ICAO 9303-3.
    IssuingCountry,
    /// As `IssuingCountry`.
    Nationality,
    /// YYYY-MM-DD; unknown parts are left out from the end.
    BirthDate,
    /// `M`, `F` or `X`.
    Sex,
    /// As `BirthDate`.
    IssueDate,
    /// As `BirthDate`, or [`DOES_NOT_EXPIRE`].
    ExpiryDate,
    BirthPlace,
    Authority,
    /// As printed, lines joined by `, `.
    Address,
    /// The postal code of the state of the USA whose authority issued the card.
    State,
    OptionalData,
    OptionalData2,
}

impl FieldName {
    /// As programs know it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Surname => "surname",
            Self::GivenNames => "givenNames",
            Self::DocumentNumber => "documentNumber",
            Self::PersonalNumber => "personalNumber",
            Self::IssuingCountry => "issuingCountry",
            Self::Nationality => "nationality",
            Self::BirthDate => "birthDate",
            Self::Sex => "sex",
            Self::IssueDate => "issueDate",
            Self::ExpiryDate => "expiryDate",
            Self::BirthPlace => "birthPlace",
            Self::Authority => "authority",
            Self::Address => "address",
            Self::State => "state",
            Self::OptionalData => "optionalData",
            Self::OptionalData2 => "optionalData2",
        }
    }
}

/// The value of [`FieldName::ExpiryDate`] on a document that says that it does not run out, be it in a zone, a barcode or print. It is
/// no day: such a document is neither past its last day nor without a word about it.
pub const DOES_NOT_EXPIRE: &str = "DOES_NOT_EXPIRE";

/// Where on a document something was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FieldSource {
    /// The machine-readable zone.
    Mrz,
    Barcode,
    /// What is printed for people.
    VisualZone,
}

/// One field. What was not read is absent: there is no field without a value.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DocumentField {
    pub name: FieldName,
    pub value: String,
    /// How it is printed for people, where that spells the same differently: `MÜLLER` for the `MUELLER` of a zone or a barcode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub printed: Option<String>,
    /// Where this value, or one that says the same, was read; never empty.
    pub sources: Vec<FieldSource>,
    /// 0..1. What a check digit vouches for is at least 0.99; what one source alone says without a check is as sure as its reader.
    pub confidence: f32,
    /// In pixels of the upright picture; `None` where the source has no place of its own for the field.
    #[serde(rename = "box", default, skip_serializing_if = "Option::is_none")]
    pub bounds: Option<Rect>,
    /// On which side it was read.
    pub side: DocumentSide,
}

impl std::fmt::Debug for DocumentField {
    /// Says which field it is, not what it holds: that is personal data.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DocumentField")
            .field("name", &self.name)
            .field("sources", &self.sources)
            .field("confidence", &self.confidence)
            .finish_non_exhaustive()
    }
}

impl DocumentField {
    /// Whether this is an expiry that says that the document does not run out.
    pub fn does_not_expire(&self) -> bool {
        self.name == FieldName::ExpiryDate && self.value == DOES_NOT_EXPIRE
    }
}

/// A value that a field may have as well as the one that it has, and nothing on the document settles which: a birth a century earlier.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FieldAlternative {
    pub name: FieldName,
    pub value: String,
}

impl std::fmt::Debug for FieldAlternative {
    /// Says which field it is, not what it holds: that is personal data.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FieldAlternative").field("name", &self.name).finish_non_exhaustive()
    }
}

/// One field that is printed in one way and said in another by the machine-readable zone or the barcode, both read with confidence.
/// The reading's field has the latter value.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FieldDisagreement {
    pub name: FieldName,
    /// What is printed for people, in the form of [`DocumentField::value`].
    pub printed: String,
    /// What the other source says.
    pub other: String,
    /// The other source: never [`FieldSource::VisualZone`].
    pub source: FieldSource,
    /// How sure the printed value is, 0..1.
    pub confidence: f32,
    /// Where it is printed, in pixels of the upright picture of `side`.
    #[serde(rename = "box")]
    pub bounds: Rect,
    /// On which side it is printed.
    pub side: DocumentSide,
}

impl std::fmt::Debug for FieldDisagreement {
    /// Says which field it is, not what it holds: that is personal data.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FieldDisagreement")
            .field("name", &self.name)
            .field("source", &self.source)
            .field("confidence", &self.confidence)
            .finish_non_exhaustive()
    }
}

/// A line of what is printed for people, as it was read.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PrintedLine {
    /// In the Latin alphabet; what is printed in another one is not among the lines.
    pub text: String,
    /// 0..1, of the least sure character.
    pub confidence: f32,
    /// In pixels of the upright picture, in the direction of reading: top left, top right, bottom right, bottom left.
    pub corners: [Point; 4],
}

impl std::fmt::Debug for PrintedLine {
    /// Says nothing of the person.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PrintedLine").field("confidence", &self.confidence).finish_non_exhaustive()
    }
}

/// Layouts of the machine-readable zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum MrzFormat {
    #[serde(rename = "TD1")]
    Td1,
    #[serde(rename = "TD2")]
    Td2,
    #[serde(rename = "TD3")]
    Td3,
    #[serde(rename = "MRV-A")]
    MrvA,
    #[serde(rename = "MRV-B")]
    MrvB,
    /// The French identity card of 1988 to 2021.
    #[serde(rename = "CNI")]
    FrenchIdentityCard,
    /// The Swiss driving licence.
    #[serde(rename = "CHE-DL")]
    SwissDrivingLicence,
}

/// What the reading of a machine-readable zone is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MrzVerdict {
    /// Every check digit agrees, and no other reading is about as likely.
    Valid,
    /// Every check digit agrees, but another reading is about as likely: compare with what is printed.
    Ambiguous,
    /// The layout has no check digits.
    Unprotected,
    /// A check digit disagrees, or something that one covers cannot be.
    Invalid,
}

/// What decided between readings of a zone that all check digits accept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MrzSettledBy {
    /// The recogniser was surer of one of them.
    Recogniser,
    /// How the issuer's numbers are made.
    Profile,
    /// What is printed for people.
    Print,
    Barcode,
}

/// A rule that no check digit covers and that a zone breaks. Its fields can be read all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MrzRule {
    /// The document code is none of ICAO Doc 9303 for this layout.
    DocumentCode,
    /// The state is on no list.
    StateCode,
    /// A character that the field may not hold.
    Characters,
    /// Fillers where none may be, or none where some have to be.
    Shape,
    /// The field is empty, and its issuer is not known to leave it so.
    Empty,
}

/// A broken rule and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MrzIrregularity {
    pub rule: MrzRule,
    /// `None` for the document code.
    pub field: Option<FieldName>,
}

/// Another way to read a zone that every check digit accepts.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MrzAlternative {
    /// With their fillers.
    pub lines: Vec<String>,
}

impl std::fmt::Debug for MrzAlternative {
    /// Says nothing of the person.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MrzAlternative").finish_non_exhaustive()
    }
}

/// One check digit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MrzCheck {
    /// What it vouches for; `None` for the composite one.
    pub field: Option<FieldName>,
    pub ok: bool,
}

/// The machine-readable zone as it was read.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MrzReading {
    pub format: MrzFormat,
    /// With their fillers.
    pub lines: Vec<String>,
    pub verdict: MrzVerdict,
    /// In the order of their positions; the composite one last.
    pub checks: Vec<MrzCheck>,
    /// Characters that differ from what the recogniser thought likeliest, because field types or check digits said so.
    pub corrected: u32,
    /// The name fills its field, so that some of it may be cut off.
    pub name_truncated: bool,
    /// What decided between this reading and another one that all check digits accept; `None` where there is no other, or nothing did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled_by: Option<MrzSettledBy>,
    /// The other readings of an ambiguous zone that are known, the likeliest first; those of a settled one are dropped.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alternatives: Vec<MrzAlternative>,
    /// Rules that no check digit covers and that the zone breaks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub irregularities: Vec<MrzIrregularity>,
    /// In pixels of the upright picture, in the direction of reading: top left, top right, bottom right, bottom left.
    pub corners: [Point; 4],
    /// What it says, with `FieldSource::Mrz` as the only source.
    pub fields: Vec<DocumentField>,
}

impl std::fmt::Debug for MrzReading {
    /// Says nothing of the person.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MrzReading")
            .field("format", &self.format)
            .field("verdict", &self.verdict)
            .field("checks", &self.checks)
            .finish_non_exhaustive()
    }
}

/// Kinds of barcodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum BarcodeKind {
    #[serde(rename = "PDF417")]
    Pdf417,
    #[serde(rename = "QR")]
    QrCode,
}

/// What a barcode holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum BarcodeContent {
    /// A North American licence or identity card: the version of the standard, and the issuer's letters (`VA`) where they are known.
    Aamva { version: u8, issuer: Option<String> },
    /// Something else.
    Unknown,
}

/// A barcode as it was read.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BarcodeReading {
    pub kind: BarcodeKind,
    pub content: BarcodeContent,
    /// Everything in it: personal data.
    pub text: String,
    /// Points of the code that the decoder found, in pixels of the upright picture; how many depends on the kind.
    pub corners: Vec<Point>,
}

impl std::fmt::Debug for BarcodeReading {
    /// Says nothing of the person.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BarcodeReading")
            .field("kind", &self.kind)
            .field("content", &self.content)
            .finish_non_exhaustive()
    }
}

/// What a reader of documents noticed. Not a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DocumentWarning {
    /// Nothing was found that tells what document this is.
    UnknownDocument,
    /// A machine-readable zone was found, and no reading of it agrees with its check digits.
    MrzInvalid,
    /// The machine-readable zone can be read in several ways.
    MrzAmbiguous,
    /// The check digits of the machine-readable zone agree, and it breaks another rule.
    MrzIrregular,
    /// The barcode departs from its standard so far that some of its data may be missing.
    BarcodeIrregular,
    /// A barcode was read whose content is of no known kind.
    BarcodeNotUnderstood,
    /// The budget of the picture ended before everything was read that is asked of it: what is absent may be there.
    ReadingIncomplete,
}

/// Everything that was read from one picture of a document, or from both its sides.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DocumentReading {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_type: Option<DocumentType>,
    /// Which side the picture shows; of two pictures, the first one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub side: Option<DocumentSide>,
    /// ISO 3166-1 alpha-3, or a code of ICAO 9303-3.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuing_country: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mrz: Option<MrzReading>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub barcode: Option<BarcodeReading>,
    pub fields: Vec<DocumentField>,
    /// What some fields may be as well. Empty where print, dates or the recogniser settled it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alternatives: Vec<FieldAlternative>,
    /// Where what is printed and what a machine reads differ clearly; empty when the visual zone was not read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub disagreements: Vec<FieldDisagreement>,
    /// What is printed for people, without the lines of the machine-readable zone; of two sides, the first one's lines. Empty when
    /// the visual zone was not read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<PrintedLine>,
    /// The page's corners in pixels of the picture, clockwise from the one nearest to its upper left, where its edges were found; of two
    /// sides, the first one's. They may lie outside of the picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<[Point; 4]>,
    pub warnings: Vec<DocumentWarning>,
}

impl DocumentReading {
    /// What two pictures of one document say together. What both know, the first one's word stands for; a field that both read with
    /// the same value has the sources of both and the better confidence.
    #[must_use]
    pub fn with_back(mut self, back: Self) -> Self {
        self.document_type = self.document_type.or(back.document_type);
        self.issuing_country = self.issuing_country.or(back.issuing_country);
        for field in back.fields {
            match self.fields.iter_mut().find(|known| known.name == field.name) {
                Some(known) if known.value == field.value => {
                    known.confidence = known.confidence.max(field.confidence);
                    known.sources.extend(field.sources);
                    known.sources.sort_unstable();
                    known.sources.dedup();
                }
                Some(_) => {}
                None => self.fields.push(field),
            }
        }
        self.fields.sort_by_key(|field| field.name);
        self.alternatives.extend(back.alternatives);
        self.disagreements.extend(back.disagreements);
        self.warnings.extend(back.warnings);
        if self.document_type.is_some() {
            self.warnings.retain(|warning| *warning != DocumentWarning::UnknownDocument);
        }
        self.warnings.sort_unstable();
        self.warnings.dedup();
        self.mrz = self.mrz.or(back.mrz);
        self.barcode = self.barcode.or(back.barcode);
        self
    }

    /// Takes `value` for what a zone's field says, where something else on the document settled it: in the fields and in the zone's own.
    pub fn settle(&mut self, name: FieldName, value: &str) {
        let of_zone = self.mrz.iter_mut().flat_map(|mrz| &mut mrz.fields);
        for field in self.fields.iter_mut().chain(of_zone).filter(|field| field.name == name) {
            value.clone_into(&mut field.value);
        }
        self.alternatives.retain(|other| other.name != name);
    }

    /// Drops the births that cannot be: nobody was born after the day of issue of their own document, nor after its last day. Only of
    /// days that were read at least as surely as `least_confidence`.
    pub fn settle_births(&mut self, least_confidence: f32) {
        let last = [FieldName::IssueDate, FieldName::ExpiryDate]
            .into_iter()
            .filter_map(|name| self.field(name))
            .filter(|field| field.confidence >= least_confidence && !field.does_not_expire())
            .map(|field| field.value.clone())
            .min();
        let (Some(last), Some(born)) = (last, self.value(FieldName::BirthDate).map(str::to_owned)) else {
            return;
        };
        let others = self.alternatives.iter().filter(|other| other.name == FieldName::BirthDate);
        let possible: Vec<String> = others
            .map(|other| other.value.clone())
            .chain([born])
            .filter(|born| {
                let known = born.len().min(last.len());
                born.get(..known) <= last.get(..known)
            })
            .collect();
        if let [only] = &possible[..] {
            self.settle(FieldName::BirthDate, only);
        }
    }

    /// A field, if it was read.
    pub fn field(&self, name: FieldName) -> Option<&DocumentField> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The value of a field, if it was read.
    pub fn value(&self, name: FieldName) -> Option<&str> {
        self.field(name).map(|field| field.value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(fields: &[(FieldName, &str, f32)], side: DocumentSide) -> DocumentReading {
        let source = if side == DocumentSide::Front { FieldSource::VisualZone } else { FieldSource::Mrz };
        DocumentReading {
            document_type: (side == DocumentSide::Back).then_some(DocumentType::IdentityCard),
            side: Some(side),
            issuing_country: None,
            mrz: None,
            barcode: None,
            fields: fields
                .iter()
                .map(|(name, value, confidence)| DocumentField {
                    name: *name,
                    value: (*value).to_owned(),
                    printed: None,
                    sources: vec![source],
                    confidence: *confidence,
                    bounds: None,
                    side,
                })
                .collect(),
            alternatives: Vec::new(),
            disagreements: Vec::new(),
            lines: Vec::new(),
            page: None,
            warnings: if side == DocumentSide::Front {
                vec![DocumentWarning::UnknownDocument]
            } else {
                Vec::new()
            },
        }
    }

    #[test]
    fn two_sides_add_up_and_agreement_counts() {
        let front = reading(
            &[(FieldName::Surname, "ERIKSSON", 0.8), (FieldName::BirthPlace, "ZENITH", 0.7)],
            DocumentSide::Front,
        );
        let back = reading(
            &[(FieldName::Surname, "ERIKSSON", 0.97), (FieldName::Sex, "F", 0.97)],
            DocumentSide::Back,
        );
        let whole = front.with_back(back);
        assert_eq!(whole.document_type, Some(DocumentType::IdentityCard));
        assert!(whole.warnings.is_empty());
        let surname = whole.field(FieldName::Surname).unwrap();
        assert_eq!(surname.sources, [FieldSource::Mrz, FieldSource::VisualZone]);
        assert!((surname.confidence - 0.97).abs() < 1e-6);
        assert_eq!(whole.value(FieldName::Sex), Some("F"));
        assert_eq!(whole.value(FieldName::BirthPlace), Some("ZENITH"));
        assert_eq!(whole.value(FieldName::Authority), None);
    }

    #[test]
    fn what_a_document_says_of_its_own_days_settles_a_century() {
        let of = |issued: &str, confidence| {
            let mut reading = reading(
                &[(FieldName::BirthDate, "2025-01-01", 0.99), (FieldName::IssueDate, issued, confidence)],
                DocumentSide::Front,
            );
            let value = "1925-01-01".to_owned();
            reading.alternatives.push(FieldAlternative { name: FieldName::BirthDate, value });
            reading.settle_births(0.9);
            let born = reading.value(FieldName::BirthDate).map(str::to_owned);
            (born.unwrap(), reading.alternatives.len())
        };
        assert_eq!(of("2022-04-15", 0.95), ("1925-01-01".to_owned(), 0));
        assert_eq!(of("2022", 0.95), ("1925-01-01".to_owned(), 0));
        // A child, or somebody a hundred years older: both stand.
        assert_eq!(of("2026-04-15", 0.95), ("2025-01-01".to_owned(), 1));
        assert_eq!(of("2025", 0.95), ("2025-01-01".to_owned(), 1));
        assert_eq!(of("2022-04-15", 0.6), ("2025-01-01".to_owned(), 1));
    }

    #[test]
    fn values_are_not_printed_by_accident() {
        let whole = reading(&[(FieldName::Surname, "ERIKSSON", 0.8)], DocumentSide::Front);
        assert!(!format!("{whole:?}").contains("ERIKSSON"));
    }
}
