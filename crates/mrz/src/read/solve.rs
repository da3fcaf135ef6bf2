//! The readings of a sheet that all check digits accept.

use std::ops::Range;

use super::choices::Swap;
use super::doubts::Doubts;
use super::judge::{Found, MOST_READINGS};
use super::search::{MOST_POSITIONS, WAYS, Way, Weighed, cheapest};
use super::sheet::{Edits, Sheet};
use super::{ReadParams, Replacement, SettledBy, rivals};
use crate::check::{WEIGHTS, digit_of, value};
use crate::date::MrzDate;
use crate::format::{CheckPlace, Field, Format};
use crate::parse;

/// Positions that are settled together: one check digit and what it covers, or what only the composite one covers.
struct Group {
    positions: Vec<usize>,
    check: Option<CheckPlace>,
}

/// A choice for a group that its own check digit accepts.
#[derive(Clone, Copy)]
struct Settled {
    way: Way,
    /// What it adds to the composite check digit, modulo 10.
    all: usize,
}

/// A text that every check digit accepts.
struct Candidate {
    text: Vec<u8>,
    cost: f64,
    doubts: Doubts,
    /// It costs more than a repair may.
    dear: bool,
}

/// The readings of a sheet that all check digits accept, or what is printed when there are none. `others`: texts that differ where no
/// check digit sees it.
pub(super) fn solve(sheet: &Sheet, others: &[Edits], params: &ReadParams) -> Vec<Found> {
    let mut candidates = candidates(sheet, params);
    let Some(first) = candidates.iter().position(|one| !one.dear) else {
        return vec![Found { refused: true, ..finish(sheet, &printed(sheet, params), 0.0) }];
    };
    let limit = candidates[first].cost + params.rival_margin;
    candidates.retain(|one| one.cost <= limit);
    let mut settled_by = by_profile(sheet, &mut candidates, params).then_some(SettledBy::Profile);
    candidates.truncate(MOST_READINGS);
    let mut found: Vec<Found> = Vec::new();
    for (n, candidate) in candidates.into_iter().enumerate() {
        let mut one = finish(sheet, &candidate.text, candidate.cost);
        one.doubts = candidate.doubts;
        if n == 0 {
            let rivals = rivals::of(sheet, &candidate.text, params);
            if rivals.excluded {
                settled_by = Some(SettledBy::Profile);
            }
            if params.calibrated {
                // It would have named them.
                let settled = !rivals.texts.is_empty();
                settled_by = settled_by.or(settled.then_some(SettledBy::Recogniser));
            } else {
                one.doubts |= rivals.doubts;
                found.extend(rivals.texts.iter().map(|text| alternative(sheet, text, &candidate, params)));
            }
            one.settled_by = settled_by;
            for edits in others {
                let mut text = candidate.text.clone();
                edits.iter().for_each(|&(at, c)| text[at] = c);
                found.push(alternative(sheet, &text, &candidate, params));
            }
        }
        found.push(one);
    }
    found
}

/// A text that a reading may be taken for, just within reach of it.
fn alternative(sheet: &Sheet, text: &[u8], of: &Candidate, params: &ReadParams) -> Found {
    Found { alternative: true, ..finish(sheet, text, of.cost + params.rival_margin) }
}

/// What the recogniser saw, where calibrated probabilities cannot be brought to agree; else what the kinds of the fields make of it.
fn printed(sheet: &Sheet, params: &ReadParams) -> Vec<u8> {
    let seen = |at: usize| {
        let (likeliest, swap) = sheet.choices[at][0];
        // A character of the wrong kind at a small price was misread, be the digit wrong or not.
        let cheap = swap.cost <= params.repair_price;
        if cheap { likeliest } else { sheet.cells[at].top() }
    };
    (0..sheet.text.len()).map(seen).collect()
}

