//! Presentation attacks on a [`Head`], made frame by frame while the page speaks: what attackers who see the page can do.
//!
//! Each is a [`Subject`], as the bona fide [`Person`] is:
//!
//! ```no_run
//! # use std::sync::Arc;
//! # use selfsame_testkit::{Guidance, Head, Presentation, Subject};
//! # fn example(heads: &[Arc<Head>]) {
//! let mut subject = Presentation::PrintTilted.subject(heads, 7);
//! let guidance = Guidance::default(); // what the last `tracking` message said
//! let moment = subject.advance(0.125, &guidance);
//! let tracking = subject.picture(&moment, (320, 180));
//! let evidence = subject.picture(&moment, (1280, 720));
//! # }
//! ```

mod challenge;
mod injected;
mod sheet;

use std::sync::Arc;

use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};

use crate::head::{Actor, ActorParams, Head, Person, Scene, Subject};
pub use challenge::Challenge;
use injected::{Injected, Looped, Recited, Zoomed};
use sheet::{Carrier, Content, Sheet};

/// What is presented to the camera: a person, or an attack species (ISO/IEC 30107-3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Presentation {
    /// A person who does what the page says.
    BonaFide,
    /// A printed portrait, held as still as a hand can.
    PrintStill,
    /// A printed portrait, moved about to seem alive.
    PrintMoved,
    /// A printed portrait bent round a vertical axis, and moved about.
    PrintBent,
    /// A printed portrait, turned and tilted as the page asks the head to be.
    PrintTilted,
    /// A printed portrait with its eyes cut out, worn before a living face that blinks and turns.
    CutOutEyes,
    /// The same, bent about the face: no longer flat.
    BentMask,
    /// A recording of a person who just looks, on a phone.
    PhoneReplay,
    /// The same on a tablet.
    TabletReplay,
    /// The same on a monitor that fills the view.
    ScreenReplay,
    /// A recording of a person who follows another challenge, on a monitor that fills the view.
    ScreenOtherChallenge,
    /// A person, magnified instead of coming closer.
    DigitalZoom,
    /// A second of video in a virtual camera, over and over.
    LoopedClip,
    /// The same, forwards and backwards.
    PingPongClip,
    /// One perfect still in a virtual camera, shaken by a program.
    FrameInjection,
    /// A person who goes to the dots in another order.
    OtherOrder,
    /// A recording of a session with other dots, in a virtual camera.
    ReplayedChallenge,
    /// A person who turns the head at random.
    RandomMotion,
    /// A modelled head that a program turns: no reaction time, straight and even paths.
    Puppet,
}

impl Presentation {
    /// Every attack.
    pub const ATTACKS: [Self; 18] = [
        Self::PrintStill,
        Self::PrintMoved,
        Self::PrintBent,
        Self::PrintTilted,
        Self::CutOutEyes,
        Self::BentMask,
        Self::PhoneReplay,
        Self::TabletReplay,
        Self::ScreenReplay,
        Self::ScreenOtherChallenge,
        Self::DigitalZoom,
        Self::LoopedClip,
        Self::PingPongClip,
        Self::FrameInjection,
        Self::OtherOrder,
        Self::ReplayedChallenge,
        Self::RandomMotion,
        Self::Puppet,
    ];

