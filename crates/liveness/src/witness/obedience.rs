//! Did the head do what was asked, when it was asked, and as heads do?

use selfsame_domain::{Remark, Testimony, Witness, WitnessReport};

use super::{abstained, report};
use crate::{DotRecord, DotsRecord};

#[derive(Debug, Clone, PartialEq)]
pub struct ObedienceParams {
    /// Least time from showing a dot until a part of the way ([`onset`](Self::onset)) is done, in ms. Simple visual reactions of
    /// people take 200 ms and more (Woods et al., "Factors influencing the latency of simple reaction time", 2015); the motion
    /// itself and the network add to it.
    pub reaction: u128,
    /// Dots that may be missed by moving sooner than that; one more, and it was a machine.
    pub sooner: usize,
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
            sooner: 1,
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
        return abstained(Witness::Obedience, Remark::NoDots);
    };
    let sum = tally(record, params);
    let (testimony, saw) = if sum.machine {
        (Testimony::Attack, sum.why)
    } else if record.asked == 0 || sum.met < sum.due || sum.missed > record.misses {
        (Testimony::Insufficient, sum.why)
    } else if record.dots.len() > record.asked {
        let saw = Remark::FollowedMoreDots;
        (Testimony::BonaFide, saw)
    } else {
        (Testimony::BonaFide, Remark::FollowedDots)
    };
    let score = (sum.met as f32 / sum.due as f32).min(1.0);
    let score = if testimony == Testimony::BonaFide { score } else { score.min(0.99) };
    report(Witness::Obedience, testimony, score, 1.0, saw)
}

/// How a dot was followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Followed {
    Promptly,
    Roughly,
}

/// How a dot was not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// As happens to people.
    Missed,
    /// Too soon to be an answer. A head that sways the right way at the right time does that too, once.
    TooSoon,
    /// As only a machine moves.
    Machine,
}

/// What the dots that are over come to. The task goes by it while it shows dots, and the witness when it judges them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) met: usize,
    pub(crate) missed: usize,
    /// How many have to be met.
    pub(crate) due: usize,
    /// One of them was followed as only a machine does.
    pub(crate) machine: bool,
    /// What was wrong last.
    pub(crate) why: Remark,
}

pub(crate) fn tally(record: &DotsRecord, params: &ObedienceParams) -> Tally {
    let (mut met, mut roughly, mut machine, mut why) = (0, false, false, Remark::DotsNotReached);
    let mut sooner = 0;
    for (index, dot) in record.dots.iter().enumerate() {
        match followed(dot, index == 0, params) {
            Ok(how) => {
                met += 1;
                roughly |= how == Followed::Roughly;
            }
            Err((fault, what)) => {
                sooner += usize::from(fault == Fault::TooSoon);
                machine |= fault == Fault::Machine || sooner > params.sooner;
                why = what;
            }
        }
    }
    let missed = record.dots.len() - met;
    Tally { met, missed, due: due(record.asked, missed, roughly, record.offered), machine, why }
}

/// How many dots have to be followed when `asked` were asked for: a missed one is due again, and each time one more after it; and one
/// more if any was followed but `roughly`. Whoever is asked for many runs out of the `offered` places instead: of five and more
/// that were followed, none was by luck.
fn due(asked: usize, missed: usize, roughly: bool, offered: usize) -> usize {
    let due = asked.max(1) + missed + usize::from(roughly);
    due.min(offered.saturating_sub(missed)).max(asked.clamp(1, 5))
}

