//! What a caller shows to be recognised as a tenant.

use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::{CredentialId, TenantId, Timestamp};

/// Which header a credential is shown in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialKind {
    /// One opaque value: header `apikey`.
    ApiKey,
    /// Token and secret: HTTP Basic, and the client credentials of OAuth2.
    TokenAndSecret,
    /// A pair for HTTP Basic that reads and deletes results. A tenant that has one needs it for that.
    Administration,
}

/// A stored credential. The secret itself is never kept: only what is needed to recognise it.
#[derive(Debug, Clone)]
pub struct ApiCredential {
    pub id: CredentialId,
    pub tenant_id: TenantId,
    pub kind: CredentialKind,
    pub created_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
}

/// A secret in memory: never printed, wiped when dropped.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct SecretString(String);

impl SecretString {
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for SecretString {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[secret]")
    }
}
