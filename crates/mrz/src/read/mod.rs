//! Text from an OCR, with its errors, into readings and a verdict on each. See the crate's documentation for the reasoning.

mod confusions;
mod doubts;
mod length;
mod line;
mod rivals;
mod search;

use std::ops::Range;

pub use confusions::CONFUSIONS;
pub use line::Line;

use crate::date::MrzDate;
use crate::format::{CheckPlace, Field, Format, Kind};
use crate::parse::{self, Mrz};
use crate::state;
use confusions::choices;
use doubts::Doubts;
use length::{Mended, Reach};
use line::{Cell, UNREADABLE};
use search::{Next, cheapest_first};

/// How bold the repair is. The defaults are reasoned (see the crate's documentation), and tried on the simulated recogniser of
/// `tests/rates.rs`; they were not fitted to a recogniser.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReadParams {
    /// How probable a swap of [`CONFUSIONS`] is against the character read, where the recogniser gave no alternatives. 0.01: a
    /// character that can be confused is confused about once in a hundred.
    pub swap_odds: f64,
    /// The same where the recogniser gave alternatives or a probability, and this was not among them. 0.0002.
    pub unlisted_swap_odds: f64,
    /// A reading is ambiguous when another one is at least this probable against it. 0.001.
    pub rival_odds: f64,
    /// An alternative of the recogniser this probable against its best one counts as named by it, others as blind swaps. 0.05.
    pub listed_probability: f64,
    /// Where no check digit covers a position, a second choice this probable against the first makes the reading ambiguous. 0.12.
    pub doubtful_odds: f64,
    /// The same where letters and digits may stand, as in the optional data of visas: more of them look alike. 0.02.
    pub doubtful_odds_mixed: f64,
    /// Blind swaps that one check digit may vouch for. 1: it accepts one in ten of random strings. A swap that a recogniser which
    /// gives probabilities did not name counts twice.
    pub blind_swaps_per_check: usize,
    /// Blind swaps in the whole zone. 2.
    pub blind_swaps: usize,
    /// Positions tried to swap at once under one check digit, blind or not. 3.
    pub swaps_per_check: usize,
    /// Combinations looked at for each check digit, and for all of them together, before a reading counts as ambiguous. 4096.
    pub combinations: usize,
    /// Fillers that may be put into or taken out of a line. 2.
    pub length_repair: usize,
    /// The same for a run of six and more that ends a line of names, where nothing follows that could be shifted. 8.
    pub tail_repair: usize,
}

impl Default for ReadParams {
    fn default() -> Self {
        Self {
            swap_odds: 0.01,
            unlisted_swap_odds: 0.0002,
            rival_odds: 0.001,
            listed_probability: 0.05,
            doubtful_odds: 0.12,
            doubtful_odds_mixed: 0.02,
            blind_swaps_per_check: 1,
            blind_swaps: 2,
            swaps_per_check: 3,
            combinations: 4096,
            length_repair: 2,
            tail_repair: 8,
        }
    }
}

/// What a reading is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Verdict {
    /// Every check digit of the format agrees, no other rule is broken, and no other reading is about as likely. What no check
    /// digit covers ([`Format::is_protected`]) is as the recogniser read it.
    Valid,
    /// The same, but another reading is about as likely, or more was replaced than the check digits can vouch for.
    Ambiguous,
    /// No rule is broken, but the format has no check digits (Swiss driving licence): compare it with something else.
    Unprotected,
    /// A check digit disagrees or a rule is broken.
    Invalid,
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

/// The cost of one character against the likeliest one in its place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Swap {
    pub(crate) cost: f64,
    /// 1 when the recogniser named nothing, 2 when it named others.
    pub(crate) blind: usize,
}

impl Swap {
    pub(crate) fn none() -> Self {
        Self { cost: 0.0, blind: 0 }
    }
}

/// Readings given back at most.
const MOST_READINGS: usize = 8;
/// Lines looked at, of a caller that gives everything it read on a page, the last ones: a zone stands at the foot.
const MOST_LINES: usize = 12;
/// What a repair of length in another run than the longest one costs: as much as a swap.
const UNLIKELY_MEND: f64 = 4.6;

