//! Domain states in the words of this dialect. Exhaustive on purpose: a new state does not compile until it has a word here.

use selfsame_domain::{
    BioSession, Face, FaceImageType, LivenessMode, LivenessStatus, Verdict, WitnessReport,
};
use selfsame_facade_kit::{diagnostic_words, saw_words};
use selfsame_verification::faces::{FaceMatch, StoredMedia};
use selfsame_webcapture::{mode, security_level};
use serde_json::{Map, Value, json};

use crate::ImagePlace;

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
}
