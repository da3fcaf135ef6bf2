//! Domain states in the words of this dialect. Exhaustive on purpose: a new state does not compile until it has a word here.

use selfsame_domain::{
    BioSession, Face, FaceImageType, LivenessMode, LivenessStatus, SecurityLevel, Verdict, WitnessReport,
};
use selfsame_facade_kit::{diagnostic_words, saw_words};
use selfsame_liveness::{Direction, Instruction, Position};
use selfsame_verification::faces::{FaceMatch, StoredMedia};
use serde_json::{Map, Value, json};

use crate::ImagePlace;

pub(crate) fn mode(mode: LivenessMode) -> &'static str {
    match mode {
        LivenessMode::Passive => "LIVENESS_PASSIVE",
        LivenessMode::PassiveVideo => "LIVENESS_PASSIVE_VIDEO",
        LivenessMode::Active => "LIVENESS_ACTIVE",
    }
}

pub(crate) fn security_level(level: SecurityLevel) -> &'static str {
    match level {
        SecurityLevel::Low => "LOW",
        SecurityLevel::Medium => "MEDIUM",
        SecurityLevel::High => "HIGH",
    }
}

pub(crate) fn status(status: LivenessStatus) -> &'static str {
    match status {
        LivenessStatus::Success => "SUCCESS",
        LivenessStatus::Failed => "FAILED",
        LivenessStatus::Spoof => "SPOOF",
        LivenessStatus::Error => "ERROR",
        LivenessStatus::Timeout => "TIMEOUT",
    }
}

fn image_type(image_type: FaceImageType) -> &'static str {
    match image_type {
        FaceImageType::Selfie => "SELFIE",
        FaceImageType::IdDocument => "ID_DOCUMENT",
    }
}

pub(crate) fn instruction(instruction: Instruction) -> &'static str {
    match instruction {
        Instruction::FollowDots => "FACEFLOW_CHALLENGE_2D",
        Instruction::HoldStill => "TRACKER_CHALLENGE_DONT_MOVE",
        Instruction::Pending => "TRACKER_CHALLENGE_PENDING",
    }
}

/// Where a dot stands on the mirrored screen, as in the names of clients' pictures.
pub(crate) fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Top => "T",
        Direction::TopRight => "TR",
        Direction::Right => "R",
        Direction::BottomRight => "BR",
        Direction::Bottom => "B",
        Direction::BottomLeft => "BL",
        Direction::Left => "L",
        Direction::TopLeft => "TL",
    }
}

pub(crate) fn position(position: Position) -> &'static str {
    match position {
        Position::Good => "TRACKER_POSITION_INFO_GOOD",
        Position::MoveIntoFrame => "TRACKER_POSITION_INFO_MOVE_BACK_INTO_FRAME",
        Position::MoveBackwards => "TRACKER_POSITION_INFO_CENTER_MOVE_BACKWARDS",
        Position::MoveForwards => "TRACKER_POSITION_INFO_CENTER_MOVE_FORWARDS",
        Position::MoveLeft => "TRACKER_POSITION_INFO_CENTER_MOVE_LEFT",
        Position::MoveRight => "TRACKER_POSITION_INFO_CENTER_MOVE_RIGHT",
        Position::MoveUp => "TRACKER_POSITION_INFO_CENTER_MOVE_UP",
        Position::MoveDown => "TRACKER_POSITION_INFO_CENTER_MOVE_DOWN",
        Position::TurnLeft => "TRACKER_POSITION_INFO_CENTER_TURN_LEFT",
        Position::TurnRight => "TRACKER_POSITION_INFO_CENTER_TURN_RIGHT",
        Position::RotateUp => "TRACKER_POSITION_INFO_CENTER_ROTATE_UP",
        Position::RotateDown => "TRACKER_POSITION_INFO_CENTER_ROTATE_DOWN",
        Position::TiltLeft => "TRACKER_POSITION_INFO_CENTER_TILT_LEFT",
        Position::TiltRight => "TRACKER_POSITION_INFO_CENTER_TILT_RIGHT",
        Position::MovingTooFast => "TRACKER_POSITION_INFO_MOVING_TOO_FAST",
        Position::MoveToDarkerArea => "TRACKER_POSITION_INFO_MOVE_DARKER_AREA",
        Position::MoveToBrighterArea => "TRACKER_POSITION_INFO_MOVE_BRIGHTER_AREA",
        Position::StandStill => "TRACKER_POSITION_INFO_STAND_STILL",
        Position::OpenEyes => "TRACKER_POSITION_INFO_OPEN_EYES",
        Position::Unknown => "TRACKER_POSITION_INFO_UNKNOWN",
    }
}

/// What one witness said, with its words.
fn witness(report: &WitnessReport) -> Value {
    let mut said = json!(report);
    said["saw"] = saw_words(&report.saw).into();
    said
}

