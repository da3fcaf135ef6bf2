//! Bytes of bodies that are held in memory: in all, and for each client. What is charged is what came, never what was announced.

use std::collections::{BTreeSet, HashMap};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use http_body::{Body as HttpBody, Frame, SizeHint};
use selfsame_facade_kit::Visit;
use tokio::time::{Instant, Sleep, sleep};

use super::Client;

/// A body that finds no room waits so long for it. Meanwhile TCP slows its sender down.
const WAITS: Duration = Duration::from_secs(15);
/// How often is looked for room, and for the pace.
const LOOKS_EVERY: Duration = Duration::from_millis(25);
/// A sender is given this time before its pace counts.
const PACE_AFTER: Duration = Duration::from_secs(10);

/// What the bytes held are bound by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BodyBounds {
    /// Bytes that all clients together may have held.
    pub(crate) most: usize,
    /// Bytes that one client may have held.
    pub(crate) most_per_client: usize,
    /// Bytes a second, on average, after the first ten seconds.
    pub(crate) least_pace: usize,
}

/// The books of all bodies under way. Clones are the same books.
#[derive(Debug, Clone)]
pub(super) struct Bodies {
    bounds: BodyBounds,
    books: Arc<Mutex<Books>>,
}

#[derive(Debug, Default)]
struct Books {
    next: u64,
    held: usize,
    under_way: BTreeSet<u64>,
    clients: HashMap<Client, Account>,
}

#[derive(Debug, Default)]
struct Account {
    held: usize,
    under_way: BTreeSet<u64>,
}

/// A request's place in the books. Dropping it gives back what it holds.
#[derive(Debug)]
pub(super) struct Charge {
    bodies: Bodies,
    client: Client,
    number: u64,
    visit: Visit,
}

impl Bodies {
    pub(super) fn new(bounds: BodyBounds) -> Self {
        Self { bounds, books: Arc::default() }
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn open(&self, client: Client, visit: Visit) -> Charge {
        let mut books = self.books();
        let number = books.next;
        books.next += 1;
        books.under_way.insert(number);
        books.clients.entry(client).or_default().under_way.insert(number);
        Charge { bodies: self.clone(), client, number, visit }
    }

    #[cfg(test)]
    fn held(&self) -> usize {
        self.books().held
    }
}

impl Charge {
    /// Whether another piece may be read. Whoever began first may always go on, up to what its route takes: so bodies that wait for
    /// each other's room end.
    fn has_room(&self) -> bool {
        let books = self.bodies.books();
        let bounds = &self.bodies.bounds;
        let account = books.clients.get(&self.client);
        let of_client = account.is_none_or(|account| {
            account.held < bounds.most_per_client || account.under_way.first() == Some(&self.number)
        });
        of_client && (books.held < bounds.most || books.under_way.first() == Some(&self.number))
    }

    fn hold(&self, bytes: usize) {
        self.visit.hold(bytes);
        let mut books = self.bodies.books();
        books.held += bytes;
        if let Some(account) = books.clients.get_mut(&self.client) {
            account.held += bytes;
        }
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        let held = self.visit.held();
        let mut books = self.bodies.books();
        books.held = books.held.saturating_sub(held);
        books.under_way.remove(&self.number);
        if let Some(account) = books.clients.get_mut(&self.client) {
            account.held = account.held.saturating_sub(held);
            account.under_way.remove(&self.number);
            if account.under_way.is_empty() {
                books.clients.remove(&self.client);
            }
        }
    }
}

/// Why a body was cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum CutOff {
    #[error("there is no room for more bodies")]
    NoRoom,
    #[error("the body comes too slowly")]
    TooSlow,
}

/// A body that is charged for as it comes.
pub(super) struct Charged {
    body: Body,
    charge: Arc<Charge>,
    cut_off: Arc<Mutex<Option<CutOff>>>,
    began: Option<Instant>,
    received: usize,
    /// Since when it finds no room.
    waiting: Option<Instant>,
    /// For how long it found none: that is not the sender's slowness.
    waited: Duration,
    look: Pin<Box<Sleep>>,
}

impl Charged {
    /// With the place where it is told why the body was cut off.
    pub(super) fn new(body: Body, charge: Arc<Charge>) -> (Self, Arc<Mutex<Option<CutOff>>>) {
        let cut_off = Arc::default();
        let charged = Self {
            body,
            charge,
            cut_off: Arc::clone(&cut_off),
            began: None,
            received: 0,
            waiting: None,
            waited: Duration::ZERO,
            look: Box::pin(sleep(LOOKS_EVERY)),
        };
        (charged, cut_off)
    }

    fn cut(&self, why: CutOff) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        *self.cut_off.lock().unwrap_or_else(PoisonError::into_inner) = Some(why);
        Poll::Ready(Some(Err(axum::Error::new(why))))
    }

    /// Wakes the task again after `pause`.
    fn look_again(&mut self, pause: Duration, cx: &mut Context<'_>) {
        self.look.as_mut().reset(Instant::now() + pause);
        // Registers the waker; a pause that is over already wakes at once.
        if self.look.as_mut().poll(cx).is_ready() {
            cx.waker().wake_by_ref();
        }
    }

    fn is_too_slow(&self, now: Instant) -> bool {
        let Some(began) = self.began else { return false };
        let sending = (now - began).saturating_sub(self.waited);
        let least = self.charge.bodies.bounds.least_pace as f64 * sending.as_secs_f64();
        sending > PACE_AFTER && (self.received as f64) < least
    }
}

