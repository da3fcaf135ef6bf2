//! One band, read either way up and in several cuts.

use std::time::Duration;

use selfsame_mrz::Verdict;

use super::judged::{averaged, readings};
use super::{MrzParams, ZoneReading};
use crate::document::band::{Band, TextLine};
use crate::document::effort::Effort;
use crate::document::ocr_b::{PITCH, PITCHES, pitch, zone_line, zone_strip_height};
use crate::document::recognise::{
    Glyph, LatinReader, MRZ_CHARACTERS, certainty, latin_line, mrz_line, strip_height,
};
use crate::document::strip::{Brightness, StripShape, grey_strip, strip};
use crate::image::Picture;
use crate::inference::{Lane, Slot, VisionError};

/// What reads a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Network {
    /// The project's own, which knows OCR-B and nothing else.
    OcrB,
    /// The one for all print, heard only on the characters of a zone: for zones in other type.
    General,
}

/// What a pixel of width usually costs the general network: 90 ms for 640.
const GENERAL_USUAL: Duration = Duration::from_micros(140);

/// Cuts lines out of one picture and reads them with one network.
pub(super) struct Reader<'a> {
    pub(super) lane: &'a mut Lane,
    pub(super) picture: &'a Picture,
    /// The same picture in brightness alone.
    pub(super) grey: &'a Brightness,
    pub(super) network: Network,
    pub(super) params: &'a MrzParams,
    pub(super) effort: &'a mut Effort,
}

