//! The audit trail: entries are appended in the transaction that makes them true, and never changed.
//!
//! Only the retention removes entries, the oldest first, and leaves in the chain's head from where the rest is checked.

use std::collections::BTreeSet;

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Condition, DatabaseTransaction, EntityTrait as _,
    IntoActiveModel as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use selfsame_domain::audit::chain::{ChainKey, Check, Fault, Head, Stored};
use selfsame_domain::audit::{Action, Actor, Digest, Entry, Event, Outcome, Subject, SubjectKind};
use selfsame_domain::{Personal, TenantId, Timestamp};
use uuid::Uuid;

use super::impossible;
use crate::StoreError;
use crate::entity::{audit_entry, audit_head};

const ENTRIES: &str = "audit_entries";
const HEADS: &str = "audit_heads";

/// The chain of what belongs to no tenant.
const SERVER: Uuid = Uuid::nil();

/// Most entries of a page.
const LONGEST_PAGE: u64 = 5_000;

/// Which entries are listed; what is `None` is not asked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditFilter {
    /// Not before.
    pub since: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
    pub action: Option<Action>,
    /// The identifier of what it is about, whole.
    pub subject: Option<String>,
}

/// In which order entries are read, and after which sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditOrder {
    /// Rising, those after this one. 0 begins with the first.
    OldestFirst { after: u64 },
    /// Falling, those before this one. `None` begins with the last.
    NewestFirst { before: Option<u64> },
}

/// What became of the oldest entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pruned {
    /// So many were removed.
    Removed(u64),
    /// None was: what is wrong has to stay where it can be seen.
    Broken(Fault),
}

pub struct Audit<'t>(pub(super) &'t DatabaseTransaction);

