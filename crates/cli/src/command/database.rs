//! `selfsame database …`

use std::process::ExitCode;

use selfsame_config::Config;
use selfsame_server::migrate_database;
use serde::Serialize;

use crate::args::DatabaseMigrateArgs;
use crate::failure::Failure;
use crate::terminal::{say, say_json};

#[derive(Serialize)]
struct Report<'a> {
    database: &'a str,
    version: usize,
    applied: &'a [String],
}

pub(crate) fn database_migrate(args: &DatabaseMigrateArgs) -> Result<ExitCode, Failure> {
    let mut config = Config::load(args.server.config.as_deref())?;
    if let Some(data) = &args.server.data {
        config.data.dir.clone_from(data);
    }
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::Runtime)?;
    let (database, migrated) = runtime.block_on(migrate_database(&config))?;
    if args.json {
        say_json(&Report { database, version: migrated.version, applied: &migrated.applied })?;
        return Ok(ExitCode::SUCCESS);
    }
    for name in &migrated.applied {
        say(&format!("applied {name}"))?;
    }
    say(&format!("{database}: the schema is up to date (version {})", migrated.version))?;
    Ok(ExitCode::SUCCESS)
}
