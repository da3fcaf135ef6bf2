//! What may stand in one position for what was read, and what that costs.

use super::ReadParams;
use super::confusions::{as_digit, forced, letters};
use super::line::Cell;
use crate::check::told_apart;
use crate::format::Kind;

/// The cost of one character against the likeliest one in its place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Swap {
    /// The natural logarithm of how many times less likely it is.
    pub(crate) cost: f64,
    /// 1 when the recogniser named nothing, 2 when it named others. Only of recognisers whose probabilities promise too much.
    pub(crate) blind: usize,
}

impl Swap {
    pub(crate) fn none() -> Self {
        Self { cost: 0.0, blind: 0 }
    }
}

/// A position: what it is for, and whether a check digit covers it.
pub(super) struct Slot<'a> {
    pub(super) kind: Kind,
    pub(super) covered: bool,
    pub(super) allows: &'a dyn Fn(u8) -> bool,
}

/// What may stand in a slot for what was read, the likeliest first; never empty.
pub(super) fn choices(cell: &Cell, slot: &Slot<'_>, params: &ReadParams) -> Vec<(u8, Swap)> {
    let mut choices = if cell.weighed && params.calibrated {
        priced(cell, slot, params)
    } else {
        guessed(cell, slot, params)
    };
    if choices.is_empty() {
        // Nothing that may stand here: the character stays, and breaks the field's rule.
        choices.push((cell.top(), Swap::none()));
    }
    choices
}

/// What calibrated probabilities say: each character costs what it is less probable than the best path, whatever the field may hold.
fn priced(cell: &Cell, slot: &Slot<'_>, params: &ReadParams) -> Vec<(u8, Swap)> {
    let best = cell.options[0].1;
    let cost = |p: f64| (best / p.max(params.floor)).ln().max(0.0);
    let most = if slot.covered { params.repair_price + params.rival_margin } else { params.kind_price };
    let mut found: Vec<(u8, f64)> = Vec::new();
    let mut add = |c: u8, cost: f64| match found.iter_mut().find(|(known, _)| *known == c) {
        Some((_, known)) => *known = known.min(cost),
        None if cost <= most => found.push((c, cost)),
        None => {}
    };
    for &(c, p) in cell.options.iter().filter(|(c, _)| (slot.allows)(*c)) {
        add(c, cost(p));
    }
    if !(slot.allows)(cell.top()) {
        // A field of letters or of digits names the look-alike of its kind.
        if let Some(c) = forced(slot.kind, cell.top()) {
            add(c, cost(0.0));
        }
    }
    found.sort_by(|one, other| one.1.total_cmp(&other.1));
    found.into_iter().map(|(c, cost)| (c, Swap { cost, blind: 0 })).collect()
}