impl Audit<'_> {
    /// Adds an entry to the chain of a tenant, or to the server's own. Others who append to the same chain wait until this transaction
    /// ends: call it last, and for a tenant before the server.
    ///
    /// # Errors
    /// Also [`StoreError::AuditHead`]: nothing is appended to a chain whose head was altered, or the alteration would not be seen any more.
    pub async fn append(
        &mut self,
        key: &dyn ChainKey,
        tenant: Option<TenantId>,
        at: Timestamp,
        event: Event,
    ) -> Result<Entry, StoreError> {
        let (head, is_new) = self.hold_head(key, tenant).await?;
        let (entry, head) = head.append(key, at, event);
        to_row(&entry)?.into_active_model().insert(self.0).await?;
        self.set_head(&head).await?;
        if is_new && tenant.is_some() {
            let (server, _) = self.hold_head(key, None).await?;
            self.set_head(&server.one_more_chain(key)).await?;
        }
        Ok(entry)
    }

    /// The head of a chain, which nobody else changes until the transaction ends; and whether it was made just now.
    async fn hold_head(
        &mut self,
        key: &dyn ChainKey,
        tenant: Option<TenantId>,
    ) -> Result<(Head, bool), StoreError> {
        let mut is_new = false;
        if !self.lock(tenant).await? {
            let row = head_to_row(&Head::of_nothing(key, tenant))?;
            let written = audit_head::Entity::insert(row.into_active_model())
                .on_conflict(OnConflict::column(audit_head::Column::Chain).do_nothing().to_owned())
                .exec_without_returning(self.0)
                .await?;
            is_new = written == 1;
            self.lock(tenant).await?;
        }
        let head = self.head(tenant).await?.ok_or(StoreError::AuditHead)?;
        if head.is_genuine(key) { Ok((head, is_new)) } else { Err(StoreError::AuditHead) }
    }

    /// By a write, which locks the row on PostgreSQL, and keeps SQLite from refusing a later one. False when there is none.
    async fn lock(&mut self, tenant: Option<TenantId>) -> Result<bool, StoreError> {
        let done = audit_head::Entity::update_many()
            .col_expr(audit_head::Column::Sequence, Expr::col(audit_head::Column::Sequence))
            .filter(audit_head::Column::Chain.eq(chain(tenant)))
            .exec(self.0)
            .await?;
        Ok(done.rows_affected == 1)
    }

    async fn set_head(&mut self, head: &Head) -> Result<(), StoreError> {
        let row = head_to_row(head)?;
        audit_head::Entity::update_many()
            .col_expr(audit_head::Column::Sequence, row.sequence.into())
            .col_expr(audit_head::Column::Hash, row.hash.into())
            .col_expr(audit_head::Column::Pruned, row.pruned.into())
            .col_expr(audit_head::Column::PrunedHash, row.pruned_hash.into())
            .col_expr(audit_head::Column::Chains, row.chains.into())
            .col_expr(audit_head::Column::Seal, row.seal.into())
            .filter(audit_head::Column::Chain.eq(row.chain))
            .exec(self.0)
            .await?;
        Ok(())
    }

    /// The end of a chain; `None` where none was begun.
    pub async fn head(&mut self, tenant: Option<TenantId>) -> Result<Option<Head>, StoreError> {
        let row = audit_head::Entity::find_by_id(chain(tenant)).one(self.0).await?;
        row.map(head_from_row).transpose()
    }

    /// All heads: the server's own and those of tenants.
    pub async fn for_maintenance_heads(&mut self) -> Result<Vec<Head>, StoreError> {
        let rows = audit_head::Entity::find().order_by_asc(audit_head::Column::Chain).all(self.0).await?;
        rows.into_iter().map(head_from_row).collect()
    }

    /// Chains that have entries, whether or not they have a head.
    pub async fn for_maintenance_chains(&mut self) -> Result<BTreeSet<Option<TenantId>>, StoreError> {
        let chains: Vec<Uuid> = audit_entry::Entity::find()
            .select_only()
            .column(audit_entry::Column::Chain)
            .distinct()
            .into_tuple()
            .all(self.0)
            .await?;
        Ok(chains.into_iter().map(tenant_of).collect())
    }

    /// The greatest sequence that an entry of a chain has; 0 where there is none.
    pub async fn for_maintenance_last(&mut self, tenant: Option<TenantId>) -> Result<u64, StoreError> {
        let row = audit_entry::Entity::find()
            .filter(audit_entry::Column::Chain.eq(chain(tenant)))
            .order_by_desc(audit_entry::Column::Sequence)
            .one(self.0)
            .await?;
        row.map_or(Ok(0), |row| sequence(row.sequence))
    }

    /// At most `most` entries of one chain (1 to 5000).
    pub async fn list(
        &mut self,
        tenant: Option<TenantId>,
        filter: &AuditFilter,
        order: AuditOrder,
        most: u64,
    ) -> Result<Vec<Stored>, StoreError> {
        use audit_entry::Column;
        let mut wanted = Condition::all()
            .add(Column::Chain.eq(chain(tenant)))
            .add_option(filter.since.map(|since| Column::At.gte(since.as_millis())))
            .add_option(filter.until.map(|until| Column::At.lt(until.as_millis())))
            .add_option(filter.action.map(|action| Column::Action.eq(action.name())))
            .add_option(filter.subject.as_ref().map(|id| Column::SubjectId.eq(id.as_str())));
        wanted = match order {
            AuditOrder::OldestFirst { after } => wanted.add(Column::Sequence.gt(number(after)?)),
            AuditOrder::NewestFirst { before: Some(before) } => {
                wanted.add(Column::Sequence.lt(number(before)?))
            }
            AuditOrder::NewestFirst { before: None } => wanted,
        };
        let found = audit_entry::Entity::find().filter(wanted);
        let found = match order {
            AuditOrder::OldestFirst { .. } => found.order_by_asc(Column::Sequence),
            AuditOrder::NewestFirst { .. } => found.order_by_desc(Column::Sequence),
        };
        let rows = found.limit(most.clamp(1, LONGEST_PAGE)).all(self.0).await?;
        rows.into_iter().map(from_row).collect()
    }

    /// Chains that have entries of before `before`.
    pub async fn for_maintenance_due(
        &mut self,
        before: Timestamp,
    ) -> Result<BTreeSet<Option<TenantId>>, StoreError> {
        let chains: Vec<Uuid> = audit_entry::Entity::find()
            .select_only()
            .column(audit_entry::Column::Chain)
            .filter(audit_entry::Column::At.lt(before.as_millis()))
            .distinct()
            .into_tuple()
            .all(self.0)
            .await?;
        Ok(chains.into_iter().map(tenant_of).collect())
    }

    /// Removes the oldest entries of a chain up to the first that is not of before `before`, at most `most` of them (1 to 5000). The head
    /// keeps from where the rest is checked.
    ///
    /// # Errors
    /// Also [`StoreError::AuditHead`].
    pub async fn prune(
        &mut self,
        key: &dyn ChainKey,
        tenant: Option<TenantId>,
        before: Timestamp,
        most: u64,
    ) -> Result<Pruned, StoreError> {
        let (head, _) = self.hold_head(key, tenant).await?;
        let order = AuditOrder::OldestFirst { after: 0 };
        let rows = self.list(tenant, &AuditFilter::default(), order, most).await?;
        let mut check = match Check::begin(key, head.clone()) {
            Ok(check) => check,
            Err(fault) => return Ok(Pruned::Broken(fault)),
        };
        for row in &rows {
            if matches!(row, Stored::Entry(entry) if entry.at >= before) {
                break;
            }
            if let Err(fault) = check.step(row) {
                return Ok(Pruned::Broken(fault));
            }
        }
        let (reached, hash) = check.reached();
        if reached == head.pruned {
            return Ok(Pruned::Removed(0));
        }
        let removed = audit_entry::Entity::delete_many()
            .filter(audit_entry::Column::Chain.eq(chain(tenant)))
            .filter(audit_entry::Column::Sequence.lte(number(reached)?))
            .exec(self.0)
            .await?;
        self.set_head(&head.pruned_to(key, reached, hash)).await?;
        Ok(Pruned::Removed(removed.rows_affected))
    }
}

