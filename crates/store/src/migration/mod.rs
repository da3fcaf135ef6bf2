//! The schema's history. Forward only.

mod m0001_first;
mod m0002_outbox;
mod m0003_callbacks;
mod m0004_lockout;
mod m0005_identities;
mod m0006_processes;
mod m0007_scans;
mod m0008_tenant_settings;
mod m0009_transactions;
mod m0010_audit;
#[cfg(test)]
mod tests;

use sea_orm::DatabaseConnection;
use sea_orm_migration::{MigrationTrait, MigratorTrait};

use crate::StoreError;

pub(crate) struct Migrator;

/// How far a schema was brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migrated {
    /// Names of the migrations that were applied just now, oldest first.
    pub applied: Vec<String>,
    /// How many the schema has now.
    pub version: usize,
}

/// Names of the migrations that a database lacks, oldest first. Writes nothing.
pub(crate) async fn pending(connection: &DatabaseConnection) -> Result<Vec<String>, StoreError> {
    let pending = Migrator::get_pending_migrations_read_only(connection).await.map_err(or_newer)?;
    Ok(pending.iter().map(|migration| migration.name().to_owned()).collect())
}

/// Whether a database that lacks `pending` has no tables yet.
pub(crate) fn is_without_tables(pending: &[String]) -> bool {
    pending.len() == Migrator::migrations().len()
}

pub(crate) async fn apply(
    connection: &DatabaseConnection,
    steps: Option<u32>,
) -> Result<Migrated, StoreError> {
    let before = pending(connection).await?;
    if !before.is_empty() {
        Migrator::up(connection, steps).await.map_err(or_newer)?;
    }
    let after = pending(connection).await?;
    let applied = before.into_iter().filter(|name| !after.contains(name)).collect();
    Ok(Migrated { applied, version: Migrator::migrations().len() - after.len() })
}

/// The library knows this case by its text only.
fn or_newer(error: sea_orm::DbErr) -> StoreError {
    match &error {
        sea_orm::DbErr::Custom(text) if text.contains("has been applied but its file is missing") => {
            StoreError::Newer(text.split('\'').nth(1).unwrap_or("unknown version").to_owned())
        }
        _ => error.into(),
    }
}

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_first::Migration),
            Box::new(m0002_outbox::Migration),
            Box::new(m0003_callbacks::Migration),
            Box::new(m0004_lockout::Migration),
            Box::new(m0005_identities::Migration),
            Box::new(m0006_processes::Migration),
            Box::new(m0007_scans::Migration),
            Box::new(m0008_tenant_settings::Migration),
            Box::new(m0009_transactions::Migration),
            Box::new(m0010_audit::Migration),
        ]
    }
}
