//! Tenants and the settings that belong to them.

use serde::{Deserialize, Serialize};

use crate::{TenantId, Timestamp};

/// A customer of this server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    pub id: TenantId,
    pub name: String,
    pub created_at: Timestamp,
}

/// What a virtual camera or an automated browser does to a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CaptureChainPolicy {
    /// The report shows it; the verdict is what the other witnesses say. For tests and first trials only.
    Observe,
    /// It forbids SUCCESS.
    #[default]
    Enforce,
}
