//! From pictures to observations: the only place where a capture touches the networks. Runs on a worker thread.

use std::sync::Arc;

use selfsame_domain::{Entropy, Point, Rect};
use selfsame_liveness::{
    Around, EvidenceObservation, EvidenceRequest, Explained, FaceObservation, FrameObservation, FrameSize,
    Recognised, TrackedPoint,
};
use selfsame_vision::image::{Limits, Picture, decode};
use selfsame_vision::{FaceSighting, Template, Vision, VisionError};
use sha2::{Digest, Sha256};

use super::glimpse::{Glimpse, Glimpses};
use super::identity::Identities;

/// Bounds of a tracking frame: 64 kB, and no larger than a camera's own frame.
fn tracking_limits() -> Limits {
    Limits { max_bytes: 64 * 1024, max_side: 1920, max_pixels: 1_000_000, ..Limits::default() }
}

/// Bounds of a full frame: a 4K camera's.
fn evidence_limits() -> Limits {
    Limits {
        max_bytes: super::assembly::MAX_FRAME,
        max_side: 4096,
        max_pixels: 4096 * 2304,
        ..Limits::default()
    }
}

/// Faces narrower than this part of the frame are left out: in 320 pixels they are a dozen wide, nobody so far away can be
/// captured, and the detector sees such faces in wallpaper.
const LEAST_FACE: f32 = 0.04;

/// Quality of the JPEG that is kept as best image.
const BEST_IMAGE_JPEG: u8 = 93;

/// Why a picture of the stream could not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum ObserveError {
    #[error("the picture cannot be used: {0}")]
    Picture(#[from] selfsame_vision::image::ImageError),
    #[error(
        "the tracking frame does not have the shape of the full frame, or another size than the one before"
    )]
    Shape,
    #[error("the networks failed: {0}")]
    Vision(#[from] VisionError),
}

/// A tracking frame, with coordinates in pixels of the full frame. `captured_at` is the page's own time, `arrived` the server's, both
/// in milliseconds. `performing`: the person is doing what is asked, and it has to be seen who does.
pub fn tracking_frame(
    vision: &Vision,
    motion: &mut Motion,
    seq: u32,
    (captured_at, arrived): (f64, f64),
    size: FrameSize,
    performing: bool,
    bytes: &[u8],
) -> Result<FrameObservation, ObserveError> {
    let picture = decode(bytes, &tracking_limits())?;
    let scale_x = size.width as f32 / picture.width() as f32;
    let scale_y = size.height as f32 / picture.height() as f32;
    // A frame scaled by the browser keeps its shape within rounding of a pixel or two.
    if !(0.97..1.03).contains(&(scale_x / scale_y)) {
        return Err(ObserveError::Shape);
    }
    motion.keeps(size, (picture.width(), picture.height()))?;
    motion.pass(arrived);
    let (mut observation, sighting) = seen(vision, motion, seq, captured_at, size, &picture)?;
    observation.digest = digest(picture.rgb());
    if let (Some(face), Some(sighting)) = (observation.faces.first(), sighting) {
        motion.glimpses.keep(seq, &picture, size, face.bounds);
        if performing && motion.identities.is_due(motion.millis) {
            motion.identities.look(vision, seq, &picture, &sighting)?;
        }
    }
    if !performing {
        // Whoever begins anew is looked at anew.
        motion.identities.forget_when();
    }
    Ok(observation)
}

/// Looks at whose face a tracking frame shows that was looked at before for everything else. One without a face, or that was looked at for
/// this as well, is left as it is.
pub fn identify(vision: &Vision, motion: &mut Motion, seq: u32, bytes: &[u8]) -> Result<(), ObserveError> {
    if motion.has_identified(seq) {
        return Ok(());
    }
    let picture = decode(bytes, &tracking_limits())?;
    if let Some(face) = vision.track(&picture)?.into_iter().next() {
        motion.identities.look(vision, seq, &picture, &face)?;
    }
    Ok(())
}

/// A picture of the whole frame, of any size; coordinates come out in pixels of the full frame. Its digest is left out.
pub fn look(
    vision: &Vision,
    motion: &mut Motion,
    seq: u32,
    captured_at: f64,
    size: FrameSize,
    picture: &Picture,
) -> Result<FrameObservation, VisionError> {
    motion.pass(captured_at);
    Ok(seen(vision, motion, seq, captured_at, size, picture)?.0)
}

