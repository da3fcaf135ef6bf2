//! Lines of a zone read by the project's own network for OCR-B (models/ocr-b).
//!
//! It knows the 37 characters of machine-readable zones and nothing else: of other print it sees nothing. Its probabilities are
//! calibrated, so that a rule can say what a second reading would cost.

use std::time::Duration;

use crate::inference::{Lane, Slot, VisionError};

use super::effort::Effort;
use super::recognise::{Glyph, MRZ_CHARACTERS};
use super::strip::GreyStrip;

/// What a column of 4 pixels usually costs: 5 ms for the 750 pixels of a line of a passport.
const USUAL: Duration = Duration::from_nanos(27_000);
/// Pixels of a strip per column of the network's answer.
pub(crate) const COLUMN: usize = 4;
/// Alternatives that are less probable than this are left out: no repair is worth as much.
const LEAST_ALTERNATIVE: f32 = 1e-7;

/// Height of the network's input.
pub(crate) fn zone_strip_height(lane: &Lane) -> usize {
    lane.input(Slot::ZoneRecogniser).height() as usize
}

/// What reading a strip of this width usually costs.
pub(crate) fn usual_cost(width: usize) -> Duration {
    USUAL * u32::try_from(width / COLUMN).unwrap_or(u32::MAX)
}

/// Reads a strip as a line in OCR-B.
pub(crate) fn zone_line(
    lane: &mut Lane,
    strip: &GreyStrip,
    effort: &mut Effort,
) -> Result<Vec<Glyph>, VisionError> {
    let input = lane.input(Slot::ZoneRecogniser);
    let (mean, std) = (input.mean[0], input.std[0]);
    let planes: Vec<f32> = strip.values.iter().map(|value| (f32::from(*value) - mean) / std).collect();
    effort.ran(usual_cost(strip.width));
    lane.run_sized(Slot::ZoneRecogniser, (strip.height, strip.width), &planes, |_, data| {
        let columns: Vec<&[f32]> = data.chunks_exact(CLASSES).collect();
        glyphs(&columns)
    })
}

/// Nothing, and the characters.
const CLASSES: usize = MRZ_CHARACTERS.len() + 1;

/// One character from each column of nothing to the next. Where two classes touch, it is one character in doubt.
fn glyphs(columns: &[&[f32]]) -> Vec<Glyph> {
    let mut glyphs = Vec::new();
    let mut from = 0;
    for run in columns.chunk_by(|one, other| is_nothing(one) == is_nothing(other)) {
        let to = from + run.len();
        if !is_nothing(run[0]) {
            let at = f64::midpoint(from as f64, to as f64) / columns.len() as f64;
            glyphs.push(Glyph { at, options: options(run) });
        }
        from = to;
    }
    glyphs
}

/// Whether a column more probably holds no character than any.
fn is_nothing(column: &[f32]) -> bool {
    column[0] > -std::f32::consts::LN_2
}

/// Pixels of the strip between neighbouring characters, the usual distance; `None` of a few characters.
pub(crate) fn pitch(glyphs: &[Glyph], width: usize) -> Option<f64> {
    let mut steps: Vec<f64> =
        glyphs.windows(2).map(|pair| (pair[1].at - pair[0].at) * width as f64).collect();
    if steps.len() < LEAST_STEPS {
        return None;
    }
    let middle = steps.len() / 2;
    Some(*steps.select_nth_unstable_by(middle, f64::total_cmp).1)
}

/// Steps between characters that tell the pitch of a line.
const LEAST_STEPS: usize = 7;
/// The pitch that the network was trained on, in pixels, and what it reads as well. What is closer melts together.
pub(crate) const PITCH: f64 = 17.0;
pub(crate) const PITCHES: std::ops::Range<f64> = 15.0..20.5;

/// What one character may be: the mean over its columns of the probabilities of all characters, nothing left out.
fn options(columns: &[&[f32]]) -> Vec<(char, f32)> {
    let mut sums: Vec<(char, f32)> = MRZ_CHARACTERS
        .chars()
        .enumerate()
        .map(|(n, c)| (c, columns.iter().map(|column| column[n + 1].exp()).sum::<f32>()))
        .collect();
    let total = sums.iter().map(|(_, p)| p).sum::<f32>().max(f32::MIN_POSITIVE);
    for (_, p) in &mut sums {
        *p /= total;
    }
    sums.retain(|(_, p)| *p >= LEAST_ALTERNATIVE);
    sums.sort_by(|one, other| other.1.total_cmp(&one.1));
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Log-probabilities of a column in which one class has `probability` and the others share the rest.
    fn column(class: usize, probability: f32) -> Vec<f32> {
        let rest = (1.0 - probability) / (CLASSES - 1) as f32;
        (0..CLASSES).map(|n| if n == class { probability } else { rest }.ln()).collect()
    }

    fn class(c: char) -> usize {
        MRZ_CHARACTERS.find(c).unwrap() + 1
    }

    #[test]
    fn characters_lie_between_columns_of_nothing() {
        let columns = [
            column(0, 0.9),
            column(class('O'), 0.9),
            column(class('0'), 0.8),
            column(0, 0.99),
            column(class('O'), 0.9),
            column(class('<'), 0.6),
        ];
        let columns: Vec<&[f32]> = columns.iter().map(Vec::as_slice).collect();
        let glyphs = glyphs(&columns);
        let text: String = glyphs.iter().map(|glyph| glyph.options[0].0).collect();
        assert_eq!(text, "OO", "what touches is one character");
        assert!((glyphs[0].at - 2.0 / 6.0).abs() < 1e-9);
        let sum: f32 = glyphs[0].options.iter().map(|(_, p)| p).sum();
        assert!((sum - 1.0).abs() < 1e-4 && glyphs[0].options.len() == 37, "every alternative is kept");
    }
}
