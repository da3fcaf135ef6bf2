//! The cheapest choices that check digits accept, without looking at all of them.
//!
//! A check digit is a sum modulo 10. So the choices for some positions fall into a hundred classes: what they add to their own check
//! digit, and what they add to the composite one. Position by position the cheapest [`WAYS`] of each class are kept. That finds what a
//! search through all choices would find, in time that depends on the length of the line alone: at most 100 classes x [`WAYS`] ways x
//! [`MOST_OPTIONS`] characters are looked at for each position, however many choices there are.

/// Choices kept of each class: two readings alike make a zone ambiguous, and eight are given back at most.
pub(crate) const WAYS: usize = 8;
/// Characters of a position that are looked at, the cheapest.
pub(crate) const MOST_OPTIONS: usize = 8;
/// Positions that are chosen together: the number and the optional data of a TD1 are 25.
pub(crate) const MOST_POSITIONS: usize = 32;

/// One character that may stand in a position.
#[derive(Clone, Copy)]
pub(crate) struct Weighed {
    pub(crate) cost: f64,
    /// What it adds to the own check digit, modulo 10.
    pub(crate) own: u32,
    /// What it adds to the composite one.
    pub(crate) all: u32,
}

/// A choice of one character for each position.
#[derive(Clone, Copy)]
pub(crate) struct Way {
    pub(crate) cost: f64,
    /// One index into each position's characters.
    pub(crate) picks: [u8; MOST_POSITIONS],
}

/// The cheapest choices whose own sum, with `start`, is a multiple of 10 and that cost no more than `most`; by their sum for the
/// composite digit, which begins at 0. Positions past [`MOST_POSITIONS`] keep their first character.
pub(crate) fn cheapest(positions: &[Vec<Weighed>], start: u32, most: f64) -> [Vec<Way>; 10] {
    let none = || -> [Vec<Way>; 100] { std::array::from_fn(|_| Vec::new()) };
    let mut classes = none();
    classes[(start % 10 * 10) as usize].push(Way { cost: 0.0, picks: [0; MOST_POSITIONS] });
    for (n, options) in positions.iter().enumerate() {
        let options = &options[..options.len().min(if n < MOST_POSITIONS { MOST_OPTIONS } else { 1 })];
        let mut next = none();
        for (class, ways) in classes.iter().enumerate() {
            for way in ways {
                for (pick, option) in options.iter().enumerate() {
                    let cost = way.cost + option.cost;
                    if cost <= most {
                        let own = (class / 10 + option.own as usize) % 10;
                        let all = (class % 10 + option.all as usize) % 10;
                        keep(&mut next[own * 10 + all], way, cost, n, pick);
                    }
                }
            }
        }
        classes = next;
    }
    let mut of_own = classes.into_iter();
    std::array::from_fn(|_| of_own.next().unwrap_or_default())
}

/// Puts a way where it belongs, if it is among the cheapest.
fn keep(ways: &mut Vec<Way>, from: &Way, cost: f64, position: usize, pick: usize) {
    let at = ways.partition_point(|known| known.cost <= cost);
    if at >= WAYS {
        return;
    }
    let mut way = Way { cost, picks: from.picks };
    if let (Some(place), Ok(pick)) = (way.picks.get_mut(position), u8::try_from(pick)) {
        *place = pick;
    }
    ways.truncate(WAYS - 1);
    ways.insert(at, way);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a look at every choice finds.
    fn all(positions: &[Vec<Weighed>], start: u32, most: f64) -> [Vec<f64>; 10] {
        let mut found: Vec<(f64, u32, u32)> = vec![(0.0, start % 10, 0)];
        for options in positions {
            let more = |&(cost, own, all): &(f64, u32, u32)| {
                let add = move |o: &Weighed| (cost + o.cost, (own + o.own) % 10, (all + o.all) % 10);
                options.iter().map(add).collect::<Vec<_>>()
            };
            found = found.iter().flat_map(more).collect();
        }
        std::array::from_fn(|class| {
            let of_class =
                |&&(cost, own, all): &&(f64, u32, u32)| own == 0 && all as usize == class && cost <= most;
            let mut costs: Vec<f64> = found.iter().filter(of_class).map(|way| way.0).collect();
            costs.sort_by(f64::total_cmp);
            costs.truncate(WAYS);
            costs
        })
    }

    #[test]
    fn finds_what_a_look_at_every_choice_finds() {
        use rand::{RngExt, SeedableRng};
        let mut rng = rand::rngs::StdRng::seed_from_u64(11);
        for _ in 0..200 {
            let positions: Vec<Vec<Weighed>> = (0..7)
                .map(|_| {
                    let one = |n| Weighed {
                        cost: if n == 0 { 0.0 } else { rng.random_range(0.1..9.0) },
                        own: rng.random_range(0..10),
                        all: rng.random_range(0..10),
                    };
                    let mut options: Vec<Weighed> = (0..4).map(one).collect();
                    options.sort_by(|one, other| one.cost.total_cmp(&other.cost));
                    options
                })
                .collect();
            let start = rng.random_range(0..10);
            let (found, expected) = (cheapest(&positions, start, 12.0), all(&positions, start, 12.0));
            for (found, expected) in found.iter().zip(&expected) {
                assert_eq!(found.len(), expected.len());
                assert!(found.iter().zip(expected).all(|(way, cost)| (way.cost - cost).abs() < 1e-9));
                for way in found {
                    let cost: f64 = positions
                        .iter()
                        .zip(way.picks)
                        .map(|(options, pick)| options[usize::from(pick)].cost)
                        .sum();
                    assert!((cost - way.cost).abs() < 1e-9);
                }
            }
        }
    }
}
