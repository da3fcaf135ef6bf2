//! How long lists of transactions take: fills a database and asks for pages of it. Called by bench/lists.sh.

use std::time::{Duration, Instant};

use selfsame_domain::document::{DocumentType, WantedFields};
use selfsame_domain::transaction::workflow::Workflow;
use selfsame_domain::transaction::{CallbackGranularity, NewTransaction, Transaction};
use selfsame_domain::{OsEntropy, Tenant, TenantId, Timestamp, TransactionId};
use selfsame_store::{Store, StoreSettings, TransactionCursor, TransactionFilter};
use selfsame_testkit_postgres::TestDatabase;

/// References that are given in turn: each is that of a hundredth of the transactions.
const REFERENCES: usize = 100;
/// Transactions of a page.
const PAGE: u64 = 50;
/// Times that each page is asked for.
const TIMES: usize = 200;

#[tokio::main]
async fn main() {
    let count: usize = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(100_000);
    let folder = tempfile::tempdir().expect("a folder");
    let sqlite = format!("sqlite://{}", folder.path().join("lists.sqlite3").display());
    let postgres = TestDatabase::new();
    for (kind, url) in [("SQLite", sqlite), ("PostgreSQL", postgres.url())] {
        let settings = StoreSettings { url };
        Store::migrate(&settings).await.expect("a schema");
        let store = Store::open(&settings).await.expect("a store");
        let tenant = fill(&store, count).await;
        measure(kind, &store, tenant, count).await;
    }
}

async fn fill(store: &Store, count: usize) -> TenantId {
    let now = Timestamp::from_millis(1_790_000_000_000);
    let tenant = Tenant { id: TenantId::random(&OsEntropy), name: "lists".to_owned(), created_at: now };
    let mut repository = store.begin().await.expect("a transaction");
    repository.tenants().add(&tenant).await.expect("a tenant");
    for n in 0..count {
        let request = NewTransaction {
            reference: format!("reference {}", n % REFERENCES),
            reporting_criteria: None,
            customer_id: Some(format!("customer {n}")),
            country: "DEU".to_owned(),
            kind: DocumentType::Passport,
            fields: WantedFields::READ,
            mrz_check: true,
            callback: None,
            granularity: CallbackGranularity::OnFinish,
            consent: None,
            pictures: Vec::new(),
            keeps_portrait: false,
        };
        let at = now + Duration::from_millis(n as u64);
        let id = TransactionId::random(&OsEntropy);
        let transaction = Transaction::accept(id, tenant.id, request, at, Duration::from_secs(3_600));
        let workflow = Workflow::of_documents(false);
        repository.transactions().add(&transaction, &workflow, &[0; 60], &[0; 300]).await.expect("a row");
        if n % 5_000 == 4_999 {
            repository.save().await.expect("saved");
            repository = store.begin().await.expect("a transaction");
            eprint!("\r{} of {count}", n + 1);
        }
    }
    repository.save().await.expect("saved");
    eprintln!();
    tenant.id
}

async fn measure(kind: &str, store: &Store, tenant: TenantId, count: usize) {
    let pending = TransactionFilter { state: Some("pending".to_owned()), ..TransactionFilter::default() };
    let reference = TransactionFilter { reference: Some("reference 7".to_owned()), ..pending.clone() };
    for (what, filter, of) in
        [("state", pending, count), ("state and reference", reference, count / REFERENCES)]
    {
        // The thousandth page, or the last one where there are fewer.
        let deep = (of as u64 / PAGE).clamp(1, 1_000) as usize - 1;
        let mut after: Option<TransactionCursor> = None;
        for page in 0..=deep {
            if page == 0 || page == deep {
                let took = asked(store, tenant, &filter, after).await;
                println!("{kind}, {what}, page {}: p50 {:.2} ms, p99 {:.2} ms", page + 1, took.0, took.1);
            }
            let mut repository = store.begin().await.expect("a transaction");
            let (listed, next) =
                repository.transactions().list(tenant, &filter, after, PAGE).await.expect("a page");
            assert!(!listed.is_empty());
            after = next;
        }
    }
}

/// Milliseconds at the median and at p99.
async fn asked(
    store: &Store,
    tenant: TenantId,
    filter: &TransactionFilter,
    after: Option<TransactionCursor>,
) -> (f64, f64) {
    let mut times = Vec::new();
    for _ in 0..TIMES {
        let begun = Instant::now();
        let mut repository = store.begin().await.expect("a transaction");
        repository.transactions().list(tenant, filter, after, PAGE).await.expect("a page");
        drop(repository);
        times.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    (times[TIMES / 2], times[TIMES * 99 / 100])
}
