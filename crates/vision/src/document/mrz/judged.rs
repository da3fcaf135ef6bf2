//! What the recogniser said of the lines of a band, as readings with a verdict.

use selfsame_mrz::{Line, Reading, Verdict, read};

use super::MrzParams;
use super::band_reading::Network;
use crate::document::band::{Band, TextLine};
use crate::document::recognise::Glyph;

/// Ways to read the lines of a band, the best first.
pub(super) fn readings(
    band: &Band,
    lines: &[Vec<Glyph>],
    network: Network,
    params: &MrzParams,
) -> Vec<Reading> {
    let advance = |(place, glyphs): (&TextLine, &Vec<Glyph>)| place.length() / glyphs.len().max(1) as f64;
    let closest = band.lines.iter().zip(lines).map(advance).fold(f64::MAX, f64::min);
    let of = params.of(network);
    let read_params = if closest < params.small { &of.read_small } else { &of.read };
    let given: Vec<Line> = lines
        .iter()
        .map(|glyphs| Line::from_alternatives(glyphs.iter().map(|glyph| glyph.options.clone())))
        .collect();
    let mut found = read(&given, read_params);
    for reading in &mut found {
        let uneven = |(glyphs, line): (&Vec<Glyph>, &String)| {
            // As far as the first of the fillers at the end: a last letter may have been missed as well.
            let letters = line.trim_end_matches('<').len() + 1;
            !is_even(&glyphs[..letters.min(glyphs.len())], &params.steps)
        };
        let mut doubtful: Vec<usize> = lines
            .iter()
            .zip(&reading.mrz.lines)
            .enumerate()
            .filter_map(|(n, both)| uneven(both).then_some(n))
            .collect();
        if lacks_a_beginning(band, lines, reading) {
            let short = reading.fillers_changed.iter().enumerate().filter(|(_, change)| **change > 0);
            doubtful.extend(short.map(|(n, _)| n));
        }
        if reading.verdict == Verdict::Valid && !doubtful.is_empty() {
            reading.verdict = Verdict::Ambiguous;
        }
        reading.doubtful_lines.extend(doubtful);
    }
    found
}

/// Whether a line of fewer characters than it should have begins later than the others instead of ending earlier: then what it lacks
/// is its first letter, and no filler. A name has no check digit to tell.
fn lacks_a_beginning(band: &Band, lines: &[Vec<Glyph>], reading: &Reading) -> bool {
    let ends = |(place, glyphs): (&TextLine, &Vec<Glyph>)| -> Option<[f64; 2]> {
        let [dx, dy] = place.direction();
        let along = |glyph: &Glyph| {
            let at = |axis: usize| place.from[axis] + glyph.at * (place.to[axis] - place.from[axis]);
            at(0) * dx + at(1) * dy
        };
        Some([along(glyphs.first()?), along(glyphs.last()?)])
    };
    let Some(places) = band.lines.iter().zip(lines).map(ends).collect::<Option<Vec<_>>>() else {
        return false;
    };
    // Compared with a line that is whole.
    let whole = reading.fillers_changed.iter().position(|&change| change == 0);
    let whole = whole.filter(|&whole| lines.get(whole).is_some_and(|line| line.len() > 1));
    reading.fillers_changed.iter().zip(&places).filter(|(change, _)| **change > 0).any(|(&missing, place)| {
        let Some(whole) = whole else { return true };
        let step = (places[whole][1] - places[whole][0]) / (lines[whole].len() as f64 - 1.0);
        let (late, early) = (place[0] - places[whole][0], places[whole][1] - place[1]);
        // A letter too few at the beginning makes this `missing`, a filler too few at the end its opposite, and one in between nothing.
        late - early > f64::from(missing) * step / 2.0
    })
}

/// Whether every character stands about as far from the next as most do.
fn is_even(glyphs: &[Glyph], allowed: &std::ops::Range<f64>) -> bool {
    let steps: Vec<f64> = glyphs.windows(2).map(|pair| pair[1].at - pair[0].at).collect();
    if steps.is_empty() {
        return true;
    }
    let mut sorted = steps.clone();
    let middle = sorted.len() / 2;
    let usual = *sorted.select_nth_unstable_by(middle, f64::total_cmp).1;
    steps.iter().all(|step| allowed.contains(&(step / usual)))
}

/// The probabilities of several cuts of the same lines, averaged over those cuts of a line that have as many characters as most do.
pub(super) fn averaged(cuts: &[Vec<Vec<Glyph>>]) -> Vec<Vec<Glyph>> {
    let Some(first) = cuts.first() else { return Vec::new() };
    (0..first.len())
        .map(|line| {
            let alike = |length: usize| cuts.iter().filter(|cut| cut[line].len() == length).count();
            // Of equally frequent lengths that of the earliest cut.
            let length = cuts.iter().rev().map(|cut| cut[line].len()).max_by_key(|length| alike(*length));
            let cuts: Vec<_> =
                cuts.iter().map(|cut| &cut[line]).filter(|cut| Some(cut.len()) == length).collect();
            (0..length.unwrap_or(0)).map(|at| mean_glyph(cuts.iter().map(|cut| &cut[at]))).collect()
        })
        .collect()
}

