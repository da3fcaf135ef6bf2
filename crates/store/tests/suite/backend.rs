//! A database of either kind, and the macro that stamps tests for both.

use sea_orm::{ConnectionTrait as _, Database};
use selfsame_store::{Store, StoreSettings};
use selfsame_testkit_postgres::TestDatabase;

/// A database of its own, and how to open it again.
pub(crate) struct Backend {
    pub(crate) settings: StoreSettings,
    /// Where SQLite keeps it.
    pub(crate) folder: Option<tempfile::TempDir>,
}

impl Backend {
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("test.sqlite3").display());
        Self { settings: StoreSettings { url }, folder: Some(folder) }
    }

    pub(crate) fn postgres() -> Self {
        Self { settings: StoreSettings { url: TestDatabase::new().url() }, folder: None }
    }

    /// With connections of its own, as a process has.
    pub(crate) async fn open(&self) -> Store {
        Store::open(&self.settings).await.unwrap()
    }

    /// What somebody with access to the database could do. Only while no store is open.
    pub(crate) async fn tamper(&self, statement: &str) {
        let connection = Database::connect(self.settings.url.as_str()).await.unwrap();
        assert_eq!(connection.execute_unprepared(statement).await.unwrap().rows_affected(), 1);
        connection.close().await.unwrap();
    }
}

macro_rules! backends {
    ($($name:ident),*: $tests:tt) => { $(backends!(@one $name $tests);)* };
    (@one $name:ident { $($test:ident),* $(,)? }) => {
        mod $name {
            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $test() {
                    super::$test($crate::backend::Backend::$name()).await;
                }
            )*
        }
    };
}
