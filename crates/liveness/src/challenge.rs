//! What a person is asked to do, chosen by the server and told to nobody beforehand.

use std::time::Duration;

use selfsame_domain::{Entropy, Point};

/// Where a dot stands, as the person sees it on a mirrored screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    Top,
    TopRight,
    Right,
    BottomRight,
    Bottom,
    BottomLeft,
    Left,
    TopLeft,
}

impl Direction {
    /// Clockwise from the top.
    pub const ALL: [Self; 8] = [
        Self::Top,
        Self::TopRight,
        Self::Right,
        Self::BottomRight,
        Self::Bottom,
        Self::BottomLeft,
        Self::Left,
        Self::TopLeft,
    ];

    /// Unit vector in the camera's unmirrored frame, x right, y down: what is to the person's right on the mirrored screen is
    /// to the left of the frame.
    pub fn in_frame(self) -> Point {
        let diagonal = std::f32::consts::FRAC_1_SQRT_2;
        let (x, y) = match self {
            Self::Top => (0.0, -1.0),
            Self::TopRight => (-diagonal, -diagonal),
            Self::Right => (-1.0, 0.0),
            Self::BottomRight => (-diagonal, diagonal),
            Self::Bottom => (0.0, 1.0),
            Self::BottomLeft => (diagonal, diagonal),
            Self::Left => (1.0, 0.0),
            Self::TopLeft => (diagonal, -diagonal),
        };
        Point { x, y }
    }
}

/// A dot to be reached with the head.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dot {
    pub direction: Direction,
    /// How far beside its direction the dot stands, in degrees, clockwise in the frame.
    pub aside: f32,
    /// How far from the middle, 1 being a turn of [`DotsParams::full_yaw`](crate::DotsParams::full_yaw).
    pub reach: f32,
    /// How long the head has to wait where it is before the dot is shown.
    pub pause: Duration,
}

impl Dot {
    /// Where it stands, in ones of the challenge: x right, y down in the camera's unmirrored frame.
    pub fn place(&self) -> Point {
        let direction = self.direction.in_frame();
        let (sin, cos) = self.aside.to_radians().sin_cos();
        Point {
            x: (direction.x * cos - direction.y * sin) * self.reach,
            y: (direction.x * sin + direction.y * cos) * self.reach,
        }
    }

    /// The same dot as far from a point as its direction lets it stand.
    pub(crate) fn away_from(self, point: Point) -> Self {
        let distance = |dot: &Self| (dot.place().x - point.x).hypot(dot.place().y - point.y);
        [
            (REACH.0, -FARTHEST_ASIDE),
            (REACH.0, FARTHEST_ASIDE),
            (REACH.1, -FARTHEST_ASIDE),
            (REACH.1, FARTHEST_ASIDE),
        ]
        .map(|(reach, aside)| Self { reach, aside, ..self })
        .into_iter()
        .fold(self, |farthest, dot| if distance(&dot) > distance(&farthest) { dot } else { farthest })
    }
}

/// The dots of an active challenge, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Challenge {
    /// How many of them have to be followed.
    pub asked: usize,
    /// Those, and some more for dots that are missed.
    pub dots: Vec<Dot>,
}

/// Bounds of a dot's distance. A recording of another session must fit in distance as well as in direction.
const REACH: (f32, f32) = (0.52, 1.02);
/// Most angle beside the named direction. Directions are 45 degrees apart: which one is meant stays clear.
const ASIDE: f32 = 17.0;
/// And for a dot that has to get out of the way of the head: with less one that is in the middle of all its places stays too near to any.
const FARTHEST_ASIDE: f32 = 20.0;
/// Least distance between a dot and the next: a motion that is hardly one shows nothing.
const APART: f32 = 0.55;
/// Dots beyond those that are asked for: one that is missed costs another in its place and one more, who follows roughly one more, and
/// one is left over to choose from when the head happens to be where the next would stand.
const SPARE: usize = 6;
/// Bounds of the pause before a dot in milliseconds. The longer its range, the less a recording's rhythm fits.
const PAUSE: (u32, u32) = (350, 2_650);

