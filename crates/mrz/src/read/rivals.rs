//! Texts that every check digit accepts as well as the one that was read, though no search of swaps one by one comes upon them: several
//! characters at once are others, and what they change in a check digit cancels out.

use std::ops::Range;

use super::{Sheet, agrees, confusions};
use crate::format::{Field, Kind};

/// Whether there is one that is likely enough for the reading to be ambiguous.
pub(super) fn another_text_agrees(sheet: &Sheet, text: &[u8]) -> bool {
    plainer_text_agrees(sheet, text) || look_alikes_cancel_out(sheet, text)
}

/// Whether every check digit agrees as well with two or three look-alikes in place of what was read: what one changes another changes
/// back, as an O for a zero does where their weights sum to ten (7 and 3). In question are zeros among letters, of which recognisers
/// are too sure, and what the recogniser itself gave a thousandth, which alone would be a rival.
fn look_alikes_cancel_out(sheet: &Sheet, text: &[u8]) -> bool {
    /// A zone has thirty positions for letters and digits at most; more of them in question are no number's.
    const MOST: usize = 16;
    /// The logarithm of a thousand.
    const NAMED: f64 = 6.9;
    let mut open: Vec<(usize, u8)> = Vec::new();
    for place in sheet.format.places().iter().filter(|place| place.kind == Kind::Either) {
        let zeros = confusions::open_zeros(&text[place.at.clone()]);
        for at in place.at.clone() {
            let named = sheet.choices[at].iter().find(|&&(c, swap)| {
                let named = sheet.cells[at].weighed && swap.cost <= NAMED;
                named && c != text[at] && confusions::are_look_alikes(c, text[at])
            });
            if zeros.contains(&(at - place.at.start)) {
                open.push((at, b'O'));
            } else if let Some(&(c, _)) = named {
                open.push((at, c));
            }
        }
    }
    open.truncate(MOST);
    let agrees_with = |swaps: &[(usize, u8)]| {
        let mut other = text.to_vec();
        swaps.iter().for_each(|&(at, c)| other[at] = c);
        sheet.checks.iter().all(|check| agrees(check, &other))
    };
    open.iter().enumerate().any(|(n, &one)| {
        open[n + 1..].iter().enumerate().any(|(m, &two)| {
            agrees_with(&[one, two]) || open[n + m + 2..].iter().any(|&three| agrees_with(&[one, two, three]))
        })
    })
}

/// Whether a number or optional data of digits and a few letters that digits are taken for would pass every check digit with digits in
/// their place as well. Two errors cancel out in one of ten; and a field of digits alone is much the likelier one.
fn plainer_text_agrees(sheet: &Sheet, text: &[u8]) -> bool {
    let mixed: Vec<Range<usize>> = [Field::DocumentNumber, Field::OptionalData, Field::OptionalData2]
        .into_iter()
        .filter_map(|field| sheet.format.field(field))
        .filter(|at| confusions::is_digits_but_for_confusions(&text[at.clone()]))
        .collect();
    // Every choice of these fields: at most seven.
    (1..1_u32 << mixed.len()).any(|choice| {
        let mut plain = text.to_vec();
        for (n, at) in mixed.iter().enumerate() {
            if choice & (1 << n) != 0 {
                for c in &mut plain[at.clone()] {
                    *c = confusions::as_digit(*c).unwrap_or(*c);
                }
            }
        }
        sheet.checks.iter().all(|check| agrees(check, &plain))
    })
}
