//! Height and weight.

use crate::Country;

/// DAU (and DAV in version 1), height.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Height {
    /// `069 in`; in version 1 feet and inches as three digits, `509`.
    Inches(u16),
    /// `175 cm`.
    Centimetres(u16),
}

impl Height {
    /// In centimetres, rounded.
    pub fn centimetres(self) -> u16 {
        match self {
            Self::Inches(inches) => u16::try_from((u32::from(inches) * 254 + 50) / 100).unwrap_or(u16::MAX),
            Self::Centimetres(centimetres) => centimetres,
        }
    }

    /// The height and whether its unit was missing. `country` decides then: inches in the USA, centimetres in Canada and Mexico.
    pub(crate) fn read(value: &str, version: u8, country: Option<Country>) -> Option<(Self, bool)> {
        let value = value.to_ascii_uppercase();
        if let Some(feet) = feet_and_inches(&value, version) {
            return Some((feet, false));
        }
        let digits = value.trim_end_matches(|c: char| !c.is_ascii_digit());
        let unit = value[digits.len()..].trim();
        let number: u16 = digits.parse().ok()?;
        let (height, bare) = match (unit, country) {
            ("IN" | "IN." | "\"", _) => (Self::Inches(number), false),
            ("CM", _) => (Self::Centimetres(number), false),
            ("", Some(Country::Usa)) => (Self::Inches(number), true),
            ("", Some(Country::Canada | Country::Mexico)) => (Self::Centimetres(number), true),
            _ => return None,
        };
        // From the shortest to the tallest person on record, with room: 54 and 272 cm.
        (50..=280).contains(&height.centimetres()).then_some((height, bare))
    }

    /// The element and its value: DAU, or DAV for centimetres in version 1.
    pub(crate) fn write(self, version: u8) -> (&'static str, String) {
        match (self, version) {
            (Self::Inches(inches), 1) => ("DAU", format!("{}{:02}", inches / 12, inches % 12)),
            (Self::Centimetres(centimetres), 1) => ("DAV", format!("{centimetres:03}")),
            (Self::Inches(inches), _) => ("DAU", format!("{inches:03} in")),
            (Self::Centimetres(centimetres), _) => ("DAU", format!("{centimetres:03} cm")),
        }
    }
}

/// `5'09"`, `5-09`, and the three digits of version 1, `509`. Later cards with three bare digits above 400 mean the same: no person is 400
/// inches or centimetres tall.
fn feet_and_inches(value: &str, version: u8) -> Option<Height> {
    let (feet, inches) = match value.split_once(['\'', '-']) {
        Some((feet, inches)) => (feet.trim(), inches.trim().trim_end_matches('"').trim()),
        None if value.len() == 3 && value.is_ascii() && (version <= 1 || value >= "400") => value.split_at(1),
        None => return None,
    };
    let feet: u16 = feet.parse().ok()?;
    let inches: u16 = inches.parse().ok()?;
    ((2..=8).contains(&feet) && inches < 12).then_some(Height::Inches(feet * 12 + inches))
}

/// DAW, DAX or DCE, weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Weight {
    /// DAW, pounds.
    Pounds(u16),
    /// DAX, kilograms.
    Kilograms(u16),
    /// DCE, a range 0 to 9 from "up to 31 kg" to "146 kg and more" (2003 standard, table of DCE).
    Range(u8),
}

impl Weight {
    /// The number of `value`, with or without its unit.
    fn number(value: &str, units: &[&str]) -> Option<u16> {
        let value = value.to_ascii_uppercase();
        let digits = value.trim_end_matches(|c: char| !c.is_ascii_digit());
        let unit = value[digits.len()..].trim();
        if !unit.is_empty() && !units.contains(&unit) {
            return None;
        }
        // 635 kg, or 1,400 lb, is the heaviest person on record.
        digits.parse().ok().filter(|number| (1..=1400).contains(number))
    }

    pub(crate) fn pounds(value: &str) -> Option<Self> {
        Self::number(value, &["LB", "LBS"]).map(Self::Pounds)
    }

    pub(crate) fn kilograms(value: &str) -> Option<Self> {
        Self::number(value, &["KG"]).map(Self::Kilograms)
    }

    pub(crate) fn range(value: &str) -> Option<Self> {
        value.parse().ok().filter(|range| *range <= 9).map(Self::Range)
    }

    /// The element and its value.
    pub(crate) fn write(self) -> (&'static str, String) {
        match self {
            Self::Pounds(pounds) => ("DAW", format!("{pounds:03}")),
            Self::Kilograms(kilograms) => ("DAX", format!("{kilograms:03}")),
            Self::Range(range) => ("DCE", range.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heights_in_all_their_forms() {
        let usa = Some(Country::Usa);
        let canada = Some(Country::Canada);
        for (value, version, country, expected) in [
            ("069 in", 8, usa, Some((Height::Inches(69), false))),
            ("69 IN", 8, usa, Some((Height::Inches(69), false))),
            ("175 cm", 8, canada, Some((Height::Centimetres(175), false))),
            ("509", 1, usa, Some((Height::Inches(69), false))),
            ("509", 4, usa, Some((Height::Inches(69), false))),
            ("5'09\"", 3, usa, Some((Height::Inches(69), false))),
            ("5-9", 3, usa, Some((Height::Inches(69), false))),
            ("069", 4, usa, Some((Height::Inches(69), true))),
            ("175", 4, canada, Some((Height::Centimetres(175), true))),
            ("069", 4, None, None),
            ("512", 1, usa, None),
            ("999 in", 8, usa, None),
            ("000 in", 8, usa, None),
            ("tall", 8, usa, None),
        ] {
            assert_eq!(Height::read(value, version, country), expected, "{value} in version {version}");
        }
        assert_eq!(Height::Inches(69).centimetres(), 175);
        assert_eq!(Height::Inches(70).centimetres(), 178);
    }
}