fn mean_glyph<'a>(glyphs: impl ExactSizeIterator<Item = &'a Glyph>) -> Glyph {
    let count = glyphs.len() as f32;
    let mut mean = Glyph { at: 0.0, options: Vec::new() };
    for glyph in glyphs {
        mean.at += glyph.at / f64::from(count);
        for &(character, probability) in &glyph.options {
            match mean.options.iter_mut().find(|(known, _)| *known == character) {
                Some((_, sum)) => *sum += probability / count,
                None => mean.options.push((character, probability / count)),
            }
        }
    }
    mean.options.sort_by(|one, other| other.1.total_cmp(&one.1));
    mean
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glyphs(options: &[&[(char, f32)]]) -> Vec<Glyph> {
        options.iter().map(|options| Glyph { at: 0.5, options: options.to_vec() }).collect()
    }

    #[test]
    fn characters_that_were_read_twice_or_missed_are_told_by_their_steps() {
        let steps = MrzParams::default().steps;
        let line = |places: &[f64]| -> Vec<Glyph> {
            places.iter().map(|at| Glyph { at: *at, options: vec![('A', 1.0)] }).collect()
        };
        // A recogniser's columns are half a step apart.
        assert!(is_even(&line(&[1.0, 2.0, 2.8, 4.0, 5.0, 6.0]), &steps));
        assert!(!is_even(&line(&[1.0, 2.0, 2.4, 3.0, 4.0, 5.0]), &steps), "twice");
        assert!(!is_even(&line(&[1.0, 2.0, 4.0, 5.0, 6.0]), &steps), "missed");
        assert!(is_even(&line(&[1.0]), &steps) && is_even(&[], &steps));
    }

    #[test]
    fn a_zone_is_valid_only_while_its_characters_stand_evenly() {
        // ICAO 9303-4, appendix B.
        let specimen =
            ["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"];
        let place = |y: f64| TextLine {
            from: [0.0, y],
            middle: [660.0, y],
            to: [1320.0, y],
            thickness: [20.0, 20.0],
        };
        let band = Band { lines: vec![place(10.0), place(50.0)], score: 1.0 };
        // The first letter of the name's second part stands this part of a step too far to the left.
        let verdict = |moved: f64| {
            let mut lines: Vec<Vec<Glyph>> = specimen
                .iter()
                .map(|line| {
                    let glyph = |(n, c)| Glyph { at: n as f64 / 44.0, options: vec![(c, 1.0)] };
                    line.chars().enumerate().map(glyph).collect()
                })
                .collect();
            lines[0][15].at -= moved / 44.0;
            readings(&band, &lines, Network::OcrB, &MrzParams::default())[0].verdict
        };
        assert_eq!(verdict(0.0), Verdict::Valid);
        assert_eq!(verdict(0.2), Verdict::Valid);
        assert_eq!(verdict(0.7), Verdict::Ambiguous, "no check digit covers the name");
    }

    /// ICAO 9303-5, appendix B, on lines of 30 steps of 20 pixels, without some of its characters.
    fn card(without: &[(usize, usize)]) -> Verdict {
        let specimen = [
            "I<UTOD231458907<<<<<<<<<<<<<<<",
            "7408122F1204159UTO<<<<<<<<<<<6",
            "ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
        ];
        let mut band = Band { lines: Vec::new(), score: 1.0 };
        let mut lines = Vec::new();
        for (line, text) in specimen.iter().enumerate() {
            let kept: Vec<(usize, char)> =
                text.chars().enumerate().filter(|(column, _)| !without.contains(&(line, *column))).collect();
            // A line is found from its first character to its last.
            let (first, last) = (kept[0].0 as f64, kept[kept.len() - 1].0 as f64 + 1.0);
            let (from, to, y) = (20.0 * first, 20.0 * last, 40.0 * line as f64);
            band.lines.push(TextLine {
                from: [from, y],
                middle: [(from + to) / 2.0, y],
                to: [to, y],
                thickness: [16.0, 16.0],
            });
            let at = |column: usize| (column as f64 + 0.5 - first) / (last - first);
            lines.push(
                kept.iter().map(|&(n, c)| Glyph { at: at(n), options: vec![(c, 1.0)] }).collect::<Vec<_>>(),
            );
        }
        readings(&band, &lines, Network::OcrB, &MrzParams::default())[0].verdict
    }

    #[test]
    fn a_name_that_lacks_a_letter_at_either_end_is_not_valid() {
        assert_eq!(card(&[]), Verdict::Valid);
        assert_eq!(card(&[(2, 29)]), Verdict::Valid, "the last filler");
        assert_eq!(card(&[(2, 28), (2, 29)]), Verdict::Valid, "the last fillers");
        assert_eq!(card(&[(2, 25)]), Verdict::Valid, "a filler in between");
        assert_eq!(card(&[(2, 0)]), Verdict::Ambiguous, "the first letter");
        assert_eq!(card(&[(2, 0), (2, 1)]), Verdict::Ambiguous, "the first letters");
        assert_eq!(card(&[(2, 19)]), Verdict::Ambiguous, "the last letter");
    }

    #[test]
    fn cuts_of_the_same_length_are_averaged_and_others_left_out() {
        let sure = glyphs(&[&[('O', 0.9), ('0', 0.1)], &[('1', 1.0)]]);
        let unsure = glyphs(&[&[('0', 0.7), ('O', 0.3)], &[('1', 1.0)]]);
        let short = glyphs(&[&[('X', 1.0)]]);
        let mean = averaged(&[vec![short], vec![sure], vec![unsure]]);
        assert_eq!(mean[0].len(), 2);
        assert_eq!(mean[0][0].options[0].0, 'O');
        assert!((mean[0][0].options[0].1 - 0.6).abs() < 1e-6 && (mean[0][0].options[1].1 - 0.4).abs() < 1e-6);
        assert!(averaged(&[]).is_empty());
    }
}
