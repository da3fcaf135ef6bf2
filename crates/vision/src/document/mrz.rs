//! The machine-readable zone of a picture.

use selfsame_domain::Point;
use selfsame_mrz::{Line, ReadParams, Reading, Verdict, read};

use crate::image::Picture;
use crate::inference::{Lane, VisionError};

use super::band::{Band, BandParams, Strokes, TextLine, bands};
use super::effort::Effort;
use super::grey::Grey;
use super::page::{Corners, PageParams, View, find_page};
use super::recognise::{Glyph, certainty, mrz_line, strip_height};
use super::slant::{SlantParams, Turned, slants};
use super::strip::{StripShape, strip};

/// How the zone is read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct MrzParams {
    pub(crate) band: BandParams,
    pub(crate) read: ReadParams,
    /// The same for characters that are closer together than `small`, in pixels of the picture: the recogniser is surer of them than
    /// it should be. A rival counts from odds of 1 in 50,000 on; of 2,500 pictures of 420 to 1000 pixels, blurred and noisy, one had a
    /// rival of 1 in 2,400 that was right.
    pub(crate) read_small: ReadParams,
    /// 12: a fifth of a millimetre in a pixel, where pictures are told to be too small.
    pub(crate) small: f64,
    /// Steps between neighbouring characters, over the usual one. What is closer was read twice, and between what is further apart one
    /// was missed: names have no check digit to tell. 0.5 and 1.65: lines that were read rightly have 0.67 to 1.5.
    pub(crate) steps: std::ops::Range<f64>,
    /// How lines are cut out, tried until a reading is valid.
    pub(crate) shapes: [StripShape; 3],
    /// Bands that are tried at most. 12: two for each size and darkness; a band that is no zone costs one or two lines.
    pub(crate) bands: usize,
    pub(crate) page: PageParams,
    pub(crate) slant: SlantParams,
    /// From this slope of a side on the zone is looked for on the page as it lies flat as well. 0.06: lines that cross six rows in a
    /// hundred columns are still found along the rows.
    pub(crate) askew: f64,
}

impl Default for MrzParams {
    fn default() -> Self {
        Self {
            band: BandParams::default(),
            read: ReadParams::default(),
            read_small: ReadParams { rival_odds: 2e-5, ..ReadParams::default() },
            small: 12.0,
            steps: 0.5..1.65,
            shapes: [
                StripShape { height: 1.6, squeeze: 0.7 },
                StripShape { height: 1.35, squeeze: 0.8 },
                StripShape { height: 1.9, squeeze: 0.95 },
            ],
            bands: 12,
            page: PageParams::default(),
            slant: SlantParams::default(),
            askew: 0.06,
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

    /// Whether no rule is broken, be it that another reading breaks none either.
    fn is_sound(&self) -> bool {
        self.readings[0].verdict != Verdict::Invalid
    }
}

/// Finds and reads the zone; `None` when nothing looks like one.
pub(crate) fn read_zone(
    lane: &mut Lane,
    picture: &Picture,
    params: &MrzParams,
    _effort: &mut Effort,
) -> Result<Option<ZoneReading>, VisionError> {
    let mut search = Search { picture, params, tried: 0, best: None };
    let mut least = None;
    for longest in params.band.longest {
        let (grey, scale) = Grey::reduced(picture, &mut lane.resizer, longest);
        let done = search.through(lane, &grey, |point| point.map(|value| value * scale))?;
        least.get_or_insert((grey, scale));
        if done || longest >= picture.width().max(picture.height()) {
            break;
        }
    }
    if search.is_done() {
        return Ok(search.best);
    }
    // Lines were looked for along rows and columns. On a page that lies askew they are on the page as it lies flat.
    if let Some(page) = find_page(picture, &mut lane.resizer, &[], &params.page)
        && steepness(&page) > params.askew
        && let Some(view) = View::of(picture, &mut lane.resizer, &page, (params.band.longest[0], 1))
    {
        search.tried = 0;
        search.through(lane, &Grey::of(&view), |point| view.to_picture.map(point))?;
    }
    // Among other papers another may have been taken for it.
    if let Some((grey, scale)) = least {
        for angle in slants(&grey, &params.slant) {
            if search.is_done() {
                break;
            }
            let turned = Turned::of(&grey, angle);
            search.tried = params.bands / 2;
            search.through(lane, &turned.grey, |point| turned.source(point).map(|value| value * scale))?;
        }
    }
    Ok(search.best)
}

/// What was found so far.
struct Search<'a> {
    picture: &'a Picture,
    params: &'a MrzParams,
    /// Bands that were looked at.
    tried: usize,
    best: Option<ZoneReading>,
}

impl Search<'_> {
    /// Whether a zone was read that breaks no rule.
    fn is_done(&self) -> bool {
        self.best.as_ref().is_some_and(ZoneReading::is_sound)
    }

