//! The machine-readable zone of a picture.
//!
//! * `search`: where it is looked for, cheapest first, and when to stop;
//! * `band_reading`: one band, either way up, in several cuts;
//! * `judged`: what the recogniser said, as readings with a verdict.

mod band_reading;
mod judged;
mod search;

use selfsame_domain::Point;
use selfsame_mrz::{ReadParams, Reading, Verdict};

use super::band::{Band, BandParams};
use super::page::PageParams;
use super::slant::SlantParams;
use super::strip::StripShape;

pub(crate) use band_reading::Network;
pub(crate) use search::read_zone;

/// How the zone is read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct MrzParams {
    pub(crate) band: BandParams,
    pub(crate) ocr_b: NetworkParams,
    pub(crate) general: NetworkParams,
    /// 12: a fifth of a millimetre in a pixel, where pictures are told to be too small.
    pub(crate) small: f64,
    /// Steps between neighbouring characters, over the usual one. What is closer was read twice, and between what is further apart one
    /// was missed: names have no check digit to tell. 0.5 and 1.65: lines that were read rightly have 0.67 to 1.5.
    pub(crate) steps: std::ops::Range<f64>,
    /// Bands that are tried at most of one reduced picture. 8: the likeliest come first, and pages of text have dozens.
    pub(crate) bands: usize,
    /// Lines and beginnings of lines that are read at most while nothing is a zone. 36: letters and screenshots have hundreds.
    pub(crate) fruitless: u32,
    pub(crate) page: PageParams,
    pub(crate) slant: SlantParams,
    /// Directions of edges that the picture is turned by, at most. 3: the page is rarely behind more papers that lie otherwise.
    pub(crate) slants: usize,
    /// From this slope of a side on the zone is looked for on the page as it lies flat as well. 0.06: lines that cross six rows in a
    /// hundred columns are still found along the rows.
    pub(crate) askew: f64,
    /// Mean probability of the characters from which on an invalid reading is what is printed. 0.995.
    pub(crate) sure: f64,
    /// Mean probability of the characters from which on a zone was read, be it with errors. 0.93.
    pub(crate) likely: f64,
    /// Bands in which too little was seen as OCR-B that are looked at for fillers, at most. 2.
    pub(crate) other_type: usize,
    /// Fillers in a row at the end of the names, at least, for the general network to be asked. 4: other print has fewer.
    pub(crate) fillers: usize,
    /// Characters of a zone's alphabet that the quick recogniser sees in the last third of a line, at least. 7: lines have 30 to 44.
    pub(crate) least_print: usize,
}

/// How one network is fed, and how it is believed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct NetworkParams {
    pub(crate) read: ReadParams,
    /// The same for characters that are closer together than `small`, in pixels of the picture.
    pub(crate) read_small: ReadParams,
    /// How lines are cut out, tried until a reading is valid.
    pub(crate) shapes: [StripShape; 3],
}

impl MrzParams {
    pub(crate) fn of(&self, network: Network) -> &NetworkParams {
        match network {
            Network::OcrB => &self.ocr_b,
            Network::General => &self.general,
        }
    }
}

impl Default for MrzParams {
    fn default() -> Self {
        Self {
            band: BandParams::default(),
            ocr_b: NetworkParams {
                // Probabilities are calibrated over all print. Of sharp print the network is less sure than it could be: of 500 sharp passports
                // none had a second reading within 5 nats that was right (2026-11-30).
                read: ReadParams { rival_margin: 5.0, ..ReadParams::calibrated() },
                read_small: ReadParams::calibrated(),
                shapes: [
                    StripShape { height: 1.6, squeeze: 0.8 },
                    StripShape { height: 1.45, squeeze: 0.9 },
                    StripShape { height: 1.8, squeeze: 0.8 },
                ],
            },
            // The general network is surer of small characters than it should be. There a rival counts from 10.8 nats (1 in 50,000) on: of 2,500
            // pictures of 420 to 1000 pixels, blurred and noisy, one had a rival of 1 in 2,400 that was right.
            general: NetworkParams {
                read: ReadParams::default(),
                read_small: ReadParams { rival_margin: 10.8, ..ReadParams::default() },
                shapes: [
                    StripShape { height: 1.6, squeeze: 0.7 },
                    StripShape { height: 1.35, squeeze: 0.8 },
                    StripShape { height: 1.9, squeeze: 0.95 },
                ],
            },
            small: 12.0,
            steps: 0.5..1.65,
            bands: 8,
            fruitless: 36,
            page: PageParams::default(),
            slant: SlantParams::default(),
            slants: 3,
            askew: 0.06,
            sure: 0.995,
            likely: 0.93,
            other_type: 2,
            fillers: 4,
            least_print: 7,
        }
    }
}

/// A zone that was found and read.
#[derive(Debug, Clone)]
pub(crate) struct ZoneReading {
    /// Every way to read it, the best first; not empty.
    pub(crate) readings: Vec<Reading>,
    pub(crate) band: Band,
    /// The mean probability of the likeliest characters.
    pub(crate) sureness: f64,
    /// What read it.
    pub(crate) network: Network,
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

    /// Whether another look at a line may settle which of the ways to read it is right: the recogniser was in doubt, or a way that breaks
    /// no rule either has another line there.
    fn is_in_doubt(&self, line: usize) -> bool {
        let said = |reading: &Reading| reading.mrz.lines.get(line).cloned();
        let best = &self.readings[0];
        match best.verdict {
            Verdict::Valid => false,
            Verdict::Ambiguous if best.mrz.lines.len() == self.band.lines.len() => {
                let others = self.readings[1..].iter().filter(|other| other.verdict != Verdict::Invalid);
                best.doubtful_lines.contains(&line) || others.clone().any(|other| said(other) != said(best))
            }
            _ => true,
        }
    }

    /// Whether its characters are so sure, and none was missed or read twice, that another look would read the same.
    fn is_sure(&self, least: f64) -> bool {
        let best = &self.readings[0];
        let whole = best.fillers_changed.iter().all(|change| *change == 0) && best.doubtful_lines.is_empty();
        self.network == Network::OcrB && self.sureness >= least && whole
    }

    /// Whether other cuts of the same lines may say more.
    fn needs_more(&self, sure: f64) -> bool {
        let in_doubt = (0..self.band.lines.len()).any(|line| self.is_in_doubt(line));
        in_doubt && !(self.readings[0].verdict == Verdict::Invalid && self.is_sure(sure))
    }

    /// Whether no rule is broken, be it that another reading breaks none either.
    fn is_sound(&self) -> bool {
        self.readings[0].verdict != Verdict::Invalid
    }
}
