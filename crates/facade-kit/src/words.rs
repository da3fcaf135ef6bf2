//! English words for what is said of a capture.

use selfsame_domain::{Diagnostic, Reason, Remark, Saw, Witness};

/// A remark as part of a sentence.
pub const fn remark_words(remark: Remark) -> &'static str {
    match remark {
        Remark::NoFrame => "no frame arrived",
        Remark::CameraWithoutName => "the camera has no name",
        Remark::VirtualCamera => "the camera names itself as a virtual one",
        Remark::CameraNamedAsFile => "the camera's name is that of a file",
        Remark::AutomatedBrowser => "the browser is driven by automation",
        Remark::BrowserWithoutWindow => "the browser has no window",
        Remark::FrameRateOfNoCamera => "the frame rate is not one of a camera",
        Remark::FramesOfOtherSize => "frames do not have the size that the camera claims",
        Remark::FramesChangeSize => "frames change their size",
        Remark::FrameTimesRunBackwards => "frame times run backwards",
        Remark::FrameTimesTooRegular => "frame times are more regular than a camera's",
        Remark::OrdinaryCamera => "nothing speaks against a camera in a person's browser",
        Remark::FullFramesMissing => "not all full frames that were asked for arrived",
        Remark::FullFrameWithoutFace => "a full frame shows no face where the stream showed one",
        Remark::FullFrameOfNoStream => "a full frame does not belong to the stream",
        Remark::FullFramesOfSeveralFaces => "the full frames do not show one and the same face",
        Remark::FullFrameIsAnotherPicture => "a full frame is another picture than the stream showed",
        Remark::FullFrameTooPlain => "a full frame is too dark or plain to be compared with the stream",
        Remark::StreamOnceOfAnotherFace => "once the stream does not show the face of the full frames",
        Remark::StreamOfAnotherFace => "the stream shows another face than the full frames",
        Remark::TooFewFramesToAskFor => {
            "the stream had too few frames with a face to ask for as many full frames as are needed"
        }
        Remark::StreamSeldomRecognised => "it was not seen often enough whose face the stream shows",
        Remark::ClocksDisagree => "the page's clock and the server's do not agree, or the connection stalled",
        Remark::FullFramesFitStream => "the full frames show the face where the stream showed it",
        Remark::FaceElsewhereInFullFrame => "the face in a full frame is not where the stream showed it",
        Remark::TooFewFaces => "too few frames showed a face",
        Remark::LandmarksOfNoFace => "the landmarks do not have the arrangement of a face",
        Remark::DepthOfAHead => "the nose moves against eyes and mouth as on a head that turns",
        Remark::TurnedTooLittle => "the head did not turn far enough to see its depth",
        Remark::FaceInOnePlane => "all points of the face stay in one plane: indicates a print or a screen",
        Remark::TooLittleAroundFace => "too little around the face was seen to search for edges",
        Remark::EdgesAboutFace => {
            "straight edges lie about the face, in front of the body: indicates a device or a sheet"
        }
        Remark::NoEdgesAboutFace => "no device or sheet has its edges about the face",
        Remark::TooFewEyes => "too few frames showed eyes",
        Remark::NoBlink => "no blink was seen",
        Remark::Blinked => "the eyes blinked",
        Remark::TooFewFacesInHold => "too few frames of the hold showed a face",
        Remark::NoLandmarks => "no landmarks to follow",
        Remark::FaceMoves => "the face moves from frame to frame",
        Remark::FaceStandsStill => {
            "the face does not move at all: indicates a still picture fed into the camera"
        }
        Remark::NoScore => "the score could not be computed",
        Remark::NoDots => "no dots were shown",
        Remark::FollowedMoreDots => {
            "the head followed the dots in human time, with more than were asked for at first"
        }
        Remark::FollowedDots => "the head followed the dots in order and in human time",
        Remark::DotsNotReached => "not all dots were reached",
        Remark::DotMissed => "a dot was not reached in time",
        Remark::HeadStrayed => "the head went where no dot was, or before it was shown",
        Remark::AtDotBefore => "the head was at a dot before it was shown",
        Remark::NoMotionToDot => "no motion towards a dot was seen",
        Remark::MovedTooSoon => "the head moved sooner than a person can react",
        Remark::WentAnotherWay => "the head first went another way than to the dot",
        Remark::WentElsewhere => "the head went elsewhere before it went to the dot",
        Remark::MovedTooLate => "the head moved long after a dot was shown",
        Remark::MovedAsAMachine => "the head moved as evenly as a machine",
        Remark::TooFewFramesForPatterns => "too few full frames could be searched for patterns",
        Remark::PatternOverFace => "a regular pattern lies over the face: indicates a screen or a print",
        Remark::NoPatternOverFace => "no regular pattern lies over the face",
        Remark::NotAskedCloser => "nobody was asked to come closer",
        Remark::TooFewFramesAtDistance => "too few frames at one of the distances",
        Remark::GrewTooFast => "the face grew faster than anybody comes closer",
        Remark::NotSeenComingCloser => "the face was not seen while it came closer",
        Remark::SurroundingsNotFollowed => "too little around the face could be followed",
        Remark::FaceCameCloser => "the face came closer before surroundings that did not",
        Remark::GrewAlike => {
            "face and surroundings grew alike: indicates a picture that was enlarged or brought closer"
        }
        Remark::GrowthUnclear => "the growth of the face and of its surroundings are hard to tell apart",
        Remark::NoFaceInFullFrames => "no full frame shows a face",
        Remark::GoodFrame => "the best frame is good enough to be compared with",
        Remark::NoGoodFrame => "no frame is sharp, large and evenly lit enough",
        Remark::TooFewDifferentFrames => "too few different frames",
        Remark::NoRepetition => "no stretch of the stream repeats another",
        Remark::PicturesComeAgain => {
            "pictures come again that were shown before: indicates a looped recording"
        }
        Remark::MovedTooLittle => "the face did not move enough against or with its surroundings",
        Remark::MovesAgainstSurroundings => "the face moves against its surroundings",
        Remark::MovesAsOnePlane => "face and surroundings move as one plane: indicates a print or a screen",
        Remark::MotionUnclear => "the face's motion and that of its surroundings are hard to tell apart",
        Remark::EverythingMovesWithFace => {
            "everything in view moves with the face: indicates a print or a screen"
        }
        Remark::PlainSurroundings => "nothing about the head can be told from a plain wall",
        Remark::TooFewFullFrames => "too few full frames with a face",
        Remark::TextureOfSkin => "skin texture indicates a person in front of the camera",
        Remark::TextureOfCopy => "texture indicates a print or a screen",
        Remark::TextureUnclear => "texture is not clear enough to tell a person from a picture",
        Remark::FaceLostDuringDots => "the face was lost while the dots were shown",
        Remark::NoDotAskedFor => "no dot was asked for",
        Remark::TooManyDotsMissed => "too many dots were missed",
        Remark::OvalNeverFilled => "the face never filled the oval for long enough",
    }
}

