//! Reading the trail, and checking that it is as it was written.

use std::collections::{BTreeMap, BTreeSet};

use selfsame_domain::TenantId;
use selfsame_domain::audit::chain::{Check, Fault, FaultKind, Head, Stored};
use selfsame_store::{AuditFilter, AuditOrder};

use super::{Scribe, Trail};
use crate::UseCaseError;

/// Entries that are read at once.
const PAGE: u64 = 5_000;
/// How often a chain is looked at anew because old entries were removed from it meanwhile.
const TRIES: usize = 5;

/// A chain of the trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// `None` is the server's own.
    pub tenant: Option<TenantId>,
    /// The tenant's name, where there still is one.
    pub name: Option<String>,
    /// The sequence of its last entry, as its head says.
    pub last: u64,
    /// The last entry that was removed because its term had ended; 0 where none was.
    pub pruned: u64,
}

/// The chains that there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chains {
    /// The server's own first, then those of tenants by name.
    pub chains: Vec<Chain>,
    /// Whether as many are there as were begun.
    pub fault: Option<Fault>,
}

impl Trail {
    /// The chains that there are. `None` where nothing was ever recorded.
    ///
    /// # Errors
    /// Among others entries without the key that they were hashed under.
    pub async fn chains(&self) -> Result<Option<Chains>, UseCaseError> {
        let mut repository = self.inner.store.begin().await?;
        // In this order: what is begun meanwhile has a head by then.
        let with_entries = repository.audit().for_maintenance_chains().await?;
        let heads = repository.audit().for_maintenance_heads().await?;
        let tenants = repository.tenants().for_maintenance_list().await?;
        drop(repository);
        if with_entries.is_empty() && heads.is_empty() {
            return Ok(None);
        }
        let names: BTreeMap<_, _> = tenants.into_iter().map(|tenant| (tenant.id, tenant.name)).collect();
        let fault = self.counts(&heads).await?;
        let by_tenant: BTreeMap<_, Head> = heads.into_iter().map(|head| (head.tenant, head)).collect();
        let all: BTreeSet<_> = by_tenant.keys().copied().chain(with_entries).collect();
        let mut chains: Vec<_> = all
            .into_iter()
            .map(|tenant| {
                let head = by_tenant.get(&tenant);
                Chain {
                    tenant,
                    name: tenant.and_then(|tenant| names.get(&tenant).cloned()),
                    last: head.map_or(0, |head| head.sequence),
                    pruned: head.map_or(0, |head| head.pruned),
                }
            })
            .collect();
        chains.sort_by(|a, b| (&a.name, a.tenant).cmp(&(&b.name, b.tenant)));
        Ok(Some(Chains { chains, fault }))
    }

    /// Whether the heads of tenants are as many as the server's own head says.
    async fn counts(&self, heads: &[Head]) -> Result<Option<Fault>, UseCaseError> {
        let scribe = self.existing().await?;
        let Some(server) = heads.iter().find(|head| head.tenant.is_none()) else {
            return Ok(Some(Fault { sequence: 0, kind: FaultKind::HeadMissing }));
        };
        // One that was altered is told with its chain.
        let found = heads.len() as u64 - 1;
        let differs = server.is_genuine(scribe.key.as_ref()) && server.chains != found;
        let kind = FaultKind::Chains { begun: server.chains, found };
        Ok(differs.then_some(Fault { sequence: 0, kind }))
    }

    /// The key of what is there; makes none.
    async fn existing(&self) -> Result<Scribe, UseCaseError> {
        let missing =
            || UseCaseError::Invalid("the key of the audit trail is gone from the table server_keys");
        self.open().await?.ok_or_else(missing)
    }

    /// Checks one chain from its first entry to its last. `step` is told of so many more entries. Returns how many there are, or the first
    /// that is wrong.
    pub async fn verify(
        &self,
        tenant: Option<TenantId>,
        mut step: impl FnMut(u64),
    ) -> Result<Result<u64, Fault>, UseCaseError> {
        let scribe = self.existing().await?;
        let mut tries = TRIES;
        loop {
            let mut repository = self.inner.store.begin().await?;
            // Entries that are written from here on are behind the head that is read next, or are among those that it names.
            let last = repository.audit().for_maintenance_last(tenant).await?;
            let head = repository.audit().head(tenant).await?;
            drop(repository);
            let Some(head) = head else {
                let fault = Fault { sequence: last, kind: FaultKind::HeadMissing };
                return Ok(if last == 0 { Ok(0) } else { Err(fault) });
            };
            let found = self.follow(&scribe, head.clone(), last, &mut step).await?;
            tries -= 1;
            if found.is_err() && tries > 0 && self.pruned(tenant).await? != Some(head.pruned) {
                // The oldest entries were removed in order while they were looked at.
                continue;
            }
            return Ok(found);
        }
    }

    async fn pruned(&self, tenant: Option<TenantId>) -> Result<Option<u64>, UseCaseError> {
        let mut repository = self.inner.store.begin().await?;
        Ok(repository.audit().head(tenant).await?.map(|head| head.pruned))
    }

    async fn follow(
        &self,
        scribe: &Scribe,
        head: Head,
        last: u64,
        step: &mut impl FnMut(u64),
    ) -> Result<Result<u64, Fault>, UseCaseError> {
        let (tenant, end, pruned) = (head.tenant, head.sequence, head.pruned);
        let mut check = match Check::begin(scribe.key.as_ref(), head) {
            Ok(check) => check,
            Err(fault) => return Ok(Err(fault)),
        };
        let mut after = 0;
        loop {
            let rows = self.page(tenant, &AuditFilter::default(), AuditOrder::OldestFirst { after }).await?;
            for row in &rows {
                // Written since.
                if row.sequence() > end.max(last) {
                    break;
                }
                if let Err(fault) = check.step(row) {
                    return Ok(Err(fault));
                }
            }
            step(rows.len() as u64);
            match rows.last() {
                Some(row) if row.sequence() < end.max(last) => after = row.sequence(),
                _ => break,
            }
        }
        Ok(check.end().map(|()| end - pruned))
    }

    /// Whether there is a tenant of that name or id, with or without entries.
    pub async fn tenant(&self, name_or_id: &str) -> Result<bool, UseCaseError> {
        let mut repository = self.inner.store.begin().await?;
        Ok(match name_or_id.parse() {
            Ok(id) => repository.tenants().get(id).await?.is_some(),
            Err(_) => repository.tenants().by_name(name_or_id).await?.is_some(),
        })
    }

    /// Up to 5000 entries of one chain.
    pub async fn page(
        &self,
        tenant: Option<TenantId>,
        filter: &AuditFilter,
        order: AuditOrder,
    ) -> Result<Vec<Stored>, UseCaseError> {
        self.list(tenant, filter, order, PAGE).await
    }

    /// At most `most` entries of one chain (1 to 5000).
    pub async fn list(
        &self,
        tenant: Option<TenantId>,
        filter: &AuditFilter,
        order: AuditOrder,
        most: u64,
    ) -> Result<Vec<Stored>, UseCaseError> {
        let mut repository = self.inner.store.begin().await?;
        Ok(repository.audit().list(tenant, filter, order, most).await?)
    }
}
