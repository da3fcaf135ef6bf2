//! How often somebody may do something: a bucket for each, which fills up again over time.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Buckets that are remembered. One that is full again says nothing and is forgotten.
const MOST_BUCKETS: usize = 65_536;

/// A bucket for each key. It holds a minute's worth, and everybody begins with a full one.
#[derive(Debug)]
pub(super) struct Buckets<K> {
    /// 0 is no bound.
    per_minute: u32,
    taken: Mutex<HashMap<K, Bucket>>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: f64,
    at: Instant,
}

impl<K: Eq + Hash> Buckets<K> {
    pub(super) fn new(per_minute: u32) -> Self {
        Self { per_minute, taken: Mutex::default() }
    }

    fn filled(&self, bucket: Bucket, now: Instant) -> f64 {
        let most = f64::from(self.per_minute);
        (bucket.left + now.saturating_duration_since(bucket.at).as_secs_f64() * most / 60.0).min(most)
    }

    /// Takes one.
    ///
    /// # Errors
    /// When there is none: how long it takes until there is.
    pub(super) fn take(&self, key: K, now: Instant) -> Result<(), Duration> {
        self.wait(key, now, 1.0)
    }

    /// Whether there is one, without taking it.
    ///
    /// # Errors
    /// When there is none: how long it takes until there is.
    pub(super) fn look(&self, key: K, now: Instant) -> Result<(), Duration> {
        self.wait(key, now, 0.0)
    }

    fn wait(&self, key: K, now: Instant, takes: f64) -> Result<(), Duration> {
        if self.per_minute == 0 {
            return Ok(());
        }
        let most = f64::from(self.per_minute);
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.len() >= MOST_BUCKETS && !taken.contains_key(&key) {
            taken.retain(|_, bucket| self.filled(*bucket, now) < most);
            if taken.len() >= MOST_BUCKETS {
                // So many at once are no people: strangers wait until there is room to count them.
                return Err(Duration::from_secs(60));
            }
        }
        let left = taken.get(&key).map_or(most, |bucket| self.filled(*bucket, now));
        if left < 1.0 {
            return Err(Duration::from_secs_f64((1.0 - left) * 60.0 / most));
        }
        if takes > 0.0 {
            taken.insert(key, Bucket { left: left - takes, at: now });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minutes_worth_at_once_and_then_as_it_fills() {
        let (buckets, now) = (Buckets::new(60), Instant::now());
        for n in 0..60 {
            assert_eq!(buckets.take("a", now), Ok(()), "{n}");
        }
        assert_eq!(buckets.take("a", now), Err(Duration::from_secs(1)));
        assert_eq!(buckets.take("b", now), Ok(()), "others are not concerned");
        let later = now + Duration::from_secs(2);
        assert_eq!([buckets.take("a", later), buckets.take("a", later)], [Ok(()); 2]);
        assert!(buckets.take("a", later).is_err());
    }

    #[test]
    fn looking_takes_nothing_and_zero_is_no_bound() {
        let (buckets, now) = (Buckets::new(1), Instant::now());
        assert_eq!([buckets.look(1, now), buckets.look(1, now), buckets.take(1, now)], [Ok(()); 3]);
        assert!(buckets.look(1, now).is_err());
        let unbounded = Buckets::new(0);
        assert!((0..10_000).all(|_| unbounded.take(1, now).is_ok()));
    }

    #[test]
    fn what_is_full_again_is_forgotten_and_too_many_strangers_wait() {
        let (buckets, now) = (Buckets::new(60), Instant::now());
        for n in 0..MOST_BUCKETS {
            assert_eq!(buckets.take(n, now), Ok(()));
        }
        assert!(buckets.take(usize::MAX, now).is_err());
        assert_eq!(buckets.take(7, now), Ok(()), "who is known is counted on");
        assert_eq!(buckets.take(usize::MAX, now + Duration::from_secs(60)), Ok(()));
    }
}
