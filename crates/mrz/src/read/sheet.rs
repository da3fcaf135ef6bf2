//! A window of lines as one format: what each position may hold.

use super::choices::{Slot, Swap, choices};
use super::confusions;
use super::doubts::Doubts;
use super::judge::Found;
use super::length::{self, Mended, Reach};
use super::line::Cell;
use super::solve::solve;
use super::{ReadParams, rivals};
use crate::format::{CheckPlace, Field, Format, Kind};
use crate::parse::Mrz;
use crate::profile::Customs;
use crate::state;

/// What a repair of length in another run than the longest one costs: as much as a swap.
const UNLIKELY_MEND: f64 = 4.6;
/// Combinations of ways to mend the lengths of the lines that are looked at: four ways for each of two lines.
const MOST_MENDINGS: usize = 16;

/// What each position may hold in this format, and the likeliest text.
pub(super) struct Sheet {
    pub(super) format: Format,
    pub(super) cells: Vec<Cell>,
    pub(super) choices: Vec<Vec<(u8, Swap)>>,
    pub(super) text: Vec<u8>,
    /// Which positions a check digit is made to fit by.
    pub(super) covered: Vec<bool>,
    pub(super) checks: Vec<CheckPlace>,
    pub(super) customs: Customs,
}

/// What differs from a text.
pub(super) type Edits = Vec<(usize, u8)>;

