//! What the page tells the person.

use selfsame_vision::Rect;
use serde_json::Value;

/// The latest `tracking` message (docs/capture-protocol.md), as far as a person reacts to it. All coordinates are pixels of
/// the camera's frame `size`, not mirrored: above 0 is to the right in the picture that the camera sent.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Guidance {
    /// Width and height of the frame.
    pub size: (f64, f64),
    /// The face's box; `None` before one was found.
    pub face: Option<Rect>,
    /// `TRACKER_POSITION_INFO_…` without that prefix; empty when nothing is said.
    pub position_info: String,
    pub too_close: bool,
    pub too_far: bool,
    /// Passive video: the half height that the face's box shall have.
    pub target_half_height: Option<f64>,
    /// Join the dots; `None` before the first is shown.
    pub active: Option<ActiveGuidance>,
}

/// The challenge of the active mode.
#[derive(Debug, Clone, PartialEq)]
pub struct ActiveGuidance {
    /// The point that follows the head.
    pub controlled: [f64; 2],
    /// Index of the circle to reach now.
    pub target: usize,
    pub circles: Vec<ChallengeCircle>,
}

/// A dot of the challenge.
#[derive(Debug, Clone, PartialEq)]
pub struct ChallengeCircle {
    pub x: f64,
    pub y: f64,
    pub radius: f64,
    /// T, TR, R, BR, B, BL, L or TL, as the mirrored screen shows it.
    pub position: String,
}

impl ActiveGuidance {
    /// The circle to reach now; `None` once all are done.
    pub fn wanted(&self) -> Option<&ChallengeCircle> {
        self.circles.get(self.target)
    }
}

impl Guidance {
    /// What a `tracking` message says. What is missing or of another type counts as not said.
    pub fn from_message(message: &Value) -> Self {
        let number = |value: &Value| value.as_f64().unwrap_or(0.0);
        let (width, height) = (number(&message["facew"]), number(&message["faceh"]));
        let face = (width > 0.0 && height > 0.0).then(|| Rect {
            x: number(&message["facex"]) as f32,
            y: number(&message["facey"]) as f32,
            width: width as f32,
            height: height as f32,
        });
        let info = message["positionInfo"].as_str().unwrap_or_default();
        Self {
            size: (number(&message["w"]), number(&message["h"])),
            face,
            position_info: info.trim_start_matches("TRACKER_POSITION_INFO_").to_owned(),
            too_close: message["tooClose"].as_bool().unwrap_or(false),
            too_far: message["tooFar"].as_bool().unwrap_or(false),
            target_half_height: message["targetInfo"]["targetR"].as_f64().filter(|half| *half > 0.0),
            // Before the challenge there is nothing to follow in it.
            active: active(&message["livenessActive"]).filter(|active| !active.circles.is_empty()),
        }
    }
}

fn active(value: &Value) -> Option<ActiveGuidance> {
    let circles = value["challengeCircles"].as_object()?;
    let circle = |value: &Value| {
        Some(ChallengeCircle {
            x: value["x"].as_f64()?,
            y: value["y"].as_f64()?,
            radius: value["r"].as_f64()?,
            position: value["pos"].as_str().unwrap_or_default().to_owned(),
        })
    };
    let circles =
        (0..circles.len()).map(|index| circle(circles.get(&index.to_string())?)).collect::<Option<_>>()?;
    let controlled = &value["controlledPoint"];
    Some(ActiveGuidance {
        controlled: [controlled["x"].as_f64()?, controlled["y"].as_f64()?],
        target: usize::try_from(value["targetChallengeIndex"].as_u64()?).ok()?,
        circles,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn reads_the_dots_in_their_order() {
        let guidance = Guidance::from_message(&json!({
            "type": "tracking", "seq": 4, "facex": 500, "facey": 200, "facew": 200, "faceh": 260, "w": 1280, "h": 720,
            "positionInfo": "TRACKER_POSITION_INFO_GOOD",
            "livenessActive": {
                "controlledPoint": {"x": 600.5, "y": 300}, "targetChallengeIndex": 1,
                "challengeCircles": {"1": {"x": 9, "y": 8, "r": 7, "pos": "TL"}, "0": {"x": 1, "y": 2, "r": 3, "pos": "T"}},
            },
        }));
        let active = guidance.active.unwrap();
        assert_eq!(active.circles.iter().map(|c| c.x).collect::<Vec<_>>(), [1.0, 9.0]);
        assert_eq!(active.wanted().unwrap().position, "TL");
        assert_eq!(guidance.position_info, "GOOD");
        assert_eq!(guidance.face.unwrap().height, 260.0);
        assert_eq!(guidance.target_half_height, None);
    }

    #[test]
    fn a_broken_challenge_is_none() {
        let guidance =
            Guidance::from_message(&json!({ "livenessActive": {"challengeCircles": {"0": {}}}, "facew": 0 }));
        assert_eq!(guidance, Guidance::default());
        let before =
            json!({ "controlledPoint": {"x": 6, "y": 3}, "targetChallengeIndex": 0, "challengeCircles": {} });
        assert_eq!(Guidance::from_message(&json!({ "livenessActive": before })), Guidance::default());
    }
}
