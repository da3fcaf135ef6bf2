//! Text from an OCR, with its errors, into readings and a verdict on each. See the crate's documentation for the reasoning.

mod choices;
mod confusions;
mod doubts;
mod judge;
mod length;
mod line;
mod rivals;
mod search;
mod sheet;
mod solve;

pub use confusions::CONFUSIONS;
pub use line::Line;

use crate::format::Format;
use crate::parse::Mrz;
use line::Cell;

/// How bold the repair is. The defaults are for bare text and for recognisers whose probabilities promise too much; they are reasoned
/// (see the crate's documentation), and tried on the simulated recogniser of `tests/rates.rs`. [`Self::calibrated`] is for one that
/// keeps what it promises.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReadParams {
    /// The recogniser's probabilities are calibrated: of what it holds for one in a thousand, one in a thousand is so. Then they alone say
    /// what a character may be, in every field, and no look-alike is doubted that they hold for improbable.
    pub calibrated: bool,
    /// What a reading may cost at most, in nats: the sum over all positions that check digits cover of how much less probable the
    /// character written there is than the recogniser's first one. Beyond it the zone is [`Verdict::Invalid`] with what is printed as its
    /// text. Bare text has no price. 7.7 by default: just less than what the general network left out. 5 when calibrated: on 500
    /// passports of another generator six right repairs cost 3.1 and less, and three false ones 11 and more (2026-11-30).
    pub repair_price: f64,
    /// A reading is ambiguous when another one that passes as well costs at most this much more, in nats. 6.9: a thousandth as likely. On
    /// the same passports no other reading that passes was nearer than 8.9.
    pub rival_margin: f64,
    /// The probability of a character that a calibrated recogniser did not list. 1e-7: alternatives are kept down to 1e-6.
    pub floor: f64,
    /// What a character may cost at most where no check digit covers it and the field asks for another kind, as for a zero in a name.
    /// 9: beyond it the zero is believed, and the name breaks a rule.
    pub kind_price: f64,
    /// How probable a swap of [`CONFUSIONS`] is against the character read in bare text. 0.01: a character that can be confused is
    /// confused about once in a hundred.
    pub swap_odds: f64,
    /// An alternative of an uncalibrated recogniser this probable against its best one counts as named by it, others as blind swaps. 0.05.
    pub listed_probability: f64,
    /// Where no check digit covers a position, a second choice this probable against the first makes the reading ambiguous. 0.12.
    pub doubtful_odds: f64,
    /// The same where letters and digits may stand, as in the optional data of visas: more of them look alike. 0.02.
    pub doubtful_odds_mixed: f64,
    /// Blind swaps that one check digit may vouch for. 1: it accepts one in ten of random strings. An improbable alternative of an
    /// uncalibrated recogniser counts twice.
    pub blind_swaps_per_check: usize,
    /// Blind swaps in the whole zone. 2.
    pub blind_swaps: usize,
    /// Positions swapped at once under one check digit, unless the recogniser is calibrated. 3.
    pub swaps_per_check: usize,
    /// Fillers that may be put into or taken out of a line. 2.
    pub length_repair: usize,
    /// The same for a run of six and more that ends a line of names, where nothing follows that could be shifted. 8.
    pub tail_repair: usize,
}

impl Default for ReadParams {
    fn default() -> Self {
        Self {
            calibrated: false,
            repair_price: 7.7,
            rival_margin: 6.9,
            floor: 1e-7,
            kind_price: 9.0,
            swap_odds: 0.01,
            listed_probability: 0.05,
            doubtful_odds: 0.12,
            doubtful_odds_mixed: 0.02,
            blind_swaps_per_check: 1,
            blind_swaps: 2,
            swaps_per_check: 3,
            length_repair: 2,
            tail_repair: 8,
        }
    }
}

impl ReadParams {
    /// For a recogniser whose probabilities are calibrated.
    #[must_use]
    pub fn calibrated() -> Self {
        Self { calibrated: true, repair_price: 5.0, ..Self::default() }
    }
}

/// What a reading is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Verdict {
    /// Every check digit of the format agrees, nothing that they cover is impossible, and no other reading is about as likely. What no
    /// check digit covers ([`Format::is_protected`]) is as the recogniser read it, and may break a rule: see [`Mrz::issues`].
    Valid,
    /// The same, but another reading is about as likely, or more was replaced than the check digits can vouch for.
    Ambiguous,
    /// The format has no check digits (Swiss driving licence), and no rule is broken: compare it with something else.
    Unprotected,
    /// A check digit disagrees, or something that one covers is impossible or could not be read.
    Invalid,
}

/// What decided between readings that all check digits accept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum SettledBy {
    /// A calibrated recogniser holds the others for improbable.
    Recogniser,
    /// The issuer makes no such numbers as the others have.
    Profile,
}

/// One character that was replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Replacement {
    /// From 0, in the lines of the reading.
    pub line: usize,
    /// From 0, in the line of the reading.
    pub column: usize,
    /// What the recogniser read, brought to the alphabet; `?` for what could not be.
    pub read: char,
    /// What stands there now.
    pub written: char,
}

/// One way to read the zone.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Reading {
    /// The fields.
    pub mrz: Mrz,
    /// What it is worth.
    pub verdict: Verdict,
    /// What decided for this reading, where look-alikes give another text that every check digit accepts; `None` where there is no
    /// such text, or nothing did.
    pub settled_by: Option<SettledBy>,
    /// Which characters differ from what was read.
    pub replaced: Vec<Replacement>,
    /// For each line, how many fillers were put in, or taken out when negative.
    pub fillers_changed: Vec<i32>,
    /// How much less likely the reading is than what was read taken as it stands: the natural logarithm of the odds, 0 and more.
    pub cost: f64,
    /// Lines in which the recogniser was in doubt, from 0: another look at them may settle it. An ambiguous reading without any differs
    /// from the other readings, or its text is one that look-alikes make into another whatever the recogniser says.
    pub doubtful_lines: Vec<usize>,
}

/// Lines looked at, of a caller that gives everything it read on a page, the last ones: a zone stands at the foot.
const MOST_LINES: usize = 12;

/// Reads the lines of a recogniser, from the top. Lines that belong to no zone may stand before and behind. Gives the ways to read
/// them, the best first, at most eight; none when nothing has the shape of a machine-readable zone.
///
/// At most one reading is [`Verdict::Valid`], and then it is the first. Where the first is [`Verdict::Ambiguous`], those behind it are
/// the other ways to read it.
///
/// ```
/// use selfsame_mrz::{Line, ReadParams, Verdict, read};
/// let lines = [
///     Line::from("P<UT0ERIKSS0N<<ANNA<MARIA<<<<<<<<<<<<<<<<<"),
///     Line::from("L8989O2C36UTO74O8122F12O4159ZE184226B<<<<<1O"),
/// ];
/// let readings = read(&lines, &ReadParams::default());
/// assert_eq!(readings[0].verdict, Verdict::Valid);
/// assert_eq!(readings[0].mrz.document_number, "L898902C3");
/// assert_eq!(readings[0].fillers_changed, [2, 0]);
/// ```
#[must_use]
pub fn read(lines: &[Line], params: &ReadParams) -> Vec<Reading> {
    let lines = &lines[lines.len().saturating_sub(MOST_LINES)..];
    let lines: Vec<Vec<Cell>> = lines.iter().map(line::cells).filter(|cells| !cells.is_empty()).collect();
    let mut found = Vec::new();
    for format in Format::ALL {
        for window in lines.windows(format.line_lengths().len()) {
            sheet::read_as(format, window, params, &mut found);
        }
    }
    judge::judge(found, params)
}
