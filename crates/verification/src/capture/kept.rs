//! The template that a capture keeps: of its good full frames together, not of one.

use selfsame_vision::{Template, Vision, VisionError};

/// Which full frames the template is made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct KeptParams {
    /// Least quality from -100 to 200: a frame below would have to be sent again.
    pub least_quality: f32,
    /// A frame counts when strangers look as alike as it and the best frame at most this often. It is far stricter than what a comparison
    /// is decided by: a mean of two people would be alike to both.
    pub false_match_rate: f64,
}

impl Default for KeptParams {
    /// Measured on 595 people of LFW with four pictures or more, the best and up to four like it, against 1,850 others of theirs and 7.9
    /// million of other people: FNMR at the threshold of FMR 1e-4 falls from 4.3 to 1.4 %. A mean is nearer to everybody: its FMR there is
    /// 1.9e-4 on these photographs of different days, less on frames of one capture. At an equal FMR of 1e-4, FNMR falls from 3.8 to 1.9 %.
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

#[cfg(test)]
mod tests {
    use selfsame_testkit::{fixture, repository};
    use selfsame_vision::VisionSettings;
    use selfsame_vision::image::{Limits, decode};

    use super::*;

    #[test]
    fn good_frames_of_the_same_person_count_and_no_others() {
        let models = repository().join("models");
        let settings = VisionSettings { weights_dir: models, sessions: Some(1), ..VisionSettings::default() };
        let vision = Vision::load(&settings).expect("the networks; run `make models`");
        let [best, later, last, other] =
            ["single_face/0001", "single_face/0030", "single_face/0060", "other_face/0001"].map(|name| {
                let bytes = std::fs::read(fixture(&format!("frames/{name}.jpg"))).expect("a fixture");
                let picture = decode(&bytes, &Limits::default()).unwrap();
                vision.embed(&picture, &vision.detect(&picture).unwrap()[0]).unwrap()
            });
        let of = |frames: &[(&Template, f32)]| {
            of_good_frames(&vision, &best, frames.iter().copied(), &KeptParams::default()).unwrap()
        };
        let both = Template::mean(&[&best, &later]).unwrap();
        assert!(of(&[(&best, 120.0), (&later, 30.0)]) == both);
        assert!(of(&[(&best, 120.0), (&later, 30.0), (&other, 150.0)]) == both, "another person");
        assert!(of(&[(&best, 120.0), (&later, 30.0), (&last, -1.0)]) == both, "to be sent again");
        assert!(of(&[(&best, 120.0), (&later, 30.0), (&last, f32::NAN)]) == both);
        assert!(of(&[(&best, 120.0)]) == best);
        // It is nearer to a frame that it was not made of than the best one alone, and no nearer to the other person's than that rate.
        let alike = |a: &Template, b: &Template| vision.compare(a, b).unwrap();
        assert!(alike(&both, &last).cosine > alike(&best, &last).cosine);
        assert!(!alike(&both, &other).matches_at(1e-1));
    }
}
