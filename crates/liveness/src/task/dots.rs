//! Active: the person turns the head so that a point follows it from dot to dot.

use std::time::Duration;

use selfsame_domain::{Point, Remark, Timestamp};

use super::{Seen, Step};
use crate::challenge::{Challenge, Direction, Dot};
use crate::observation::{FaceObservation, FrameSize};
use crate::witness::{ObedienceParams, tally};

/// What it takes to reach a dot. Angles in degrees.
#[derive(Debug, Clone, PartialEq)]
pub struct DotsParams {
    /// Turn to the side, and nod, that move the point by one. Small enough for a person to keep an eye on the screen, large
    /// enough that the tip of the nose moves against the eyes by a seventh of their distance.
    pub full_yaw: f32,
    pub full_pitch: f32,
    /// How far the point may be from the dot, in ones: a little more than the radius that is drawn.
    pub tolerance: f32,
    /// How much farther off the newest frame may be by itself, in tolerances: who is there for single frames draws the smoothed point
    /// along, and leaves it to others to stay.
    pub alone: f32,
    /// Frames, and time, that the point must stay on a dot.
    pub dwell_frames: usize,
    pub dwell: Duration,
    /// A point farther out than this, in a direction that leads to no dot, strays.
    pub stray_reach: f32,
    pub stray_angle: f32,
    /// How far beside the last dot, in degrees, the point may still be on it.
    pub rest_angle: f32,
    /// Frames that may stray before a dot is given up: the way there may be roundabout.
    pub strays: u32,
    /// Most time for one dot.
    pub timeout: Duration,
    /// How many dots may be missed: each is asked again at another place, and one more after it, so that guessing does not pay.
    pub misses: usize,
    /// Weight of the newest frame in the point's position: the landmarks of a 320 px frame tremble by a degree or two.
    pub smoothing: f32,
    /// The face may be lost for this many frames in a row.
    pub grace: usize,
    /// When a dot counts as followed.
    pub obedience: ObedienceParams,
    /// Without a turn of a tenth for this long the page is told that the face is still.
    pub still_after: Duration,
}

impl Default for DotsParams {
    fn default() -> Self {
        Self {
            full_yaw: 22.0,
            full_pitch: 18.0,
            tolerance: 0.25,
            alone: 1.5,
            dwell_frames: 2,
            dwell: Duration::from_millis(200),
            stray_reach: 0.6,
            stray_angle: 80.0,
            rest_angle: 25.0,
            strays: 8,
            timeout: Duration::from_secs(8),
            misses: 2,
            smoothing: 0.65,
            grace: 3,
            obedience: ObedienceParams::default(),
            still_after: Duration::from_secs(3),
        }
    }
}

/// A dot as it stands in the frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ShownDot {
    pub direction: Direction,
    /// Pixels of the frame.
    pub centre: Point,
    pub radius: f32,
}

/// What the page shows.
#[derive(Debug, Clone, PartialEq)]
pub struct DotsView {
    pub controlled: Point,
    /// How many dots were reached, which is also the index of the one to reach.
    pub done: usize,
    /// Those that were reached, and the present one. One that was missed makes room for the next.
    pub dots: Vec<ShownDot>,
    pub still_face: bool,
    pub moving_phone: bool,
    pub on_hover: bool,
}

impl DotsView {
    /// Before the challenge: the point is where the face is, and there are no dots.
    pub(crate) fn before(face: Option<&FaceObservation>, size: FrameSize) -> Self {
        let middle = Point { x: size.width as f32 / 2.0, y: size.height as f32 / 2.0 };
        Self {
            controlled: face.map_or(middle, |face| face.bounds.centre()),
            done: 0,
            dots: Vec::new(),
            // Whoever finds a position may hold still, and move the phone.
            still_face: false,
            moving_phone: false,
            on_hover: false,
        }
    }
}

/// Where the head pointed in a frame: in ones from where it pointed at the beginning, x to the right of the frame, y down.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Aim {
    pub seq: u32,
    pub at: Timestamp,
    pub point: Point,
}

