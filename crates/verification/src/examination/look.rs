//! Looking at the pictures of a transaction. Computes for a second or more: runs on a worker.

use selfsame_domain::Timestamp;
use selfsame_domain::document::{DocumentReading, DocumentSide, DocumentWarning};
use selfsame_domain::document::{FaceProblem, Step};
use selfsame_vision::image::{Limits, Picture, decode};
use selfsame_vision::{Effort, FaceSighting, ImageError, QualityReason, Rect, Vision, VisionError};
use zeroize::Zeroizing;

use super::reading;
use super::seen::{LookParams, Measured, Seen};

/// Values whose places are known, from which on they tell how large the print is. 3: a single one may be a word of any length.
const LEAST_BOXES: usize = 3;

/// The pictures, as they were sent.
pub(crate) struct Pictures {
    pub(crate) front: Option<Vec<u8>>,
    pub(crate) back: Option<Vec<u8>>,
    /// Only when faces are to be compared.
    pub(crate) face: Option<Vec<u8>>,
    /// Whether the template of the document's portrait is wanted as well.
    pub(crate) portrait_template: bool,
}

/// A picture that was damaged inside, which its header did not show.
fn opened(bytes: &[u8], limits: &Limits) -> Option<Picture> {
    match decode(bytes, limits) {
        Ok(picture) => Some(picture),
        Err(error) => {
            tracing::debug!(error = %kind(&error), "a picture of a transaction cannot be decoded");
            None
        }
    }
}

fn kind(error: &ImageError) -> String {
    error.to_string()
}

pub(crate) fn look(
    vision: &Vision,
    limits: &Limits,
    pictures: Pictures,
    params: &LookParams,
    now: Timestamp,
) -> Result<Seen, VisionError> {
    let mut seen = Seen::default();
    let front_bytes = pictures.front.map(Zeroizing::new);
    let Some(front) = front_bytes.as_ref().and_then(|bytes| opened(bytes, limits)) else {
        return Ok(seen);
    };
    seen.back_is_front = pictures.back.is_some() && pictures.back.as_ref() == front_bytes.as_deref();
    if let Some(back) = pictures.back.as_ref().and_then(|bytes| opened(bytes, limits)) {
        seen.back_size = (back.width(), back.height());
        let mut effort = Effort::default();
        let reading = self::reading::read(vision, &back, now, &mut effort)?;
        seen.back_signs = vision.document_signs(&back, &reading, &params.signs, &mut effort);
        if reading.mrz.is_some() {
            seen.copy = reading::copy(&back, &reading, &seen.back_signs);
        }
        if reading::has_code(&reading) {
            seen.back_signs.0.extend(vision.specimen_word(&back, &reading, &params.signs, &mut effort)?);
        }
        seen.back = Some(reading);
        say_whether_complete(seen.back.as_mut(), &effort);
    }
    drop(pictures.back);
    seen.front_size = (front.width(), front.height());
    let mut effort = Effort::default();
    let reading = self::reading::read(vision, &front, now, &mut effort)?;
    seen.front_signs = vision.document_signs(&front, &reading, &params.signs, &mut effort);
    seen.copy = reading::copy(&front, &reading, &seen.front_signs).or(seen.copy);
    seen.whole = Some(match &seen.back {
        Some(back) => selfsame_vision::both_sides(reading.clone(), back.clone()),
        None => reading.clone(),
    });
    seen.front = Some(reading);
    if seen.copy.is_some() {
        seen.original = Step::No;
        return Ok(seen);
    }
    if let Some(reading) = &seen.front {
        seen.front_signs.0.extend(vision.specimen_word(&front, reading, &params.signs, &mut effort)?);
        seen.front_signs.0.extend(vision.second_portrait(&front, reading, &params.signs, &mut effort)?);
    }
    say_whether_complete(seen.front.as_mut(), &effort);
    let portrait = portrait(vision, front, seen.front.as_ref())?;
    seen.faces.portrait = portrait.as_ref().filter(|found| found.turns == 0).map(|found| found.face.bounds);
    seen.original = Step::Yes;
    let comparable = portrait.as_ref().filter(|found| found.face.eye_distance() >= params.least_eye_distance);
    if let Some(Portrait { picture, face, .. }) = comparable.filter(|_| pictures.portrait_template) {
        seen.portrait = Some(vision.embed(picture, face)?);
    }
    let Some(selfie_bytes) = pictures.face else { return Ok(seen) };
    let same_file = front_bytes.as_ref().is_some_and(|bytes| bytes.as_slice() == selfie_bytes);
    let selfie = opened(&selfie_bytes, limits);
    drop((front_bytes, selfie_bytes));
    compare_faces(vision, portrait.as_ref(), selfie.as_ref(), same_file, (params, now), &mut seen)?;
    Ok(seen)
}

/// Signs that were not looked for because the budget had ended leave a reading as incomplete as print that was not read.
fn say_whether_complete(reading: Option<&mut DocumentReading>, effort: &Effort) {
    if let Some(reading) = reading
        && effort.is_incomplete()
        && !reading.warnings.contains(&DocumentWarning::ReadingIncomplete)
    {
        reading.warnings.push(DocumentWarning::ReadingIncomplete);
    }
}