    /// As written in the lists of `selfsame eval pad`, after `attack:`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BonaFide => "bona-fide",
            Self::PrintStill => "head-print-still",
            Self::PrintMoved => "head-print-moved",
            Self::PrintBent => "head-print-bent",
            Self::PrintTilted => "head-print-tilted",
            Self::CutOutEyes => "head-cut-out-eyes",
            Self::BentMask => "head-bent-mask",
            Self::PhoneReplay => "head-phone-replay",
            Self::TabletReplay => "head-tablet-replay",
            Self::ScreenReplay => "head-screen-replay",
            Self::ScreenOtherChallenge => "head-screen-other-challenge",
            Self::DigitalZoom => "head-digital-zoom",
            Self::LoopedClip => "head-looped-clip",
            Self::PingPongClip => "head-ping-pong-clip",
            Self::FrameInjection => "head-frame-injection",
            Self::OtherOrder => "head-other-order",
            Self::ReplayedChallenge => "head-replayed-challenge",
            Self::RandomMotion => "head-random-motion",
            Self::Puppet => "head-puppet",
        }
    }

    /// Whether what the camera sees is flat: what geometry alone must tell from a head.
    pub const fn is_flat(self) -> bool {
        matches!(
            self,
            Self::PrintStill
                | Self::PrintMoved
                | Self::PrintTilted
                | Self::PhoneReplay
                | Self::TabletReplay
                | Self::ScreenReplay
                | Self::ScreenOtherChallenge
                | Self::FrameInjection
        )
    }

    /// Whether only obedience to a challenge gives it away: a real head that does not do what the page says.
    pub const fn is_disobedient(self) -> bool {
        matches!(self, Self::OtherOrder | Self::ReplayedChallenge | Self::RandomMotion)
    }

    /// The presentation with one of the heads, chosen by the seed like everything else about it.
    ///
    /// # Panics
    /// When there is no head.
    pub fn subject(self, heads: &[Arc<Head>], seed: u64) -> Box<dyn Subject> {
        assert!(!heads.is_empty(), "a presentation shows at least one head");
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed ^ 0x7375_626A);
        let first = rng.random_range(0..heads.len());
        let victim = Arc::clone(&heads[first]);
        let other = Arc::clone(&heads[(first + 1) % heads.len()]);
        // A recording was made elsewhere: with another camera, in another room.
        let here = Scene::random(Arc::clone(&victim), seed);
        let elsewhere = || Scene::random(Arc::clone(&victim), seed.rotate_left(23) ^ 0x656C_7365);
        let actor = Actor::person(seed);
        // A face that is turned too far is lost: hands try more and less.
        let furthest = [60.0, 45.0].map(|angle| angle * rng.random_range(0.5..1.0));
        let hands = ActorParams { furthest, learned: (2.0, 30.0), ..ActorParams::default() };
        let holder = |distance| Actor::new(ActorParams { distance, ..hands.clone() }, seed);
        let sheet = |carrier, content, calm| {
            let distance =
                if matches!(carrier, Carrier::Phone | Carrier::Tablet) { (0.66, 0.82) } else { (0.50, 0.68) };
            Sheet::new(here.clone(), elsewhere(), holder(distance), carrier, content, calm, seed)
        };
        match self {
            Self::BonaFide => Box::new(Person { scene: here, actor }),
            Self::PrintStill => Box::new(sheet(Carrier::Paper, Content::Still, 0.2)),
            Self::PrintMoved => Box::new(sheet(Carrier::Paper, Content::Still, 1.0)),
            Self::PrintBent => Box::new(sheet(Carrier::BentPaper, Content::Still, 1.0)),
            Self::PrintTilted => Box::new(sheet(Carrier::Paper, Content::Still, 0.3).following()),
            Self::CutOutEyes => Box::new(sheet(Carrier::Mask(other), Content::Still, 0.1).following()),
            Self::BentMask => Box::new(sheet(Carrier::BentMask(other), Content::Still, 0.1).following()),
            Self::PhoneReplay => Box::new(sheet(Carrier::Phone, Content::looking(seed), 0.35)),
            Self::TabletReplay => Box::new(sheet(Carrier::Tablet, Content::looking(seed), 0.3)),
            Self::ScreenReplay => Box::new(sheet(Carrier::Monitor, Content::looking(seed), 0.05)),
            Self::ScreenOtherChallenge => Box::new(sheet(Carrier::Monitor, Content::challenged(seed), 0.05)),
            Self::DigitalZoom => Box::new(Zoomed::new(here, actor)),
            Self::LoopedClip => Box::new(Looped::new(here, actor, rng.random_range(0.7..1.6), false)),
            Self::PingPongClip => Box::new(Looped::new(here, actor, rng.random_range(0.7..1.6), true)),
            Self::FrameInjection => Box::new(Injected::new(&here, &actor, seed)),
            Self::OtherOrder => Box::new(Recited::other_order(here, actor, seed)),
            Self::ReplayedChallenge => Box::new(Recited::replayed(here, actor, seed)),
            Self::RandomMotion => Box::new(Recited::random(here, actor, seed)),
            Self::Puppet => Box::new(Person { scene: here, actor: Actor::new(ActorParams::machine(), seed) }),
        }
    }
}

#[cfg(test)]
mod tests;
