//! What the tests of every room share: files that must be refused, presentation attacks made from a bona fide clip, a client
//! that captures as the browser does, and the real server on a free port.
//!
//! ```no_run
//! # async fn example() {
//! use selfsame_testkit::{Browser, Clip, TestServerSettings, fixture};
//!
//! let server = TestServerSettings::default().observing().start().await;
//! let session = server.opens_session().await;
//! let clip = Clip::from_folder(&fixture("frames/single_face"), 30.0);
//! let log = Browser::default().captures(server.origin(), &session, &clip).await.expect("a connection");
//! let result = server.result(&session).await.json();
//! # let _ = (log, result);
//! # }
//! ```
//!
//! Everything random is seeded: the same seed makes the same bytes.

pub mod attack;
pub mod capture;
pub mod head;
pub mod malformed;
pub mod receiver;
pub mod server;
pub mod signature;

pub use attack::live::{Challenge, Presentation};
pub use attack::{Species, attack};
pub use capture::{AtDots, Browser, CaptureLog, CaptureOutcome, CaptureSocket, Clip, Heard, read_frames};
pub use head::{
    Actor, ActorParams, Guidance, Head, HeadError, HeadPose, Moment, Person, Scene, SceneParams, Subject,
};
pub use malformed::{faceless_file, malformed_images, odd_images};
pub use receiver::{CallbackReceiver, Received, Reply};
pub use server::{
    API_KEY, API_SECRET, API_TOKEN, Answer, TestServer, TestServerSettings, fixture, repository,
    selfsame_binary,
};
pub use signature::Jws;
