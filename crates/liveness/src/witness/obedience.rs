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
    /// A dot is followed only roughly by who moves later than this, in ms ...
    pub prompt: u128,
    /// ... or, for the first dot, later than this,
    pub prompt_first: u128,
    /// or sets out more degrees beside the way to it,
    pub straight: f32,
    /// or is farther beside the way than this in more than one frame. All of that is human, and it is what the recording of another
    /// challenge does that happens to fit: one more dot tells them apart.
    pub beside: f32,
    /// Motion that counts as the first, in ones of the challenge: more than a head settles and sways by.
    pub departure: f32,
    /// A dot that is nearer to the head when it is shown, in ones of the challenge, shows nothing.
    pub least_way: f32,
    /// Part of the way that counts as motion.
    pub onset: f32,
    /// Least coefficient of variation of the speed along a path of four samples or more: heads speed up and slow down.
    pub unevenness: f32,
    /// Frames that may lead nowhere or too early, per dot.
    pub strays: u32,
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
            prompt: 1_050,
            prompt_first: 1_700,
            straight: 50.0,
            beside: 0.5,
            departure: 0.45,
            least_way: 0.35,
            onset: 0.25,
            unevenness: 0.06,
            strays: 6,
        }
    }
}

/// Score: dots that were followed in order, in time and by a plausible path, over dots that were due, 0..1; all are needed.
/// A missed dot is due again, and one more after it.
pub fn obedience(record: Option<&DotsRecord>, params: &ObedienceParams) -> WitnessReport {
    let Some(record) = record else {
        return abstained(Witness::Obedience, "no dots were shown");
    };
    let (mut met, mut roughly, mut machine, mut why) = (0, 0, false, "not all dots were reached");
    for (index, dot) in record.dots.iter().enumerate() {
        match followed(dot, index == 0, params) {
            Ok(how) => {
                met += 1;
                roughly += usize::from(how == Followed::Roughly);
            }
            Err((kind, what)) => {
                machine |= kind == Testimony::Attack;
                why = what;
            }
        }
    }
    let missed = record.dots.len() - met;
    let due = due(record.asked, missed, roughly, record.offered);
    let (testimony, saw) = if machine {
        (Testimony::Attack, why)
    } else if record.asked == 0 || met < due || missed > record.misses {
        (Testimony::Insufficient, why)
    } else if record.dots.len() > record.asked {
        (
            Testimony::BonaFide,
            "the head followed the dots in human time, with more than were asked for at first",
        )
    } else {
        (Testimony::BonaFide, "the head followed the dots in order and in human time")
    };
    let score = (met as f32 / due as f32).min(1.0);
    let score = if testimony == Testimony::BonaFide { score } else { score.min(0.99) };
    report(Witness::Obedience, testimony, score, 1.0, saw)
}

/// How a dot was followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Followed {
    Promptly,
    Roughly,
}

/// How many dots have to be followed when `asked` were asked for: a missed one is due again, and each time one more after it; and one
/// more if any was followed but roughly. Whoever is asked for many runs out of the `offered` places instead: of five and more
/// that were followed, none was by luck.
pub(crate) fn due(asked: usize, missed: usize, roughly: usize, offered: usize) -> usize {
    let due = asked.max(1) + missed + usize::from(roughly > 0);
    // Misses are few, and spare places many, where little was asked for: this does not lower what that is.
    due.min(offered.saturating_sub(missed)).max(asked.min(5)).max(1)
}

/// Whether a head went to a dot as heads do; otherwise whether a machine did, and what was wrong.
pub(crate) fn followed(
    record: &DotRecord,
    first: bool,
    params: &ObedienceParams,
) -> Result<Followed, (Testimony, &'static str)> {
    if record.reached_at.is_none() {
        return Err((Testimony::Insufficient, "a dot was not reached in time"));
    }
    if record.strays + record.early > params.strays {
        return Err((Testimony::Insufficient, "the head went where no dot was, or before it was shown"));
    }
    let place = record.dot.place();
    let (dx, dy) = (place.x - record.from.x, place.y - record.from.y);
    let square = dx * dx + dy * dy;
    // The head stood on the dot before anybody knew of it.
    if square.sqrt() < params.least_way {
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
    let mut roughly = onset > if first { params.prompt_first } else { params.prompt };
    let departed = record.path.iter().map(|aim| (aim.point.x - record.from.x, aim.point.y - record.from.y));
    if let Some((x, y)) = departed.into_iter().find(|(x, y)| x.hypot(*y) >= params.departure) {
        let along = (x * dx + y * dy) / (x.hypot(y) * square.sqrt());
        if along.is_nan() || along < params.aside.to_radians().cos() {
            return Err((Testimony::Insufficient, "the head first went another way than to the dot"));
        }
        roughly |= along < params.straight.to_radians().cos();
    }
    let aside: Vec<f32> = record
        .path
        .iter()
        .map(|aim| {
            let (x, y) = (aim.point.x - record.from.x, aim.point.y - record.from.y);
            let part = ((x * dx + y * dy) / square).max(0.0);
            (x - part * dx).hypot(y - part * dy)
        })
        .collect();
    let farther = |than: f32| aside.iter().filter(|aside| **aside > than).count();
    let outside = farther(params.corridor);
    roughly |= farther(params.beside) > 1;
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
    Ok(if roughly { Followed::Roughly } else { Followed::Promptly })
}