fn chain(tenant: Option<TenantId>) -> Uuid {
    tenant.map_or(SERVER, |tenant| tenant.as_uuid())
}

fn tenant_of(chain: Uuid) -> Option<TenantId> {
    (chain != SERVER).then(|| TenantId::from_uuid(chain))
}

fn number(sequence: u64) -> Result<i64, StoreError> {
    i64::try_from(sequence).map_err(|_| impossible(ENTRIES, "sequence", sequence))
}

fn sequence(number: i64) -> Result<u64, StoreError> {
    u64::try_from(number).map_err(|_| impossible(ENTRIES, "sequence", number))
}

fn head_to_row(head: &Head) -> Result<audit_head::Model, StoreError> {
    Ok(audit_head::Model {
        chain: chain(head.tenant),
        sequence: number(head.sequence)?,
        hash: head.hash.to_vec(),
        pruned: number(head.pruned)?,
        pruned_hash: head.pruned_hash.to_vec(),
        chains: number(head.chains)?,
        seal: head.seal.to_vec(),
    })
}

/// What no head can have becomes what no genuine head has: whoever checks it finds it altered.
fn head_from_row(row: audit_head::Model) -> Result<Head, StoreError> {
    let count = |number: i64| u64::try_from(number).map_err(|_| impossible(HEADS, "sequence", row.chain));
    let digest = |bytes: &[u8]| Digest::try_from(bytes).unwrap_or_default();
    Ok(Head {
        tenant: tenant_of(row.chain),
        sequence: count(row.sequence)?,
        hash: digest(&row.hash),
        pruned: count(row.pruned)?,
        pruned_hash: digest(&row.pruned_hash),
        chains: count(row.chains)?,
        seal: digest(&row.seal),
    })
}

fn to_row(entry: &Entry) -> Result<audit_entry::Model, StoreError> {
    let event = &entry.event;
    Ok(audit_entry::Model {
        chain: chain(entry.tenant),
        sequence: number(entry.sequence)?,
        at: entry.at.as_millis(),
        actor: event.actor.kind().to_owned(),
        actor_id: event.actor.id(),
        action: event.action.name().to_owned(),
        subject: event.subject.as_ref().map(|subject| subject.kind.name().to_owned()),
        subject_id: event.subject.as_ref().map(|subject| subject.id.clone()),
        outcome: event.outcome.name().to_owned(),
        code: event.code.clone(),
        count: event.count.into(),
        address: event.address.as_ref().map(|address| address.expose().to_string()),
        previous: entry.previous.to_vec(),
        hash: entry.hash.to_vec(),
    })
}

fn from_row(row: audit_entry::Model) -> Result<Stored, StoreError> {
    let sequence = sequence(row.sequence)?;
    Ok(match read(row, sequence) {
        Ok(entry) => Stored::Entry(Box::new(entry)),
        Err(column) => Stored::Unreadable { sequence, column },
    })
}

/// Fails with the column that no entry can have so.
fn read(row: audit_entry::Model, sequence: u64) -> Result<Entry, &'static str> {
    let subject = match (row.subject, row.subject_id) {
        (Some(kind), Some(id)) => Some(Subject { kind: SubjectKind::named(&kind).ok_or("subject")?, id }),
        (None, None) => None,
        _ => return Err("subject"),
    };
    let address = row.address.map(|text| text.parse().map(Personal::new)).transpose();
    let digest = |bytes: Vec<u8>| Digest::try_from(bytes.as_slice());
    Ok(Entry {
        tenant: tenant_of(row.chain),
        sequence,
        at: Timestamp::from_millis(row.at),
        event: Event {
            actor: Actor::named(&row.actor, row.actor_id).ok_or("actor")?,
            action: Action::named(&row.action).ok_or("action")?,
            subject,
            outcome: Outcome::named(&row.outcome).ok_or("outcome")?,
            code: row.code,
            count: u32::try_from(row.count).map_err(|_| "count")?,
            address: address.map_err(|_| "address")?,
        },
        previous: digest(row.previous).map_err(|_| "previous")?,
        hash: digest(row.hash).map_err(|_| "hash")?,
    })
}
