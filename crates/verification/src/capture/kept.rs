//! The template that a capture keeps: of its good full frames together, not of one.

use selfsame_vision::{Template, Vision, VisionError};

/// Which full frames the template is made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct KeptParams {
    /// Least quality on the bioserver scale: a frame below would have to be sent again.
    pub least_quality: f32,
    /// A frame counts when strangers look as alike as it and the best frame at most this often. It is far stricter than what a comparison
    /// is decided by: a mean of two people would be alike to both.
    pub false_match_rate: f64,
}

impl Default for KeptParams {
    /// @MEASURED@
    fn default() -> Self {
        Self { least_quality: 0.0, false_match_rate: 1e-6 }
    }
}

/// The mean of the best frame's template and those of the other good frames of the same person. `frames`: every full frame with its
/// quality, the best among them.
pub(super) fn of_good_frames<'a>(
    vision: &Vision,
    best: &Template,
    frames: impl Iterator<Item = (&'a Template, f32)>,
    params: &KeptParams,
) -> Result<Template, VisionError> {
    let mut good = vec![best];
    for (template, quality) in frames {
        // Written so that what is no number is left out. The best frame itself is in already.
        if quality >= params.least_quality
            && template != best
            && vision.compare(template, best)?.matches_at(params.false_match_rate)
        {
            good.push(template);
        }
    }
    Ok(Template::mean(&good).unwrap_or_else(|| best.clone()))
}