/// The document's portrait.
struct Portrait {
    /// Turned so that the portrait is upright, unless the page told where it is.
    picture: Picture,
    face: FaceSighting,
    /// Quarter turns that took.
    turns: u8,
}

/// The document's portrait: the largest face of the page where its zone or its edges tell which part of the picture that is, and no other.
/// Else the largest face of the picture, which may lie in any quarter turn, that may belong to what was read; none where too little was
/// read to tell. Takes the picture: at 12 megapixels a copy is 36 MB.
fn portrait(
    vision: &Vision,
    front: Picture,
    reading: Option<&DocumentReading>,
) -> Result<Option<Portrait>, VisionError> {
    if let Some(reading) = reading {
        if let Some(face) = vision.portrait_on_page(&front, reading)? {
            return Ok(Some(Portrait { picture: front, face, turns: 0 }));
        }
        if shows_page(reading) {
            // A thumb is on the portrait: whoever else is in the picture is not on the page.
            return Ok(None);
        }
    }
    // Where it is not known what belongs to the document, any face may be that of whoever holds it.
    let Some(mut printed) = reading.and_then(printed_area) else { return Ok(None) };
    let mut picture = front;
    for turns in 0..4 {
        let mut faces = vision.detect(&picture)?.into_iter();
        if let Some(face) = faces.find(|face| belongs_to(face.bounds, printed)) {
            return Ok(Some(Portrait { picture, face, turns }));
        }
        printed = turned(printed, picture.height() as f32);
        picture = picture.rotated_quarter();
    }
    Ok(None)
}

/// Whether the place of the page that bears the portrait is known: of a back's zone only the back's place is.
fn shows_page(reading: &DocumentReading) -> bool {
    match reading.mrz {
        Some(_) => reading.side != Some(DocumentSide::Back),
        None => reading.page.is_some(),
    }
}

/// Where the values that were read of the front stand; `None` where they are too few to tell how large its print is.
fn printed_area(reading: &DocumentReading) -> Option<Rect> {
    let boxes: Vec<Rect> = reading.fields.iter().filter_map(|field| field.bounds).collect();
    if boxes.len() < LEAST_BOXES {
        return None;
    }
    let edge = |of: fn(&Rect) -> f32, better: fn(f32, f32) -> f32| boxes.iter().map(of).reduce(better);
    let (left, top) = (edge(|b| b.x, f32::min)?, edge(|b| b.y, f32::min)?);
    let (right, bottom) = (edge(|b| b.x + b.width, f32::max)?, edge(|b| b.y + b.height, f32::max)?);
    Some(Rect { x: left, y: top, width: right - left, height: bottom - top })
}

/// Whether a face may be the portrait of the page on which values stand in an area: faces are half as large as what all values of a card
/// cover, and no further away than the card is long, which is twice of that when only some were read.
fn belongs_to(face: Rect, area: Rect) -> bool {
    let longest = area.width.max(area.height);
    let centre = face.centre();
    let off = |at: f32, from: f32, length: f32| (from - at).max(at - from - length).max(0.0);
    let away = off(centre.x, area.x, area.width).hypot(off(centre.y, area.y, area.height));
    face.width.max(face.height) <= longest && away <= 2.0 * longest
}

/// An area of a picture so high, after the picture was turned clockwise by a quarter.
fn turned(area: Rect, height: f32) -> Rect {
    Rect { x: height - area.y - area.height, y: area.x, width: area.height, height: area.width }
}