/// The same of bare text, and of probabilities that promise too much: the kind of the field decides, and where letters and digits may
/// both stand under a check digit, look-alikes of the table are tried in bare text.
fn guessed(cell: &Cell, slot: &Slot<'_>, params: &ReadParams) -> Vec<(u8, Swap)> {
    let mut likely: Vec<(u8, f64)> = Vec::new();
    let mut add = |c: u8, p: f64| match likely.iter_mut().find(|(known, _)| *known == c) {
        Some((_, sum)) => *sum += p,
        None => likely.push((c, p)),
    };
    // What the recogniser all but rules out does not stand for what it is sure of.
    let least = cell.options[0].1 * (-params.kind_price).exp();
    for &(c, p) in cell.options.iter().filter(|(_, p)| *p >= least) {
        if (slot.allows)(c) {
            add(c, p);
        } else if let Some(c) = forced(slot.kind, c) {
            add(c, p);
        }
    }
    let best = likely.iter().map(|&(_, p)| p).fold(0.0, f64::max);
    let listed = likely.clone();
    if slot.covered && slot.kind == Kind::Either && !cell.weighed {
        for &(c, p) in &listed {
            for other in as_digit(c).into_iter().chain(letters(c)).filter(|&other| told_apart(c, other)) {
                match likely.iter_mut().find(|(known, _)| *known == other) {
                    Some((_, known)) => *known = known.max(p * params.swap_odds),
                    None => likely.push((other, p * params.swap_odds)),
                }
            }
        }
    }
    likely.sort_by(|one, other| other.1.total_cmp(&one.1));
    likely
        .into_iter()
        .enumerate()
        .map(|(n, (c, p))| {
            let seen = listed.iter().any(|&(known, p)| known == c && p >= params.listed_probability * best);
            // A recogniser that weighed the position and held this character for improbable is a witness against it.
            let blind = if n == 0 || seen { 0 } else { 1 + usize::from(cell.weighed) };
            (c, Swap { cost: (best / p).ln().max(0.0), blind })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::line::{Line, cells};
    use super::*;

    fn characters(line: &Line, kind: Kind, covered: bool, params: &ReadParams) -> String {
        let slot = Slot { kind, covered, allows: &|c| kind.allows(c) };
        choices(&cells(line)[0], &slot, params).iter().map(|&(c, _)| char::from(c)).collect()
    }

    #[test]
    fn the_kind_of_a_field_decides_in_bare_text() {
        for (read, kind, chosen) in [
            ("0", Kind::Letters, "O"),
            ("8", Kind::Letters, "B"),
            ("6", Kind::Letters, "G"),
            ("3", Kind::Letters, "3"),
            ("D", Kind::Digits, "0"),
            ("L", Kind::Digits, "1"),
            ("X", Kind::Digits, "X"),
            ("0", Kind::Either, "0ODQ"),
            ("Q", Kind::Either, "Q0"),
            ("G", Kind::Either, "G"),
            ("1", Kind::Either, "1I"),
            ("7", Kind::Either, "7"),
        ] {
            let params = ReadParams::default();
            assert_eq!(characters(&Line::from(read), kind, true, &params), chosen, "{read} {kind:?}");
        }
        assert_eq!(characters(&Line::from("0"), Kind::Either, false, &ReadParams::default()), "0");
    }

    #[test]
    fn nothing_is_tried_that_a_recogniser_of_probabilities_did_not_name() {
        let line = Line::from_alternatives([vec![('0', 0.55), ('O', 0.4), ('8', 0.05)]]);
        for params in [ReadParams::default(), ReadParams::calibrated()] {
            assert_eq!(characters(&line, Kind::Either, true, &params), "0O8");
            assert_eq!(characters(&line, Kind::Digits, true, &params), "08");
            let sure = Line::from_alternatives([vec![('0', 1.0)]]);
            assert_eq!(characters(&sure, Kind::Either, true, &params), "0");
        }
    }

    #[test]
    fn calibrated_probabilities_have_a_price_in_every_field() {
        let params = ReadParams::calibrated();
        let cost = |options: Vec<(char, f32)>, kind: Kind, covered| {
            let slot = Slot { kind, covered, allows: &|c| kind.allows(c) };
            let all = choices(&cells(&Line::from_alternatives([options]))[0], &slot, &params);
            (char::from(all[0].0), all[0].1.cost)
        };
        // An O in a date is a zero at the price of its probability, and not at all when that is too high.
        let (c, price) = cost(vec![('O', 0.9), ('0', 0.1)], Kind::Digits, true);
        assert!(c == '0' && (price - 9_f64.ln()).abs() < 1e-6);
        assert_eq!(cost(vec![('O', 1.0), ('0', 1e-7)], Kind::Digits, true).0, 'O');
        // The same of a name, whose letters no check digit is made to fit.
        assert_eq!(cost(vec![('0', 1.0), ('O', 1e-3)], Kind::Letters, false).0, 'O');
        assert_eq!(cost(vec![('0', 1.0)], Kind::Letters, false).0, '0');
    }
}
