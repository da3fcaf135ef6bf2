//! What a browser is told, as JSON.

use selfsame_domain::{LivenessMode, SecurityLevel, Timestamp};
use selfsame_liveness::{DotsView, FrameSize, Target};
use selfsame_verification::capture::{CaptureFailure, Output, TOO_MANY};
use serde_json::{Map, Value, json};

use crate::words;

pub(super) fn ready(mode: LivenessMode, level: SecurityLevel) -> String {
    json!({
        "type": "ready",
        "mode": words::mode(mode),
        "securityLevel": words::security_level(level),
        "tracking": { "width": 320, "quality": 0.6, "maxFps": 8, "maxKbps": 400, "window": 2 },
        "ring": { "frames": 64, "seconds": 8 },
    })
    .to_string()
}

pub(super) fn error(code: u16, text: &str) -> String {
    json!({ "type": "error", "code": code, "error": text }).to_string()
}

fn active(view: &DotsView, position: &str) -> Value {
    let circles: Map<String, Value> = view
        .dots
        .iter()
        .enumerate()
        .map(|(index, dot)| {
            let circle = json!({
                "x": dot.centre.x.round(),
                "y": dot.centre.y.round(),
                "r": dot.radius.round(),
                "pos": words::direction(dot.direction),
            });
            (index.to_string(), circle)
        })
        .collect();
    json!({
        "controlledPoint": { "x": view.controlled.x.round(), "y": view.controlled.y.round() },
        "targetChallengeIndex": view.done,
        "challengeCircles": circles,
        "stillFace": view.still_face,
        "movingPhone": view.moving_phone,
        "targetOnHover": view.on_hover,
        "positionInfo": position,
    })
}

/// Nothing may be tried before `until`.
pub(super) fn locked_out(until: Timestamp) -> String {
    json!({ "type": "error", "code": 429, "error": TOO_MANY, "unlockDateTime": until.to_rfc3339() })
        .to_string()
}

/// Where the face should be. All zero before there is a target: pages of older versions read one of the members in every frame.
fn target_info(target: Option<Target>, size: FrameSize) -> Value {
    let half = |side: u32| (f64::from(side) / 2.0).round();
    let (x, y, radius, stability) = match target {
        // It is in the middle of the frame, always.
        Some(target) => (half(size.width), half(size.height), target.radius.round(), target.stability),
        None => (0.0, 0.0, 0.0, 0.0),
    };
    json!({
        "targetX": x,
        "targetY": y,
        "targetR": radius,
        // Rounded as the text will show it: 0.67, not the nearest of 32 bits.
        "stability": (f64::from(stability) * 100.0).round() / 100.0,
    })
}

/// `mode`: of the capture that says it.
pub(super) fn output(output: &Output, mode: LivenessMode) -> String {
    let value = match output {
        Output::Started => json!({ "type": "started" }),
        Output::Tracking { seq, size, guidance, tilted, target, dots } => {
            let bounds = guidance.face.as_ref().map(|face| face.bounds).unwrap_or_default();
            let mut tracking = json!({
                "type": "tracking",
                "seq": seq,
                "facex": bounds.x.round(),
                "facey": bounds.y.round(),
                "facew": bounds.width.round(),
                "faceh": bounds.height.round(),
                "w": size.width,
                "h": size.height,
                "distance": guidance.too_far,
                "phoneNotVertical": tilted,
                "tooClose": guidance.too_close,
                "tooFar": guidance.too_far,
                "positionInfo": words::position(guidance.position),
                "uploadProgress": 0,
                "downloadProgress": 0,
            });
            if mode == LivenessMode::PassiveVideo {
                tracking["targetInfo"] = target_info(*target, *size);
            }
            if let Some(dots) = dots {
                let active = active(dots, words::position(guidance.position));
                // The same under the name of older versions.
                tracking["livenessHigh"] = active.clone();
                tracking["livenessActive"] = active;
            }
            tracking
        }
        Output::Instruction(instruction) => {
            json!({ "type": "instruction", "instruction": words::instruction(*instruction) })
        }
        Output::Evidence(frames) => {
            let frames: Vec<Value> = frames
                .iter()
                .map(|frame| {
                    let crop = frame.crop;
                    json!({
                        "seq": frame.seq,
                        "crop": { "x": crop.x, "y": crop.y, "width": crop.width, "height": crop.height },
                    })
                })
                .collect();
            json!({ "type": "evidence", "frames": frames, "quality": 0.92 })
        }
        Output::Progress { received, total } => {
            json!({ "type": "progress", "received": received, "total": total })
        }
        Output::Result(best) => match best {
            None => json!({ "type": "result" }),
            Some(best) => json!({
                "type": "result",
                "bestImageInfo": {
                    "w": best.size.0,
                    "boxX": best.bounds.x.round(),
                    "boxY": best.bounds.y.round(),
                    "boxW": best.bounds.width.round(),
                    "boxH": best.bounds.height.round(),
                },
            }),
        },
        Output::Failed(CaptureFailure::LockedOut { until }) => return locked_out(*until),
        Output::Failed(failure) => {
            let (code, text) = failure_code(*failure);
            return error(code, text);
        }
    };
    value.to_string()
}

