//! The schema's history. Forward only.

mod m0001_first;
mod m0002_outbox;
mod m0003_callbacks;
mod m0004_lockout;
mod m0005_identities;
mod m0007_scans;

use sea_orm_migration::{MigrationTrait, MigratorTrait};

pub(crate) struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_first::Migration),
            Box::new(m0002_outbox::Migration),
            Box::new(m0003_callbacks::Migration),
            Box::new(m0004_lockout::Migration),
            Box::new(m0005_identities::Migration),
            Box::new(m0007_scans::Migration),
        ]
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::Database;
    use selfsame_domain::{OsEntropy, SystemClock, Tenant, TenantId};

    use super::*;
    use crate::repository::Repository;
    use crate::{Store, StoreSettings, backend};

    #[tokio::test]
    async fn what_an_earlier_version_wrote_stays() {
        use sea_orm::TransactionTrait as _;
        use selfsame_domain::Clock as _;
        let every = u32::try_from(Migrator::migrations().len()).unwrap();
        for earlier in 1..=every {
            let folder = tempfile::tempdir().unwrap();
            let url = format!("sqlite://{}", folder.path().join("test.sqlite3").display());
            let connection = Database::connect(backend::options(&url).unwrap()).await.unwrap();
            Migrator::up(&connection, Some(earlier)).await.unwrap();
            let tenant = Tenant {
                id: TenantId::random(&OsEntropy),
                name: "a".to_owned(),
                created_at: SystemClock.now(),
            };
            let mut repository = Repository::new(connection.begin().await.unwrap(), connection.clone());
            repository.tenants().add(&tenant).await.unwrap();
            repository.save().await.unwrap();
            connection.close().await.unwrap();

            let store = Store::open(&StoreSettings { url }).await.unwrap();
            let mut repository = store.begin().await.unwrap();
            assert_eq!(repository.tenants().get(tenant.id).await.unwrap(), Some(tenant));
            assert_eq!(repository.outbox().for_maintenance_list(None, None, 1).await.unwrap(), []);
        }
    }
}
