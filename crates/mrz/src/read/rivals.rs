//! Texts that every check digit accepts as well as the one that was read, though no search of swaps one by one comes upon them: several
//! characters at once are others, and what they change in a check digit cancels out.

use std::ops::Range;

use super::ReadParams;
use super::confusions;
use super::doubts::Doubts;
use super::sheet::{Edits, Sheet};
use super::solve::{agrees, number};
use crate::check::told_apart;
use crate::format::{Field, Format, Kind};

/// Other texts that are named beside a reading, at most.
const MOST_TEXTS: usize = 2;

/// What there is to doubt about a text that every check digit accepts.
#[derive(Default)]
pub(super) struct Rivals {
    pub(super) doubts: Doubts,
    /// What it may be taken for.
    pub(super) texts: Vec<Vec<u8>>,
    /// There are others whose number the issuer does not make.
    pub(super) excluded: bool,
}

impl Rivals {
    /// Takes up another text, unless the issuer makes numbers like the one that was read and none like the other.
    fn add(&mut self, sheet: &Sheet, text: &[u8], other: Vec<u8>, doubt: Doubts) {
        let makes = |text: &[u8]| sheet.customs.makes(&number(sheet.format, text));
        if makes(text) == Some(true) && makes(&other) == Some(false) {
            self.excluded = true;
            return;
        }
        self.doubts |= doubt;
        if self.texts.len() < MOST_TEXTS && !self.texts.contains(&other) {
            self.texts.push(other);
        }
    }
}

pub(super) fn of(sheet: &Sheet, text: &[u8], params: &ReadParams) -> Rivals {
    let mut rivals = Rivals::default();
    cancel_out(sheet, text, &mut rivals);
    count_the_same(sheet, text, params, &mut rivals);
    plainer(sheet, text, &mut rivals);
    rivals
}

/// Whether every check digit agrees as well with two or three look-alikes in place of what was read: what one changes another changes
/// back, as an O for a zero does where their weights sum to ten (7 and 3). In question are zeros among letters, of which recognisers
/// are too sure, and what the recogniser itself gave a thousandth, which alone would be a rival; that another look may settle.
fn cancel_out(sheet: &Sheet, text: &[u8], rivals: &mut Rivals) {
    /// A zone has thirty positions for letters and digits at most; more of them in question are no number's.
    const MOST: usize = 12;
    /// The logarithm of a thousand.
    const NAMED: f64 = 6.9;
    let mut open: Vec<LookAlike> = Vec::new();
    for place in sheet.format.places().iter().filter(|place| place.kind == Kind::Either) {
        let zeros = confusions::open_zeros(&text[place.at.clone()]);
        for at in place.at.clone() {
            let named = sheet.choices[at].iter().find(|&&(c, swap)| {
                let named = sheet.cells[at].weighed && swap.cost <= NAMED;
                named && c != text[at] && confusions::are_look_alikes(c, text[at])
            });
            if zeros.contains(&(at - place.at.start)) {
                open.push(LookAlike { at, c: b'O', doubt: Doubts::OF_TEXT });
            } else if let Some(&(c, _)) = named {
                open.push(LookAlike { at, c, doubt: Doubts::in_line(sheet.format.line_and_column(at).0) });
            }
        }
    }
    open.truncate(MOST);
    let mut other = text.to_vec();
    let mut weigh = |swaps: &[&LookAlike]| {
        swaps.iter().for_each(|swap| other[swap.at] = swap.c);
        if sheet.checks.iter().all(|check| agrees(check, &other)) {
            let mut doubt = Doubts::default();
            swaps.iter().for_each(|swap| doubt |= swap.doubt);
            rivals.add(sheet, text, other.clone(), doubt);
        }
        swaps.iter().for_each(|swap| other[swap.at] = text[swap.at]);
    };
    for (n, one) in open.iter().enumerate() {
        for (m, two) in open.iter().enumerate().skip(n + 1) {
            weigh(&[one, two]);
            open[m + 1..].iter().for_each(|three| weigh(&[one, two, three]));
        }
    }
}

/// Whether a digit may be a letter that counts the same modulo 10, so that no check digit ever tells them apart, as an L for a 1. All
/// that is left is the recogniser. Of a thousand characters that it took for ones it named a letter beside twenty, however improbable,
/// and of those in numbers that was an L: it named I, with 1 in 1,600.
fn count_the_same(sheet: &Sheet, text: &[u8], params: &ReadParams, rivals: &mut Rivals) {
    for place in sheet.format.places().iter().filter(|place| place.kind == Kind::Either) {
        for at in place.at.clone() {
            let (read, cell) = (text[at], &sheet.cells[at]);
            let hidden = confusions::letters(read).find(|&letter| !told_apart(read, letter));
            // One that it holds for likely a check digit has decided about, or made a rival.
            let named =
                |letter| cell.options.iter().any(|&(c, p)| c == letter && p < params.listed_probability);
            if let Some(hidden) = hidden
                && cell.weighed
                && confusions::letters(read).any(named)
            {
                let mut other = text.to_vec();
                other[at] = hidden;
                rivals.add(sheet, text, other, Doubts::in_line(sheet.format.line_and_column(at).0));
            }
        }
    }
}

/// What may stand in place of what was read, and what speaks for it.
struct LookAlike {
    at: usize,
    c: u8,
    doubt: Doubts,
}

/// Whether a number or optional data of digits and a few letters that digits are taken for would pass every check digit with digits in
/// their place as well. Two errors cancel out in one of ten; and a field of digits alone is much the likelier one.
fn plainer(sheet: &Sheet, text: &[u8], rivals: &mut Rivals) {
    let mixed: Vec<Range<usize>> = [Field::DocumentNumber, Field::OptionalData, Field::OptionalData2]
        .into_iter()
        .filter_map(|field| sheet.format.field(field))
        .filter(|at| confusions::is_digits_but_for_confusions(&text[at.clone()]))
        .collect();
    // Every choice of these fields: at most seven.
    for choice in 1..1_u32 << mixed.len() {
        let mut plain = text.to_vec();
        for (n, at) in mixed.iter().enumerate() {
            if choice & (1 << n) != 0 {
                for c in &mut plain[at.clone()] {
                    *c = confusions::as_digit(*c).unwrap_or(*c);
                }
            }
        }
        if sheet.checks.iter().all(|check| agrees(check, &plain)) {
            rivals.add(sheet, text, plain, Doubts::OF_TEXT);
        }
    }
}

/// What optional data that no check digit covers may be as well, whatever the recogniser says; empty where that is nothing.
pub(super) fn open_optional_data(format: Format, text: &[u8], covered: &[bool]) -> Vec<Edits> {
    let either = format.places().iter().filter(|place| place.kind == Kind::Either);
    let bare =
        either.filter(|place| place.field == Field::OptionalData && place.at.clone().all(|at| !covered[at]));
    let mut others = Vec::new();
    for place in bare.filter(|place| confusions::is_open(&text[place.at.clone()])) {
        let digits = confusions::is_digits_but_for_confusions(&text[place.at.clone()]);
        let other = |at: usize| {
            let other = if digits { confusions::as_digit(text[at]) } else { confusions::as_letter(text[at]) };
            other.map(|other| (at, other))
        };
        others.push(place.at.clone().filter_map(other).collect());
    }
    others
}