/// The liveness-challenge-result of a decided session, without its signature.
///
/// `report` (each witness with score, threshold and what it saw) is ours; clients of the original ignore it.
pub fn result_json(session: &BioSession, verdict: &Verdict) -> Value {
    let mut result = Map::new();
    result.insert("livenessStatus".into(), status(verdict.status).into());
    if let Some(diagnostic) = &verdict.diagnostic {
        result.insert("diagnostic".into(), diagnostic_words(diagnostic).into());
    }
    if let Some(best) = &verdict.best_image {
        result.insert("bestImageId".into(), best.face_id.to_string().into());
    }
    result.insert("livenessMode".into(), mode(session.request.mode).into());
    result.insert("securityLevel".into(), security_level(session.request.security_level).into());
    if session.request.mode == LivenessMode::Active {
        result.insert("numberOfChallenge".into(), session.request.challenges.into());
    }
    let device = json!(verdict.report.device);
    if device.as_object().is_some_and(|device| !device.is_empty()) {
        result.insert("deviceInfo".into(), device);
    }
    result.insert("bioSessionId".into(), session.id.to_string().into());
    result.insert("decidedAt".into(), verdict.decided_at.to_rfc3339().into());
    let report = &verdict.report;
    result.insert(
        "report".into(),
        json!({
            "witnesses": report.witnesses.iter().map(witness).collect::<Vec<_>>(),
            "framesTracked": report.frames_tracked,
            "framesOfEvidence": report.frames_of_evidence,
        }),
    );
    if let Some(score) = report.score {
        // Rounded as the text will show it: 0.931, not the nearest of 32 bits.
        result["report"]["score"] = ((f64::from(score) * 1000.0).round() / 1000.0).into();
    }
    Value::Object(result)
}

/// `imageStorage` and `videoStorage`: where the best image or the video is; without a hash where it could not be read just now.
pub(crate) fn storage_json(place: &ImagePlace, stored: &StoredMedia, content_type: &str) -> Value {
    let mut storage = json!({
        "region": place.region,
        "bucketName": place.bucket,
        "key": stored.key,
        "contentType": content_type,
    });
    if let Some(hash) = &stored.hash {
        storage["hash"] = hash.as_str().into();
        storage["hashAlgorithm"] = "SHA_256".into();
    }
    storage
}

/// The Face object.
pub fn face_json(face: &Face) -> Value {
    let mut object = json!({
        "id": face.id.to_string(),
        "digest": face.digest,
        "mode": face.mode,
        "imageType": image_type(face.image_type),
        "quality": face.quality.0.round(),
        "landmarks": {
            "eyes": {
                "x1": face.eyes[0].x, "y1": face.eyes[0].y,
                "x2": face.eyes[1].x, "y2": face.eyes[1].y,
            },
            "box": {
                "x": face.bounds.x.round(), "y": face.bounds.y.round(),
                "width": face.bounds.width.round(), "height": face.bounds.height.round(),
            },
        },
    });
    if let (Some(name), Some(object)) = (&face.friendly_name, object.as_object_mut()) {
        object.insert("friendlyName".into(), name.expose().as_str().into());
    }
    object
}

pub(crate) fn match_json(session: &BioSession, found: &FaceMatch) -> Value {
    let mut object = json!({
        "reference": face_json(&found.reference),
        "candidate": face_json(&found.candidate),
        "score": found.score,
        // In percent: 100 means that it is surely another person.
        "falseAcceptanceRate": found.false_match_rate * 100.0,
        "created": found.created_at.to_rfc3339(),
        "expires": found.expires_at.to_rfc3339(),
    });
    if let Some(object) = object.as_object_mut() {
        if let Some(id) = &session.request.correlation_id {
            object.insert("correlationId".into(), id.as_str().into());
        }
        if let Some(id) = &session.request.evidence_id {
            object.insert("evidenceId".into(), id.as_str().into());
        }
    }
    object
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn where_the_best_image_is_comes_from_the_settings_and_its_hash_may_be_missing() {
        let place = ImagePlace { region: "eu-central-1".to_owned(), bucket: "pictures".to_owned() };
        let mut stored = StoredMedia { key: "k".to_owned(), hash: Some("ab".to_owned()) };
        let mut expected = json!({
            "region": "eu-central-1", "bucketName": "pictures", "key": "k", "hash": "ab", "hashAlgorithm": "SHA_256",
            "contentType": "image/jpeg",
        });
        assert_eq!(storage_json(&place, &stored, "image/jpeg"), expected);
        stored.hash = None;
        let members = expected.as_object_mut().unwrap();
        members.retain(|name, _| !name.starts_with("hash"));
        assert_eq!(storage_json(&place, &stored, "image/jpeg"), expected);
    }

    #[test]
    fn every_guidance_of_the_original_is_said_and_no_other() {
        use Position as P;
        let ours = [
            P::Good,
            P::MoveIntoFrame,
            P::MoveBackwards,
            P::MoveForwards,
            P::MoveLeft,
            P::MoveRight,
            P::MoveUp,
            P::MoveDown,
            P::TurnLeft,
            P::TurnRight,
            P::RotateUp,
            P::RotateDown,
            P::TiltLeft,
            P::TiltRight,
            P::MovingTooFast,
            P::MoveToDarkerArea,
            P::MoveToBrighterArea,
            P::StandStill,
            P::OpenEyes,
            P::Unknown,
        ];
        let originals = "GOOD MOVE_BACK_INTO_FRAME CENTER_MOVE_BACKWARDS CENTER_MOVE_FORWARDS CENTER_TURN_RIGHT \
                         CENTER_TURN_LEFT CENTER_ROTATE_UP CENTER_ROTATE_DOWN MOVING_TOO_FAST CENTER_TILT_RIGHT \
                         CENTER_TILT_LEFT MOVE_DARKER_AREA MOVE_BRIGHTER_AREA STAND_STILL OPEN_EYES CENTER_MOVE_LEFT \
                         CENTER_MOVE_RIGHT CENTER_MOVE_UP CENTER_MOVE_DOWN UNKNOWN";
        let said: BTreeSet<_> = ours.into_iter().map(position).collect();
        let wanted: BTreeSet<_> =
            originals.split_whitespace().map(|word| format!("TRACKER_POSITION_INFO_{word}")).collect();
        assert_eq!(said, wanted.iter().map(String::as_str).collect());
    }
}
