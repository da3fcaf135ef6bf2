//! Was the picture taken of a person, or of a picture of one? What a screen or a print adds to a face when it is photographed
//! again: a regular grid over the skin ([`patterns`]) and straight edges around the head ([`edges`]).
//!
//! No network is asked: both are measurements on pixels, and both are silent (`None`) where the picture does not carry what
//! they measure. Neither proves anything alone; docs/liveness.md states how often they were right and on what.

pub mod edges;
pub mod patterns;

pub use edges::EdgeParams;
pub use patterns::PatternParams;

use selfsame_domain::Rect;

use crate::image::Picture;

/// What a picture shows of having been photographed from a screen or a sheet.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Recapture {
    /// 0 (a regular pattern lies over the face) to 1 (none is seen); `None` when the face is too small or too smooth to tell.
    pub pattern: Option<f32>,
    /// 0 (a rectangle lies about the face, in front of the body) to 1 (none is seen); `None` when too little around the face
    /// is seen to tell.
    pub edges: Option<f32>,
}

/// Looks for both. `face`: pixels of the picture; a box that is no box, or lies outside, is not looked at.
pub fn recapture(picture: &Picture, face: Rect, patterns: &PatternParams, edges: &EdgeParams) -> Recapture {
    let sound = [face.x, face.y, face.width, face.height].iter().all(|value| value.is_finite())
        && face.width >= 1.0
        && face.height >= 1.0;
    if !sound {
        return Recapture::default();
    }
    Recapture {
        pattern: patterns::search(picture, face, patterns).map(|found| found.score),
        edges: edges::search(picture, face, edges).map(|found| found.score),
    }
}

#[cfg(test)]
mod tests;
