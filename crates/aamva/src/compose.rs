//! Writes payloads, for tests and for document generators.

use time::Date;

use crate::date::{self, Order};
use crate::{Absence, Address, Card, Country, Designator, Element, Expiry, Kind, MAX_LENGTH, Name, version};

/// Why a card cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ComposeError {
    /// No such version.
    #[error("AAMVA version {0} cannot be written: the standards define 1 to 11")]
    Version(u8),
    /// [`Card::kind`] is `None`.
    #[error("the card has no kind: set it to licence or identity card")]
    NoKind,
    /// A number of the header has too many digits.
    #[error("the issuer number or a version in the header has too many digits: six and two are the most")]
    Header,
    /// A value holds a separator or another control character, or one that ISO 8859-1 does not have.
    #[error("element {0} holds a control character or one outside ISO 8859-1: take it out")]
    Character(String),
    /// The payload would be longer than [`MAX_LENGTH`].
    #[error("the payload would have {0} bytes, more than {MAX_LENGTH}: leave elements out")]
    TooLong(usize),
}

/// Writes a card by the rules of `version` (1 to 11), in ISO 8859-1, with true offsets and lengths.
///
/// [`Card::header`] gives the issuer number and the jurisdiction version; its version and number of entries are not looked at, nor are
/// warnings. Fields that the version has no element for are left out. Mandatory elements without a value are written as `NONE`, or as
/// `unavl` where [`Card::absent`] says so; an unstated truncation as `U`. A version 1 card has the file type `AAMVA`, later ones `ANSI `.
///
/// # Errors
///
/// [`ComposeError`] for an unknown version, a card without kind, characters that cannot be written, and payloads that are too long.
pub fn compose(card: &Card, version: u8) -> Result<Vec<u8>, ComposeError> {
    if !(1..=version::NEWEST).contains(&version) {
        return Err(ComposeError::Version(version));
    }
    let kind = card.kind.ok_or(ComposeError::NoKind)?;
    let designator = match kind {
        Kind::Licence => Designator::LICENCE,
        Kind::IdentityCard => Designator::IDENTITY_CARD,
    };
    let mut bodies = vec![(designator, body(designator, &ordered(card, version))?)];
    for subfile in &card.subfiles {
        bodies.push((subfile.designator, body(subfile.designator, &pairs(&subfile.elements))?));
    }

    let jurisdiction_version = card.header.jurisdiction_version.unwrap_or(0);
    if card.header.iin > 999_999 || jurisdiction_version > 99 || bodies.len() > 99 {
        return Err(ComposeError::Header);
    }
    let mut header = match version {
        1 => format!("@\n\x1e\rAAMVA{:06}{version:02}{:02}", card.header.iin, bodies.len()),
        _ => format!(
            "@\n\x1e\rANSI {:06}{version:02}{jurisdiction_version:02}{:02}",
            card.header.iin,
            bodies.len()
        ),
    };
    let mut offset = header.len() + 10 * bodies.len();
    let total = offset + bodies.iter().map(|(_, body)| body.len()).sum::<usize>();
    if total > MAX_LENGTH {
        return Err(ComposeError::TooLong(total));
    }
    for (designator, body) in &bodies {
        header.push_str(&format!("{designator}{offset:04}{:04}", body.len()));
        offset += body.len();
    }
    let mut payload = header.into_bytes();
    for (_, body) in bodies {
        payload.extend(body);
    }
    Ok(payload)
}

type Pairs = Vec<(String, String)>;

fn pairs(elements: &[Element]) -> Pairs {
    elements.iter().map(|element| (element.id.to_string(), element.value.clone())).collect()
}

/// A subfile: its type, elements parted by LF, and CR at the end.
fn body(designator: Designator, elements: &Pairs) -> Result<Vec<u8>, ComposeError> {
    let mut body = designator.as_str().as_bytes().to_vec();
    for (at, (id, value)) in elements.iter().enumerate() {
        if at > 0 {
            body.push(b'\n');
        }
        body.extend(id.bytes());
        for c in value.chars() {
            let byte = u8::try_from(u32::from(c)).ok().filter(|_| !c.is_control());
            body.push(byte.ok_or_else(|| ComposeError::Character(id.clone()))?);
        }
    }
    body.push(b'\r');
    Ok(body)
}

/// The elements of the document: the mandatory ones in the order of the standard, then the others.
fn ordered(card: &Card, version: u8) -> Pairs {
    let mut given = elements(card, version);
    for (id, absence) in &card.absent {
        if *absence == Absence::Unavailable && given.iter().all(|(other, _)| *id != other.as_str()) {
            given.push((id.to_string(), "unavl".to_owned()));
        }
    }
    let mut ordered = Vec::new();
    for id in version::mandatory(version, card.kind) {
        match given.iter().position(|(other, _)| other == id) {
            Some(at) => ordered.push(given.remove(at)),
            None if version::alternatives(id).iter().any(|id| given.iter().any(|(other, _)| other == id)) => {
            }
            None => {
                let word = if matches!(id, "DDE" | "DDF" | "DDG") { "U" } else { "NONE" };
                ordered.push((id.to_owned(), word.to_owned()));
            }
        }
    }
    ordered.extend(given);
    ordered
}