impl Reader<'_> {
    fn line(&mut self, place: &TextLine, shape: StripShape) -> Result<Vec<Glyph>, VisionError> {
        match self.network {
            Network::OcrB => {
                let height = zone_strip_height(self.lane);
                let cut = grey_strip(self.grey, place, height, shape);
                let glyphs = zone_line(self.lane, &cut, self.effort)?;
                // Characters that stand closer or wider than the network knows: cut again so that they stand as it does.
                let Some(pitch) = pitch(&glyphs, cut.width).filter(|pitch| !PITCHES.contains(pitch)) else {
                    return Ok(glyphs);
                };
                let squeeze = (shape.squeeze * PITCH / pitch).clamp(0.5, 1.4);
                let cut = grey_strip(self.grey, place, height, StripShape { squeeze, ..shape });
                let again = zone_line(self.lane, &cut, self.effort)?;
                Ok(if line_sureness(&again) > line_sureness(&glyphs) { again } else { glyphs })
            }
            Network::General => {
                let strip = strip(self.picture, place, strip_height(self.lane), shape);
                self.effort.ran(GENERAL_USUAL * u32::try_from(strip.width).unwrap_or(u32::MAX));
                mrz_line(self.lane, &strip)
            }
        }
    }

    fn lines(&mut self, places: &[TextLine], shape: StripShape) -> Result<Vec<Vec<Glyph>>, VisionError> {
        places.iter().map(|place| self.line(place, shape)).collect()
    }

    fn shapes(&self) -> &[StripShape] {
        &self.params.of(self.network).shapes
    }

    /// Reads the beginning of a band's first line, either way up: patterns and rules that lie like a zone are left at a third of the cost.
    pub(super) fn looks_like_one(&mut self, band: &Band) -> Result<bool, VisionError> {
        let shape = self.shapes()[0];
        for line in [band.lines[0], band.turned().lines[0]] {
            let seen = self.line(&line.beginning(BEGINNING), shape)?;
            if line_sureness(&seen) >= LEAST_OF_BEGINNING && evenness(&seen) >= LEAST_EVENNESS {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The band the way up in which the quick recogniser of print sees its names end with a row of fillers, as they do in nearly every zone
    /// and in hardly any other print. The network for OCR-B is not asked: patterns and other print look like fillers to it.
    pub(super) fn with_fillers(&mut self, band: &Band) -> Result<Option<Band>, VisionError> {
        let shape = self.params.general.shapes[0];
        let reader = LatinReader::of(self.lane, Slot::QuickRecogniser)?;
        for band in [band.clone(), band.turned()] {
            // Names stand on the first of two lines, and on the last of three.
            let names = if band.lines.len() > 2 { band.lines.len() - 1 } else { 0 };
            let ending = band.lines[names].turned().beginning(BEGINNING).turned();
            let strip = strip(self.picture, &ending, strip_height(self.lane), shape);
            self.effort.ran(reader.usual(strip.width));
            let letters = latin_line(self.lane, &strip, &reader)?;
            let fillers = letters.chunk_by(|one, other| one.character == other.character);
            let fillers = fillers.filter(|run| run[0].character == '<').map(<[_]>::len).max().unwrap_or(0);
            let of_zones = letters.iter().filter(|letter| MRZ_CHARACTERS.contains(letter.character)).count();
            if fillers >= self.params.fillers
                && of_zones >= self.params.least_print
                && of_zones as f64 >= MOSTLY * letters.len() as f64
            {
                return Ok(Some(band));
            }
        }
        Ok(None)
    }

    /// Reads a band whose way up is known, once.
    pub(super) fn read_once(&mut self, band: &Band) -> Result<Option<ZoneReading>, VisionError> {
        let lines = self.lines(&band.lines, self.shapes()[0])?;
        let readings = readings(band, &lines, self.network, self.params);
        let sureness = sureness_per_character(&lines);
        let network = self.network;
        Ok((!readings.is_empty()).then(|| ZoneReading { readings, band: band.clone(), sureness, network }))
    }

    /// Reads one band, upright or upside down, in so many cuts at most.
    pub(super) fn read_band(
        &mut self,
        band: &Band,
        cuts_at_most: usize,
    ) -> Result<Option<ZoneReading>, VisionError> {
        let Some(begun) = self.the_right_way_up(band)? else { return Ok(None) };
        let Begun { mut band, mut may_turn, first } = begun;
        let mut first = Some(first);
        let mut best: Option<ZoneReading> = None;
        let mut cuts: Vec<Vec<Vec<Glyph>>> = Vec::new();
        for (n, shape) in self.shapes().to_vec().into_iter().take(cuts_at_most).enumerate() {
            let mut lines: Vec<_> = first.take().into_iter().collect();
            match best.as_ref().filter(|best| best.is_sound()).zip(cuts.last()) {
                // Only the lines that the ways to read it differ in are in doubt.
                Some((best, earlier)) => {
                    for (line, place) in band.lines.iter().enumerate() {
                        lines.push(if best.is_in_doubt(line) {
                            self.line(place, shape)?
                        } else {
                            earlier[line].clone()
                        });
                    }
                }
                None => lines.extend(self.lines(&band.lines[lines.len()..], shape)?),
            }
            let mut found = readings(&band, &lines, self.network, self.params);
            if may_turn && found.first().is_none_or(|reading| reading.verdict == Verdict::Invalid) {
                // Letters look like other letters upside down: a zone may have seemed upright that was not.
                may_turn = false;
                let turned = band.turned();
                let turned_lines = self.lines(&turned.lines, shape)?;
                if sureness(&turned_lines) > sureness(&lines) {
                    (band, lines) = (turned, turned_lines);
                    found = readings(&band, &lines, self.network, self.params);
                }
            }
            let sure = sureness_per_character(&lines);
            cuts.push(lines);
            // What several cuts say together is surer than what any of them says.
            let together =
                if n > 0 { readings(&band, &averaged(&cuts), self.network, self.params) } else { Vec::new() };
            // A later cut alone convinces nobody: it was chosen because the first ones did not.
            let agreed = |found: &[selfsame_mrz::Reading]| {
                n == 0 || found.first().is_none_or(|one| one.verdict != Verdict::Valid)
            };
            for readings in [if agreed(&found) { found } else { Vec::new() }, together] {
                if !readings.is_empty() {
                    let reading =
                        ZoneReading { readings, band: band.clone(), sureness: sure, network: self.network };
                    if reading.is_better(best.as_ref()) {
                        best = Some(reading);
                    }
                }
            }
            // Cuts do not differ enough to decide between two readings that both agree with every check digit.
            let wanted = best.as_ref().is_none_or(|best| {
                let in_doubt = (0..best.band.lines.len()).any(|line| best.is_in_doubt(line));
                n == 0 && in_doubt || !best.is_sound()
            });
            if !wanted {
                break;
            }
        }
        Ok(best)
    }

    /// Decides by the first line which way up the band is; `None` when it is not of a zone either way.
    fn the_right_way_up(&mut self, band: &Band) -> Result<Option<Begun>, VisionError> {
        let shape = self.shapes()[0];
        let line = self.line(&band.lines[0], shape)?;
        let upright = line_sureness(&line);
        if upright >= CERTAINLY_UPRIGHT {
            return Ok(Some(Begun { band: band.clone(), may_turn: true, first: line }));
        }
        let turned = band.turned();
        let turned_line = self.line(&turned.lines[0], shape)?;
        let upside_down = line_sureness(&turned_line);
        let surer = if upright >= upside_down { &line } else { &turned_line };
        Ok(if upright.max(upside_down) < LEAST_SURENESS || evenness(surer) < LEAST_EVENNESS {
            None
        } else if upright >= upside_down {
            Some(Begun { band: band.clone(), may_turn: false, first: line })
        } else {
            Some(Begun { band: turned, may_turn: false, first: turned_line })
        })
    }
}

/// A band as one reads it.
struct Begun {
    band: Band,
    /// It may still be the other way up.
    may_turn: bool,
    /// Its first line, read.
    first: Vec<Glyph>,
}

/// Share of a line's characters that are of a zone's alphabet, at least; small letters are not. 0.7.
const MOSTLY: f64 = 0.7;
/// Below this sureness lines are not of a machine-readable zone, and other cuts of them are not tried. Blurred zones have twice that.
const LEAST_SURENESS: f64 = 12.0;
/// Below this share of even steps what is not sure is other print. 0.5: blurred zones have 0.64, letters and pages 0.05 to 0.58.
const LEAST_EVENNESS: f64 = 0.5;
/// Share of a line that is its beginning, and the least sureness of that: what such a share of [`LEAST_SURENESS`] is.
const BEGINNING: f64 = 0.3;
const LEAST_OF_BEGINNING: f64 = LEAST_SURENESS * BEGINNING;
/// From this sureness on the other way up is only tried when the reading fails: sharp lines of cards have 26 to 30, of passports up
/// to 44.
const CERTAINLY_UPRIGHT: f64 = 24.0;

/// Share of the steps from one character to the next that are about as long as most: characters of a zone stand at even distances, and
/// those of other print that look like some do not.
fn evenness(line: &[Glyph]) -> f64 {
    let steps: Vec<f64> = line.windows(2).map(|pair| pair[1].at - pair[0].at).collect();
    let mut sorted = steps.clone();
    if sorted.is_empty() {
        return 0.0;
    }
    let middle = sorted.len() / 2;
    let usual = *sorted.select_nth_unstable_by(middle, f64::total_cmp).1;
    let even = steps.iter().filter(|step| (0.8..1.25).contains(&(**step / usual))).count();
    even as f64 / steps.len() as f64
}

/// How much like a zone the lines were to the recogniser: characters that it was sure of, in the mean line.
fn sureness(lines: &[Vec<Glyph>]) -> f64 {
    lines.iter().map(|line| line_sureness(line)).sum::<f64>() / lines.len().max(1) as f64
}

fn line_sureness(line: &[Glyph]) -> f64 {
    certainty(line).powi(4) * line.len() as f64
}

/// The mean probability of the likeliest characters, over all lines.
fn sureness_per_character(lines: &[Vec<Glyph>]) -> f64 {
    let count: usize = lines.iter().map(Vec::len).sum();
    lines.iter().map(|line| certainty(line) * line.len() as f64).sum::<f64>() / count.max(1) as f64
}
