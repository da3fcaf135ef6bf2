//! How a document looks: the invented country that issues it, its languages, colours and type.

use rand::RngExt;
use rand::rngs::Xoshiro256PlusPlus;
use rand::seq::IndexedRandom;
use serde::Serialize;

use crate::person::pick;
use crate::{DateStyle, Kind, Language};

/// The looks of a document. No country's real design: ornaments, colours and places are drawn at random.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Design {
    /// The invented country, as the header says it.
    pub country: &'static str,
    /// The code in the machine-readable zone: mostly Utopia's, sometimes a real one where a reader needs a code of ISO 3166.
    pub state: &'static str,
    /// Who issues.
    pub authority: &'static str,
    /// One or two languages of the labels; the first is the country's own.
    pub languages: Vec<Language>,
    /// How dates are printed.
    pub dates: DateStyle,
    /// Names and places in capitals.
    pub capitals: bool,
    /// Hue of paper and ornaments, 0–360.
    pub hue: f32,
    /// Family of the printed values.
    pub value_font: &'static str,
    /// Values in bold.
    pub bold: bool,
    /// Family of labels and titles.
    pub label_font: &'static str,
    /// Frequencies of the background's lines, 2–9.
    pub waves: [f32; 3],
    /// Corners of the star in the coat of arms, 5–9.
    pub points: u8,
    /// The portrait stands right of the fields (identity cards only).
    pub mirrored: bool,
    /// A second, faint portrait.
    pub ghost: bool,
}

const COUNTRIES: &[&str] = &[
    "UTOPIA",
    "RURITANIA",
    "EREWHON",
    "BARATARIA",
    "BLEFUSCU",
    "BALNIBARBI",
    "GRAUSTARK",
    "LILLIPUT",
    "LAPUTA",
    "COSTAGUANA",
];
const AUTHORITIES: &[&str] =
    &["Ministry of the Interior", "Passport Office 104", "City of Zenith", "Amaurot", "Registry 7-B"];

impl Design {
    pub(crate) fn random(kind: Kind, rng: &mut Xoshiro256PlusPlus) -> Self {
        let own = Language::ALL[rng.random_range(0..Language::ALL.len())];
        let mut languages = vec![own];
        if own != Language::En && rng.random_bool(0.7) {
            languages.push(Language::En);
        } else if own == Language::En && rng.random_bool(0.5) {
            languages.push(Language::Fr);
        }
        let state = match kind {
            _ if rng.random_bool(0.7) => "UTO",
            _ => pick(rng, &["DEU", "FRA", "NLD", "POL", "CAN", "BRA", "AUS", "D", "XKX"]),
        };
        Self {
            country: pick(rng, COUNTRIES),
            state: match (kind, state) {
                (Kind::DrivingLicence, _) => "UTO",
                // Two lines of 36 that begin with IDFRA are the French card of 1988, another layout.
                (Kind::IdentityCardTd2, "FRA") => "UTO",
                _ => state,
            },
            authority: pick(rng, AUTHORITIES),
            languages,
            dates: DateStyle::ALL.choose(rng).copied().unwrap_or(DateStyle::Blanks),
            capitals: rng.random_bool(0.7),
            hue: rng.random_range(0.0..360.0),
            value_font: pick(rng, &["DejaVu Sans", "Liberation Sans", "Liberation Sans", "Liberation Mono"]),
            bold: rng.random_bool(0.5),
            label_font: pick(rng, &["DejaVu Sans", "Liberation Sans"]),
            waves: std::array::from_fn(|_| rng.random_range(2.0_f32..9.0).round()),
            points: rng.random_range(5..10),
            mirrored: kind == Kind::IdentityCardTd1 && rng.random_bool(0.3),
            ghost: rng.random_bool(0.6),
        }
    }

    /// A colour of the design's hue: saturation and lightness in percent, `turn` degrees away.
    pub(crate) fn colour(&self, turn: f32, saturation: f32, lightness: f32) -> String {
        let (hue, s, l) = ((self.hue + turn).rem_euclid(360.0), saturation / 100.0, lightness / 100.0);
        let channel = |n: f32| {
            let k = (n + hue / 30.0) % 12.0;
            let value = l - s * l.min(1.0 - l) * (k - 3.0).min(9.0 - k).clamp(-1.0, 1.0);
            (value * 255.0).round() as u8
        };
        format!("#{:02x}{:02x}{:02x}", channel(0.0), channel(8.0), channel(4.0))
    }
}