/// Every element that the card has a value for and the version an element.
fn elements(card: &Card, version: u8) -> Pairs {
    let order = match (version, card.issuing_country()) {
        (1, _) | (_, Some(Country::Canada)) => Order::YearFirst,
        _ => Order::MonthFirst,
    };
    let mut pairs = Pairs::new();
    let mut add = |id: &str, since: u8, value: Option<String>| {
        if let Some(value) = value.filter(|_| version >= since) {
            pairs.push((id.to_owned(), value));
        }
    };
    let day = |date: Option<Date>| date.map(|date| date::write(date, order));
    let flag = |flag: Option<bool>| flag.map(|flag| if flag { "1" } else { "0" }.to_owned());

    add("DAQ", 1, card.number.clone());
    for (id, value) in name(&card.name, version) {
        add(id, 1, value);
    }
    add("DBB", 1, day(card.birth_date));
    add("DBD", 1, day(card.issue_date));
    add(
        "DBA",
        1,
        match card.expiry {
            Some(Expiry::Never) => Some(date::NEVER.to_owned()),
            _ => day(card.expiry_date()),
        },
    );
    add("DBC", 1, card.sex.map(|sex| sex.write(version).to_owned()));
    add("DAY", 1, card.eyes.map(|eyes| eyes.code().to_owned()));
    add("DAZ", 1, card.hair.map(|hair| hair.code().to_owned()));
    if let Some((id, value)) = card.height.map(|height| height.write(version)) {
        add(id, 1, Some(value));
    }
    if let Some((id, value)) = card.weight.map(crate::Weight::write) {
        add(id, if id == "DCE" { 2 } else { 1 }, Some(value));
    }
    for (id, value) in address(&card.address, ["DAG", "DAH", "DAI", "DAJ", "DAK"], version) {
        add(id, 1, value);
    }
    if version == 1 {
        for (id, value) in address(&card.residence, ["DAL", "DAM", "DAN", "DAO", "DAP"], version) {
            add(id, 1, value);
        }
        add("DBH", 1, flag(card.organ_donor));
    }
    let privileges = &card.privileges;
    let [class, restrictions, endorsements] =
        if version == 1 { ["DAR", "DAS", "DAT"] } else { ["DCA", "DCB", "DCD"] };
    add(class, 1, privileges.vehicle_class.clone());
    add(restrictions, 1, privileges.restrictions.clone());
    add(endorsements, 1, privileges.endorsements.clone());
    add("DCH", if version <= 3 { 2 } else { u8::MAX }, privileges.federal_commercial.clone());
    add("DCF", 2, card.document_discriminator.clone());
    add("DCG", 2, card.country.map(|country| country.alpha3().to_owned()));
    add("DCI", 2, card.birth_place.clone());
    add("DCJ", 2, card.audit_information.clone());
    add("DCK", 2, card.inventory_control.clone());
    add("DDA", 4, card.compliance.map(|compliance| compliance.code().to_owned()));
    add("DDB", 4, day(card.revision_date));
    add("DDC", if version <= 10 { 4 } else { u8::MAX }, day(card.hazmat_expiry_date));
    add("DDD", 4, flag(card.limited_duration));
    add("DDH", 5, day(card.under_18_until));
    add("DDI", 5, day(card.under_19_until));
    add("DDJ", 5, day(card.under_21_until));
    add("DDK", 6, flag(card.organ_donor));
    add("DDL", 7, flag(card.veteran));
    add("DDM", 11, flag(card.commercial));
    add("DDN", 11, flag(card.non_domiciled));
    add("DDO", 11, flag(card.enhanced));
    add("DDP", 11, flag(card.permit));
    for element in &card.other {
        add(element.id.as_str(), 1, Some(element.value.clone()));
    }
    pairs
}

fn name(name: &Name, version: u8) -> Vec<(&'static str, Option<String>)> {
    match version {
        1 => vec![("DAA", name.join()), ("DAF", name.prefix.clone())],
        2 | 3 => {
            let given = match (&name.first, &name.middle) {
                (Some(first), Some(middle)) => Some(format!("{first},{middle}")),
                (first, _) => first.clone(),
            };
            vec![("DCS", name.family.clone()), ("DCT", given), ("DCU", name.suffix.clone())]
        }
        _ => {
            let truncation =
                |truncation: Option<crate::Truncation>| truncation.map(|it| it.code().to_owned());
            vec![
                ("DCS", name.family.clone()),
                ("DDE", truncation(name.family_truncation)),
                ("DAC", name.first.clone()),
                ("DDF", truncation(name.first_truncation)),
                ("DAD", name.middle.clone()),
                ("DDG", truncation(name.middle_truncation)),
                ("DCU", name.suffix.clone()),
            ]
        }
    }
}

/// An address; a ZIP code is filled to nine digits, and from version 2 on DAK to eleven characters (F11ANS).
fn address(address: &Address, ids: [&'static str; 5], version: u8) -> [(&'static str, Option<String>); 5] {
    let postal_code = address.postal_code.as_ref().map(|code| {
        let packed: String = code.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        let zip = packed.len() == 5 && packed.bytes().all(|byte| byte.is_ascii_digit());
        let filled = if zip { format!("{packed}0000") } else { packed };
        if version == 1 { filled } else { format!("{filled:<11}") }
    });
    let [street, street_2, city, jurisdiction, code] = ids;
    [
        (street, address.street.clone()),
        (street_2, address.street_2.clone()),
        (city, address.city.clone()),
        (jurisdiction, address.jurisdiction.clone()),
        (code, postal_code),
    ]
}