/// Whether a head went to a dot as heads do; otherwise whether a machine did, and what was wrong.
fn followed(record: &DotRecord, first: bool, params: &ObedienceParams) -> Result<Followed, (Fault, Remark)> {
    if record.reached_at.is_none() {
        return Err((Fault::Missed, Remark::DotMissed));
    }
    if record.strays + record.early > params.strays {
        return Err((Fault::Missed, Remark::HeadStrayed));
    }
    let place = record.dot.place();
    let (dx, dy) = (place.x - record.from.x, place.y - record.from.y);
    let square = dx * dx + dy * dy;
    // The head stood on the dot before anybody knew of it.
    if square.sqrt() < params.least_way {
        return Err((Fault::Missed, Remark::AtDotBefore));
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
        return Err((Fault::Missed, Remark::NoMotionToDot));
    };
    if onset < params.reaction {
        return Err((Fault::TooSoon, Remark::MovedTooSoon));
    }
    let mut roughly = onset > if first { params.prompt_first } else { params.prompt };
    let departed = record.path.iter().map(|aim| (aim.point.x - record.from.x, aim.point.y - record.from.y));
    if let Some((x, y)) = departed.into_iter().find(|(x, y)| x.hypot(*y) >= params.departure) {
        let along = (x * dx + y * dy) / (x.hypot(y) * square.sqrt());
        if along.is_nan() || along < params.aside.to_radians().cos() {
            return Err((Fault::Missed, Remark::WentAnotherWay));
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
        return Err((Fault::Missed, Remark::WentElsewhere));
    }
    if onset > if first { params.slowest_first } else { params.slowest } {
        return Err((Fault::Missed, Remark::MovedTooLate));
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
            return Err((Fault::Machine, Remark::MovedAsAMachine));
        }
    }
    Ok(if roughly { Followed::Roughly } else { Followed::Promptly })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use selfsame_domain::{Point, SeededEntropy, Timestamp};

    use super::*;
    use crate::challenge::{Challenge, Direction, Dot};
    use crate::task::Aim;

    /// A dot to the right of the frame that a head goes to: `(ms after it was shown, part of the way, ones beside it)`.
    fn dot(path: &[(i64, f32, f32)]) -> DotRecord {
        let dot = Dot { direction: Direction::Left, aside: 0.0, reach: 0.8, pause: Duration::ZERO };
        let place = dot.place();
        let aim = |(seq, (millis, part, beside)): (usize, &(i64, f32, f32))| Aim {
            seq: seq as u32,
            at: Timestamp::from_millis(*millis),
            point: Point { x: place.x * part, y: *beside },
        };
        DotRecord {
            dot,
            shown_at: Timestamp::from_millis(0),
            from: Point::default(),
            reached_at: path.last().map(|(millis, ..)| Timestamp::from_millis(*millis)),
            path: path.iter().enumerate().map(aim).collect(),
            strays: 0,
            early: 0,
        }
    }

    fn good() -> DotRecord {
        dot(&[(150, 0.0, 0.0), (450, 0.1, 0.0), (600, 0.4, 0.02), (750, 0.85, 0.03), (900, 1.0, 0.0)])
    }

    fn missed() -> DotRecord {
        DotRecord { reached_at: None, ..good() }
    }

    fn word(dots: Vec<DotRecord>) -> Testimony {
        let record = DotsRecord { dots, asked: 2, offered: 8, misses: 2, ..DotsRecord::default() };
        obedience(Some(&record), &ObedienceParams::default()).testimony
    }

    #[test]
    fn each_fault_of_one_dot_breaks_the_yes() {
        assert_eq!(word(vec![good(), good()]), Testimony::BonaFide);
        let soon = || dot(&[(150, 0.5, 0.0), (300, 1.0, 0.0)]);
        let faults: [(Testimony, DotRecord); 9] = [
            (Testimony::Insufficient, missed()),
            (Testimony::Insufficient, DotRecord { strays: 7, ..good() }),
            (Testimony::Insufficient, DotRecord { early: 7, ..good() }),
            (Testimony::Insufficient, DotRecord { from: good().dot.place(), ..good() }),
            (Testimony::Insufficient, DotRecord { path: Vec::new(), ..good() }),
            (Testimony::Insufficient, soon()),
            // Another way first, elsewhere first, too late.
            (Testimony::Insufficient, dot(&[(300, -0.7, 0.0), (900, 0.6, 0.0), (1_050, 1.0, 0.0)])),
            (Testimony::Insufficient, {
                let astray = (0..4).map(|step| (450 + step * 150, 0.6, 1.0));
                dot(&[(300, 0.5, 0.0)]
                    .into_iter()
                    .chain(astray)
                    .chain([(1_200, 1.0, 0.0)])
                    .collect::<Vec<_>>())
            }),
            (Testimony::Insufficient, dot(&[(1_950, 0.2, 0.0), (2_100, 1.0, 0.0)])),
        ];
        for (testimony, fault) in faults {
            assert_eq!(word(vec![good(), fault.clone()]), testimony, "{fault:?}");
        }
        assert_eq!(word(vec![good(), soon(), good(), good()]), Testimony::BonaFide);
        assert_eq!(word(vec![good(), soon(), soon(), good(), good(), good()]), Testimony::Attack);
        let even = (0..8).map(|step| (300 + step * 100, step as f32 / 7.0, 0.0)).collect::<Vec<_>>();
        assert_eq!(word(vec![good(), good(), good(), dot(&even)]), Testimony::Attack);
    }

    #[test]
    fn a_missed_dot_costs_two_and_a_rough_one_one_more() {
        assert_eq!(word(vec![missed(), good(), good()]), Testimony::Insufficient);
        assert_eq!(word(vec![missed(), good(), good(), good()]), Testimony::BonaFide);
        let late = || dot(&[(1_100, 0.1, 0.0), (1_200, 0.5, 0.0), (1_350, 1.0, 0.0)]);
        assert_eq!(word(vec![good(), late()]), Testimony::Insufficient);
        assert_eq!(word(vec![good(), late(), good()]), Testimony::BonaFide);
        let three = [missed(), missed(), missed()].into_iter().chain((0..9).map(|_| good())).collect();
        assert_eq!(word(three), Testimony::Insufficient, "more than may be missed");
    }

    #[test]
    fn never_is_less_due_than_was_asked_for_while_there_are_places() {
        for (asked, missed, roughly) in (1..=8).flat_map(|asked| {
            (0..=2).flat_map(move |missed| [false, true].map(|roughly| (asked, missed, roughly)))
        }) {
            let offered = Challenge::random(asked, &SeededEntropy::new(1)).dots.len();
            let asked = usize::from(asked);
            let due = due(asked, missed, roughly, offered);
            assert!(due >= asked.min(5), "{asked} {missed} {roughly}: {due}");
            assert!(due + missed <= offered, "{asked} {missed} {roughly}: {due} can be met");
            if asked <= 3 {
                assert_eq!(due, asked + missed + usize::from(roughly));
            }
        }
        assert_eq!(due(0, 0, false, 0), 1, "nothing asked is not met by nothing");
    }

    #[test]
    fn nothing_shown_is_no_yes() {
        assert_eq!(obedience(None, &ObedienceParams::default()).testimony, Testimony::Abstained);
        assert_eq!(word(Vec::new()), Testimony::Insufficient);
        let nothing = DotsRecord { dots: vec![good(), good()], ..DotsRecord::default() };
        let word = obedience(Some(&nothing), &ObedienceParams::default());
        assert_eq!(word.testimony, Testimony::Insufficient);
    }
}