    /// Reads the bands of a reduced picture; whether that is all there is to do.
    fn through(
        &mut self,
        lane: &mut Lane,
        grey: &Grey,
        to_picture: impl Fn([f64; 2]) -> [f64; 2],
    ) -> Result<bool, VisionError> {
        let Self { picture, params, .. } = *self;
        let strokes = Strokes::of(grey, &params.band);
        for darkness in params.band.darkness {
            let bands = bands(grey, &strokes, darkness, &params.band);
            // Where there is but one, it is read at once.
            let several = bands.len() > 1;
            for band in bands {
                if self.tried == params.bands {
                    return Ok(true);
                }
                self.tried += 1;
                let band = band.mapped(&to_picture);
                if several && !looks_like_one(lane, picture, &band, params.shapes[0])? {
                    continue;
                }
                if let Some(reading) = read_band(lane, picture, &band, params)? {
                    if reading.is_better(self.best.as_ref()) {
                        self.best = Some(reading);
                    }
                    if self.is_done() {
                        return Ok(true);
                    }
                }
            }
        }
        Ok(false)
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

/// Reads the beginning of a band's first line, either way up: patterns and rules that lie like a zone are left at a third of the cost.
fn looks_like_one(
    lane: &mut Lane,
    picture: &Picture,
    band: &Band,
    shape: StripShape,
) -> Result<bool, VisionError> {
    let height = strip_height(lane);
    for line in [band.lines[0], band.turned().lines[0]] {
        let line = mrz_line(lane, &strip(picture, &line.beginning(BEGINNING), height, shape))?;
        if line_sureness(&line) >= LEAST_OF_BEGINNING {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Reads one band, upright or upside down.
fn read_band(
    lane: &mut Lane,
    picture: &Picture,
    band: &Band,
    params: &MrzParams,
) -> Result<Option<ZoneReading>, VisionError> {
    let Some(begun) = the_right_way_up(lane, picture, band, params.shapes[0])? else { return Ok(None) };
    let Begun { mut band, mut may_turn, first } = begun;
    let mut first = Some(first);
    let mut best: Option<ZoneReading> = None;
    let mut cuts: Vec<Vec<Vec<Glyph>>> = Vec::new();
    for (n, shape) in params.shapes.iter().enumerate() {
        let mut lines: Vec<_> = first.take().into_iter().collect();
        match best.as_ref().filter(|best| best.is_sound()).zip(cuts.last()) {
            // Only the lines that the ways to read it differ in are in doubt.
            Some((best, earlier)) => {
                for (line, place) in band.lines.iter().enumerate() {
                    lines.push(if best.is_in_doubt(line) {
                        recognised(lane, picture, std::slice::from_ref(place), *shape)?.remove(0)
                    } else {
                        earlier[line].clone()
                    });
                }
            }
            None => lines.extend(recognised(lane, picture, &band.lines[lines.len()..], *shape)?),
        }
        let mut found = readings(&band, &lines, params);
        if may_turn && found.first().is_none_or(|reading| reading.verdict == Verdict::Invalid) {
            // Letters look like other letters upside down: a zone may have seemed upright that was not.
            may_turn = false;
            let turned = band.turned();
            let turned_lines = recognised(lane, picture, &turned.lines, *shape)?;
            if sureness(&turned_lines) > sureness(&lines) {
                (band, lines) = (turned, turned_lines);
                found = readings(&band, &lines, params);
            }
        }
        cuts.push(lines);
        // What several cuts say together is surer than what any of them says.
        let together = if n > 0 { readings(&band, &averaged(&cuts), params) } else { Vec::new() };
        // A later cut alone convinces nobody: it was chosen because the first ones did not.
        let agreed =
            |found: &[Reading]| n == 0 || found.first().is_none_or(|one| one.verdict != Verdict::Valid);
        for readings in [if agreed(&found) { found } else { Vec::new() }, together] {
            if !readings.is_empty() {
                let reading = ZoneReading { readings, band: band.clone() };
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

/// The probabilities of several cuts of the same lines, averaged over those cuts of a line that have as many characters as most do.
fn averaged(cuts: &[Vec<Vec<Glyph>>]) -> Vec<Vec<Glyph>> {
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

/// A band as one reads it.
struct Begun {
    band: Band,
    /// It may still be the other way up.
    may_turn: bool,
    /// Its first line, read.
    first: Vec<Glyph>,
}

/// Decides by the first line which way up the band is; `None` when it is not of a zone either way.
fn the_right_way_up(
    lane: &mut Lane,
    picture: &Picture,
    band: &Band,
    shape: StripShape,
) -> Result<Option<Begun>, VisionError> {
    let height = strip_height(lane);
    let mut first = |band: &Band| mrz_line(lane, &strip(picture, &band.lines[0], height, shape));
    let line = first(band)?;
    let upright = line_sureness(&line);
    if upright >= CERTAINLY_UPRIGHT {
        return Ok(Some(Begun { band: band.clone(), may_turn: true, first: line }));
    }
    let turned = band.turned();
    let turned_line = first(&turned)?;
    let upside_down = line_sureness(&turned_line);
    Ok(if upright.max(upside_down) < LEAST_SURENESS {
        None
    } else if upright >= upside_down {
        Some(Begun { band: band.clone(), may_turn: false, first: line })
    } else {
        Some(Begun { band: turned, may_turn: false, first: turned_line })
    })
}

/// Below this sureness lines are not of a machine-readable zone, and other cuts of them are not tried. Blurred zones have twice that.
const LEAST_SURENESS: f64 = 12.0;
/// Share of a line that is its beginning, and the least sureness of that: half of what such a share of [`LEAST_SURENESS`] is.
const BEGINNING: f64 = 0.3;
const LEAST_OF_BEGINNING: f64 = LEAST_SURENESS * BEGINNING / 2.0;
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

fn recognised(
    lane: &mut Lane,
    picture: &Picture,
    lines: &[TextLine],
    shape: StripShape,
) -> Result<Vec<Vec<Glyph>>, VisionError> {
    let height = strip_height(lane);
    lines.iter().map(|line| mrz_line(lane, &strip(picture, line, height, shape))).collect()
}

/// Ways to read the lines of a band, the best first.
fn readings(band: &Band, lines: &[Vec<Glyph>], params: &MrzParams) -> Vec<Reading> {
    let advance = |(place, glyphs): (&TextLine, &Vec<Glyph>)| place.length() / glyphs.len().max(1) as f64;
    let closest = band.lines.iter().zip(lines).map(advance).fold(f64::MAX, f64::min);
    let read_params = if closest < params.small { &params.read_small } else { &params.read };
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
            readings(&band, &lines, &MrzParams::default())[0].verdict
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
        readings(&band, &lines, &MrzParams::default())[0].verdict
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
