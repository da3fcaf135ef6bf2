//! From a strip to characters.

use std::time::Duration;

use crate::image::fill_planes;
use crate::inference::{Lane, Slot, VisionError};

use super::strip::Strip;

/// One character as the recogniser saw it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Glyph {
    /// Where its middle is, as a fraction of the strip's width.
    pub(crate) at: f64,
    /// What it may be and how probable that is, the likeliest first; together at most 1.
    pub(crate) options: Vec<(char, f32)>,
}

/// The characters of machine-readable zones (ICAO 9303-3, section 4.3).
pub(crate) const MRZ_CHARACTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<";

/// Alternatives that are less probable than this are left out: they are one in a thousand, as a rival reading is.
const LEAST_ALTERNATIVE: f32 = 0.0005;

/// Height of the recogniser's input.
pub(crate) fn strip_height(lane: &Lane) -> usize {
    lane.input(Slot::TextRecogniser).height() as usize
}

/// Reads a strip as a line of a machine-readable zone: what the network says of characters that no such line has is not heard.
pub(crate) fn mrz_line(lane: &mut Lane, strip: &Strip) -> Result<Vec<Glyph>, VisionError> {
    let alphabet = lane.alphabet(Slot::TextRecogniser)?;
    let classes: Vec<(usize, char)> =
        MRZ_CHARACTERS.chars().filter_map(|c| alphabet.class(c).map(|class| (class, c))).collect();
    run(lane, Slot::TextRecogniser, strip, |row| {
        // The blank, then the characters; of what remains when all others are left out.
        let heard: f32 = row[0] + classes.iter().map(|(class, _)| row[*class]).sum::<f32>();
        let heard = heard.max(f32::MIN_POSITIVE);
        let blank = row[0] / heard;
        let characters = classes.iter().map(|(class, c)| (*c, row[*class] / heard)).collect();
        Step { blank, characters }
    })
    .map(|steps| collapsed(&steps))
}

/// One character of a line of print, as the recogniser saw it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Letter {
    pub(crate) character: char,
    /// Where its middle is, as a fraction of the strip's width.
    pub(crate) at: f64,
    /// 0..=1, at its surest column.
    pub(crate) probability: f32,
}

/// A recogniser of print, and its classes of what documents print in the Latin alphabet: letters with their diacritics, digits and
/// punctuation.
#[derive(Debug, Clone)]
pub(crate) struct LatinReader {
    slot: Slot,
    classes: Vec<(usize, char)>,
}

impl LatinReader {
    pub(crate) fn of(lane: &mut Lane, slot: Slot) -> Result<Self, VisionError> {
        let alphabet = lane.alphabet(slot)?;
        let mut classes: Vec<_> = alphabet.characters().filter(|(_, c)| is_latin(*c)).collect();
        // Should a character be listed twice, its first class stands for it.
        classes.sort_by_key(|(class, c)| (*c, *class));
        classes.dedup_by_key(|(_, c)| *c);
        Ok(Self { slot, classes })
    }

    /// What a strip of this width usually costs on one core.
    pub(crate) fn usual(&self, width: usize) -> Duration {
        let pixel = if self.slot == Slot::QuickRecogniser { 16 } else { 78 };
        Duration::from_micros(pixel * width as u64)
    }
}

fn is_latin(c: char) -> bool {
    c.is_ascii_graphic()
        || c == ' '
        || matches!(c, '\u{00aa}' | '\u{00b0}' | '\u{00b7}' | '\u{00ba}' | '‘' | '’' | '–' | '№')
        || ('\u{00c0}'..='\u{024f}').contains(&c) && c.is_alphabetic()
        || ('\u{1e00}'..='\u{1eff}').contains(&c)
}

/// Reads a strip as print in the Latin alphabet. Other characters are not heard, and what looked like one has a low probability.
pub(crate) fn latin_line(
    lane: &mut Lane,
    strip: &Strip,
    reader: &LatinReader,
) -> Result<Vec<Letter>, VisionError> {
    let columns = run(lane, reader.slot, strip, |row| {
        let best =
            reader.classes.iter().map(|&(class, c)| (c, row[class])).max_by(|a, b| a.1.total_cmp(&b.1));
        best.filter(|best| best.1 > row[0])
    })?;
    Ok(letters(&columns))
}

/// The best path of [`latin_line`]: per column the likeliest character and its probability, or nothing.
fn letters(columns: &[Option<(char, f32)>]) -> Vec<Letter> {
    let mut letters = Vec::new();
    let mut from = 0;
    while from < columns.len() {
        let character = columns[from].map(|best| best.0);
        let run = columns[from..].iter().take_while(|best| best.map(|best| best.0) == character);
        let (count, probability) =
            run.fold((0, 0.0_f32), |(count, best), at| (count + 1, at.map_or(best, |at| at.1.max(best))));
        let to = from + count;
        if let Some(character) = character {
            let at = f64::midpoint(from as f64, to as f64) / columns.len() as f64;
            letters.push(Letter { character, at, probability });
        }
        from = to;
    }
    letters
}