fn compare_faces(
    vision: &Vision,
    portrait: Option<&Portrait>,
    selfie: Option<&Picture>,
    same_file: bool,
    (params, now): (&LookParams, Timestamp),
    seen: &mut Seen,
) -> Result<(), VisionError> {
    let (found, evidence) = (&mut seen.face, &mut seen.faces);
    let Some(selfie) = selfie else {
        (found.selfie, found.problem) = (Step::No, Some(FaceProblem::BadQuality));
        return Ok(());
    };
    let mut faces = vision.detect(selfie)?.into_iter();
    let Some(face) = faces.next() else {
        (found.selfie, found.problem) = (Step::No, Some(FaceProblem::NoFace));
        return Ok(());
    };
    let crowded = faces.any(|other| other.bounds.area() >= face.bounds.area() * params.second_person);
    let (template, quality) = vision.enrol(selfie, &face)?;
    let texture = vision.texture(selfie, &face)?;
    let pattern = vision.recapture(selfie, &face).pattern;
    let screen = pattern.is_some_and(|score| score <= params.pattern_attack);
    found.selfie = Step::of(face.eye_distance() >= params.least_eye_distance);
    evidence.selfie = Some(face.bounds);
    evidence.measure(Measured::SelfieEyeDistance, face.eye_distance(), params.least_eye_distance);
    evidence.measure(Measured::Texture, texture.live, params.texture_attack);
    if let Some(pattern) = pattern {
        evidence.measure(Measured::Pattern, pattern, params.pattern_attack);
    }
    evidence.measure(Measured::Quality, quality.score, params.facemap_quality);
    if let Some(portrait) = portrait {
        let distance = portrait.face.eye_distance();
        evidence.measure(Measured::PortraitEyeDistance, distance, params.least_eye_distance);
    }

    let large = portrait.filter(|found| found.face.eye_distance() >= params.least_eye_distance);
    found.portrait = Step::of(large.is_some());
    let mut one_photograph = same_file;
    if let Some(Portrait { picture, face: of_document, .. }) = large {
        let comparison = vision.compare(&vision.embed(picture, of_document)?, &template)?;
        found.alike = Step::of(comparison.matches_at(params.false_match_rate));
        let correlation = vision.photograph_correlation((picture, of_document), (selfie, &face))?;
        one_photograph |= correlation >= params.same_photograph;
        evidence.measure(Measured::FalseMatchRate, comparison.false_match_rate, params.false_match_rate);
        evidence.measure(Measured::SamePhotograph, correlation, params.same_photograph);
    }
    // Where nobody would be approved by it, nobody looks: the face of another is refused for that.
    let alike = one_photograph || found.alike.is_yes();
    let whole = same_file || alike && reading::shows_document(vision, selfie, now)?;
    let cut = |reason| quality.reasons.contains(&reason);
    found.problem = if whole {
        Some(FaceProblem::WholeDocument)
    } else if one_photograph {
        Some(FaceProblem::CroppedFromDocument)
    } else if crowded {
        Some(FaceProblem::SeveralPeople)
    } else if screen || texture.live <= params.texture_attack {
        Some(FaceProblem::ScreenPaperVideo)
    } else if quality.is_grey {
        Some(FaceProblem::BlackAndWhite)
    } else if cut(QualityReason::CutOff) {
        Some(FaceProblem::NotFullyVisible)
    } else if !found.selfie.is_yes() || quality.score < params.facemap_quality {
        Some(FaceProblem::BadQuality)
    } else {
        None
    };
    found.genuine = Step::of(found.problem.is_none());
    if quality.score >= params.facemap_quality {
        seen.template = Some((template, quality.score));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use selfsame_domain::document::{DocumentField, FieldName, FieldSource};

    use super::*;

    fn rect(x: f32, y: f32, width: f32, height: f32) -> Rect {
        Rect { x, y, width, height }
    }

    #[test]
    fn the_face_of_who_holds_the_card_does_not_belong_to_it() {
        // A card 600 wide whose values stand on its right.
        let area = rect(500.0, 400.0, 330.0, 240.0);
        assert!(belongs_to(rect(330.0, 450.0, 110.0, 140.0), area), "the portrait beside them");
        assert!(!belongs_to(rect(300.0, 0.0, 700.0, 900.0), area), "the head behind the card");
        assert!(!belongs_to(rect(1500.0, 450.0, 110.0, 140.0), area), "a small face elsewhere");
    }

    #[test]
    fn an_area_turns_with_its_picture() {
        // Of a picture 100 wide and 50 high.
        let area = rect(10.0, 5.0, 30.0, 20.0);
        let once = turned(area, 50.0);
        assert_eq!(once, rect(25.0, 10.0, 20.0, 30.0));
        assert_eq!(turned(turned(turned(once, 100.0), 50.0), 100.0), area);
    }

    #[test]
    fn values_tell_where_the_print_is_when_there_are_enough_of_them() {
        let field = |at: f32| DocumentField {
            name: FieldName::Surname,
            value: "X".to_owned(),
            printed: None,
            sources: vec![FieldSource::VisualZone],
            confidence: 0.9,
            bounds: Some(rect(10.0 * at, 20.0 * at, 5.0, 2.0)),
            side: DocumentSide::Front,
        };
        let read = |count: u8| DocumentReading {
            fields: (1..=count).map(|at| field(f32::from(at))).collect(),
            ..DocumentReading::default()
        };
        assert_eq!(printed_area(&read(2)), None);
        assert_eq!(printed_area(&read(3)), Some(rect(10.0, 20.0, 25.0, 42.0)));
    }

    #[test]
    fn a_page_is_known_by_the_zone_of_its_own_side_or_else_by_its_edges() {
        let mrz = || selfsame_domain::document::MrzReading {
            format: selfsame_domain::document::MrzFormat::Td1,
            lines: Vec::new(),
            verdict: selfsame_domain::document::MrzVerdict::Valid,
            checks: Vec::new(),
            corrected: 0,
            settled_by: None,
            alternatives: Vec::new(),
            irregularities: Vec::new(),
            name_truncated: false,
            corners: [selfsame_domain::Point::default(); 4],
            fields: Vec::new(),
        };
        let page = Some([selfsame_domain::Point::default(); 4]);
        let front =
            |side| DocumentReading { mrz: Some(mrz()), side: Some(side), ..DocumentReading::default() };
        assert!(shows_page(&front(DocumentSide::Front)));
        assert!(!shows_page(&front(DocumentSide::Back)));
        assert!(shows_page(&DocumentReading { page, ..DocumentReading::default() }));
        assert!(!shows_page(&DocumentReading::default()));
    }
}