/// Reads one window of lines as one format.
pub(super) fn read_as(format: Format, window: &[Vec<Cell>], params: &ReadParams, found: &mut Vec<Found>) {
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
        if of_names && length::clear_tail(&mut cells) {
            doubts |= Doubts::in_line(n);
        }
        ways.push(length::mend(cells, wanted, reach));
    }
    let mut picks = vec![0; ways.len()];
    for _ in 0..MOST_MENDINGS {
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

fn read_mended(
    format: Format,
    mended: &[&Mended],
    mut doubts: Doubts,
    params: &ReadParams,
    found: &mut Vec<Found>,
) {
    let cells: Vec<Cell> = mended.iter().flat_map(|mended| mended.cells.iter().cloned()).collect();
    let letters = Slot { kind: Kind::Letters, covered: false, allows: &|c| Kind::Letters.allows(c) };
    let mut head: Vec<u8> = cells[format.head_at()..format.head_at() + 5]
        .iter()
        .map(|cell| choices(cell, &letters, params)[0].0)
        .collect();
    if !format.fits_head(&head) {
        return;
    }
    let mut others: Vec<Edits> = Vec::new();
    let mut codes: Vec<(usize, u8)> = Vec::new();
    for field in [Field::IssuingState, Field::Nationality] {
        let Some(at) = format.field(field) else { continue };
        let (code, other) = settle_state(&cells[at.clone()], params);
        if let Some(other) = other {
            doubts |= Doubts::in_line(format.line_and_column(at.start).0);
            others.push(at.clone().zip(other).collect());
        }
        if field == Field::IssuingState {
            head[2..].copy_from_slice(&code);
        }
        codes.extend(at.zip(code));
    }
    let code =
        if is_numbered(format, &cells) { [cells[0].top(), cells[1].top()] } else { [head[0], head[1]] };
    let customs = Customs::of(&code, &head[2..]);
    let covered = covered(format, &cells, &customs);
    let (mut options, unsure) = options(format, &cells, &covered, &customs, params);
    for (at, c) in codes {
        options[at] = vec![(c, Swap::none())];
    }
    for (at, c) in unsure {
        doubts |= Doubts::in_line(format.line_and_column(at).0);
        others.push(vec![(at, c)]);
    }
    let text: Vec<u8> = options.iter().map(|options| options[0].0).collect();
    if !params.calibrated {
        let open = rivals::open_optional_data(format, &text, &covered);
        doubts |= if open.is_empty() { Doubts::default() } else { Doubts::OF_TEXT };
        others.extend(open);
    }
    let checks = format.checks(&text, &customs);
    let sheet = Sheet { format, cells, choices: options, text, covered, checks, customs };
    let fillers_changed: Vec<i32> = mended.iter().map(|mended| mended.change).collect();
    for mut one in solve(&sheet, &others, params) {
        one.cost += mending_cost(mended, &one.mrz, params);
        one.doubts |= doubts;
        one.fillers_changed.clone_from(&fillers_changed);
        found.push(one);
    }
}

/// Whether the document code may end in a digit: it is of letters, but for C1 and C2 on cards (see `parse`).
fn is_numbered(format: Format, cells: &[Cell]) -> bool {
    format == Format::Td1 && cells[0].top() == b'C'
}

/// What each position may hold; and the second choices of those that no check digit covers, where they are about as likely.
fn options(
    format: Format,
    cells: &[Cell],
    covered: &[bool],
    customs: &Customs,
    params: &ReadParams,
) -> (Vec<Vec<(u8, Swap)>>, Edits) {
    let numbered = is_numbered(format, cells);
    let mut options = vec![Vec::new(); cells.len()];
    let mut unsure = Vec::new();
    for place in format.places() {
        for at in place.at.clone() {
            let code = place.field == Field::DocumentCode && (at == format.head_at() || !numbered);
            let kind = if code { Kind::Letters } else { place.kind };
            let allows = |c| if code { kind.allows(c) } else { place.allows(c, customs) };
            let slot = Slot { kind, covered: covered[at], allows: &allows };
            let mut here = choices(&cells[at], &slot, params);
            if !covered[at] {
                let odds =
                    if kind == Kind::Either { params.doubtful_odds_mixed } else { params.doubtful_odds };
                let second = here.get(1).filter(|(_, swap)| swap.cost - here[0].1.cost <= odds.recip().ln());
                let state = matches!(place.field, Field::IssuingState | Field::Nationality);
                unsure.extend(second.filter(|_| !state || !params.calibrated).map(|&(c, _)| (at, c)));
                here.truncate(1);
            }
            options[at] = here;
        }
    }
    (options, unsure)
}

/// What it costs that other runs of fillers than the longest ones were mended. Check digits decide it on the lines that they cover. On
/// a line of names it is out of the question beside a name that is well-formed with its longest run mended; unless that one leaves no
/// given names and this one does: then it is an open question.
fn mending_cost(mended: &[&Mended], mrz: &Mrz, params: &ReadParams) -> f64 {
    let names = names_line(mrz.format);
    let cost = |(line, mended): (usize, &&Mended)| match (mended.unlikely, names == Some(line)) {
        (false, _) => 0.0,
        (true, false) => UNLIKELY_MEND,
        (true, true) if mrz.secondary_identifier.is_empty() => 2.0 * params.rival_margin,
        (true, true) => 0.0,
    };
    mended.iter().enumerate().map(cost).sum()
}

/// Which positions some check digit covers, check digits included.
fn covered(format: Format, cells: &[Cell], customs: &Customs) -> Vec<bool> {
    let text: Vec<u8> = cells.iter().map(Cell::top).collect();
    let mut covered = vec![false; cells.len()];
    for check in format.checks(&text, customs) {
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

/// The likeliest state code that is known, or what was read where none is; and another known one that is about as likely.
fn settle_state(cells: &[Cell], params: &ReadParams) -> (Vec<u8>, Option<Vec<u8>>) {
    let slot = Slot { kind: Kind::Letters, covered: false, allows: &|c| Kind::Letters.allows(c) };
    let mut codes: Vec<(Vec<u8>, f64)> = vec![(Vec::new(), 0.0)];
    for cell in cells {
        let mut here: Vec<(u8, f64)> =
            choices(cell, &slot, params).into_iter().map(|(c, swap)| (c, swap.cost)).collect();
        if !(cell.weighed && params.calibrated) {
            // Of a digit any letter that it is taken for.
            let letters: Vec<u8> = confusions::letters(cell.top()).collect();
            here = if letters.is_empty() {
                vec![here[0]]
            } else {
                letters.into_iter().map(|c| (c, 0.0)).collect()
            };
        }
        codes = codes
            .iter()
            .flat_map(|(code, cost)| {
                here.iter().map(move |(c, more)| ([code, &[*c][..]].concat(), cost + more))
            })
            .collect();
    }
    codes.sort_by(|one, other| one.1.total_cmp(&other.1));
    let first = codes[0].clone();
    // A code of no state is believed before one at a price.
    codes.retain(|(code, cost)| {
        let known = std::str::from_utf8(code).is_ok_and(|code| state::is_known(code.trim_end_matches('<')));
        known && *cost - first.1 <= params.repair_price
    });
    let Some((code, cost)) = codes.first().cloned() else { return (first.0, None) };
    let limit = cost + params.doubtful_odds.recip().ln();
    let other = codes.get(1).filter(|(_, cost)| *cost <= limit).map(|(other, _)| other.clone());
    (code, other)
}
