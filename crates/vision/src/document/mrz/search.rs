//! Where the zone is looked for: the cheapest and likeliest first, until a reading breaks no rule or nothing more is worth its cost.

use std::cell::OnceCell;
use std::time::Duration;

use super::band_reading::{Network, Reader};
use super::{MrzParams, ZoneReading};
use crate::document::band::{Band, Strokes, bands};
use crate::document::effort::Effort;
use crate::document::grey::Grey;
use crate::document::page::{Corners, View, find_page};
use crate::document::slant::{Turned, slants};
use crate::document::strip::Brightness;
use crate::image::Picture;
use crate::inference::{Lane, VisionError};

/// Finds and reads the zone; `None` when nothing looks like one.
pub(crate) fn read_zone(
    lane: &mut Lane,
    picture: &Picture,
    params: &MrzParams,
    effort: &mut Effort,
) -> Result<Option<ZoneReading>, VisionError> {
    let mut search =
        Search { picture, grey: OnceCell::new(), params, tried: 0, best: None, other_type: Vec::new() };
    let mut least = None;
    for longest in params.band.longest {
        let (grey, scale) = Grey::reduced(picture, &mut lane.resizer, longest);
        let why = format!("the picture as it lies, reduced to {} pixels", grey.width.max(grey.height));
        search.look(lane, effort, &grey, why, |point| point.map(|value| value * scale))?;
        least.get_or_insert((grey, scale));
        let all_seen = search.tried >= params.bands || longest >= picture.width().max(picture.height());
        if search.is_done() || search.is_fruitless(effort) || all_seen {
            break;
        }
    }
    // Lines were looked for along rows and columns. On a page that lies askew they are on the page as it lies flat.
    if !search.is_done()
        && effort.has_left(A_LOOK)
        && let Some(page) = find_page(picture, &mut lane.resizer, &[], &params.page)
        && steepness(&page) > params.askew
        && let Some(view) = View::of(picture, &mut lane.resizer, &page, (params.band.longest[0], 1))
    {
        search.tried = 0;
        let why = "the page lies askew: it is looked at as it lies flat";
        search.look(lane, effort, &Grey::of(&view), why, |point| view.to_picture.map(point))?;
    }
    // Among other papers another may have been taken for it.
    if let Some((grey, scale)) = least.filter(|_| !search.is_likely()) {
        for angle in slants(&grey, &params.slant).into_iter().take(params.slants) {
            if search.is_likely() || search.is_fruitless(effort) || !effort.has_left(A_LOOK) {
                break;
            }
            let turned = Turned::of(&grey, angle);
            search.tried = params.bands / 2;
            let why = format!("edges lie at {:.0} degrees", angle.to_degrees());
            search.look(lane, effort, &turned.grey, why, |point| {
                turned.source(point).map(|value| value * scale)
            })?;
        }
    }
    search.in_other_type(lane, effort)?;
    if let Some(best) = &search.best {
        effort.note(format!("{} of {} lines", network_words(best), best.band.lines.len()));
    }
    Ok(search.best)
}

const fn network_words(reading: &ZoneReading) -> &'static str {
    match reading.network {
        Network::OcrB => "a zone in OCR-B",
        Network::General => "a zone in other type",
    }
}

/// What looking for bands on a reduced picture usually costs.
const A_LOOK: Duration = Duration::from_millis(40);
/// What a band usually costs the general network: three lines.
const A_BAND_IN_OTHER_TYPE: Duration = Duration::from_millis(270);

/// What was found so far.
struct Search<'a> {
    picture: &'a Picture,
    /// The picture in brightness alone, once a band was found.
    grey: OnceCell<Brightness>,
    params: &'a MrzParams,
    /// Bands that were looked at.
    tried: usize,
    best: Option<ZoneReading>,
    /// The first bands in which the project's own network saw too little.
    other_type: Vec<Band>,
}