/// Reads the lines of a recogniser, from the top. Lines that belong to no zone may stand before and behind. Gives the ways to read
/// them, the best first, at most eight; none when nothing has the shape of a machine-readable zone.
///
/// At most one reading is [`Verdict::Valid`], and then it is the first.
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
    let mut found: Vec<Found> = Vec::new();
    for format in Format::ALL {
        for window in lines.windows(format.line_lengths().len()) {
            read_as(format, window, params, &mut found);
        }
    }
    judge(found, params)
}

/// A reading on its way.
struct Found {
    mrz: Mrz,
    cost: f64,
    replaced: Vec<Replacement>,
    fillers_changed: Vec<i32>,
    doubts: Doubts,
}

/// Verdicts, and the best first.
fn judge(mut found: Vec<Found>, params: &ReadParams) -> Vec<Reading> {
    let sound = |one: &Found| one.mrz.checks_ok() && one.mrz.issues.is_empty();
    let failed = |one: &Found| one.mrz.checks.iter().filter(|check| !check.ok).count();
    found.sort_by(|one, other| {
        (failed(one) + one.mrz.issues.len())
            .cmp(&(failed(other) + other.mrz.issues.len()))
            // A format without check digits never beats one whose check digits agree.
            .then_with(|| one.mrz.checks.is_empty().cmp(&other.mrz.checks.is_empty()))
            .then_with(|| one.cost.total_cmp(&other.cost))
    });
    let mut readings: Vec<Found> = Vec::new();
    for one in found {
        let known = readings
            .iter()
            .any(|other| other.mrz.format == one.mrz.format && other.mrz.lines == one.mrz.lines);
        if !known {
            readings.push(one);
        }
    }
    let window = params.rival_odds.recip().ln();
    let best = readings.first().map_or(0.0, |first| first.cost);
    let in_reach = |one: &Found| sound(one) && one.cost <= best + window;
    let rivals = readings.iter().filter(|one| in_reach(one)).count();
    readings.truncate(MOST_READINGS);
    readings
        .into_iter()
        .enumerate()
        .map(|(n, one)| {
            let verdict = match (sound(&one), one.mrz.checks.is_empty()) {
                (false, _) => Verdict::Invalid,
                (true, _) if rivals > 1 || n > 0 || one.doubts.any() => Verdict::Ambiguous,
                (true, true) => Verdict::Unprotected,
                (true, false) => Verdict::Valid,
            };
            Reading {
                doubtful_lines: one.doubts.lines(one.mrz.lines.len()),
                mrz: one.mrz,
                verdict,
                replaced: one.replaced,
                fillers_changed: one.fillers_changed,
                cost: one.cost,
            }
        })
        .collect()
}

/// Reads one window of lines as one format.
fn read_as(format: Format, window: &[Vec<Cell>], params: &ReadParams, found: &mut Vec<Found>) {
    let names = names_line(format);
    let mut doubts = Doubts::default();
    let mut ways: Vec<Vec<Mended>> = Vec::new();
    for (n, (cells, &wanted)) in window.iter().zip(format.line_lengths()).enumerate() {
        let of_names = names == Some(n);
        let at_end = if of_names { params.tail_repair } else { params.length_repair };
        let reach = Reach { anywhere: params.length_repair, at_end };
        let mut cells = cells.clone();
        // Far too long or short is cheap to tell, and most lines are for most formats.
        if cells.len().abs_diff(wanted) > params.length_repair.max(params.tail_repair) {
            return;
        }
        if of_names {
            let guessed = length::clear_tail(&mut cells);
            if guessed {
                doubts |= Doubts::in_line(n);
            }
        }
        ways.push(length::mend(cells, wanted, reach));
    }
    let mut picks = vec![0; ways.len()];
    loop {
        let Some(mended) =
            ways.iter().zip(&picks).map(|(ways, &pick)| ways.get(pick)).collect::<Option<Vec<_>>>()
        else {
            return;
        };
        read_mended(format, &mended, doubts, params, found);
        // The next combination, like an odometer.
        let Some(wheel) = (0..picks.len()).find(|&n| picks[n] + 1 < ways[n].len()) else { return };
        picks[wheel] += 1;
        picks[..wheel].fill(0);
    }
}

