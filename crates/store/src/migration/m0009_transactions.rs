//! Scans become transactions: what lists ask for gets columns and indexes, and results get a table of their own. Evidence of an identity
//! may be examined in a transaction.

use sea_orm::{ConnectionTrait as _, Statement, TransactionTrait as _, Value};
use sea_orm_migration::prelude::*;

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0009_transactions"
    }
}

fn name(name: &'static str) -> Alias {
    Alias::new(name)
}

fn column(name: &'static str) -> ColumnDef {
    ColumnDef::new(Alias::new(name))
}

/// Rows that are filled in by one transaction of the database: each row by itself would be brought to disk by itself.
const BATCH: u64 = 500;

#[async_trait::async_trait]
#[expect(elided_lifetimes_in_paths, reason = "the signature is the macro's")]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Each step asks whether it is done: a start that was killed in the middle goes on where it was.
        if manager.has_table("scans").await? {
            let renamed = Table::rename().table(name("scans"), name("transactions")).to_owned();
            manager.rename_table(renamed).await?;
        }
        for (column_name, definition) in [
            ("workflow", column("workflow").string().not_null().default("document").to_owned()),
            ("workflow_version", column("workflow_version").integer().not_null().default(1).to_owned()),
            ("reference", column("reference").string().to_owned()),
            ("customer", column("customer").string().to_owned()),
            ("country", column("country").string().to_owned()),
            ("verdict", column("verdict").string().to_owned()),
        ] {
            if !manager.has_column("transactions", column_name).await? {
                let mut added = definition;
                let alter = Table::alter().table(name("transactions")).add_column(&mut added).to_owned();
                manager.alter_table(alter).await?;
            }
        }
        if !manager.has_column("identity_evidence", "transaction_id").await? {
            let mut added = column("transaction_id").uuid().to_owned();
            let alter = Table::alter().table(name("identity_evidence")).add_column(&mut added).to_owned();
            manager.alter_table(alter).await?;
        }
        let results = Table::create()
            .table(name("results"))
            .if_not_exists()
            .col(column("transaction_id").uuid().not_null())
            .col(column("capability").string().not_null())
            .col(column("standing").string().not_null())
            .col(column("result").text().not_null())
            .primary_key(Index::create().col(name("transaction_id")).col(name("capability")))
            .foreign_key(
                ForeignKey::create()
                    .from(name("results"), name("transaction_id"))
                    .to(name("transactions"), name("id"))
                    .on_delete(ForeignKeyAction::Cascade),
            )
            .to_owned();
        manager.create_table(results).await?;
        fill_in(manager).await?;
        rename_settings(manager).await?;
        for (index, table, columns) in [
            ("transactions_created", "transactions", &["tenant_id", "created_at", "id"][..]),
            ("transactions_state", "transactions", &["tenant_id", "state", "created_at", "id"]),
            ("transactions_reference", "transactions", &["tenant_id", "reference", "created_at", "id"]),
            ("transactions_customer", "transactions", &["tenant_id", "customer", "created_at", "id"]),
            ("transactions_workflow", "transactions", &["tenant_id", "workflow", "created_at", "id"]),
            ("identity_evidence_transaction_id", "identity_evidence", &["transaction_id"]),
        ] {
            let mut statement = Index::create().name(index).table(name(table)).if_not_exists().to_owned();
            for column in columns {
                statement.col(name(column));
            }
            manager.create_index(statement).await?;
        }
        Ok(())
    }
}

/// Takes what lists ask for from the requests of earlier versions.
async fn fill_in(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    let backend = connection.get_database_backend();
    let select = Query::select()
        .columns([name("id"), name("request")])
        .from(name("transactions"))
        .and_where(Expr::col(name("request")).is_not_null())
        .and_where(Expr::col(name("country")).is_null())
        .limit(BATCH)
        .to_owned();
    loop {
        let batch = connection.begin().await?;
        let rows = batch.query_all_raw(statement(backend, &select)).await?;
        if rows.is_empty() {
            return Ok(());
        }
        for row in rows {
            let id: uuid::Uuid = row.try_get("", "id")?;
            let request: String = row.try_get("", "request")?;
            // A row that cannot be read is told when it is asked for; here it must not hold up all others.
            let request: serde_json::Value = serde_json::from_str(&request).unwrap_or_default();
            let text = |key: &str| request.get(key).and_then(serde_json::Value::as_str).map(str::to_owned);
            let compares = request.pointer("/fields/face_match").and_then(serde_json::Value::as_bool);
            let workflow = if compares == Some(true) { "document_and_selfie" } else { "document" };
            let update = Query::update()
                .table(name("transactions"))
                .value(name("workflow"), workflow)
                .value(name("reference"), Value::from(text("reference")))
                .value(name("customer"), Value::from(text("customer_id")))
                .value(name("country"), text("country").unwrap_or_default())
                .and_where(Expr::col(name("id")).eq(id))
                .to_owned();
            batch.execute_raw(statement(backend, &update)).await?;
        }
        batch.commit().await?;
    }
}

/// Names of tenants' settings in earlier versions, and now.
const SETTINGS: [(&str, &str); 10] = [
    ("netverify.face_match", "transactions.similarity"),
    ("netverify.enabled_fields", "transactions.fields"),
    ("netverify.screening", "transactions.screening"),
    ("netverify.enforce_consent", "transactions.enforce_consent"),
    ("netverify.callback_url", "transactions.callback_url"),
    ("netverify.accepted_id_types", "transactions.accepted_types"),
    ("netverify.accepted_countries", "transactions.accepted_countries"),
    ("netverify.accept_expired", "transactions.accept_expired"),
    ("netverify.keep_days", "transactions.keep_days"),
    ("netverify.false_match_rate", "transactions.false_match_rate"),
];

/// Gives tenants' settings the names that no interface owns. What cannot be read stays, and is told when it is asked for.
async fn rename_settings(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    let backend = connection.get_database_backend();
    let select = Query::select()
        .columns([name("id"), name("settings")])
        .from(name("tenants"))
        .and_where(Expr::col(name("settings")).is_not_null())
        .to_owned();
    for row in connection.query_all_raw(statement(backend, &select)).await? {
        let id: uuid::Uuid = row.try_get("", "id")?;
        let written: String = row.try_get("", "settings")?;
        let Ok(settings) = serde_json::from_str::<serde_json::Map<_, _>>(&written) else { continue };
        let renamed: serde_json::Map<String, serde_json::Value> = settings
            .into_iter()
            .map(|(key, value)| {
                let now = SETTINGS.iter().find(|(before, _)| *before == key);
                (now.map_or(key, |(_, now)| (*now).to_owned()), value)
            })
            .collect();
        let update = Query::update()
            .table(name("tenants"))
            .value(name("settings"), serde_json::Value::Object(renamed).to_string())
            .and_where(Expr::col(name("id")).eq(id))
            .to_owned();
        connection.execute_raw(statement(backend, &update)).await?;
    }
    Ok(())
}

fn statement(backend: sea_orm::DatabaseBackend, query: &impl sea_orm::StatementBuilder) -> Statement {
    backend.build(query)
}