/// One column of the recogniser's answer.
struct Step {
    blank: f32,
    characters: Vec<(char, f32)>,
}

impl Step {
    fn best(&self) -> Option<(char, f32)> {
        self.characters
            .iter()
            .copied()
            .max_by(|one, other| one.1.total_cmp(&other.1))
            .filter(|best| best.1 > self.blank)
    }
}

/// What `step` makes of each column of the recogniser's answer.
fn run<R>(
    lane: &mut Lane,
    slot: Slot,
    strip: &Strip,
    step: impl Fn(&[f32]) -> R,
) -> Result<Vec<R>, VisionError> {
    let planes = fill_planes(&strip.rgb, lane.input(slot));
    lane.run_sized(slot, (strip.height, strip.width), &planes, |shape, data| {
        let classes = shape.last().and_then(|count| usize::try_from(*count).ok()).unwrap_or(0).max(1);
        data.chunks_exact(classes).map(step).collect()
    })
}

/// Connectionist temporal classification, the best path: what is repeated without a blank between is one character.
fn collapsed(steps: &[Step]) -> Vec<Glyph> {
    let best: Vec<Option<char>> = steps.iter().map(|step| step.best().map(|best| best.0)).collect();
    let mut glyphs = Vec::new();
    let mut from = 0;
    while from < best.len() {
        let to = best[from..].iter().position(|c| *c != best[from]).map_or(best.len(), |run| from + run);
        if best[from].is_some() {
            let options = options(&steps[from..to]);
            glyphs.push(Glyph { at: f64::midpoint(from as f64, to as f64) / steps.len() as f64, options });
        }
        from = to;
    }
    glyphs
}

/// What one character may be: the mean over its columns, without the blank.
fn options(steps: &[Step]) -> Vec<(char, f32)> {
    let count = steps[0].characters.len();
    let mut sums: Vec<(char, f32)> = (0..count)
        .map(|n| (steps[0].characters[n].0, steps.iter().map(|step| step.characters[n].1).sum::<f32>()))
        .collect();
    let total = sums.iter().map(|(_, p)| p).sum::<f32>().max(f32::MIN_POSITIVE);
    for (_, p) in &mut sums {
        *p /= total;
    }
    sums.retain(|(_, p)| *p >= LEAST_ALTERNATIVE);
    sums.sort_by(|one, other| other.1.total_cmp(&one.1));
    sums
}

/// How sure the recogniser is of a line: the mean of its best probabilities, 0 for none.
pub(crate) fn certainty(glyphs: &[Glyph]) -> f64 {
    let sum: f64 =
        glyphs.iter().filter_map(|glyph| glyph.options.first()).map(|best| f64::from(best.1)).sum();
    sum / (glyphs.len().max(1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_as_sure_as_their_surest_column() {
        let letters =
            letters(&[None, Some(('Ł', 0.6)), Some(('Ł', 0.9)), None, Some(('Ł', 0.7)), Some(('a', 0.8))]);
        let text: String = letters.iter().map(|letter| letter.character).collect();
        assert_eq!(text, "ŁŁa");
        assert!((letters[0].probability - 0.9).abs() < 1e-6 && (letters[0].at - 2.0 / 6.0).abs() < 1e-9);
        assert!(is_latin('ő') && is_latin('/') && !is_latin('中') && !is_latin('ж'));
    }

    fn step(blank: f32, a: f32, b: f32) -> Step {
        Step { blank, characters: vec![('A', a), ('B', b)] }
    }

    #[test]
    fn repeats_are_one_character_unless_a_blank_stands_between() {
        let steps = [
            step(0.9, 0.1, 0.0),
            step(0.0, 0.8, 0.2),
            step(0.0, 0.6, 0.4),
            step(1.0, 0.0, 0.0),
            step(0.1, 0.9, 0.0),
            step(0.2, 0.0, 0.8),
        ];
        let glyphs = collapsed(&steps);
        let text: String = glyphs.iter().map(|glyph| glyph.options[0].0).collect();
        assert_eq!(text, "AAB");
        assert!((glyphs[0].options[1].1 - 0.3).abs() < 1e-6 && glyphs[0].options[1].0 == 'B');
        assert!((glyphs[0].at - 2.0 / 6.0).abs() < 1e-9);
        assert!(certainty(&glyphs) > 0.8 && certainty(&[]) == 0.0);
    }
}