/// The line that ends in names and is covered by no check digit.
fn names_line(format: Format) -> Option<usize> {
    match format {
        Format::Td1 | Format::SwissDrivingLicence => Some(2),
        Format::Td2 | Format::Td3 | Format::MrvA | Format::MrvB => Some(0),
        Format::FrenchIdentityCard => None,
    }
}

/// What each position may hold in this format, and the likeliest text.
struct Sheet {
    format: Format,
    cells: Vec<Cell>,
    choices: Vec<Vec<(u8, Swap)>>,
    text: Vec<u8>,
    checks: Vec<CheckPlace>,
}

fn read_mended(
    format: Format,
    mended: &[&Mended],
    mut doubts: Doubts,
    params: &ReadParams,
    found: &mut Vec<Found>,
) {
    let cells: Vec<Cell> = mended.iter().flat_map(|mended| mended.cells.iter().cloned()).collect();
    let head: Vec<u8> = cells[format.head_at()..format.head_at() + 5]
        .iter()
        .map(|cell| choices(cell, Kind::Letters, false, params)[0].0)
        .collect();
    if !format.fits_head(&head) {
        return;
    }
    let covered = covered(format, &cells);
    let mut options: Vec<Vec<(u8, Swap)>> = Vec::with_capacity(cells.len());
    let numbered_code = format == Format::Td1 && cells[0].top() == b'C';
    for place in format.places() {
        for at in place.at.clone() {
            // A document code is of letters, but for C1 and C2 on cards (see `parse`).
            let kind = match place.field {
                Field::DocumentCode if at == format.head_at() || !numbered_code => Kind::Letters,
                _ => place.kind,
            };
            let mut here = choices(&cells[at], kind, covered[at], params);
            if !covered[at] {
                let odds =
                    if kind == Kind::Either { params.doubtful_odds_mixed } else { params.doubtful_odds };
                let limit = odds.recip().ln();
                if here.get(1).is_some_and(|(_, swap)| swap.cost <= limit) {
                    doubts |= Doubts::in_line(format.line_and_column(at).0);
                }
                here.truncate(1);
            }
            while options.len() <= at {
                options.push(Vec::new());
            }
            options[at] = here;
        }
    }
    let mut text: Vec<u8> =
        options.iter().map(|options| options.first().map_or(UNREADABLE, |&(c, _)| c)).collect();
    for field in [Field::IssuingState, Field::Nationality] {
        if let Some(at) = format.field(field) {
            if settle_state(&cells[at.clone()], &mut text[at.clone()]) {
                doubts |= Doubts::in_line(format.line_and_column(at.start).0);
            }
            for position in at {
                options[position] = vec![(text[position], Swap::none())];
            }
        }
    }
    for place in format.places().iter().filter(|place| place.kind == Kind::Either) {
        let bare = place.field == Field::OptionalData && place.at.clone().all(|at| !covered[at]);
        let written = &text[place.at.clone()];
        if bare && confusions::is_open(written) {
            doubts |= Doubts::OF_TEXT;
        }
    }
    let checks = format.checks(&text);
    let sheet = Sheet { format, cells, choices: options, text, checks };
    let fillers_changed: Vec<i32> = mended.iter().map(|mended| mended.change).collect();
    for (mut one, exhausted) in solve(&sheet, params) {
        one.cost += mending_cost(mended, &one.mrz, params);
        one.doubts |= doubts;
        if exhausted {
            one.doubts |= Doubts::IN_ANY_LINE;
        }
        one.fillers_changed.clone_from(&fillers_changed);
        found.push(one);
    }
}

/// What it costs that other runs of fillers than the longest ones were mended. Check digits decide it on the lines that they cover. On
/// a line of names it is out of the question beside a name that is well-formed with its longest run mended; unless that one leaves no
/// given names and this one does: then it is an open question.
fn mending_cost(mended: &[&Mended], mrz: &Mrz, params: &ReadParams) -> f64 {
    let names = names_line(mrz.format);
    let cost = |(line, mended): (usize, &&Mended)| match (mended.unlikely, names == Some(line)) {
        (false, _) => 0.0,
        (true, false) => UNLIKELY_MEND,
        (true, true) if mrz.secondary_identifier.is_empty() => 2.0 * params.rival_odds.recip().ln(),
        (true, true) => 0.0,
    };
    mended.iter().enumerate().map(cost).sum()
}

