//! What a document says: everything that is printed, in the zone for people, the zone for machines, and the barcode.

use std::collections::BTreeMap;

use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use selfsame_mrz::compose::{self, Draft};
use selfsame_mrz::{Format, MrzDate, Sex};
use serde::Serialize;
use time::{Date, Duration};

use crate::person::{Person, pick, random_day};
use crate::{Design, Language, licence};

/// What is printed, and in which size (width x height in millimetres).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Data page of a passport, 125 x 88, two lines of 44.
    Passport,
    /// Card of 85.6 x 54, three lines of 30 on the back.
    IdentityCardTd1,
    /// Card of 105 x 74, two lines of 36 on the front.
    IdentityCardTd2,
    /// Card of 85.6 x 54, an AAMVA PDF417 and a QR code on the back.
    DrivingLicence,
    /// Sticker of 120 x 80, two lines of 44.
    VisaA,
    /// Sticker of 105 x 74, two lines of 36.
    VisaB,
}

impl Kind {
    /// Every kind.
    pub const ALL: &[Self] = &[
        Self::Passport,
        Self::IdentityCardTd1,
        Self::IdentityCardTd2,
        Self::DrivingLicence,
        Self::VisaA,
        Self::VisaB,
    ];

    /// Width and height in millimetres (ICAO 9303-4 to -7; ISO/IEC 7810 ID-1 for licences).
    #[must_use]
    pub fn size_mm(self) -> (f32, f32) {
        match self {
            Self::Passport => (125.0, 88.0),
            Self::IdentityCardTd1 | Self::DrivingLicence => (85.6, 54.0),
            Self::IdentityCardTd2 | Self::VisaB => (105.0, 74.0),
            Self::VisaA => (120.0, 80.0),
        }
    }

    /// The layout of the machine-readable zone; licences have none.
    #[must_use]
    pub fn format(self) -> Option<Format> {
        match self {
            Self::Passport => Some(Format::Td3),
            Self::IdentityCardTd1 => Some(Format::Td1),
            Self::IdentityCardTd2 => Some(Format::Td2),
            Self::DrivingLicence => None,
            Self::VisaA => Some(Format::MrvA),
            Self::VisaB => Some(Format::MrvB),
        }
    }

    /// The sides that carry data.
    #[must_use]
    pub fn sides(self) -> &'static [Side] {
        match self {
            Self::IdentityCardTd1 | Self::DrivingLicence => &[Side::Front, Side::Back],
            _ => &[Side::Front],
        }
    }
}

/// A side of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// The side with the portrait.
    Front,
    /// The other one.
    Back,
}

/// A field of the zone for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Field {
    /// The document code, such as `P`.
    Type,
    /// Three letters.
    IssuingState,
    /// The document's number.
    Number,
    /// Family name.
    Surname,
    /// Given names, all of them.
    GivenNames,
    /// Three letters.
    Nationality,
    /// Date of birth.
    BirthDate,
    /// A letter, or two divided by a stroke.
    Sex,
    /// A town.
    BirthPlace,
    /// Date of issue.
    IssueDate,
    /// Last day of validity.
    ExpiryDate,
    /// Who issued it.
    Authority,
    /// The holder's number in the register.
    PersonalNumber,
    /// Two lines.
    Address,
    /// In centimetres.
    Height,
    /// What the holder may drive.
    Categories,
    /// `A` to `D`.
    VisaCategory,
    /// First day of validity of a visa.
    ValidFrom,
    /// `01`, `02` or `MULT`.
    Entries,
    /// In days.
    Stay,
    /// The passport that a visa belongs to.
    PassportNumber,
}

/// One field: how it is printed, and what that means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Value {
    /// The lines as printed.
    pub printed: Vec<String>,
    /// The same without style: dates as `YYYY-MM-DD`, the sex as `F`, `M` or `X`, names in the holder's own case, lines joined by `, `.
    pub meaning: String,
}

impl Value {
    fn plain(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { printed: vec![text.clone()], meaning: text }
    }
}