/// The largest face comes beside, as the networks take it.
fn seen(
    vision: &Vision,
    motion: &mut Motion,
    seq: u32,
    captured_at: f64,
    size: FrameSize,
    picture: &Picture,
) -> Result<(FrameObservation, Option<FaceSighting>), VisionError> {
    let scale_x = size.width as f32 / picture.width() as f32;
    let scale_y = size.height as f32 / picture.height() as f32;
    let sightings: Vec<_> = vision
        .track(picture)?
        .into_iter()
        .filter(|face| face.bounds.width >= LEAST_FACE * picture.width() as f32)
        .collect();
    let first = sightings.first();
    let step = motion.scene.step(picture, first, motion.millis);
    let observation = FrameObservation {
        seq,
        captured_at,
        arrived_at: captured_at,
        size,
        faces: sightings
            .iter()
            .map(|face| in_full_frame(picture, face, scale_x, scale_y, 0.0, 0.0))
            .collect(),
        eyes_open: first.map(|face| vision.eyes_open(picture, face)).transpose()?,
        points: step
            .points
            .iter()
            .map(|point| TrackedPoint {
                id: point.id,
                at: Point { x: point.x * scale_x, y: point.y * scale_y },
            })
            .collect(),
        around: step.around.map(|around| Around {
            near: explained(around.near),
            far: explained(around.far),
            steadied: explained(around.steadied),
            moved: around.moved,
            grown: around.grown,
        }),
        digest: 0,
    };
    Ok((observation, sightings.into_iter().next()))
}

fn explained(zone: selfsame_vision::Explained) -> Explained {
    Explained { carried: zone.carried, left: zone.left }
}

/// What has to be remembered from frame to frame.
pub struct Motion {
    scene: selfsame_vision::Motion,
    glimpses: Glimpses,
    identities: Identities,
    /// Of the last full frame, and of the picture that was made from it.
    sizes: Option<(FrameSize, (u32, u32))>,
    /// When the last frame came, by the server's clock.
    last: Option<f64>,
    /// The time that passed here, in milliseconds.
    millis: f64,
}

impl Motion {
    /// `entropy`: says when a face is looked at.
    pub fn new(entropy: Arc<dyn Entropy>) -> Self {
        Self {
            scene: selfsame_vision::Motion::default(),
            glimpses: Glimpses::default(),
            identities: Identities::new(entropy),
            sizes: None,
            last: None,
            millis: 0.0,
        }
    }

    /// Pages make all pictures of a camera alike. Of others nothing would be followed from one to the next, and what is about the face
    /// would have no witness.
    fn keeps(&mut self, full: FrameSize, picture: (u32, u32)) -> Result<(), ObserveError> {
        match self.sizes.replace((full, picture)) {
            Some((before, other)) if before == full && other != picture => Err(ObserveError::Shape),
            _ => Ok(()),
        }
    }

    /// What the page says does not count: comparisons want frames some time apart, and by its clock they could be as far apart, or as
    /// close together, as nothing can be seen in.
    fn pass(&mut self, arrived: f64) {
        if let Some(before) = self.last {
            self.millis += (arrived - before).max(0.0);
        }
        self.last = Some(arrived);
    }

    /// Whose faces the full frames show, by their numbers, and the stream. The `best` of them is the one that is kept.
    ///
    /// # Errors
    /// The templates come from different embedders.
    pub fn recognise(
        &self,
        vision: &Vision,
        full: &[(u32, Template)],
        best: u32,
    ) -> Result<Recognised, VisionError> {
        self.identities.recognised(vision, full, best)
    }

    /// Whether it was looked at whose face a tracking frame shows.
    pub fn has_identified(&self, seq: u32) -> bool {
        self.identities.has(seq)
    }

    /// The face as a tracking frame showed it; `None` when there was none, or too long ago.
    pub fn glimpse(&self, seq: u32) -> Option<Glimpse> {
        self.glimpses.get(seq).cloned()
    }
}

/// The first bytes of the SHA-256 of the pixels: a comment in the file does not make the same picture another one.
fn digest(pixels: &[u8]) -> u64 {
    let hash = Sha256::digest(pixels);
    let mut first = [0; 8];
    first.copy_from_slice(&hash[..8]);
    u64::from_le_bytes(first)
}

/// A full frame that was looked at.
pub struct Evidence {
    pub observation: EvidenceObservation,
    /// The template of the face, if there is one.
    pub template: Option<Template>,
    /// What the best image is made of, when this frame is better than the best before.
    pub portrait: Option<Portrait>,
}

impl Evidence {
    /// A frame that shows nothing that counts.
    fn nothing(seq: u32) -> Self {
        let observation = EvidenceObservation { seq, ..EvidenceObservation::default() };
        Self { observation, template: None, portrait: None }
    }
}

/// A face in a picture of its own, with its template. The picture is encoded anew, which leaves its metadata behind, and
/// encoded at all because many captures wait at once: pixels would take ten times the memory.
pub struct Portrait {
    /// The frame's number.
    pub seq: u32,
    pub jpeg: Vec<u8>,
    /// Width and height in pixels.
    pub size: (u32, u32),
    pub face: FaceSighting,
    pub template: Template,
    pub quality: f32,
}

