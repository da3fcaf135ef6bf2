//! Who may compute: a fixed number of lanes, handed out one at a time.

use std::ops::{Deref, DerefMut};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// At most `limit` values of `T`, each used by one thread at a time. Values beyond the first are made when they are first
/// needed, so that an idle server does not pay for them.
pub(crate) struct Pool<T, E> {
    make: Box<dyn Fn() -> Result<T, E> + Send + Sync>,
    limit: usize,
    state: Mutex<State<T>>,
    returned: Condvar,
}

struct State<T> {
    idle: Vec<T>,
    made: usize,
}

impl<T, E> Pool<T, E> {
    pub(crate) fn new(
        first: T,
        limit: usize,
        make: impl Fn() -> Result<T, E> + Send + Sync + 'static,
    ) -> Self {
        Self {
            make: Box::new(make),
            limit: limit.max(1),
            state: Mutex::new(State { idle: vec![first], made: 1 }),
            returned: Condvar::new(),
        }
    }

    pub(crate) const fn limit(&self) -> usize {
        self.limit
    }

    /// Waits until a value is free. Blocks the thread.
    ///
    /// # Errors
    /// What making another value said; the place stays free for the next attempt.
    pub(crate) fn check_out(&self) -> Result<Guard<'_, T, E>, E> {
        let mut state = self.lock();
        loop {
            if let Some(value) = state.idle.pop() {
                return Ok(Guard { pool: self, value: Some(value) });
            }
            if state.made < self.limit {
                state.made += 1;
                break;
            }
            state = self.returned.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        drop(state);
        let place = Place { pool: self, taken: true };
        let value = (self.make)()?;
        place.keep();
        Ok(Guard { pool: self, value: Some(value) })
    }

    /// The state is two plain fields changed together: a panic elsewhere cannot leave it half-written.
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Gives the place back when making a value fails or panics.
struct Place<'a, T, E> {
    pool: &'a Pool<T, E>,
    taken: bool,
}

impl<T, E> Place<'_, T, E> {
    fn keep(mut self) {
        self.taken = false;
    }
}

impl<T, E> Drop for Place<'_, T, E> {
    fn drop(&mut self) {
        if self.taken {
            self.pool.lock().made -= 1;
            self.pool.returned.notify_one();
        }
    }
}

/// A value on loan; goes back when dropped.
pub(crate) struct Guard<'a, T, E> {
    pool: &'a Pool<T, E>,
    value: Option<T>,
}

impl<T, E> Deref for Guard<'_, T, E> {
    type Target = T;

    fn deref(&self) -> &T {
        self.value.as_ref().expect("a guard holds its value until it is dropped")
    }
}

impl<T, E> DerefMut for Guard<'_, T, E> {
    fn deref_mut(&mut self) -> &mut T {
        self.value.as_mut().expect("a guard holds its value until it is dropped")
    }
}

impl<T, E> Drop for Guard<'_, T, E> {
    fn drop(&mut self) {
        let mut state = self.pool.lock();
        state.idle.extend(self.value.take());
        drop(state);
        self.pool.returned.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn never_hands_out_more_than_its_limit() {
        let pool = Arc::new(Pool::new(0, 2, || Ok::<_, ()>(1)));
        let (inside, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        let lane = pool.check_out().unwrap();
                        let now = inside.fetch_add(1, Ordering::SeqCst) + 1;
                        most.fetch_max(now, Ordering::SeqCst);
                        std::thread::yield_now();
                        inside.fetch_sub(1, Ordering::SeqCst);
                        drop(lane);
                    }
                });
            }
        });
        assert!(most.load(Ordering::SeqCst) <= 2);
    }

    #[test]
    fn a_failure_to_make_one_does_not_use_up_a_place() {
        let attempts = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&attempts);
        let pool = Pool::new(0, 2, move || {
            if counted.fetch_add(1, Ordering::SeqCst) == 0 { Err("no memory") } else { Ok(1) }
        });
        let first = pool.check_out().unwrap();
        assert_eq!(pool.check_out().err(), Some("no memory"));
        let second = pool.check_out().unwrap();
        assert_eq!((*first, *second), (0, 1));
    }

    #[test]
    fn a_panic_while_computing_gives_the_value_back() {
        let pool = Arc::new(Pool::new(7, 1, || Ok::<_, ()>(8)));
        let inner = Arc::clone(&pool);
        let outcome = std::thread::spawn(move || {
            let _lane = inner.check_out().unwrap();
            panic!("on purpose");
        })
        .join();
        assert!(outcome.is_err());
        assert_eq!(*pool.check_out().unwrap(), 7);
    }
}
