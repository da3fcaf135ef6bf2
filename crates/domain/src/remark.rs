//! What is said of a capture, in codes: words are chosen where they are told.

use serde::{Deserialize, Serialize};

use crate::Witness;

/// What was seen of a capture. The words of each are those of `selfsame_facade_kit::remark_words`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remark {
    NoFrame,
    CameraWithoutName,
    VirtualCamera,
    CameraNamedAsFile,
    AutomatedBrowser,
    BrowserWithoutWindow,
    FrameRateOfNoCamera,
    FramesOfOtherSize,
    FramesChangeSize,
    FrameTimesRunBackwards,
    FrameTimesTooRegular,
    OrdinaryCamera,
    FullFramesMissing,
    FullFrameWithoutFace,
    FullFrameOfNoStream,
    FullFramesOfSeveralFaces,
    FullFrameIsAnotherPicture,
    FullFrameTooPlain,
    StreamOnceOfAnotherFace,
    StreamOfAnotherFace,
    TooFewFramesToAskFor,
    StreamSeldomRecognised,
    ClocksDisagree,
    FullFramesFitStream,
    FaceElsewhereInFullFrame,
    TooFewFaces,
    LandmarksOfNoFace,
    DepthOfAHead,
    TurnedTooLittle,
    FaceInOnePlane,
    TooLittleAroundFace,
    EdgesAboutFace,
    NoEdgesAboutFace,
    TooFewEyes,
    NoBlink,
    Blinked,
    TooFewFacesInHold,
    NoLandmarks,
    FaceMoves,
    FaceStandsStill,
    NoScore,
    NoDots,
    FollowedMoreDots,
    FollowedDots,
    DotsNotReached,
    DotMissed,
    HeadStrayed,
    AtDotBefore,
    NoMotionToDot,
    MovedTooSoon,
    WentAnotherWay,
    WentElsewhere,
    MovedTooLate,
    MovedAsAMachine,
    TooFewFramesForPatterns,
    PatternOverFace,
    NoPatternOverFace,
    NotAskedCloser,
    TooFewFramesAtDistance,
    GrewTooFast,
    NotSeenComingCloser,
    SurroundingsNotFollowed,
    FaceCameCloser,
    GrewAlike,
    GrowthUnclear,
    NoFaceInFullFrames,
    GoodFrame,
    NoGoodFrame,
    TooFewDifferentFrames,
    NoRepetition,
    PicturesComeAgain,
    MovedTooLittle,
    MovesAgainstSurroundings,
    MovesAsOnePlane,
    MotionUnclear,
    EverythingMovesWithFace,
    PlainSurroundings,
    TooFewFullFrames,
    TextureOfSkin,
    TextureOfCopy,
    TextureUnclear,
    FaceLostDuringDots,
    NoDotAskedFor,
    TooManyDotsMissed,
    OvalNeverFilled,
}

/// What a witness saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Saw {
    Remarks(Vec<Remark>),
    /// A sentence, in rows of earlier versions.
    Words(String),
}

impl From<Remark> for Saw {
    fn from(remark: Remark) -> Self {
        Self::Remarks(vec![remark])
    }
}

impl From<Vec<Remark>> for Saw {
    fn from(remarks: Vec<Remark>) -> Self {
        Self::Remarks(remarks)
    }
}

/// Why a capture did not end with a yes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Witnesses that speak against it, the one first whose advice is given.
    Witnesses(Vec<(Witness, Saw)>),
    /// A witness that is needed was not heard.
    NotHeard,
    /// The witnesses together are not convinced.
    NotConvinced,
    /// The person did not do what was asked.
    ChallengeNotMet(Remark),
    /// No face was seen in time.
    NoFaceInTime,
    /// A face was seen, but never well enough for long enough; what was wrong with its place last.
    NeverGood(String),
    /// The full frames did not arrive in time.
    FullFramesLate,
    /// The browser broke the capture protocol; in words for whoever wrote it.
    ProtocolBroken(String),
    /// It was cancelled in the browser.
    Cancelled,
    /// No frame could be kept as best image.
    NoBestImage,
    /// The server could not finish it.
    ServerFailed,
    /// The browser said nothing for too long.
    BrowserSilent,
    /// The browser disconnected.
    Disconnected,
    /// No browser came for it in time.
    NobodyCame,
    /// The server was stopped during it.
    ServerStopped,
}

/// Why a capture did not end with a yes, as rows have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Diagnostic {
    Reason(Reason),
    /// A sentence, in rows of earlier versions.
    Words(String),
}

impl From<Reason> for Diagnostic {
    fn from(reason: Reason) -> Self {
        Self::Reason(reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_come_back_as_they_were_and_words_of_earlier_versions_stay_words() {
        for diagnostic in [
            Diagnostic::from(Reason::NotHeard),
            Reason::ChallengeNotMet(Remark::TooManyDotsMissed).into(),
            Reason::Witnesses(vec![
                (Witness::Eyes, Remark::NoBlink.into()),
                (Witness::CaptureChain, vec![Remark::VirtualCamera, Remark::BrowserWithoutWindow].into()),
            ])
            .into(),
            Diagnostic::Words("texture: texture indicates a print. Try again".to_owned()),
        ] {
            let text = serde_json::to_string(&diagnostic).unwrap();
            assert_eq!(serde_json::from_str::<Diagnostic>(&text).unwrap(), diagnostic, "{text}");
        }
        let text = serde_json::to_string(&Saw::from(Remark::NoBlink)).unwrap();
        assert_eq!(text, r#"["no_blink"]"#);
        assert_eq!(serde_json::from_str::<Saw>(&text).unwrap(), Remark::NoBlink.into());
        assert_eq!(
            serde_json::from_str::<Saw>(r#""no blink was seen""#).unwrap(),
            Saw::Words("no blink was seen".to_owned())
        );
    }
}
