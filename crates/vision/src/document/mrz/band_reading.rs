//! One band, read either way up and in several cuts.

use std::time::Duration;

use selfsame_mrz::Verdict;

use super::judged::{averaged, readings};
use super::{MrzParams, ZoneReading};
use crate::document::band::{Band, TextLine};
use crate::document::effort::Effort;
use crate::document::grey::Grey;
use crate::document::ocr_b::{PITCH, PITCHES, pitch, zone_line, zone_strip_height};
use crate::document::recognise::{Glyph, certainty, mrz_line, strip_height};
use crate::document::strip::{StripShape, grey_strip, strip};
use crate::image::Picture;
use crate::inference::{Lane, VisionError};

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
    pub(super) grey: &'a Grey,
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
            if line_sureness(&self.line(&line.beginning(BEGINNING), shape)?) >= LEAST_OF_BEGINNING {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Fillers in the lines of a band, the way up that has more of them: zones in other type have some, and hardly any other print has.
    pub(super) fn fillers(&mut self, band: &Band) -> Result<(usize, Band), VisionError> {
        let shape = self.shapes()[0];
        let mut most = (0, band.clone());
        for band in [band.clone(), band.turned()] {
            let mut count = 0;
            for line in &band.lines {
                let glyphs = self.line(line, shape)?;
                count += glyphs
                    .iter()
                    .filter(|glyph| glyph.options.first().is_some_and(|best| best.0 == '<'))
                    .count();
            }
            if count > most.0 {
                most = (count, band);
            }
        }
        Ok(most)
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
        Ok(if upright.max(upside_down) < LEAST_SURENESS {
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

/// Below this sureness lines are not of a machine-readable zone, and other cuts of them are not tried. Blurred zones have twice that.
const LEAST_SURENESS: f64 = 12.0;
/// Share of a line that is its beginning, and the least sureness of that: what such a share of [`LEAST_SURENESS`] is.
const BEGINNING: f64 = 0.3;
const LEAST_OF_BEGINNING: f64 = LEAST_SURENESS * BEGINNING;
/// From this sureness on the other way up is only tried when the reading fails: sharp lines of cards have 26 to 30, of passports up
/// to 44.
const CERTAINLY_UPRIGHT: f64 = 24.0;

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
