//! Many pictures over all cores, results in order.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

/// Calls `work` for every item on `threads` threads, and `take` with each result on this thread, in the items' order.
///
/// When `take` fails, no further item is begun and its error is returned.
pub(crate) fn in_order<T, R, E>(
    items: &[T],
    threads: usize,
    work: impl Fn(&T) -> R + Sync,
    mut take: impl FnMut(usize, R) -> Result<(), E>,
) -> Result<(), E>
where
    T: Sync,
    R: Send,
{
    let next = AtomicUsize::new(0);
    // Few results may wait for a slow one before them, so that memory stays bounded.
    let (results, arrived) = mpsc::sync_channel(threads.max(1) * 4);
    std::thread::scope(|scope| {
        for _ in 0..threads.clamp(1, items.len().max(1)) {
            let results = results.clone();
            let (next, work) = (&next, &work);
            scope.spawn(move || {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(index) else { break };
                    if results.send((index, work(item))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(results);
        let mut waiting = BTreeMap::new();
        let mut due = 0;
        for (index, result) in arrived {
            waiting.insert(index, result);
            while let Some(result) = waiting.remove(&due) {
                if let Err(error) = take(due, result) {
                    // The receiver goes with this loop, and the threads stop at their next send.
                    next.store(items.len(), Ordering::Relaxed);
                    return Err(error);
                }
                due += 1;
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_whoever_is_fastest() {
        let items: Vec<u64> = (0..100).collect();
        let mut seen = Vec::new();
        let outcome: Result<(), ()> = in_order(
            &items,
            4,
            |item| {
                std::thread::sleep(std::time::Duration::from_micros(item * 7 % 13 * 100));
                item * 2
            },
            |index, result| {
                seen.push((index as u64, result));
                Ok(())
            },
        );
        assert_eq!(outcome, Ok(()));
        assert_eq!(seen, items.iter().map(|item| (*item, item * 2)).collect::<Vec<_>>());
    }

    #[test]
    fn a_failure_ends_it() {
        let items: Vec<u32> = (0..10_000).collect();
        let begun = AtomicUsize::new(0);
        let outcome = in_order(
            &items,
            2,
            |_| begun.fetch_add(1, Ordering::Relaxed),
            |index, _| if index == 3 { Err("enough") } else { Ok(()) },
        );
        assert_eq!(outcome, Err("enough"));
        assert!(begun.load(Ordering::Relaxed) < 10_000);
    }

    #[test]
    fn nothing_to_do_is_done() {
        let outcome: Result<(), ()> = in_order(&[] as &[u8], 4, |_| (), |_, ()| Err(()));
        assert_eq!(outcome, Ok(()));
    }
}
