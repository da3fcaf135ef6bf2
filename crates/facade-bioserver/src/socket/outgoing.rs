//! What a browser is told, as JSON.

use selfsame_domain::{LivenessMode, SecurityLevel, Timestamp};
use selfsame_liveness::DotsView;
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

pub(super) fn output(output: &Output) -> String {
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
            if let Some(target) = target {
                tracking["targetInfo"] = json!({
                    "targetR": target.radius.round(),
                    "stability": (target.stability * 100.0).round() / 100.0,
                });
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
        CaptureFailure::NoFace => (1301, "Video Capture timeout: No face detected during liveness step."),
        CaptureFailure::PoorVideo => (1303, "Poor video quality."),
        CaptureFailure::Overloaded => (503, "The server is overloaded. Try again in few seconds."),
        CaptureFailure::Internal => (500, "Internal Error."),
    }
}
