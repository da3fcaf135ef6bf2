//! A zone that can be read in two ways, and what is printed for people or stands in a barcode.
//!
//! Its check digits agree in both ways, so that they cannot tell. Print can, where it was read on its own and says to the letter what the
//! zone says: nobody prints the other way by chance. So can a barcode. The name is held against the print as well: no check digit covers it, and it may be
//! what the doubt is about.

use selfsame_domain::document::{
    DocumentField, DocumentReading, FieldName, FieldSource, MrzReading, MrzSettledBy, PrintedLine,
};

use super::AgreementParams;

/// What has to be printed as the zone has it, to the letter.
const EXACT: [FieldName; 3] = [FieldName::DocumentNumber, FieldName::BirthDate, FieldName::ExpiryDate];
/// A zone that is in doubt is read with 0.7, and with 0.3 where check digits mended more than letters read for digits (`document/zone` of the
/// vision).
const LEAST_OF_ZONE: f32 = 0.6;
/// Confidences are added up in single precision.
const ROUNDING: f32 = 1e-4;

/// What settles how the zone of one of the sides is to be read: check digits mended nothing in it, number, date of birth and day of expiry
/// are printed or coded exactly as it has them, the names as ICAO 9303-3 spells them, and no print says anything else. `whole`: both sides
/// together.
pub(super) fn confirmed_by(
    zone: &MrzReading,
    sides: &[&DocumentReading],
    whole: &DocumentReading,
    params: &AgreementParams,
) -> Option<MrzSettledBy> {
    let said = |name| zone.fields.iter().find(|field| field.name == name);
    let printed = |said| sides.iter().any(|side| prints(side, said, params.least_confidence));
    let coded = |said| sides.iter().any(|side| codes(side, said));
    // Where it does not run out, often nothing is printed.
    let never = |name| said(name).is_some_and(DocumentField::does_not_expire);
    let exact = |name| never(name) || said(name).is_some_and(|said| printed(said) || coded(said));
    let named = |said: &DocumentField| {
        let other = |source: &FieldSource| *source != FieldSource::Mrz;
        let same = |field: &DocumentField| field.value == said.value && field.sources.iter().any(other);
        whole.field(said.name).is_some_and(same)
    };
    let names = [FieldName::Surname, FieldName::GivenNames].map(said);
    // What check digits had to mend may be what was altered: they lead back to the true value, which is the one that is printed.
    let confirmed = zone.fields.iter().all(|field| field.confidence >= LEAST_OF_ZONE)
        && EXACT.into_iter().all(exact)
        && names.iter().any(Option::is_some)
        && names.into_iter().flatten().all(named)
        && !contradicted(zone, sides, whole);
    let by_print = said(FieldName::DocumentNumber).is_some_and(printed);
    confirmed.then_some(if by_print { MrzSettledBy::Print } else { MrzSettledBy::Barcode })
}

/// Whether a barcode on a side says exactly what the zone says. Its characters are not misread: they have error correction of their own.
fn codes(side: &DocumentReading, said: &DocumentField) -> bool {
    side.field(said.name)
        .is_some_and(|field| field.value == said.value && field.sources.contains(&FieldSource::Barcode))
}

/// Whether a side prints exactly what the zone says, and its print was read as surely as print has to be.
fn prints(side: &DocumentReading, said: &DocumentField, least: f32) -> bool {
    let same = |field: &&DocumentField| field.value == said.value;
    let Some(field) = side.field(said.name).filter(same) else { return false };
    let date = said.name != FieldName::DocumentNumber;
    if date && said.value.len() != "YYYY-MM-DD".len() {
        return false;
    }
    match field.sources[..] {
        [FieldSource::VisualZone] => field.confidence >= least,
        [FieldSource::Mrz, FieldSource::VisualZone] => {
            // The zone's own doubt and the print's were multiplied: this is the print's.
            let doubt = (1.0 - field.confidence) / (1.0 - said.confidence).max(f32::EPSILON);
            // Dates are the same or not. Numbers are taken for the same where letters look alike, which is what the doubt is about.
            let to_the_letter = |line: &PrintedLine| {
                line.confidence >= least
                    && line.text.chars().filter(|c| !matches!(c, ' ' | '-' | '.')).eq(said.value.chars())
            };
            1.0 - doubt + ROUNDING >= least && (date || side.lines.iter().any(to_the_letter))
        }
        _ => false,
    }
}

/// Whether some print says something else than the zone. What a doubted zone contradicts at its label is told by no `disagreements`, so
/// that lines which can mean nothing else are looked at: a letter of a sex, a code of a country.
fn contradicted(zone: &MrzReading, sides: &[&DocumentReading], whole: &DocumentReading) -> bool {
    let said = |name| zone.fields.iter().find(|field| field.name == name).map(|field| field.value.as_str());
    let printed_alone = |field: &DocumentField| field.sources[..] == [FieldSource::VisualZone];
    let names = [FieldName::Surname, FieldName::GivenNames];
    let field = |field: &DocumentField| {
        printed_alone(field)
            && !names.contains(&field.name)
            && said(field.name).is_some_and(|said| said != field.value)
    };
    let line = |line: &PrintedLine| {
        let text = line.text.trim();
        // Of two languages, divided by a stroke, the latter is that of ICAO 9303-3, 4.6.
        let letter = text.rsplit('/').next().unwrap_or(text).trim();
        // Mexican cards print M for mujer.
        let own = said(FieldName::IssuingCountry)
            .is_some_and(|issuer| letter == "M" && selfsame_mrz::card_sex(issuer, 'M').is_some());
        let sex = matches!(letter, "F" | "M" | "X")
            && !own
            && said(FieldName::Sex).is_some_and(|sex| sex != letter);
        let code = Some(text).filter(|text| text.len() == 3).and_then(selfsame_mrz::state::iso);
        let countries = [FieldName::IssuingCountry, FieldName::Nationality].map(said);
        sex || code.is_some_and(|code| !countries.contains(&Some(code)))
    };
    !whole.disagreements.is_empty()
        || sides.iter().any(|side| {
            !side.disagreements.is_empty() || side.fields.iter().any(field) || side.lines.iter().any(line)
        })
}