/// Looks at a full frame as it came. A picture of another size than was asked for shows nothing that counts.
pub fn evidence_frame(
    vision: &Vision,
    request: EvidenceRequest,
    glimpse: Option<&Glimpse>,
    best_before: f32,
    bytes: &[u8],
) -> Result<Evidence, ObserveError> {
    let picture = decode(bytes, &evidence_limits())?;
    let as_asked = |got: u32, asked: f32| (got as f32 - asked).abs() <= 1.5;
    if !as_asked(picture.width(), request.crop.width) || !as_asked(picture.height(), request.crop.height) {
        return Ok(Evidence::nothing(request.seq));
    }
    Ok(inspect(vision, request, glimpse, best_before, &picture)?)
}

/// What the networks say of a full frame or a crop of it. `best_before`: the quality that one has to exceed to be kept.
pub fn inspect(
    vision: &Vision,
    request: EvidenceRequest,
    glimpse: Option<&Glimpse>,
    best_before: f32,
    picture: &Picture,
) -> Result<Evidence, VisionError> {
    // The fast path: a face that was found in 320 px is a large one in the crop.
    let Some(face) = vision.track(picture)?.into_iter().next() else {
        return Ok(Evidence::nothing(request.seq));
    };
    let texture = vision.texture(picture, &face)?.live;
    let (template, graded) = vision.enrol(picture, &face)?;
    let quality = graded.score;
    let recapture = vision.recapture(picture, &face);
    let observation = EvidenceObservation {
        seq: request.seq,
        face: Some(in_full_frame(picture, &face, 1.0, 1.0, request.crop.x, request.crop.y)),
        texture: Some(texture),
        quality: Some(quality),
        likeness: glimpse.and_then(|glimpse| glimpse.likeness(picture, request.crop)),
        pattern: recapture.pattern,
        edges: recapture.edges,
    };
    let portrait = (quality > best_before).then(|| Portrait {
        seq: request.seq,
        jpeg: picture.to_jpeg(BEST_IMAGE_JPEG),
        size: (picture.width(), picture.height()),
        face,
        template: template.clone(),
        quality,
    });
    Ok(Evidence { observation, template: Some(template), portrait })
}

fn in_full_frame(
    picture: &Picture,
    face: &FaceSighting,
    scale_x: f32,
    scale_y: f32,
    x: f32,
    y: f32,
) -> FaceObservation {
    let bounds = face.bounds.scaled(scale_x, scale_y);
    FaceObservation {
        bounds: Rect { x: bounds.x + x, y: bounds.y + y, ..bounds },
        landmarks: face
            .landmarks
            .iter()
            .map(|point| Point { x: point[0] * scale_x + x, y: point[1] * scale_y + y })
            .collect(),
        yaw: face.pose.yaw,
        pitch: face.pose.pitch,
        roll: face.pose.roll,
        brightness: brightness(picture, face.bounds),
    }
}

/// Mean luminance (Rec. 601) of the face box, every second pixel.
fn brightness(picture: &Picture, bounds: Rect) -> f32 {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let clamp = |value: f32, most: usize| (value.max(0.0) as usize).min(most);
    let (left, right) = (clamp(bounds.x, width), clamp(bounds.x + bounds.width, width));
    let (top, bottom) = (clamp(bounds.y, height), clamp(bounds.y + bounds.height, height));
    let (mut sum, mut count) = (0_u64, 0_u64);
    for row in (top..bottom).step_by(2) {
        let start = row * width;
        for pixel in picture.rgb()[(start + left) * 3..(start + right) * 3].chunks_exact(3).step_by(2) {
            sum += 299 * u64::from(pixel[0]) + 587 * u64::from(pixel[1]) + 114 * u64::from(pixel[2]);
            count += 1;
        }
    }
    if count == 0 { 0.0 } else { sum as f32 / count as f32 / 1000.0 }
}

#[cfg(test)]
mod tests {
    use selfsame_domain::OsEntropy;

    use super::*;

    #[test]
    fn time_only_goes_forward() {
        let mut motion = Motion::new(Arc::new(OsEntropy));
        for arrived in [1_000.0, 1_150.0, 1_150.0, 900.0, 1_000.0] {
            motion.pass(arrived);
        }
        assert!((motion.millis - 250.0).abs() < 1e-6, "{}", motion.millis);
    }

    #[test]
    fn pictures_of_one_camera_stay_as_large_as_they_are() {
        let mut motion = Motion::new(Arc::new(OsEntropy));
        let wide = FrameSize { width: 1280, height: 720 };
        let tall = FrameSize { width: 720, height: 1280 };
        for (full, picture) in
            [(wide, (320, 180)), (wide, (320, 180)), (tall, (180, 320)), (wide, (320, 180))]
        {
            assert!(motion.keeps(full, picture).is_ok(), "a phone may be turned");
        }
        assert!(matches!(motion.keeps(wide, (320, 184)), Err(ObserveError::Shape)));
    }
}
