//! HTTP craft that every facade shares: recognising callers, bounded bodies, shares of what there is, outbound addresses that
//! integrators name.
//!
//! What a caller is *told* is each dialect's own: nothing here produces a response.

mod auth;
mod base;
mod client_address;
mod multipart;
mod outbound_url;
mod shape;
mod shares;
mod visit;
mod words;

pub use auth::{AuthFailure, caller_by_api_key};
pub use base::{Base, Mount};
pub use client_address::{NetworkError, TrustedProxies};
pub use multipart::{Form, PartError, boundary_in_body, boundary_in_content_type, bounded_part};
pub use outbound_url::{CallbackUrlRules, OutboundUrlError, OutboundUrlRules};
pub use shape::{MisshapenJson, check_json_shape};
pub use shares::{NoShare, Share, Shares};
pub use visit::Visit;
pub use words::{diagnostic_words, remark_words, saw_words};