/// What happened with one dot; what the obedience witness looks at.
#[derive(Debug, Clone, PartialEq)]
pub struct DotRecord {
    pub dot: Dot,
    pub shown_at: Timestamp,
    /// Where the point was when the dot was shown.
    pub from: Point,
    pub reached_at: Option<Timestamp>,
    /// Every aim from when it was shown until it was reached.
    pub path: Vec<Aim>,
    /// Frames in which the point led to no dot.
    pub strays: u32,
    /// Frames before it was shown in which the point had left already.
    pub early: u32,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct DotsRecord {
    /// In the order in which they were shown, those that were missed among them.
    pub dots: Vec<DotRecord>,
    /// How many the challenge asks for; each that is missed costs another one on top.
    pub asked: usize,
    /// How many there are to show, spare ones included.
    pub offered: usize,
    /// Most that may be missed.
    pub misses: usize,
    /// Frames of the whole challenge with a face.
    pub frames: Vec<u32>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Dots {
    challenge: Challenge,
    /// Frames since the last dot in which the point left too soon.
    early: u32,
    straight: (f32, f32),
    centre: Point,
    ring: f32,
    /// The next dot is shown at this time; while it waits, the last one is still the target.
    next_at: Option<Timestamp>,
    on_dot: usize,
    on_since: Option<Timestamp>,
    aim: Point,
    /// Where the newest frame alone points.
    alone: Point,
    moved_at: Timestamp,
    moved_from: Point,
    lost: usize,
    pub(crate) record: DotsRecord,
}

impl Dots {
    /// `straight`: yaw and pitch at the beginning, the mean over the hold.
    pub(crate) fn begin(
        challenge: Challenge,
        straight: (f32, f32),
        face: &FaceObservation,
        size: FrameSize,
        now: Timestamp,
        params: &DotsParams,
    ) -> Self {
        let shorter = size.width.min(size.height) as f32;
        let ring = shorter * 0.34;
        // All dots stay in the frame, whatever the reach.
        let inside = |centre: f32, length: u32| {
            let margin = (ring * 1.25).min(length as f32 / 2.0);
            centre.clamp(margin, length as f32 - margin)
        };
        let middle = face.bounds.centre();
        let centre = Point { x: inside(middle.x, size.width), y: inside(middle.y, size.height) };
        let first = challenge.dots.first().map(|dot| now + dot.pause);
        let record = DotsRecord {
            asked: challenge.asked,
            offered: challenge.dots.len(),
            misses: params.misses,
            ..DotsRecord::default()
        };
        Self {
            challenge,
            early: 0,
            straight,
            centre,
            ring,
            next_at: first,
            on_dot: 0,
            on_since: None,
            aim: Point::default(),
            alone: Point::default(),
            moved_at: now,
            moved_from: Point::default(),
            lost: 0,
            record,
        }
    }

    /// Whether a dot has been shown, and with it the challenge.
    pub(crate) fn shown(&self) -> bool {
        !self.record.dots.is_empty()
    }

    /// Whether the head is on the dot that is shown.
    pub(crate) fn is_on_dot(&self) -> bool {
        self.on_dot > 0
    }

    pub(crate) fn view(&self, moving_phone: bool, now: Timestamp, params: &DotsParams) -> DotsView {
        let place = |point: Point| Point {
            x: self.centre.x + point.x * self.ring,
            y: self.centre.y + point.y * self.ring,
        };
        let length = self.aim.x.hypot(self.aim.y);
        let most = if length > 1.25 { 1.25 / length } else { 1.0 };
        let present = self.record.dots.len().saturating_sub(1);
        let dots: Vec<ShownDot> = self
            .record
            .dots
            .iter()
            .enumerate()
            .filter(|(index, record)| *index == present || record.reached_at.is_some())
            .map(|(_, record)| ShownDot {
                direction: record.dot.direction,
                centre: place(record.dot.place()),
                radius: self.ring * 0.17,
            })
            .collect();
        let reached = self.record.dots.last().is_some_and(|dot| dot.reached_at.is_some());
        DotsView {
            controlled: place(Point { x: self.aim.x * most, y: self.aim.y * most }),
            // While the next dot waits, the last stays the target: pages look the target up among the dots.
            done: dots.len().saturating_sub(1),
            dots,
            still_face: self.shown() && !reached && now.since(self.moved_at) >= params.still_after,
            moving_phone,
            on_hover: self.on_dot > 0 || reached,
        }
    }

    /// Once the challenge is over: the last dot counts as well.
    pub(crate) fn last_view(&self, now: Timestamp, params: &DotsParams) -> DotsView {
        let view = self.view(false, now, params);
        let reached = self.record.dots.iter().filter(|dot| dot.reached_at.is_some()).count();
        DotsView { done: reached, ..view }
    }

    pub(crate) fn step(&mut self, seen: &Seen<'_>, params: &DotsParams) -> Step {
        let Some(face) = &seen.guidance.face else {
            self.lost += 1;
            return if self.lost > params.grace { Step::Unmet(Remark::FaceLostDuringDots) } else { Step::On };
        };
        self.lost = 0;
        let now = seen.now;
        self.follow(face, params);
        let aim = Aim { seq: seen.frame.seq, at: now, point: self.aim };
        self.record.frames.push(aim.seq);
        if distance(self.aim, self.moved_from) > 0.1 {
            (self.moved_from, self.moved_at) = (self.aim, now);
        }
        if let Some(at) = self.next_at {
            return self.wait(at, aim, params);
        }
        let strays = self.strays(params);
        let Some(record) = self.record.dots.last_mut() else { return Step::Unmet(Remark::NoDotAskedFor) };
        record.path.push(aim);
        let place = record.dot.place();
        if distance(self.aim, place) <= params.tolerance
            && distance(self.alone, place) <= params.tolerance * params.alone
        {
            self.on_dot += 1;
            let since = *self.on_since.get_or_insert(now);
            if self.on_dot < params.dwell_frames || now.since(since) < params.dwell {
                return Step::On;
            }
            record.reached_at = Some(now);
            return self.conclude(now, params);
        }
        (self.on_dot, self.on_since) = (0, None);
        if strays {
            record.strays += 1;
        }
        if now.since(record.shown_at) >= params.timeout || record.strays > params.strays {
            return self.conclude(now, params);
        }
        Step::On
    }

    /// The dot is over: reached, or given up. What became of it decides whether there is another.
    fn conclude(&mut self, now: Timestamp, params: &DotsParams) -> Step {
        (self.on_dot, self.on_since) = (0, None);
        let sum = tally(&self.record, &params.obedience);
        // There is no second try for a machine: the witnesses shall say so.
        if sum.machine {
            return Step::Done;
        }
        if sum.missed > params.misses {
            return Step::Unmet(sum.why);
        }
        if sum.met >= sum.due {
            return Step::Done;
        }
        let Some(next) = self.challenge.dots.get(self.record.dots.len()) else {
            return Step::Unmet(Remark::TooManyDotsMissed);
        };
        self.next_at = Some(now + next.pause);
        Step::On
    }

    /// A dot waits to be shown; the head has to stay where it is.
    fn wait(&mut self, at: Timestamp, aim: Aim, params: &DotsParams) -> Step {
        // Who goes back to the middle meanwhile has not guessed anything, nor has who was on the way to a dot that was given up.
        let rest = self.record.dots.last().map_or(Point::default(), |record| {
            if record.reached_at.is_some() {
                record.dot.place()
            } else {
                record.path.last().map_or(Point::default(), |aim| aim.point)
            }
        });
        if distance_to_way(self.aim, rest) > 0.45 {
            self.early += 1;
        }
        if aim.at >= at {
            let Some(dot) = self.next_dot(params) else { return Step::Done };
            self.next_at = None;
            self.record.dots.push(DotRecord {
                dot,
                shown_at: aim.at,
                from: aim.point,
                reached_at: None,
                path: Vec::new(),
                strays: 0,
                early: std::mem::take(&mut self.early),
            });
            (self.moved_from, self.moved_at) = (aim.point, aim.at);
        }
        Step::On
    }

    /// The next of the challenge that is not where the head happens to be: there would be nothing to follow. Where all that are left are,
    /// the next stands as far away as it can.
    fn next_dot(&mut self, params: &DotsParams) -> Option<Dot> {
        let shown = self.record.dots.len();
        let left = self.challenge.dots.get_mut(shown..)?;
        let away =
            left.iter().position(|dot| distance(self.aim, dot.place()) > params.obedience.least_way + 0.05);
        match away {
            Some(away) => left[..=away].rotate_right(1),
            None => left.iter_mut().take(1).for_each(|dot| *dot = dot.away_from(self.aim)),
        }
        left.first().copied()
    }

    fn follow(&mut self, face: &FaceObservation, params: &DotsParams) {
        // Yaw above 0 points to the right of the frame, pitch above 0 up.
        let x = (face.yaw - self.straight.0) / params.full_yaw;
        let y = -(face.pitch - self.straight.1) / params.full_pitch;
        if x.is_finite() && y.is_finite() {
            self.alone = Point { x, y };
            self.aim.x += (x - self.aim.x) * params.smoothing;
            self.aim.y += (y - self.aim.y) * params.smoothing;
        }
    }

    /// Far out, and neither towards the target nor on the way there from where the head was when it was shown.
    fn strays(&self, params: &DotsParams) -> bool {
        let length = self.aim.x.hypot(self.aim.y);
        if length < params.stray_reach {
            return false;
        }
        let Some(target) = self.record.dots.last() else { return false };
        let place = target.dot.place();
        let towards = angle_between(self.aim, place);
        if towards <= params.stray_angle {
            return false;
        }
        // Along the rim from one to the other.
        let whole = angle_between(target.from, place);
        let from = angle_between(self.aim, target.from);
        from > params.rest_angle && towards + from > whole + params.rest_angle
    }
}

fn distance(a: Point, b: Point) -> f32 {
    (a.x - b.x).hypot(a.y - b.y)
}

/// From the way between the middle and a place.
fn distance_to_way(point: Point, end: Point) -> f32 {
    let square = end.x * end.x + end.y * end.y;
    let part =
        if square > 0.0 { ((point.x * end.x + point.y * end.y) / square).clamp(0.0, 1.0) } else { 0.0 };
    distance(point, Point { x: end.x * part, y: end.y * part })
}

/// Degrees, 0..180.
fn angle_between(a: Point, b: Point) -> f32 {
    let lengths = a.x.hypot(a.y) * b.x.hypot(b.y);
    if lengths <= f32::EPSILON {
        return 180.0;
    }
    ((a.x * b.x + a.y * b.y) / lengths).clamp(-1.0, 1.0).acos().to_degrees()
}
