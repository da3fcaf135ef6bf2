//! The machine-readable zone of a picture.

use selfsame_domain::Point;
use selfsame_mrz::{Line, ReadParams, Reading, Verdict, read};

use crate::image::Picture;
use crate::inference::{Lane, VisionError};

use super::band::{Band, BandParams, Strokes, bands};
use super::grey::Grey;
use super::recognise::{Glyph, certainty, mrz_line, strip_height};
use super::strip::{StripShape, strip};

/// How the zone is read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct MrzParams {
    pub(crate) band: BandParams,
    pub(crate) read: ReadParams,
    /// How lines are cut out, tried until a reading is valid.
    pub(crate) shapes: [StripShape; 3],
    /// Bands that are tried, the likeliest ones.
    pub(crate) bands: usize,
}

impl Default for MrzParams {
    fn default() -> Self {
        Self {
            band: BandParams::default(),
            read: ReadParams::default(),
            shapes: [
                StripShape { height: 1.6, squeeze: 0.7 },
                StripShape { height: 1.35, squeeze: 0.8 },
                StripShape { height: 1.9, squeeze: 0.95 },
            ],
            bands: 4,
        }
    }
}

/// A zone that was found and read.
#[derive(Debug, Clone)]
pub(crate) struct ZoneReading {
    /// Every way to read it, the best first; not empty.
    pub(crate) readings: Vec<Reading>,
    pub(crate) band: Band,
}

impl ZoneReading {
    /// The corners of the zone in pixels of the picture, in the direction of reading: top left, top right, bottom right, bottom left.
    pub(crate) fn corners(&self) -> [Point; 4] {
        let (first, last) = (&self.band.lines[0], &self.band.lines[self.band.lines.len() - 1]);
        let [dx, dy] = first.direction();
        let point =
            |p: [f64; 2], off: f64| Point { x: (p[0] - dy * off) as f32, y: (p[1] + dx * off) as f32 };
        let half = first.mean_thickness() / 2.0;
        [point(first.from, -half), point(first.to, -half), point(last.to, half), point(last.from, half)]
    }

    fn rank(&self) -> (u8, usize, f64) {
        let best = &self.readings[0];
        let verdict = match best.verdict {
            Verdict::Valid => 0,
            Verdict::Ambiguous => 1,
            Verdict::Unprotected => 2,
            Verdict::Invalid => 3,
        };
        let wrong = best.mrz.checks.iter().filter(|check| !check.ok).count() + best.mrz.issues.len();
        (verdict, wrong, best.cost)
    }

    fn is_better(&self, other: Option<&Self>) -> bool {
        other.is_none_or(|other| {
            let (a, b) = (self.rank(), other.rank());
            (a.0, a.1).cmp(&(b.0, b.1)).then(a.2.total_cmp(&b.2)).is_lt()
        })
    }

    fn is_valid(&self) -> bool {
        self.readings[0].verdict == Verdict::Valid
    }
}

/// Finds and reads the zone; `None` when nothing looks like one.
pub(crate) fn read_zone(
    lane: &mut Lane,
    picture: &Picture,
    params: &MrzParams,
) -> Result<Option<ZoneReading>, VisionError> {
    let (grey, scale) = Grey::reduced(picture, &mut lane.resizer, params.band.longest);
    let strokes = Strokes::of(&grey, &params.band);
    let mut best: Option<ZoneReading> = None;
    for darkness in params.band.darkness {
        for band in bands(&grey, &strokes, scale, darkness, &params.band).into_iter().take(params.bands) {
            if let Some(reading) = read_band(lane, picture, &band, params)? {
                if reading.is_better(best.as_ref()) {
                    best = Some(reading);
                }
                if best.as_ref().is_some_and(ZoneReading::is_valid) {
                    return Ok(best);
                }
            }
        }
    }
    Ok(best)
}

/// Reads one band, upright or upside down.
fn read_band(
    lane: &mut Lane,
    picture: &Picture,
    band: &Band,
    params: &MrzParams,
) -> Result<Option<ZoneReading>, VisionError> {
    let mut best: Option<ZoneReading> = None;
    let mut band = band.clone();
    for (n, shape) in params.shapes.iter().enumerate() {
        let mut lines = recognised(lane, picture, &band, *shape)?;
        let mut readings = readings(&lines, params);
        if n == 0 && readings.first().is_none_or(|reading| reading.verdict == Verdict::Invalid) {
            // The other way up?
            let turned = band.turned();
            let turned_lines = recognised(lane, picture, &turned, *shape)?;
            if sureness(&turned_lines) > sureness(&lines) {
                (band, lines) = (turned, turned_lines);
                readings = self::readings(&lines, params);
            }
            if sureness(&lines) < LEAST_SURENESS {
                return Ok(best);
            }
        }
        if !readings.is_empty() {
            let reading = ZoneReading { readings, band: band.clone() };
            if reading.is_better(best.as_ref()) {
                best = Some(reading);
            }
        }
        if best.as_ref().is_some_and(ZoneReading::is_valid) {
            break;
        }
    }
    Ok(best)
}

/// Below this sureness lines are not of a machine-readable zone, and other cuts of them are not tried. Half of what blurred zones
/// have.
const LEAST_SURENESS: f64 = 12.0;

/// How much like a zone the lines were to the recogniser: characters that it was sure of, in the mean line.
fn sureness(lines: &[Vec<Glyph>]) -> f64 {
    let sum: f64 = lines.iter().map(|line| certainty(line).powi(4) * line.len() as f64).sum();
    sum / lines.len().max(1) as f64
}

fn recognised(
    lane: &mut Lane,
    picture: &Picture,
    band: &Band,
    shape: StripShape,
) -> Result<Vec<Vec<Glyph>>, VisionError> {
    let height = strip_height(lane);
    band.lines.iter().map(|line| mrz_line(lane, &strip(picture, line, height, shape))).collect()
}

fn readings(lines: &[Vec<Glyph>], params: &MrzParams) -> Vec<Reading> {
    let lines: Vec<Line> = lines
        .iter()
        .map(|glyphs| Line::from_alternatives(glyphs.iter().map(|glyph| glyph.options.clone())))
        .collect();
    read(&lines, &params.read)
}