/// What a witness saw, in one sentence without a full stop.
pub fn saw_words(saw: &Saw) -> String {
    match saw {
        Saw::Remarks(remarks) => {
            remarks.iter().map(|remark| remark_words(*remark)).collect::<Vec<_>>().join("; ")
        }
        Saw::Words(words) => words.clone(),
    }
}

/// Which witness decided or what else happened, and what can be done.
pub fn diagnostic_words(diagnostic: &Diagnostic) -> String {
    let reason = match diagnostic {
        Diagnostic::Reason(reason) => reason,
        Diagnostic::Words(words) => return words.clone(),
    };
    match reason {
        Reason::Witnesses(witnesses) => {
            let said: Vec<_> = witnesses
                .iter()
                .map(|(witness, saw)| format!("{}: {}", name(*witness), saw_words(saw)))
                .collect();
            let advice = witnesses.first().map_or("Try again", |(witness, _)| advice(*witness));
            format!("{}. {advice}", said.join("; "))
        }
        Reason::NotHeard => "a witness that is needed was not heard".to_owned(),
        Reason::NotConvinced => {
            "the witnesses together are not convinced. Face the light and try again".to_owned()
        }
        Reason::ChallengeNotMet(remark) => {
            format!("the challenge was not met: {}. Follow the guidance and try again", remark_words(*remark))
        }
        Reason::NoFaceInTime => {
            "no face was seen in time. Face the camera in good light and try again".to_owned()
        }
        Reason::NeverGood(position) => format!(
            "a face was seen, but never well enough for long enough ({position}). Follow the guidance and try again"
        ),
        Reason::FullFramesLate => {
            "the full frames did not arrive in time. Check the connection and try again".to_owned()
        }
        Reason::ProtocolBroken(what) => format!("the browser broke the capture protocol: {what}"),
        Reason::Cancelled => "the capture was cancelled in the browser".to_owned(),
        Reason::NoBestImage => "no frame could be kept as best image".to_owned(),
        Reason::ServerFailed => "the server could not finish the capture. Try again".to_owned(),
        Reason::BrowserSilent => "the browser fell silent. Try again".to_owned(),
        Reason::Disconnected => "the browser disconnected during the capture. Try again".to_owned(),
        Reason::NobodyCame => "no browser came for the session in time".to_owned(),
        Reason::ServerStopped => "the server was stopped during the capture. Try again".to_owned(),
    }
}