impl Challenge {
    /// `count` dots (1 to 8) at different places, and spare ones as far as there are places left; which, how far and when is up
    /// to `entropy`.
    pub fn random(count: u8, entropy: &dyn Entropy) -> Self {
        let mut left = Direction::ALL.to_vec();
        let mut dots: Vec<Dot> = Vec::new();
        let share = || below(entropy, 1_000) as f32 / 999.0;
        let asked = usize::from(count.clamp(1, 8));
        while dots.len() < (asked + SPARE).min(Direction::ALL.len()) {
            let index = below(entropy, left.len());
            let pause = PAUSE.0 + u32::try_from(below(entropy, (PAUSE.1 - PAUSE.0) as usize)).unwrap_or(0);
            let dot = Dot {
                direction: left[index],
                aside: ASIDE * (2.0 * share() - 1.0),
                reach: REACH.0 + (REACH.1 - REACH.0) * share(),
                pause: Duration::from_millis(u64::from(pause)),
            };
            // The last directions may all be beside the last dot: then it is as far as it can be.
            let place = dot.place();
            let near = dots
                .last()
                .map(Dot::place)
                .is_some_and(|last| (place.x - last.x).hypot(place.y - last.y) < APART);
            if near && left.len() > 2 {
                continue;
            }
            left.swap_remove(index);
            dots.push(dot);
        }
        Self { asked, dots }
    }
}

/// An unbiased number below `limit`, by rejection.
fn below(entropy: &dyn Entropy, limit: usize) -> usize {
    let limit = u32::try_from(limit).unwrap_or(u32::MAX).max(1);
    let most = u32::MAX - u32::MAX % limit;
    loop {
        let mut bytes = [0; 4];
        entropy.fill(&mut bytes);
        let number = u32::from_le_bytes(bytes);
        if number < most {
            return (number % limit) as usize;
        }
    }
}

/// What a capture asks of the person.
#[derive(Debug, Clone, PartialEq)]
pub enum Plan {
    /// To stay still.
    Passive,
    /// To come closer until the face fills an oval `growth` times as large as it began.
    PassiveVideo { growth: f32 },
    /// To follow dots with the head.
    Active(Challenge),
}

/// Least and largest growth of passive video. Below 1.3 perspective changes less than landmarks tremble; above 1.5 a
/// webcam's picture is too small to begin in.
const GROWTH: (f32, f32) = (1.34, 1.48);

impl Plan {
    /// A plan for passive video: the size to come to is not known beforehand either.
    pub fn passive_video(entropy: &dyn Entropy) -> Self {
        let step = below(entropy, 1_000) as f32 / 1_000.0;
        Self::PassiveVideo { growth: GROWTH.0 + (GROWTH.1 - GROWTH.0) * step }
    }

    pub fn active(count: u8, entropy: &dyn Entropy) -> Self {
        Self::Active(Challenge::random(count, entropy))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use selfsame_domain::OsEntropy;

    use super::*;
    use crate::witness::ObedienceParams;

    #[test]
    fn places_never_repeat_and_every_sequence_comes_up() {
        let mut seen: HashMap<(Direction, Direction), u32> = HashMap::new();
        for _ in 0..5_600 {
            let challenge = Challenge::random(2, &OsEntropy);
            assert_eq!((challenge.asked, challenge.dots.len()), (2, 8));
            let [first, second, ..] = challenge.dots[..] else { panic!("two dots were asked for") };
            assert_ne!(first.direction, second.direction);
            *seen.entry((first.direction, second.direction)).or_default() += 1;
        }
        assert_eq!(seen.len(), 56, "all ordered pairs");
        // 100 expected; 30 is seven standard deviations away.
        assert!(seen.values().all(|count| (30..190).contains(count)), "{seen:?}");
        let all: HashSet<_> = Challenge::random(8, &OsEntropy).dots.iter().map(|dot| dot.direction).collect();
        assert_eq!(all.len(), 8);
    }

    #[test]
    fn a_dot_can_stand_away_from_any_head() {
        let least = ObedienceParams::default().least_way;
        for direction in Direction::ALL {
            let dot = Dot { direction, aside: 0.0, reach: 0.7, pause: Duration::ZERO };
            for (x, y) in (-30..=30).flat_map(|x| (-30..=30).map(move |y| (x, y))) {
                let head = Point { x: x as f32 / 20.0, y: y as f32 / 20.0 };
                let away = dot.away_from(head);
                let place = away.place();
                assert!((place.x - head.x).hypot(place.y - head.y) > least, "{head:?}: {away:?}");
                assert_eq!((away.direction, away.pause), (dot.direction, dot.pause));
                assert!((REACH.0..=REACH.1).contains(&away.reach) && away.aside.abs() <= FARTHEST_ASIDE);
            }
        }
    }

    #[test]
    fn the_right_of_the_mirrored_screen_is_the_left_of_the_frame() {
        assert!(Direction::Right.in_frame().x < 0.0 && Direction::TopLeft.in_frame().x > 0.0);
        assert!(Direction::Top.in_frame().y < 0.0);
    }

    #[test]
    fn growth_stays_within_its_bounds() {
        for _ in 0..100 {
            let Plan::PassiveVideo { growth } = Plan::passive_video(&OsEntropy) else { panic!() };
            assert!((GROWTH.0..=GROWTH.1).contains(&growth));
        }
    }
}
