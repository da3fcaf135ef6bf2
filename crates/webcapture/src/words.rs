//! Words of the protocol for states of the domain. Exhaustive matches: a new state does not compile until it has a word.

use selfsame_domain::{LivenessMode, SecurityLevel};
use selfsame_liveness::{Direction, Instruction, Position};

pub fn mode(mode: LivenessMode) -> &'static str {
    match mode {
        LivenessMode::Passive => "LIVENESS_PASSIVE",
        LivenessMode::PassiveVideo => "LIVENESS_PASSIVE_VIDEO",
        LivenessMode::Active => "LIVENESS_ACTIVE",
    }
}

pub fn security_level(level: SecurityLevel) -> &'static str {
    match level {
        SecurityLevel::Low => "LOW",
        SecurityLevel::Medium => "MEDIUM",
        SecurityLevel::High => "HIGH",
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

pub(crate) fn instruction(instruction: Instruction) -> &'static str {
    match instruction {
        Instruction::FollowDots => "FACEFLOW_CHALLENGE_2D",
        Instruction::HoldStill => "TRACKER_CHALLENGE_DONT_MOVE",
        Instruction::Pending => "TRACKER_CHALLENGE_PENDING",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

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