/// How dates are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DateStyle {
    /// `12 08 1974`
    Blanks,
    /// `12.08.1974`
    Dots,
    /// `12/08/1974`
    Strokes,
    /// `12-08-1974`
    Hyphens,
    /// `1974-08-12`
    Iso,
    /// `1974.08.12.`
    YearFirstDots,
    /// `08/12/1974`, month first.
    MonthFirst,
    /// `12 AUG 1974`, the month in the first language.
    MonthName,
    /// `12 AOÛ/AUG 74`, the month in both languages (in one where there is one), the year in two digits.
    MonthNames,
}

impl DateStyle {
    /// Every style.
    pub const ALL: &[Self] = &[
        Self::Blanks,
        Self::Dots,
        Self::Strokes,
        Self::Hyphens,
        Self::Iso,
        Self::YearFirstDots,
        Self::MonthFirst,
        Self::MonthName,
        Self::MonthNames,
    ];

    /// The date in this style; names of months in `languages`.
    #[must_use]
    pub fn print(self, date: Date, languages: &[Language]) -> String {
        let (year, month, day) = (date.year(), u8::from(date.month()), date.day());
        let name = |at: usize| languages.get(at).map(|language| language.month(month));
        match self {
            Self::Blanks => format!("{day:02} {month:02} {year}"),
            Self::Dots => format!("{day:02}.{month:02}.{year}"),
            Self::Strokes => format!("{day:02}/{month:02}/{year}"),
            Self::Hyphens => format!("{day:02}-{month:02}-{year}"),
            Self::Iso => format!("{year}-{month:02}-{day:02}"),
            Self::YearFirstDots => format!("{year}.{month:02}.{day:02}."),
            Self::MonthFirst => format!("{month:02}/{day:02}/{year}"),
            Self::MonthName => format!("{day:02} {} {year}", name(0).unwrap_or("???")),
            Self::MonthNames => match (name(0), name(1)) {
                (Some(one), Some(two)) if one != two => format!("{day:02} {one}/{two} {:02}", year % 100),
                (one, _) => format!("{day:02} {} {:02}", one.unwrap_or("???"), year % 100),
            },
        }
    }
}

/// A document of an invented country. Change what you like before you render it: what is printed is what stands here.
#[derive(Clone, Debug)]
pub struct Document {
    /// What it is.
    pub kind: Kind,
    /// How it looks.
    pub design: Design,
    /// Who holds it.
    pub holder: Person,
    /// First day of validity, 2018 to 2025.
    pub issue_date: Date,
    /// Last day of validity: ten years after the issue, of a visa half a year to two.
    pub expiry_date: Date,
    /// What is printed for people.
    pub fields: BTreeMap<Field, Value>,
    /// The lines of the machine-readable zone; empty where the kind has none.
    pub mrz: Vec<String>,
    /// The payload of the PDF417; empty where the kind has none.
    pub barcode: Vec<u8>,
    /// The payload of the QR code; empty where there is none.
    pub qr: String,
    /// A word across every side, such as SPECIMEN.
    pub overprint: Option<String>,
}

/// Codes of nationalities, next to the specimen's own.
const NATIONALITIES: &[&str] =
    &["UTO", "UTO", "UTO", "UTO", "DEU", "FRA", "ESP", "POL", "SWE", "USA", "GBR", "D"];

