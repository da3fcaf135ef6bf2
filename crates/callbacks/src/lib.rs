//! Delivery of callbacks, and nothing else: which addresses may be dialled, one attempt over HTTP, when the next is due, how a
//! message is signed.
//!
//! Whom to tell, and how far that went, is kept elsewhere (`selfsame-store`, in the transaction of what is told); the loop that
//! brings both together is a use case (`selfsame-verification`). How an event is worded is each facade's: a [`Dialect`].
//!
//! No log line, error or record of this crate holds a URL, a body or an answer's content.

mod address;
mod client;
mod dialect;
mod private;
mod resolver;
mod schedule;
mod signing;

pub use address::AddressRules;
pub use client::{Client, ClientError, ClientParams, Outcome};
pub use dialect::{Dialect, DialectError, Event, Message, Wording};
pub use private::{PrivateNetworkError, PrivateNetworks};
pub use resolver::{GuardedResolver, Looking, Lookup, SystemLookup};
pub use schedule::{Next, Schedule};
pub use signing::{SecretError, SigningSecret, signature};
