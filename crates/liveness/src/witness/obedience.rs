//! Did the head do what was asked, when it was asked, and as heads do?

use selfsame_domain::{Testimony, Witness, WitnessReport};

use super::{abstained, report};
use crate::{DotRecord, DotsRecord};

#[derive(Debug, Clone, PartialEq)]
pub struct ObedienceParams {
    /// Least time from showing a dot until a part of the way ([`onset`](Self::onset)) is done, in ms. Simple visual reactions of
    /// people take 200 ms and more (Woods et al., "Factors influencing the latency of simple reaction time", 2015); the motion
    /// itself and the network add to it.
    pub reaction: u128,
    /// Most time for the first motion, in ms.
    pub slowest: u128,
    /// And for the first dot, with which instructions come that have to be read.
    pub slowest_first: u128,
    /// Most angle in degrees between the first motion after a dot was shown and the way to it. Who knows where the dot is goes
    /// there; who does not has to be lucky.
    pub aside: f32,
    /// How far beside the straight way to a dot, or before its beginning, the head may be, in ones of the challenge, and for how many
    /// frames further. To go too far is human.
    pub corridor: f32,
    pub outside: usize,
    /// Motion that counts as the first, in ones of the challenge: more than a head settles and sways by.
    pub departure: f32,
    /// Part of the way that counts as motion.
    pub onset: f32,
    /// Least coefficient of variation of the speed along a path of four samples or more: heads speed up and slow down.
    pub unevenness: f32,
    /// Frames that may lead nowhere or too early, per dot.
    pub strays: f32,
}

impl Default for ObedienceParams {
    fn default() -> Self {
        Self {
            reaction: 240,
            slowest: 1_800,
            slowest_first: 2_800,
            aside: 90.0,
            corridor: 0.9,
            outside: 3,
            departure: 0.45,
            onset: 0.25,
            unevenness: 0.06,
            strays: 4.0,
        }
    }
}

/// Score: the share of dots that were reached in order, in time and by a plausible path, 0..1; all are needed.
pub fn obedience(record: Option<&DotsRecord>, params: &ObedienceParams) -> WitnessReport {
    let Some(record) = record else {
        return abstained(Witness::Obedience, "no dots were shown");
    };
    if record.asked == 0 || record.dots.len() < record.asked {
        let saw = "not all dots were reached";
        return report(Witness::Obedience, Testimony::Insufficient, 0.0, 1.0, saw);
    }
    let (mut plausible, mut machine, mut why) = (0_u32, false, "");
    for (index, dot) in record.dots.iter().enumerate() {
        match judge(dot, index == 0, params) {
            Ok(()) => plausible += 1,
            Err((kind, what)) => {
                machine |= kind == Testimony::Attack;
                why = what;
            }
        }
    }
    let score = plausible as f32 / record.asked as f32;
    let wandered = (record.strays + record.early) as f32 > params.strays * record.asked as f32;
    let (testimony, saw) = if machine {
        (Testimony::Attack, why)
    } else if (plausible as usize) < record.asked {
        (Testimony::Insufficient, why)
    } else if wandered {
        (Testimony::Insufficient, "the head went where no dot was, or before it was shown")
    } else {
        (Testimony::BonaFide, "the head followed the dots in order and in human time")
    };
    let score = if testimony == Testimony::BonaFide { score } else { score.min(0.99) };
    report(Witness::Obedience, testimony, score, 1.0, saw)
}

fn judge(record: &DotRecord, first: bool, params: &ObedienceParams) -> Result<(), (Testimony, &'static str)> {
    if record.reached_at.is_none() {
        return Err((Testimony::Insufficient, "not all dots were reached"));
    }
    let place = record.dot.place();
    let (dx, dy) = (place.x - record.from.x, place.y - record.from.y);
    let square = dx * dx + dy * dy;
    // The head stood on the dot before anybody knew of it.
    if square.sqrt() < 0.35 {
        return Err((Testimony::Insufficient, "the head was at a dot before it was shown"));
    }
    let along: Vec<(u128, f32)> = record
        .path
        .iter()
        .map(|aim| {
            let part = ((aim.point.x - record.from.x) * dx + (aim.point.y - record.from.y) * dy) / square;
            (aim.at.since(record.shown_at).as_millis(), part)
        })
        .collect();
    let Some(onset) = along.iter().find(|(_, part)| *part >= params.onset).map(|(time, _)| *time) else {
        return Err((Testimony::Insufficient, "no motion towards a dot was seen"));
    };
    if onset < params.reaction {
        return Err((Testimony::Attack, "the head moved sooner than a person can react"));
    }
    let departed = record.path.iter().map(|aim| (aim.point.x - record.from.x, aim.point.y - record.from.y));
    if let Some((x, y)) = departed.into_iter().find(|(x, y)| x.hypot(*y) >= params.departure) {
        let along = (x * dx + y * dy) / (x.hypot(y) * square.sqrt());
        if along.is_nan() || along < params.aside.to_radians().cos() {
            return Err((Testimony::Insufficient, "the head first went another way than to the dot"));
        }
    }
    let outside = record
        .path
        .iter()
        .filter(|aim| {
            let (x, y) = (aim.point.x - record.from.x, aim.point.y - record.from.y);
            let part = ((x * dx + y * dy) / square).max(0.0);
            (x - part * dx).hypot(y - part * dy) > params.corridor
        })
        .count();
    if outside > params.outside {
        return Err((Testimony::Insufficient, "the head went elsewhere before it went to the dot"));
    }
    if onset > if first { params.slowest_first } else { params.slowest } {
        return Err((Testimony::Insufficient, "the head moved long after a dot was shown"));
    }
    // The stretch of the way itself, without the rests at both ends.
    let way: Vec<_> = along.iter().filter(|(_, part)| (0.08..0.9).contains(part)).collect();
    let speeds: Vec<f32> = way
        .windows(2)
        .filter(|pair| pair[1].0 > pair[0].0)
        .map(|pair| (pair[1].1 - pair[0].1) / (pair[1].0 - pair[0].0) as f32)
        .collect();
    if speeds.len() >= 4 {
        let mean = speeds.iter().sum::<f32>() / speeds.len() as f32;
        let variance = speeds.iter().map(|speed| (speed - mean).powi(2)).sum::<f32>() / speeds.len() as f32;
        if mean > 0.0 && variance.sqrt() / mean < params.unevenness {
            return Err((Testimony::Attack, "the head moved as evenly as a machine"));
        }
    }
    Ok(())
}