impl Document {
    /// The document of a seed: always the same one.
    #[must_use]
    pub fn random(kind: Kind, seed: u64) -> Self {
        let mut rng =
            Xoshiro256PlusPlus::seed_from_u64(seed ^ (kind as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let design = Design::random(kind, &mut rng);
        Self::of(kind, design, &mut rng)
    }

    /// Another holder's document of the same design: another front for this back.
    #[must_use]
    pub fn sibling(&self, seed: u64) -> Self {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed.wrapping_add(0x51B1));
        Self::of(self.kind, self.design.clone(), &mut rng)
    }

    fn of(kind: Kind, design: Design, rng: &mut Xoshiro256PlusPlus) -> Self {
        let holder = Person::random(design.languages[0], rng);
        let issue_date = random_day(rng, 2018, 2025);
        let expiry_date = match kind {
            Kind::VisaA | Kind::VisaB => issue_date + Duration::days(rng.random_range(180..730)),
            _ => issue_date + Duration::days(3652),
        };
        let mut document = Self {
            kind,
            design,
            holder,
            issue_date,
            expiry_date,
            fields: BTreeMap::new(),
            mrz: Vec::new(),
            barcode: Vec::new(),
            qr: String::new(),
            overprint: None,
        };
        document.fill(rng);
        document
    }

    fn fill(&mut self, rng: &mut Xoshiro256PlusPlus) {
        let number = random_number(self.kind, rng);
        let personal =
            rng.random_bool(0.5).then(|| format!("{:010}", rng.random_range(0..9_999_999_999_u64)));
        let nationality = pick(rng, NATIONALITIES).to_owned();
        let code = match self.kind {
            Kind::Passport => "P",
            Kind::IdentityCardTd1 | Kind::IdentityCardTd2 => pick(rng, &["ID", "I", "IC"]),
            Kind::DrivingLicence => "DL",
            Kind::VisaA | Kind::VisaB => "V",
        };
        let (holder, design) = (self.holder.clone(), self.design.clone());
        let cased = |text: &str| if design.capitals { text.to_uppercase() } else { text.to_owned() };
        let named = |text: &str| Value { printed: vec![cased(text)], meaning: text.to_owned() };
        let dated = |date: Date| Value {
            printed: vec![design.dates.print(date, &design.languages)],
            meaning: iso(date),
        };
        let mut put = |field, value| {
            self.fields.insert(field, value);
        };
        put(Field::Surname, named(&holder.surname));
        put(Field::GivenNames, named(&holder.given_names));
        put(Field::BirthDate, dated(holder.birth_date));
        put(Field::Sex, sex(holder.sex, design.languages[0], rng));
        put(Field::Number, Value::plain(number.clone()));
        put(Field::ExpiryDate, dated(self.expiry_date));
        match self.kind {
            Kind::Passport | Kind::IdentityCardTd1 | Kind::IdentityCardTd2 => {
                put(Field::Type, Value::plain(code));
                put(Field::IssuingState, Value::plain(design.state));
                put(Field::Nationality, Value::plain(nationality.clone()));
                put(Field::BirthPlace, named(&holder.birth_place));
                put(Field::IssueDate, dated(self.issue_date));
                put(Field::Authority, named(design.authority));
                if let Some(personal) = &personal {
                    put(Field::PersonalNumber, Value::plain(personal.clone()));
                }
                if self.kind != Kind::Passport {
                    put(Field::Address, address(&holder, cased));
                    put(
                        Field::Height,
                        Value {
                            printed: vec![format!("{} cm", holder.height_cm)],
                            meaning: holder.height_cm.to_string(),
                        },
                    );
                }
            }
            Kind::DrivingLicence => {
                put(Field::IssueDate, dated(self.issue_date));
                put(Field::Authority, named(design.authority));
                put(Field::Address, address(&holder, cased));
                put(Field::Categories, Value::plain(pick(rng, &["B", "AM B", "A B", "B BE C1", "A1 B"])));
            }
            Kind::VisaA | Kind::VisaB => {
                put(Field::Nationality, Value::plain(nationality.clone()));
                put(Field::IssueDate, dated(self.issue_date));
                put(Field::ValidFrom, dated(self.issue_date));
                put(Field::VisaCategory, Value::plain(pick(rng, &["A", "B", "C", "D"])));
                put(Field::Entries, Value::plain(pick(rng, &["01", "02", "MULT"])));
                put(Field::Stay, Value::plain(pick(rng, &["15", "30", "90", "180"])));
                put(Field::PassportNumber, Value::plain(random_number(Kind::Passport, rng)));
            }
        }
        if let Some(format) = self.kind.format() {
            self.fill_mrz(format, code, number, nationality, personal);
        } else {
            let card = licence::card(self, rng);
            self.barcode = licence::payload(&card, rng);
            self.qr = format!("UTOPIA/LICENCE/{}/{}", number, iso(self.expiry_date));
        }
    }

    fn fill_mrz(
        &mut self,
        format: Format,
        code: &str,
        number: String,
        nationality: String,
        personal: Option<String>,
    ) {
        let optional = match self.kind {
            // A TD2 has seven places, a visa is given none.
            Kind::IdentityCardTd2 => personal.map(|digits| digits[..7].to_owned()),
            Kind::VisaA | Kind::VisaB => None,
            _ => personal,
        };
        let draft = Draft {
            document_code: code.to_owned(),
            issuing_state: self.design.state.to_owned(),
            primary_identifier: self.holder.surname.clone(),
            secondary_identifier: self.holder.given_names.clone(),
            document_number: number,
            nationality,
            birth_date: short(self.holder.birth_date),
            sex: self.holder.sex,
            expiry_date: short(self.expiry_date),
            optional_data: optional.unwrap_or_default(),
            optional_data_2: String::new(),
        };
        self.mrz = match compose::compose(format, &draft) {
            Ok(lines) => lines,
            Err(error) => unreachable!("what random documents hold fits the format: {error}"),
        };
    }

    /// The first printed line of a field, or nothing.
    #[must_use]
    pub fn printed(&self, field: Field) -> &str {
        self.fields.get(&field).and_then(|value| value.printed.first()).map_or("", String::as_str)
    }
}

pub(crate) fn iso(date: Date) -> String {
    format!("{}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day())
}

fn short(date: Date) -> MrzDate {
    let year = u8::try_from(date.year().rem_euclid(100)).unwrap_or_default();
    MrzDate { year: Some(year), month: Some(date.month().into()), day: Some(date.day()) }
}

fn address(holder: &Person, cased: impl Fn(&str) -> String) -> Value {
    Value {
        printed: holder.address.iter().map(|line| cased(line)).collect(),
        meaning: holder.address.join(", "),
    }
}

/// Some issuers print the letter of the MRZ, some their own beside it.
fn sex(sex: Sex, language: Language, rng: &mut Xoshiro256PlusPlus) -> Value {
    let (woman, man) = language.sexes();
    let (own, letter) = match sex {
        Sex::Female => (woman, "F"),
        Sex::Male => (man, "M"),
        Sex::Unspecified => ("X", "X"),
    };
    let both = own != letter && rng.random_bool(0.6);
    let printed = if both { format!("{own}/{letter}") } else { letter.to_owned() };
    Value { printed: vec![printed], meaning: letter.to_owned() }
}

/// Letters and digits in the patterns that issuers use, nine characters at most. Every pattern mixes characters that an OCR confuses.
fn random_number(kind: Kind, rng: &mut Xoshiro256PlusPlus) -> String {
    let pattern = match kind {
        Kind::Passport => {
            pick(rng, &["A00000000", "AA0000000", "000000000", "*********", "A000000A0", "AAA000000"])
        }
        Kind::DrivingLicence => pick(rng, &["A0000000", "000000000", "AA000000", "0000AAAA"]),
        Kind::VisaA | Kind::VisaB => pick(rng, &["AA0000000", "000000000", "A00000000"]),
        Kind::IdentityCardTd1 | Kind::IdentityCardTd2 => {
            pick(rng, &["AAA000000", "*********", "000000000", "00000000A", "AA00000A0"])
        }
    };
    let letter = |rng: &mut Xoshiro256PlusPlus| char::from(b'A' + rng.random_range(0..26_u8));
    let digit = |rng: &mut Xoshiro256PlusPlus| char::from(b'0' + rng.random_range(0..10_u8));
    pattern
        .chars()
        .map(|place| match place {
            'A' => letter(rng),
            '0' => digit(rng),
            _ if rng.random_bool(0.4) => letter(rng),
            _ => digit(rng),
        })
        .collect()
}