/// The codes of the browser's `errorFn`.
fn failure_code(failure: CaptureFailure) -> (u16, &'static str) {
    match failure {
        CaptureFailure::Protocol(what) | CaptureFailure::Spent(what) => (400, what),
        CaptureFailure::LockedOut { .. } => (429, TOO_MANY),
        CaptureFailure::NeverStarted => (1200, "The camera was not started in time. Start again."),
        CaptureFailure::NoFace => (1301, "Video Capture timeout: No face detected during liveness step."),
        CaptureFailure::PoorVideo => (1303, "Poor video quality."),
        CaptureFailure::Overloaded => (503, "The server is overloaded. Try again in few seconds."),
        CaptureFailure::Internal => (500, "Internal Error."),
    }
}

#[cfg(test)]
mod tests {
    use selfsame_domain::{Point, Rect};
    use selfsame_liveness::{Direction, FaceObservation, Guidance, Position, ShownDot};

    use super::*;

    fn tracking(
        mode: LivenessMode,
        guidance: Guidance,
        target: Option<Target>,
        dots: Option<DotsView>,
    ) -> Value {
        let size = FrameSize { width: 1280, height: 720 };
        let said = output(&Output::Tracking { seq: 7, size, guidance, tilted: true, target, dots }, mode);
        serde_json::from_str(&said).unwrap()
    }

    fn near() -> Guidance {
        let face = FaceObservation {
            bounds: Rect { x: 500.4, y: 200.0, width: 240.0, height: 300.0 },
            landmarks: Vec::new(),
            yaw: 0.0,
            pitch: 0.0,
            roll: 0.0,
            brightness: 120.0,
        };
        Guidance { position: Position::StandStill, too_close: true, too_far: false, face: Some(face) }
    }

    #[test]
    fn every_mode_has_the_members_that_clients_read() {
        let plain = json!({
            "type": "tracking", "seq": 7, "facex": 500.0, "facey": 200.0, "facew": 240.0, "faceh": 300.0, "w": 1280, "h": 720,
            "distance": false, "tooFar": false, "tooClose": true, "phoneNotVertical": true,
            "positionInfo": "TRACKER_POSITION_INFO_STAND_STILL", "uploadProgress": 0, "downloadProgress": 0,
        });
        assert_eq!(tracking(LivenessMode::Passive, near(), None, None), plain);

        let mut video = plain.clone();
        video["targetInfo"] =
            json!({ "targetX": 640.0, "targetY": 360.0, "targetR": 210.0, "stability": 0.67 });
        let target = Some(Target { radius: 209.7, stability: 0.666 });
        assert_eq!(tracking(LivenessMode::PassiveVideo, near(), target, None), video);
        // Pages of older versions read it before there is a target.
        video["targetInfo"] = json!({ "targetX": 0.0, "targetY": 0.0, "targetR": 0.0, "stability": 0.0 });
        assert_eq!(tracking(LivenessMode::PassiveVideo, near(), None, None), video);

        let at = |x, y| Point { x, y };
        let dots = DotsView {
            controlled: at(640.0, 360.0),
            done: 1,
            dots: vec![
                ShownDot { direction: Direction::TopLeft, centre: at(900.0, 150.0), radius: 61.0 },
                ShownDot { direction: Direction::Right, centre: at(350.0, 360.0), radius: 61.0 },
            ],
            still_face: true,
            moving_phone: false,
            on_hover: true,
        };
        let challenge = json!({
            "controlledPoint": { "x": 640.0, "y": 360.0 }, "targetChallengeIndex": 1,
            "challengeCircles": {
                "0": { "x": 900.0, "y": 150.0, "r": 61.0, "pos": "TL" },
                "1": { "x": 350.0, "y": 360.0, "r": 61.0, "pos": "R" },
            },
            "stillFace": true, "movingPhone": false, "targetOnHover": true,
            "positionInfo": "TRACKER_POSITION_INFO_STAND_STILL",
        });
        let mut active = plain;
        active["livenessActive"] = challenge.clone();
        active["livenessHigh"] = challenge;
        assert_eq!(tracking(LivenessMode::Active, near(), None, Some(dots)), active);
    }

    #[test]
    fn without_a_face_its_box_is_nothing() {
        let nobody =
            Guidance { position: Position::MoveIntoFrame, too_close: false, too_far: true, face: None };
        let said = tracking(LivenessMode::Passive, nobody, None, None);
        assert_eq!((&said["facew"], &said["faceh"]), (&json!(0.0), &json!(0.0)));
        assert_eq!(said["positionInfo"], "TRACKER_POSITION_INFO_MOVE_BACK_INTO_FRAME");
        assert_eq!((&said["distance"], &said["tooFar"]), (&json!(true), &json!(true)));
    }
}
