//! What the page says of its camera and browser, and whether it can be true. All of it can be forged by someone who rewrites
//! the page; it catches the tools that people use, and its cost to a bona fide person is nothing.

use selfsame_domain::{Remark, Saw, Testimony, Witness, WitnessReport};

use super::{abstained, report};
use crate::{CameraClaims, EnvironmentClaims, FrameObservation};

#[derive(Debug, Clone, PartialEq)]
pub struct CaptureChainParams {
    /// Names (lower case) by which virtual cameras give themselves away.
    pub virtual_names: Vec<&'static str>,
    /// No front camera of a phone or laptop delivers more than this.
    pub max_frame_rate: f64,
    /// Least standard deviation of the intervals between frames, in ms: a browser's timers jitter, a script's need not.
    /// Judged only over at least `interval_frames` frames.
    pub min_interval_deviation: f64,
    pub interval_frames: usize,
}

impl Default for CaptureChainParams {
    fn default() -> Self {
        Self {
            virtual_names: vec![
                "obs",
                "virtual",
                "v4l2loopback",
                "manycam",
                "snap camera",
                "xsplit",
                "droidcam",
                "epoccam",
                "iriun",
                "ivcam",
                "e2esoft",
                "splitcam",
                "camtwist",
                "sparkocam",
                "webcamoid",
                "chromacam",
                "youcam",
                "avatarify",
                "deepfacelive",
                "swapface",
                "fake_device",
                "fake device",
                "dummy",
                "loopback",
                "ndi ",
                "vcam",
                "mmhmm",
                "unity video",
                "akvcam",
                "screen capture",
            ],
            max_frame_rate: 121.0,
            min_interval_deviation: 0.02,
            interval_frames: 12,
        }
    }
}

/// Score: 1 without objections, less 0.5 for each; 0.75 is needed, so that one objection suffices.
pub fn capture_chain<'a>(
    camera: &CameraClaims,
    environment: &EnvironmentClaims,
    frames: impl IntoIterator<Item = &'a FrameObservation>,
    params: &CaptureChainParams,
) -> WitnessReport {
    let frames: Vec<_> = frames.into_iter().collect();
    let Some(first) = frames.first() else {
        return abstained(Witness::CaptureChain, Remark::NoFrame);
    };
    let mut objections: Vec<Remark> = Vec::new();
    let label = camera.label.to_lowercase();
    if label.trim().is_empty() {
        // Once permission is given every browser names the camera.
        objections.push(Remark::CameraWithoutName);
    }
    if params.virtual_names.iter().any(|name| label.contains(name)) {
        objections.push(Remark::VirtualCamera);
    }
    let is_path = label.contains('/') || label.contains('\\');
    let is_file = [".mjpeg", ".y4m", ".mp4", ".webm", ".avi", ".mkv"].iter().any(|end| label.ends_with(end));
    if is_path || is_file {
        objections.push(Remark::CameraNamedAsFile);
    }
    if environment.webdriver {
        objections.push(Remark::AutomatedBrowser);
    }
    if environment.headless || environment.user_agent.contains("Headless") {
        objections.push(Remark::BrowserWithoutWindow);
    }
    if camera.frame_rate.is_some_and(|rate| !(0.0..=params.max_frame_rate).contains(&rate)) {
        objections.push(Remark::FrameRateOfNoCamera);
    }
    let (width, height) = (f64::from(first.size.width), f64::from(first.size.height));
    let turned = camera.width == height && camera.height == width;
    if (camera.width != width || camera.height != height) && !turned {
        objections.push(Remark::FramesOfOtherSize);
    }
    if frames.iter().any(|frame| frame.size != first.size) {
        objections.push(Remark::FramesChangeSize);
    }
    let intervals: Vec<f64> =
        frames.windows(2).map(|pair| pair[1].captured_at - pair[0].captured_at).collect();
    if intervals.iter().any(|interval| !interval.is_finite() || *interval <= 0.0) {
        objections.push(Remark::FrameTimesRunBackwards);
    } else if intervals.len() >= params.interval_frames
        && deviation(&intervals) < params.min_interval_deviation
    {
        objections.push(Remark::FrameTimesTooRegular);
    }

    let threshold = 0.75;
    let score = (1.0 - 0.5 * objections.len() as f32).max(0.0);
    let (testimony, saw) = if objections.is_empty() {
        (Testimony::BonaFide, Saw::from(Remark::OrdinaryCamera))
    } else {
        (Testimony::Attack, objections.into())
    };
    report(Witness::CaptureChain, testimony, score, threshold, saw)
}

fn deviation(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FrameSize;

    fn frames() -> Vec<FrameObservation> {
        (0..20_u8)
            .map(|index| FrameObservation {
                seq: u32::from(index) + 1,
                captured_at: f64::from(index) * 125.0 + f64::from(index % 3),
                size: FrameSize { width: 1280, height: 720 },
                faces: Vec::new(),
                ..FrameObservation::default()
            })
            .collect()
    }

    fn camera() -> CameraClaims {
        CameraClaims {
            label: "Integrated Camera (04f2:b6d9)".to_owned(),
            width: 1280.0,
            height: 720.0,
            frame_rate: Some(30.0),
            facing_mode: None,
        }
    }

    fn judged(
        change: impl Fn(&mut CameraClaims, &mut EnvironmentClaims, &mut Vec<FrameObservation>),
    ) -> Testimony {
        let (mut camera, mut environment, mut frames) = (camera(), EnvironmentClaims::default(), frames());
        change(&mut camera, &mut environment, &mut frames);
        capture_chain(&camera, &environment, &frames, &CaptureChainParams::default()).testimony
    }

    #[test]
    fn a_plain_camera_passes() {
        assert_eq!(judged(|_, _, _| {}), Testimony::BonaFide);
        assert_eq!(
            judged(|camera, _, _| (camera.width, camera.height) = (720.0, 1280.0)),
            Testimony::BonaFide
        );
    }

    #[test]
    fn each_objection_alone_suffices() {
        assert_eq!(judged(|camera, _, _| camera.label = "OBS Virtual Camera".into()), Testimony::Attack);
        assert_eq!(judged(|camera, _, _| camera.label = "/home/x/clip.mjpeg".into()), Testimony::Attack);
        assert_eq!(judged(|camera, _, _| camera.label = "fake_device_0".into()), Testimony::Attack);
        assert_eq!(judged(|camera, _, _| camera.label = " ".into()), Testimony::Attack);
        assert_eq!(judged(|camera, _, _| camera.frame_rate = Some(1000.0)), Testimony::Attack);
        assert_eq!(judged(|camera, _, _| camera.width = 640.0), Testimony::Attack);
        assert_eq!(judged(|_, environment, _| environment.webdriver = true), Testimony::Attack);
        assert_eq!(
            judged(|_, environment, _| environment.user_agent = "HeadlessChrome/1".into()),
            Testimony::Attack
        );
        assert_eq!(judged(|_, _, frames| frames[5].captured_at = 0.0), Testimony::Attack);
        assert_eq!(judged(|_, _, frames| frames[5].size.width = 640), Testimony::Attack);
        assert_eq!(
            judged(|_, _, frames| {
                for (index, frame) in frames.iter_mut().enumerate() {
                    frame.captured_at = index as f64 * 125.0;
                }
            }),
            Testimony::Attack
        );
    }

    #[test]
    fn without_frames_it_abstains() {
        assert_eq!(judged(|_, _, frames| frames.clear()), Testimony::Abstained);
    }
}
