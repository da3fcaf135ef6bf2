//! What to tell the person, from one frame and the one before it.

use crate::observation::{FaceObservation, FrameObservation};

/// What the person should do. A dialect maps each to a word of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Position {
    Good,
    /// No face is seen.
    MoveIntoFrame,
    MoveBackwards,
    MoveForwards,
    MoveLeft,
    MoveRight,
    MoveUp,
    MoveDown,
    TurnLeft,
    TurnRight,
    RotateUp,
    RotateDown,
    TiltLeft,
    TiltRight,
    MovingTooFast,
    MoveToDarkerArea,
    MoveToBrighterArea,
    StandStill,
    OpenEyes,
    /// More than one face of similar size: it is not clear who is meant.
    Unknown,
}

/// Limits of a good position.
#[derive(Debug, Clone, PartialEq)]
pub struct GuidanceParams {
    /// Height of the face box over the frame's shorter side. Below: the texture witness has too few pixels at 720p
    /// (0.22 of 720 is 158 px, a little over the 128 px its network sees).
    pub min_face: f32,
    /// Above: the 2.7-fold surroundings that the texture witness wants are cut off on every side.
    pub max_face: f32,
    /// How far the face's centre may lie from the frame's, over the frame's shorter side. Webcams are often off centre.
    pub max_offset: f32,
    /// Degrees.
    pub max_yaw: f32,
    pub max_pitch: f32,
    pub max_roll: f32,
    /// Mean luminance of the face, 0..255.
    pub min_brightness: f32,
    pub max_brightness: f32,
    /// Movement of the face's centre between two frames over the face's width and second.
    pub max_speed: f32,
    /// A second face is ignored when its height is below this part of the first's.
    pub second_face: f32,
}

impl Default for GuidanceParams {
    fn default() -> Self {
        Self {
            min_face: 0.22,
            max_face: 0.92,
            max_offset: 0.36,
            max_yaw: 24.0,
            max_pitch: 26.0,
            max_roll: 24.0,
            min_brightness: 38.0,
            max_brightness: 238.0,
            max_speed: 2.0,
            second_face: 0.6,
        }
    }
}

/// What a frame shows and what to say about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Guidance {
    pub position: Position,
    pub too_close: bool,
    pub too_far: bool,
    /// The face that is meant, if any.
    pub face: Option<FaceObservation>,
}

/// `speed` is the face's speed in face widths per second, 0 for the first frame.
pub fn guide(frame: &FrameObservation, speed: f32, params: &GuidanceParams) -> Guidance {
    let Some(face) = frame.faces.first() else {
        return Guidance { position: Position::MoveIntoFrame, too_close: false, too_far: false, face: None };
    };
    let shorter = frame.size.width.min(frame.size.height) as f32;
    let extent = face.bounds.height / shorter.max(1.0);
    let too_close = extent > params.max_face;
    let too_far = extent < params.min_face;
    let centre = face.bounds.centre();
    let offset_x = (centre.x - frame.size.width as f32 / 2.0) / shorter;
    let offset_y = (centre.y - frame.size.height as f32 / 2.0) / shorter;
    let rival =
        frame.faces.get(1).is_some_and(|other| other.bounds.height > params.second_face * face.bounds.height);

    // The order is that of importance to the person: first be seen, then near enough, then in the middle, then straight.
    let position = if rival {
        Position::Unknown
    } else if too_close {
        Position::MoveBackwards
    } else if too_far {
        Position::MoveForwards
    } else if offset_x.abs() > params.max_offset {
        // The picture is not mirrored: a face on its left belongs to a person who sits to their own right.
        if offset_x < 0.0 { Position::MoveLeft } else { Position::MoveRight }
    } else if offset_y.abs() > params.max_offset {
        if offset_y < 0.0 { Position::MoveDown } else { Position::MoveUp }
    } else if face.yaw.abs() > params.max_yaw {
        if face.yaw > 0.0 { Position::TurnRight } else { Position::TurnLeft }
    } else if face.pitch.abs() > params.max_pitch {
        if face.pitch > 0.0 { Position::RotateDown } else { Position::RotateUp }
    } else if face.roll.abs() > params.max_roll {
        if face.roll > 0.0 { Position::TiltRight } else { Position::TiltLeft }
    } else if face.brightness < params.min_brightness {
        Position::MoveToBrighterArea
    } else if face.brightness > params.max_brightness {
        Position::MoveToDarkerArea
    } else if speed > params.max_speed {
        Position::MovingTooFast
    } else {
        Position::Good
    };
    Guidance { position, too_close, too_far, face: Some(face.clone()) }
}