impl HttpBody for Charged {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let now = Instant::now();
        self.began.get_or_insert(now);
        let dropped = self.charge.visit.is_body_dropped();
        if !dropped && !self.charge.has_room() {
            let since = *self.waiting.get_or_insert(now);
            if now - since > WAITS {
                return self.cut(CutOff::NoRoom);
            }
            self.look_again(LOOKS_EVERY, cx);
            return Poll::Pending;
        }
        if let Some(since) = self.waiting.take() {
            self.waited += now - since;
        }
        match Pin::new(&mut self.body).poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => {
                let bytes = frame.data_ref().map_or(0, Bytes::len);
                self.received += bytes;
                if !dropped {
                    self.charge.hold(bytes);
                }
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Pending if self.is_too_slow(now) => self.cut(CutOff::TooSlow),
            Poll::Pending => {
                self.look_again(PACE_AFTER / 10, cx);
                Poll::Pending
            }
            ended => ended,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;
    use http_body_util::BodyExt as _;
    use tokio::time::timeout;

    use super::*;

    const BOUNDS: BodyBounds = BodyBounds { most: 100, most_per_client: 60, least_pace: 10 };

    fn visit() -> Visit {
        Visit::new([203, 0, 113, 9].into())
    }

    fn body_of(pieces: &[usize]) -> Body {
        let pieces: Vec<_> =
            pieces.iter().map(|n| Ok::<_, std::io::Error>(Bytes::from(vec![0; *n]))).collect();
        Body::from_stream(stream::iter(pieces))
    }

    /// Reads a body as a handler does, and keeps what is charged for it.
    async fn read(bodies: &Bodies, client: u64, pieces: &[usize]) -> (Result<usize, CutOff>, Arc<Charge>) {
        let charge = Arc::new(bodies.open(Client(client), visit()));
        let (charged, why) = Charged::new(body_of(pieces), Arc::clone(&charge));
        let result = charged.collect().await.map(|whole| whole.to_bytes().len());
        let why = *why.lock().unwrap();
        (result.map_err(|_| why.expect("a reason")), charge)
    }

    #[tokio::test(start_paused = true)]
    async fn what_came_is_held_until_the_request_is_over() {
        let bodies = Bodies::new(BOUNDS);
        let (read, charge) = read(&bodies, 1, &[20, 30]).await;
        assert_eq!((read, bodies.held()), (Ok(50), 50));
        drop(charge);
        assert_eq!(bodies.held(), 0);
        assert!(bodies.books().clients.is_empty(), "nobody is remembered");
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_has_its_share_waits_and_others_do_not() {
        let bodies = Bodies::new(BOUNDS);
        let (first, _held) = read(&bodies, 1, &[60]).await;
        assert_eq!(first, Ok(60));
        // The first to begin may go on; the second of this client waits for it, in vain.
        let began = Instant::now();
        assert_eq!(read(&bodies, 1, &[5]).await.0, Err(CutOff::NoRoom));
        assert!(began.elapsed() >= WAITS);
        let began = Instant::now();
        assert_eq!(read(&bodies, 2, &[20]).await.0, Ok(20));
        assert!(began.elapsed() < Duration::from_secs(1), "another client has its own share");
    }

    #[tokio::test(start_paused = true)]
    async fn who_began_first_goes_on_so_that_bodies_do_not_wait_for_each_other() {
        let bodies = Bodies::new(BOUNDS);
        let (all, _charge) = read(&bodies, 1, &[50, 50, 50]).await;
        assert_eq!(all, Ok(150), "beyond its share and beyond the whole");
        assert_eq!(read(&bodies, 2, &[1]).await.0, Err(CutOff::NoRoom));
    }

    #[tokio::test(start_paused = true)]
    async fn room_that_is_given_back_is_taken_by_whoever_waits() {
        let bodies = Bodies::new(BOUNDS);
        let (_, held) = read(&bodies, 1, &[60]).await;
        tokio::spawn(async move {
            sleep(Duration::from_secs(5)).await;
            drop(held);
        });
        assert_eq!(read(&bodies, 1, &[40]).await.0, Ok(40));
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_trickles_is_cut_off_and_one_that_is_dropped_is_not_charged() {
        let bodies = Bodies::new(BOUNDS);
        let trickle = stream::unfold((), |()| async {
            sleep(Duration::from_secs(2)).await;
            Some((Ok::<_, std::io::Error>(Bytes::from_static(b"x")), ()))
        });
        let charge = Arc::new(bodies.open(Client(1), visit()));
        let (charged, why) = Charged::new(Body::from_stream(trickle), Arc::clone(&charge));
        let read = timeout(Duration::from_secs(60), charged.collect()).await.expect("an end");
        assert!(read.is_err());
        assert_eq!(*why.lock().unwrap(), Some(CutOff::TooSlow));
        drop(charge);
        let dropping = visit();
        dropping.drops_body();
        let charge = Arc::new(bodies.open(Client(1), dropping));
        let (charged, _) = Charged::new(body_of(&[500, 500]), charge);
        assert_eq!(charged.collect().await.unwrap().to_bytes().len(), 1_000);
        assert_eq!(bodies.held(), 0);
    }
}