fn name(witness: Witness) -> &'static str {
    match witness {
        Witness::Texture => "texture",
        Witness::Consistency => "consistency",
        Witness::MicroMotion => "micro-motion",
        Witness::CaptureChain => "capture chain",
        Witness::Quality => "quality",
        Witness::Depth => "depth",
        Witness::Surroundings => "surroundings",
        Witness::Obedience => "obedience",
        Witness::Perspective => "perspective",
        Witness::Replay => "replay",
        Witness::Eyes => "eyes",
        Witness::Patterns => "patterns",
        Witness::Edges => "edges",
    }
}

fn advice(witness: Witness) -> &'static str {
    match witness {
        Witness::Texture => "Clean the lens, face the light and try again with your own face",
        Witness::Consistency => {
            "Stay alone in front of the camera, in good light and with a steady connection, and try again"
        }
        Witness::MicroMotion => "Try again with a camera in front of a person",
        Witness::CaptureChain => "Use the device's own camera in an ordinary browser",
        Witness::Quality => "Come closer, face the light, hold still and try again",
        Witness::Depth => "Turn your head, not the phone, and try again",
        Witness::Surroundings => "Try again in front of surroundings that stay where they are",
        Witness::Obedience => "Follow each dot with your head as soon as it appears",
        Witness::Perspective => "Come closer yourself, slowly, until your face fills the oval",
        Witness::Replay => "Try again with a camera in front of a person",
        Witness::Eyes => "Look into the camera and blink as usual",
        Witness::Patterns => "Try again with your own face, not a screen or a print",
        Witness::Edges => "Try again away from frames and mirrors, with your own face",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_witnesses_that_speak_against_are_named_and_the_first_advises() {
        let reason = Reason::Witnesses(vec![
            (Witness::Texture, Remark::TextureOfCopy.into()),
            (Witness::CaptureChain, vec![Remark::VirtualCamera, Remark::BrowserWithoutWindow].into()),
        ]);
        assert_eq!(
            diagnostic_words(&reason.into()),
            "texture: texture indicates a print or a screen; capture chain: the camera names itself as a virtual one; the browser has no window. Clean the lens, face the light and try again with your own face"
        );
        let before = Diagnostic::Words("as it was".to_owned());
        assert_eq!(diagnostic_words(&before), "as it was");
    }
}