/// Which positions some check digit covers, check digits included.
fn covered(format: Format, cells: &[Cell]) -> Vec<bool> {
    let text: Vec<u8> = cells.iter().map(Cell::top).collect();
    let mut covered = vec![false; cells.len()];
    for check in format.checks(&text) {
        covered[check.at] = true;
        for at in check.over.into_iter().flatten() {
            covered[at] = true;
        }
    }
    // The French composite check digit covers the names as well. One digit over 71 characters shall not choose letters of names.
    for place in format.places() {
        if matches!(place.kind, Kind::Letters | Kind::Sex) {
            covered[place.at.clone()].fill(false);
        }
    }
    covered
}

/// Makes a state code of what was read: where digits stand in it, the letters that give a known code. Returns whether several do.
fn settle_state(cells: &[Cell], text: &mut [u8]) -> bool {
    let mut codes: Vec<Vec<u8>> = vec![Vec::new()];
    for (cell, &chosen) in cells.iter().zip(text.iter()) {
        let mut letters: Vec<u8> = confusions::letters(cell.top()).collect();
        if letters.is_empty() {
            letters.push(chosen);
        }
        codes = codes
            .iter()
            .flat_map(|code| letters.iter().map(move |&letter| [code.as_slice(), &[letter]].concat()))
            .collect();
    }
    codes.retain(|code| {
        std::str::from_utf8(code).is_ok_and(|code| state::is_known(code.trim_end_matches('<')))
    });
    if let Some(first) = codes.first() {
        text.copy_from_slice(first);
    }
    codes.len() > 1
}

/// Positions that are settled together: one check digit and what it covers, or what only the composite one covers.
struct Group {
    positions: Vec<usize>,
    check: Option<CheckPlace>,
}

/// A choice for a group that its own check digit accepts.
struct Settled {
    cost: f64,
    characters: Vec<u8>,
    blind: usize,
}

/// The readings of a sheet that all check digits accept, or the sheet as it stands when there are none. Each with whether the search
/// was cut off before it was sure to have seen every rival.
fn solve(sheet: &Sheet, params: &ReadParams) -> Vec<(Found, bool)> {
    let window = params.rival_odds.recip().ln();
    let composite = sheet.checks.iter().find(|check| check.field == Field::Composite);
    let mut exhausted = false;
    let mut settled: Vec<(Group, Vec<Settled>)> = Vec::new();
    for group in groups(sheet, composite) {
        let (ways, whole) = settle(sheet, &group, 2.0 * window, params);
        exhausted |= !whole;
        if ways.is_empty() {
            return vec![(finish(sheet, &sheet.text, 0.0), exhausted)];
        }
        settled.push((group, ways));
    }
    let costs: Vec<Vec<f64>> =
        settled.iter().map(|(_, ways)| ways.iter().map(|way| way.cost).collect()).collect();
    let mut found = Vec::new();
    let mut first: Option<f64> = None;
    let mut text = sheet.text.clone();
    let whole = cheapest_first(&costs, settled.len(), params.combinations, |cost, picks| {
        if first.is_some_and(|first| cost > first + window) {
            return Next::Stop;
        }
        let (mut blind, mut doubts) = (0, Doubts::default());
        for ((group, ways), &pick) in settled.iter().zip(picks) {
            let way = &ways[usize::from(pick)];
            blind += way.blind;
            if way.blind > params.blind_swaps_per_check {
                let line = |&at: &usize| sheet.format.line_and_column(at).0;
                group.positions.iter().map(line).for_each(|line| doubts |= Doubts::in_line(line));
            }
            for (&at, &c) in group.positions.iter().zip(&way.characters) {
                text[at] = c;
            }
        }
        if composite.is_none_or(|check| agrees(check, &text)) {
            if blind > params.blind_swaps {
                doubts |= Doubts::IN_ANY_LINE;
            }
            let mut one = finish(sheet, &text, cost);
            doubts |= rivals::doubts(sheet, &text, params);
            one.doubts = doubts;
            // A text that breaks another rule is no rival.
            if one.mrz.issues.is_empty() || found.is_empty() {
                if one.mrz.issues.is_empty() {
                    first.get_or_insert(cost);
                }
                found.push((one, false));
            }
        }
        if found.len() > 2 * MOST_READINGS { Next::Stop } else { Next::Continue }
    });
    exhausted |= !whole;
    if found.is_empty() {
        found.push((finish(sheet, &sheet.text, 0.0), false));
    }
    for (_, cut_off) in &mut found {
        *cut_off = exhausted;
    }
    found
}

