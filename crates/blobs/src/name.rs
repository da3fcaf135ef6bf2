//! Names of what is stored.

use object_store::path::Path;
use selfsame_domain::{EvidenceId, FaceId, IdentityId, SessionId, TenantId, TransactionId};

/// The name of one object. It is its path and is authenticated with its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlobKey(String);

impl BlobKey {
    /// Picture of a face.
    pub fn image(tenant: TenantId, session: SessionId, face: FaceId) -> Self {
        Self(format!("{tenant}/{session}/{face}.image"))
    }

    /// Video of a session's capture.
    pub fn recording(tenant: TenantId, session: SessionId) -> Self {
        Self(format!("{tenant}/{session}/capture.video"))
    }

    /// Template of a face.
    pub fn template(tenant: TenantId, session: SessionId, face: FaceId) -> Self {
        Self(format!("{tenant}/{session}/{face}.template"))
    }

    /// What the integrator calls a face.
    pub fn face_name(tenant: TenantId, session: SessionId, face: FaceId) -> Self {
        Self(format!("{tenant}/{session}/{face}.name"))
    }

    /// Picture that was sent as evidence of an identity.
    pub fn evidence_image(tenant: TenantId, identity: IdentityId, evidence: EvidenceId) -> Self {
        Self(format!("{tenant}/identity-{identity}/{evidence}.image"))
    }

    /// Template of a picture that was sent as evidence of an identity.
    pub fn evidence_template(tenant: TenantId, identity: IdentityId, evidence: EvidenceId) -> Self {
        Self(format!("{tenant}/identity-{identity}/{evidence}.template"))
    }

    /// What the names of all objects of an identity begin with. Its sessions have names of their own.
    pub fn identity_prefix(tenant: TenantId, identity: IdentityId) -> Self {
        Self(format!("{tenant}/identity-{identity}"))
    }

    /// Something that belongs to a transaction: a picture, what was said or read, a facemap.
    pub fn transaction(tenant: TenantId, transaction: TransactionId, what: &'static str) -> Self {
        Self(format!("{tenant}/scan-{transaction}/{what}"))
    }

    /// What the names of all objects of a transaction begin with.
    pub fn transaction_prefix(tenant: TenantId, transaction: TransactionId) -> Self {
        Self(format!("{tenant}/scan-{transaction}"))
    }

    /// What is sealed under a key of a tenant.
    pub fn tenant(tenant: TenantId, what: &str) -> Self {
        Self(format!("{tenant}/{what}"))
    }

    /// A secret of the server itself.
    pub fn server(name: &str) -> Self {
        Self(format!("server/{name}"))
    }

    /// What the names of all objects of a session begin with.
    pub fn session_prefix(tenant: TenantId, session: SessionId) -> Self {
        Self(format!("{tenant}/{session}"))
    }

    /// As it is written in the store: opaque, made of random ids.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    pub(crate) fn path(&self) -> Path {
        Path::from(self.0.as_str())
    }
}