impl Search<'_> {
    /// Whether more looks are not worth their cost: a zone was read that breaks no rule, or one of which every character is sure, so that
    /// another look would only confirm what is wrong with it.
    fn is_done(&self) -> bool {
        self.best.as_ref().is_some_and(|best| best.is_sound() || best.is_sure(self.params.sure))
    }

    /// Whether what was read is a zone, sound or not: then it lies in no other direction.
    fn is_likely(&self) -> bool {
        self.is_done() || self.best.as_ref().is_some_and(|best| best.is_sure(self.params.likely))
    }

    /// Whether so many lines were looked at without a zone among them that the picture shows text of another kind.
    fn is_fruitless(&self, effort: &Effort) -> bool {
        self.best.is_none() && effort.runs() >= self.params.fruitless
    }

    fn reader<'b>(&'b self, lane: &'b mut Lane, effort: &'b mut Effort, network: Network) -> Reader<'b> {
        let grey = self.grey.get_or_init(|| Brightness::of(self.picture));
        Reader { lane, picture: self.picture, grey, network, params: self.params, effort }
    }

    /// Reads the bands of a reduced picture, each in one cut; then the best of them in more.
    fn look(
        &mut self,
        lane: &mut Lane,
        effort: &mut Effort,
        grey: &Grey,
        why: impl Into<std::borrow::Cow<'static, str>>,
        to_picture: impl Fn([f64; 2]) -> [f64; 2],
    ) -> Result<(), VisionError> {
        effort.step("bands", why, |effort| {
            let before = self.tried;
            let mut better = false;
            let strokes = Strokes::of(grey, &self.params.band);
            for darkness in self.params.band.darkness {
                let found = bands(grey, &strokes, darkness, &self.params.band);
                // Where there is but one, it is read at once.
                let several = found.len() > 1;
                for band in found {
                    if self.tried == self.params.bands || self.is_done() || self.is_fruitless(effort) {
                        break;
                    }
                    self.tried += 1;
                    better |= self.try_band(lane, effort, band.mapped(&to_picture), several)?;
                }
            }
            effort.note(format!("{} bands", self.tried - before));
            match self.best.as_ref().filter(|best| better && best.needs_more(self.params.sure)) {
                Some(best) => {
                    let band = best.band.clone();
                    self.read_in_more_cuts(lane, effort, &band)
                }
                None => Ok(()),
            }
        })
    }

    /// Reads a band in one cut; whether it is the best one so far.
    fn try_band(
        &mut self,
        lane: &mut Lane,
        effort: &mut Effort,
        band: Band,
        several: bool,
    ) -> Result<bool, VisionError> {
        let mut reader = self.reader(lane, effort, Network::OcrB);
        let reading =
            if !several || reader.looks_like_one(&band)? { reader.read_band(&band, 1)? } else { None };
        match reading {
            Some(reading) if reading.is_better(self.best.as_ref()) => {
                self.best = Some(reading);
                return Ok(true);
            }
            Some(_) => {}
            None if self.other_type.len() < self.params.other_type => self.other_type.push(band),
            None => {}
        }
        Ok(false)
    }

    fn read_in_more_cuts(
        &mut self,
        lane: &mut Lane,
        effort: &mut Effort,
        band: &Band,
    ) -> Result<(), VisionError> {
        effort.step("more cuts", "the best band is in doubt", |effort| {
            let cuts = self.params.ocr_b.shapes.len();
            let read = self.reader(lane, effort, Network::OcrB).read_band(band, cuts)?;
            if let Some(reading) = read
                && reading.is_better(self.best.as_ref())
            {
                self.best = Some(reading);
            }
            Ok(())
        })
    }

    /// The first band with as many fillers as a zone, of those in which too little was seen.
    fn with_fillers(&mut self, lane: &mut Lane, effort: &mut Effort) -> Result<Option<Band>, VisionError> {
        for band in std::mem::take(&mut self.other_type) {
            if let Some(band) = self.reader(lane, effort, Network::OcrB).with_fillers(&band)? {
                return Ok(Some(band));
            }
        }
        Ok(None)
    }

    /// A zone in other type than OCR-B: the general network reads the best band that was not read surely, once.
    fn in_other_type(&mut self, lane: &mut Lane, effort: &mut Effort) -> Result<(), VisionError> {
        if self.is_likely() || self.is_fruitless(effort) || !effort.has_left(A_BAND_IN_OTHER_TYPE) {
            return Ok(());
        }
        let band = match &self.best {
            Some(best) => Some(best.band.clone()),
            None => effort.step("fillers", "zones in other type have some", |effort| {
                let found = self.with_fillers(lane, effort)?;
                effort.note(if found.is_some() { "found" } else { "none" });
                Ok(found)
            })?,
        };
        let Some(band) = band else { return Ok(()) };
        effort.step("other type", "no band was read surely as OCR-B", |effort| {
            let read = self.reader(lane, effort, Network::General).read_once(&band)?;
            effort.note(if read.is_some() { "read" } else { "not read" });
            if let Some(reading) = read
                && reading.is_better(self.best.as_ref())
            {
                self.best = Some(reading);
            }
            Ok(())
        })
    }
}

/// How steeply the sides of a page cross the rows or columns that they are nearest to, the steepest one.
fn steepness(page: &Corners) -> f64 {
    let side = |i: usize| {
        let (from, to) = (page[i], page[(i + 1) % 4]);
        let (dx, dy) = ((to[0] - from[0]).abs(), (to[1] - from[1]).abs());
        dx.min(dy) / dx.max(dy).max(1e-9)
    };
    (0..4).map(side).fold(0.0, f64::max)
}