fn groups(sheet: &Sheet, composite: Option<&CheckPlace>) -> Vec<Group> {
    let mut taken = vec![false; sheet.text.len()];
    let mut groups = Vec::new();
    let mut group = |ranges: &[Range<usize>], at: usize, check: Option<&CheckPlace>| {
        let mut positions: Vec<usize> = ranges.iter().cloned().flatten().chain([at]).collect();
        // What has one choice only is settled.
        positions.retain(|&at| !std::mem::replace(&mut taken[at], true) && sheet.choices[at].len() > 1);
        groups.push(Group { positions, check: check.cloned() });
    };
    for check in sheet.checks.iter().filter(|check| check.field != Field::Composite) {
        group(&check.over, check.at, Some(check));
    }
    if let Some(check) = composite {
        group(&check.over, check.at, None);
    }
    groups
}

/// The choices for a group that its own check digit and the rules of its field accept, within `window` of the cheapest; and whether
/// the search saw all of these.
fn settle(sheet: &Sheet, group: &Group, window: f64, params: &ReadParams) -> (Vec<Settled>, bool) {
    let lists: Vec<&Vec<(u8, Swap)>> = group.positions.iter().map(|&at| &sheet.choices[at]).collect();
    let costs: Vec<Vec<f64>> =
        lists.iter().map(|list| list.iter().map(|(_, swap)| swap.cost).collect()).collect();
    let mut ways: Vec<Settled> = Vec::new();
    let mut text = sheet.text.clone();
    let whole = cheapest_first(&costs, params.swaps_per_check, params.combinations, |cost, picks| {
        if ways.first().is_some_and(|first| cost > first.cost + window) {
            return Next::Stop;
        }
        let mut characters = Vec::with_capacity(picks.len());
        let mut blind = 0;
        for ((list, &pick), &at) in lists.iter().zip(picks).zip(&group.positions) {
            let (c, swap) = list[usize::from(pick)];
            text[at] = c;
            characters.push(c);
            blind += swap.blind;
        }
        if group
            .check
            .as_ref()
            .is_none_or(|check| agrees(check, &text) && is_date(sheet.format, check, &text))
        {
            ways.push(Settled { cost, characters, blind });
        }
        Next::Continue
    });
    (ways, whole)
}

fn agrees(place: &CheckPlace, text: &[u8]) -> bool {
    let covered = || place.over.iter().flat_map(|at| &text[at.clone()]).copied();
    let digit = crate::check::check_digit(&covered().collect::<Vec<u8>>()).map(|digit| b'0' + digit);
    digit == Some(text[place.at])
        || (place.filler_when_empty && text[place.at] == b'<' && covered().all(|c| c == b'<'))
}

/// True of fields that are no dates.
fn is_date(format: Format, check: &CheckPlace, text: &[u8]) -> bool {
    match check.field {
        Field::BirthDate | Field::ExpiryDate => {
            format.field(check.field).is_none_or(|at| MrzDate::parse(&text[at]).is_some())
        }
        _ => true,
    }
}

fn finish(sheet: &Sheet, text: &[u8], cost: f64) -> Found {
    let mrz = parse::build(sheet.format, text);
    let replaced = sheet
        .cells
        .iter()
        .zip(text)
        .enumerate()
        .filter(|(_, (cell, written))| cell.read != **written)
        .map(|(at, (cell, &written))| {
            let (line, column) = sheet.format.line_and_column(at);
            Replacement { line, column, read: char::from(cell.read), written: char::from(written) }
        })
        .collect();
    Found { mrz, cost, replaced, fillers_changed: Vec::new(), doubts: Doubts::default() }
}
