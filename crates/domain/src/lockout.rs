//! Failed attempts, and for how long they block.

use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use crate::Timestamp;

/// How many failed attempts block, and for how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockoutParams {
    /// Failures within the window that block; 0 never blocks.
    pub failures: u32,
    /// Failures are counted together that lie within this from the first; and a record is forgotten when nothing failed for this
    /// long after the last block was over.
    pub window: Duration,
    /// How long the first block lasts, the second, and so on; further ones last as long as the last.
    pub blocks: Vec<Duration>,
}

impl Default for LockoutParams {
    /// A person with a bad camera gets five tries an hour without any wait. Twenty-four tries a day are what remains to somebody
    /// who does not stop.
    fn default() -> Self {
        let minutes = |minutes: u64| Duration::from_secs(minutes * 60);
        Self { failures: 5, window: minutes(60), blocks: [1, 5, 15, 60].map(minutes).to_vec() }
    }
}

/// What is remembered of failed attempts. Whose they are, is the store's to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FailedAttempts {
    /// Failures since `first_at`.
    pub count: u32,
    pub first_at: Timestamp,
    pub last_at: Timestamp,
    /// Blocks so far.
    pub blocks: u32,
    pub blocked_until: Option<Timestamp>,
}

impl FailedAttempts {
    /// The record after one more failure at `now`.
    #[must_use]
    pub fn failed(before: Option<Self>, now: Timestamp, params: &LockoutParams) -> Self {
        let fresh = Self { count: 0, first_at: now, last_at: now, blocks: 0, blocked_until: None };
        let mut record = before.filter(|before| !before.is_over(now, params)).unwrap_or(fresh);
        record.last_at = now;
        record.count = record.count.saturating_add(1);
        if params.failures > 0 && record.count >= params.failures {
            let step = (record.blocks as usize).min(params.blocks.len().saturating_sub(1));
            let block = params.blocks.get(step).copied().unwrap_or_default();
            // Captures that ran side by side end side by side: a later failure never shortens a block.
            let until = now + block;
            record.blocked_until = Some(record.blocked_until.map_or(until, |before| before.max(until)));
            record.blocks = record.blocks.saturating_add(1);
        }
        record
    }

    /// The record after somebody who contributed `failures` of it has succeeded; `None` when nothing is left. A block stays.
    #[must_use]
    pub fn forgiven(mut self, failures: u32) -> Option<Self> {
        self.count = self.count.saturating_sub(failures);
        (self.count > 0 || self.blocks > 0).then_some(self)
    }

    /// Until when nothing may be tried, if it is blocked at `now`.
    pub fn blocked(&self, now: Timestamp) -> Option<Timestamp> {
        self.blocked_until.filter(|until| *until > now)
    }

    /// Nothing of it counts any more.
    pub fn is_over(&self, now: Timestamp, params: &LockoutParams) -> bool {
        match self.blocked_until {
            // Once blocked, only an hour without failure makes a clean record: else waiting out the first block would.
            Some(until) => now.since(until.max(self.last_at)) >= params.window && until <= now,
            None => now.since(self.first_at) >= params.window,
        }
    }
}

/// The address as it is counted: networks of IPv6 are given out in /64, and whoever has one address has them all.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_millis(minutes * MINUTE)
    }

    fn fail(record: Option<FailedAttempts>, minutes: i64) -> FailedAttempts {
        FailedAttempts::failed(record, at(minutes), &LockoutParams::default())
    }

    #[test]
    fn the_fifth_failure_within_an_hour_blocks_and_each_further_one_for_longer() {
        let mut record = None;
        for minute in 0..4 {
            record = Some(fail(record, minute));
            assert_eq!(record.unwrap().blocked(at(minute)), None);
        }
        let mut now = 4;
        for block in [1, 5, 15, 60, 60] {
            record = Some(fail(record, now));
            assert_eq!(record.unwrap().blocked(at(now)), Some(at(now + block)));
            assert_eq!(record.unwrap().blocked(at(now + block)), None);
            now += block;
        }
    }

    #[test]
    fn failures_an_hour_apart_do_not_add_up() {
        let mut record = None;
        for hour in 0..20 {
            record = Some(fail(record, hour * 60));
            assert_eq!(record.unwrap().count, 1);
        }
    }

    #[test]
    fn an_hour_without_failure_after_a_block_makes_a_clean_record() {
        let mut record = None;
        for _ in 0..5 {
            record = Some(fail(record, 0));
        }
        assert!(
            !record.unwrap().is_over(at(60), &LockoutParams::default()),
            "the block ended a minute after the start"
        );
        assert!(record.unwrap().is_over(at(61), &LockoutParams::default()));
        assert_eq!(fail(record, 61).blocks, 0);
        assert_eq!(fail(record, 60).blocks, 2);
    }

    #[test]
    fn a_later_failure_never_shortens_a_block() {
        let params = LockoutParams {
            failures: 1,
            blocks: vec![Duration::from_secs(600), Duration::from_secs(60)],
            ..LockoutParams::default()
        };
        let first = FailedAttempts::failed(None, at(0), &params);
        assert_eq!(FailedAttempts::failed(Some(first), at(1), &params).blocked(at(1)), Some(at(10)));
    }

    #[test]
    fn success_takes_back_what_its_device_contributed_and_no_block() {
        let mut record = None;
        for _ in 0..4 {
            record = Some(fail(record, 0));
        }
        assert_eq!(record.unwrap().forgiven(3).unwrap().count, 1);
        assert_eq!(record.unwrap().forgiven(4), None);
        let blocked = fail(record, 0);
        assert_eq!(blocked.forgiven(9).unwrap().blocked(at(0)), Some(at(1)));
    }

    #[test]
    fn it_can_be_switched_off() {
        let params = LockoutParams { failures: 0, ..LockoutParams::default() };
        let mut record = None;
        for _ in 0..100 {
            record = Some(FailedAttempts::failed(record, at(0), &params));
        }
        assert_eq!(record.unwrap().blocked(at(0)), None);
    }

    #[test]
    fn an_ipv6_network_is_one_address() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("2001:4860:1:2:3:4:5:6"), of("2001:4860:1:2::1"));
        assert_ne!(of("2001:4860:1:2::1"), of("2001:4860:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }
}
