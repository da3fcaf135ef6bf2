//! What the tests of every room share: files that must be refused, presentation attacks made from a bona fide clip, a client
//! that captures as the browser does, and the real server on a free port.
//!
//! Everything random is seeded: the same seed makes the same bytes.

pub mod attack;
pub mod malformed;

pub use attack::{Species, attack};
pub use malformed::{faceless_file, malformed_images, odd_images};
