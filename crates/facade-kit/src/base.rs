//! Where a dialect speaks, and what its facade hands over.

use std::sync::Arc;

use axum::Router;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use selfsame_verification::callbacks::Dialect;

/// A path under which everything is said in one dialect's words, also what none of its handlers says.
#[derive(Debug, Clone, Copy)]
pub struct Base {
    /// Without a slash at its end, as in `/api/v4`.
    pub path: &'static str,
    /// The dialect's name, for metrics.
    pub dialect: &'static str,
    /// The header that says who calls, in small letters. What other headers say is nobody's business here.
    pub credential: &'static str,
    /// Words a problem for a request of this address.
    pub problem: fn(StatusCode, &str, &Uri) -> Response,
}

impl Base {
    /// Whether `path` is this base, or lies under it.
    pub fn holds(&self, path: &str) -> bool {
        path.strip_prefix(self.path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

/// What a facade hands over to the server.
pub struct Mount {
    /// Where its words are used, also for what none of its handlers answers.
    pub bases: &'static [Base],
    pub router: Router,
    /// How it words events for integrators.
    pub dialect: Arc<dyn Dialect>,
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse as _;

    use super::*;

    #[test]
    fn a_base_holds_whole_segments() {
        let base = Base {
            path: "/api/v1",
            dialect: "test",
            credential: "authorization",
            problem: |status, _, _| status.into_response(),
        };
        for path in ["/api/v1", "/api/v1/", "/api/v1/accounts"] {
            assert!(base.holds(path), "{path}");
        }
        for path in ["/api", "/api/v10", "/api/v1x/accounts", "/x/api/v1", ""] {
            assert!(!base.holds(path), "{path}");
        }
    }
}