/// Where the issuer's numbers are known: keeps the readings whose number is one of them, if the first has one; or one of the others alone,
/// unless it is much less likely. There may be a series that nobody listed. Returns whether that settled something.
fn by_profile(sheet: &Sheet, candidates: &mut Vec<Candidate>, params: &ReadParams) -> bool {
    let makes = |one: &Candidate| sheet.customs.makes(&number(sheet.format, &one.text)) == Some(true);
    let first = candidates.first().map_or(0.0, |first| first.cost);
    let first_fits = candidates.first().is_some_and(makes);
    let mut fitting = candidates.iter().filter(|one| makes(one));
    let other_fits = match (fitting.next(), fitting.next()) {
        (Some(only), None) => !only.dear && only.cost <= first + params.rival_margin / 2.0,
        _ => false,
    };
    let settles = candidates.iter().any(|one| !makes(one)) && (first_fits || other_fits);
    if settles {
        candidates.retain(makes);
    }
    settles
}

/// The document number of a text, without fillers at its end.
pub(super) fn number(format: Format, text: &[u8]) -> String {
    let at = format.field(Field::DocumentNumber).unwrap_or(0..0);
    let rest = format.long_number(text).map_or(0..0, |rest| rest.start..rest.end - 1);
    let number: String = text[at].iter().chain(&text[rest]).map(|&c| char::from(c)).collect();
    number.trim_end_matches('<').to_owned()
}

/// All texts of a fair price, or of one that makes them rivals, that every check digit accepts, the cheapest first.
fn candidates(sheet: &Sheet, params: &ReadParams) -> Vec<Candidate> {
    let composite = sheet.checks.iter().find(|check| check.field == Field::Composite);
    let all = weights(sheet, composite);
    let mut settled: Vec<(Group, Vec<Settled>)> = Vec::new();
    for group in groups(sheet, composite) {
        let ways = settle(sheet, &group, &all, params);
        if ways.is_empty() {
            return Vec::new();
        }
        settled.push((group, ways));
    }
    let chosen = |at: usize| settled.iter().any(|(group, _)| group.positions.contains(&at));
    let fixed = (0..sheet.text.len()).filter(|&at| !chosen(at));
    let fixed: u32 = fixed.map(|at| adds(sheet.text[at], all[at])).sum();
    let mut candidates = Vec::new();
    let lists: Vec<&[Settled]> = settled.iter().map(|(_, ways)| &ways[..]).collect();
    for (cost, picks) in combined(&lists, fixed as usize % 10) {
        let mut text = sheet.text.clone();
        let (mut doubts, mut blind) = (Doubts::default(), 0);
        for ((group, ways), pick) in settled.iter().zip(picks) {
            let way = &ways[pick];
            let swaps = swaps(sheet, group, &way.way);
            for (&at, &(c, _)) in group.positions.iter().zip(&swaps) {
                text[at] = c;
            }
            let own: usize = swaps.iter().map(|(_, swap)| swap.blind).sum();
            blind += own;
            if own > params.blind_swaps_per_check {
                let line = |&at: &usize| sheet.format.line_and_column(at).0;
                group.positions.iter().map(line).for_each(|line| doubts |= Doubts::in_line(line));
            }
        }
        if blind > params.blind_swaps {
            doubts |= Doubts::IN_ANY_LINE;
        }
        let sound = sheet.checks.iter().all(|check| agrees(check, &text));
        if sound && !parse::build(sheet.format, &text).is_broken() {
            let dear = price(sheet, &text) > params.repair_price;
            candidates.push(Candidate { text, cost, doubts, dear });
        }
    }
    candidates
}

/// What a text costs where the recogniser told how sure it is.
fn price(sheet: &Sheet, text: &[u8]) -> f64 {
    let weighed = (0..text.len()).filter(|&at| sheet.cells[at].weighed);
    let cost =
        |at: usize| sheet.choices[at].iter().find(|&&(c, _)| c == text[at]).map_or(0.0, |(_, s)| s.cost);
    weighed.filter(|&at| sheet.covered[at]).map(cost).sum()
}

/// The weight of each position in a check digit; the digit itself takes away what it says.
fn weights(sheet: &Sheet, check: Option<&CheckPlace>) -> Vec<u32> {
    let mut weights = vec![0; sheet.text.len()];
    if let Some(check) = check {
        for (at, weight) in check.over.iter().cloned().flatten().zip(WEIGHTS.into_iter().cycle()) {
            weights[at] = weight;
        }
        weights[check.at] = 9;
    }
    weights
}

fn adds(c: u8, weight: u32) -> u32 {
    value(c).unwrap_or(0) * weight % 10
}