#[cfg(test)]
mod tests {
    use selfsame_domain::{Point, Rect};

    use super::*;
    use crate::observation::FrameSize;

    fn frame(bounds: Rect, change: impl Fn(&mut FaceObservation)) -> FrameObservation {
        let mut face = FaceObservation {
            bounds,
            landmarks: vec![Point::default(); 68],
            yaw: 0.0,
            pitch: 0.0,
            roll: 0.0,
            brightness: 120.0,
        };
        change(&mut face);
        FrameObservation {
            seq: 1,
            captured_at: 0.0,
            size: FrameSize { width: 1280, height: 720 },
            faces: vec![face],
            ..FrameObservation::default()
        }
    }

    fn centred(height: f32) -> Rect {
        Rect { x: 640.0 - height * 0.4, y: 360.0 - height / 2.0, width: height * 0.8, height }
    }

    fn says(frame: &FrameObservation, speed: f32) -> Position {
        guide(frame, speed, &GuidanceParams::default()).position
    }

    #[test]
    fn every_direction_is_told() {
        let plain = |_: &mut FaceObservation| {};
        let moved =
            |x: f32, y: f32| Rect { x: centred(300.0).x + x, y: centred(300.0).y + y, ..centred(300.0) };
        let cases = [
            (frame(centred(300.0), plain), 0.0, Position::Good),
            (frame(centred(100.0), plain), 0.0, Position::MoveForwards),
            (frame(centred(700.0), plain), 0.0, Position::MoveBackwards),
            (frame(moved(-400.0, 0.0), plain), 0.0, Position::MoveLeft),
            (frame(moved(400.0, 0.0), plain), 0.0, Position::MoveRight),
            (frame(moved(0.0, -300.0), plain), 0.0, Position::MoveDown),
            (frame(moved(0.0, 300.0), plain), 0.0, Position::MoveUp),
            (frame(centred(300.0), |face| face.yaw = 40.0), 0.0, Position::TurnRight),
            (frame(centred(300.0), |face| face.yaw = -40.0), 0.0, Position::TurnLeft),
            (frame(centred(300.0), |face| face.pitch = 40.0), 0.0, Position::RotateDown),
            (frame(centred(300.0), |face| face.pitch = -40.0), 0.0, Position::RotateUp),
            (frame(centred(300.0), |face| face.roll = 40.0), 0.0, Position::TiltRight),
            (frame(centred(300.0), |face| face.roll = -40.0), 0.0, Position::TiltLeft),
            (frame(centred(300.0), |face| face.brightness = 5.0), 0.0, Position::MoveToBrighterArea),
            (frame(centred(300.0), |face| face.brightness = 252.0), 0.0, Position::MoveToDarkerArea),
            (frame(centred(300.0), plain), 9.0, Position::MovingTooFast),
        ];
        for (frame, speed, expected) in cases {
            assert_eq!(says(&frame, speed), expected);
        }
    }

    #[test]
    fn a_second_person_of_similar_size_is_not_good() {
        let mut two = frame(centred(300.0), |_| {});
        let mut other = two.faces[0].clone();
        other.bounds.height *= 0.9;
        two.faces.push(other);
        assert_eq!(says(&two, 0.0), Position::Unknown);
        two.faces[1].bounds.height = 60.0;
        assert_eq!(says(&two, 0.0), Position::Good);
    }
}
