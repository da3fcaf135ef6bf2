//! `/bioserver-app/v2`: results, faces and comparisons, for the integrator's server.

mod face;
mod face_image;
mod faces;
mod liveness_challenge_result;
mod matches;
mod session;
mod video;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{delete, get};
use selfsame_domain::{FaceId, SessionId};

use crate::{ApiError, BioserverState};

/// A picture of 15 MB, and the form around it.
const FACE_LIMIT: usize = 16 * 1024 * 1024;

pub(crate) fn router() -> Router<BioserverState> {
    let session = "/bioserver-app/v2/bio-sessions/{session}";
    Router::new()
        .route(session, delete(session::delete))
        .route(&format!("{session}/liveness-challenge-result"), get(liveness_challenge_result::handle))
        .route(
            &format!("{session}/liveness-challenge-result/{{mode}}/{{level}}"),
            get(liveness_challenge_result::handle_with_level),
        )
        .route(
            &format!("{session}/liveness-challenge-result/{{mode}}"),
            get(liveness_challenge_result::handle_with_mode),
        )
        .route(
            &format!("{session}/faces"),
            get(faces::list).post(faces::handle).layer(DefaultBodyLimit::max(FACE_LIMIT)),
        )
        .route(&format!("{session}/video"), get(video::handle))
        .route(&format!("{session}/faces/{{face}}"), get(face::handle))
        .route(&format!("{session}/faces/{{face}}/image"), get(face_image::handle))
        .route(&format!("{session}/faces/{{face}}/matches"), get(matches::handle))
}

/// What is no identifier names nothing.
fn session_id(text: &str) -> Result<SessionId, ApiError> {
    text.parse().map_err(|_| ApiError::not_found("Unable to find a bio-session for the given identifier"))
}

fn face_id(text: &str) -> Result<FaceId, ApiError> {
    text.parse().map_err(|_| ApiError::not_found("Unable to find a face for the given identifier"))
}