fn groups(sheet: &Sheet, composite: Option<&CheckPlace>) -> Vec<Group> {
    let mut taken = vec![false; sheet.text.len()];
    let mut groups = Vec::new();
    let mut group = |ranges: &[Range<usize>], at: usize, check: Option<&CheckPlace>| {
        let mut positions: Vec<usize> = ranges.iter().cloned().flatten().chain([at]).collect();
        // What has one choice only is settled.
        positions.retain(|&at| !std::mem::replace(&mut taken[at], true) && sheet.choices[at].len() > 1);
        positions.truncate(MOST_POSITIONS);
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

/// The characters that a way chooses.
fn swaps(sheet: &Sheet, group: &Group, way: &Way) -> Vec<(u8, Swap)> {
    let chosen = |(&at, &pick): (&usize, &u8)| sheet.choices[at][usize::from(pick)];
    group.positions.iter().zip(&way.picks).map(chosen).collect()
}

/// The cheapest choices for a group that its own check digit and the rules of its field accept.
fn settle(sheet: &Sheet, group: &Group, all: &[u32], params: &ReadParams) -> Vec<Settled> {
    let own = weights(sheet, group.check.as_ref());
    let positions: Vec<Vec<Weighed>> = group
        .positions
        .iter()
        .map(|&at| {
            let weighed = |&(c, swap): &(u8, Swap)| Weighed {
                cost: swap.cost,
                own: adds(c, own[at]),
                all: adds(c, all[at]),
            };
            sheet.choices[at].iter().map(weighed).collect()
        })
        .collect();
    let fixed = (0..sheet.text.len()).filter(|at| !group.positions.contains(at));
    let start: u32 = fixed.map(|at| adds(sheet.text[at], own[at])).sum();
    let mut text = sheet.text.clone();
    let mut settled = Vec::new();
    for (all, ways) in cheapest(&positions, start, most(params)).into_iter().enumerate() {
        for way in ways {
            let swaps = swaps(sheet, group, &way);
            for (&at, &(c, _)) in group.positions.iter().zip(&swaps) {
                text[at] = c;
            }
            let changed = way.picks.iter().filter(|&&pick| pick > 0).count();
            let fair = params.calibrated || changed <= params.swaps_per_check;
            let accepted = |check: &CheckPlace| agrees(check, &text) && is_date(sheet.format, check, &text);
            if fair && group.check.as_ref().is_none_or(accepted) {
                settled.push(Settled { way, all });
            }
        }
    }
    settled
}

/// What a choice may cost to be looked at: as much as a reading may, and what makes another one its rival.
fn most(params: &ReadParams) -> f64 {
    let swaps = params.swaps_per_check as f64 * params.swap_odds.recip().ln();
    let reading = if params.calibrated { params.repair_price } else { params.repair_price.max(swaps) };
    reading + params.rival_margin
}

/// The cheapest combinations of one choice of each group that the composite check digit accepts, as indices; ascending in cost.
fn combined(groups: &[&[Settled]], start: usize) -> Vec<(f64, Vec<usize>)> {
    let mut classes: [Vec<(f64, Vec<usize>)>; 10] = Default::default();
    classes[start].push((0.0, Vec::new()));
    for ways in groups {
        let mut next: [Vec<(f64, Vec<usize>)>; 10] = Default::default();
        for (class, combinations) in classes.iter().enumerate() {
            for (cost, picks) in combinations {
                for (pick, settled) in ways.iter().enumerate() {
                    let kept = &mut next[(class + settled.all) % 10];
                    let cost = cost + settled.way.cost;
                    let at = kept.partition_point(|(known, _)| *known <= cost);
                    if at < WAYS {
                        kept.truncate(WAYS - 1);
                        kept.insert(at, (cost, [&picks[..], &[pick]].concat()));
                    }
                }
            }
        }
        classes = next;
    }
    std::mem::take(&mut classes[0])
}

pub(super) fn agrees(place: &CheckPlace, text: &[u8]) -> bool {
    let covered = || place.over.iter().flat_map(|at| &text[at.clone()]).copied();
    let digit = digit_of(covered()).map(|digit| b'0' + digit);
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
    Found {
        mrz,
        cost,
        replaced,
        fillers_changed: Vec::new(),
        doubts: Doubts::default(),
        settled_by: None,
        refused: false,
        alternative: false,
    }
}
