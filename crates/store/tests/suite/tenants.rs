//! What must hold of tenants, their settings and credentials in a store, once for every backend.

use crate::backend::Backend;
use selfsame_domain::{CredentialKind, OsEntropy, Setting, Tenant, TenantId, TenantSettings, Timestamp};
use selfsame_store::{Store, api_key_hash};

async fn tenant(store: &Store, name: &str) -> TenantId {
    let created_at = Timestamp::from_millis(0);
    let tenant = Tenant { id: TenantId::random(&OsEntropy), name: name.to_owned(), created_at };
    let mut repository = store.begin().await.unwrap();
    repository.tenants().add(&tenant).await.unwrap();
    repository.save().await.unwrap();
    tenant.id
}

async fn settings_are_a_tenants_own(backend: Backend) {
    let store = backend.open().await;
    let (a, b) = (tenant(&store, "a").await, tenant(&store, "b").await);
    let mut settings = TenantSettings::default();
    settings.set(Setting::KeepDays, "30").unwrap();
    settings.set(Setting::AcceptedIdTypes, "PASSPORT").unwrap();
    settings.set(Setting::CallbackUrl, "").unwrap();
    let mut repository = store.begin().await.unwrap();
    assert!(repository.tenants().hold(a).await.unwrap());
    assert!(repository.tenants().set_settings(a, &settings).await.unwrap());
    repository.save().await.unwrap();
    let mut repository = store.begin().await.unwrap();
    let nobody = TenantId::random(&OsEntropy);
    assert!(!repository.tenants().hold(nobody).await.unwrap());
    assert!(!repository.tenants().set_settings(nobody, &settings).await.unwrap());
    assert_eq!(repository.tenants().settings(a).await.unwrap(), Some(settings));
    assert_eq!(repository.tenants().settings(b).await.unwrap(), Some(TenantSettings::default()));
    assert_eq!(repository.tenants().settings(nobody).await.unwrap(), None);
    let names: Vec<_> = repository.tenants().for_maintenance_list().await.unwrap();
    assert_eq!(names.iter().map(|tenant| tenant.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert!(repository.tenants().set_settings(a, &TenantSettings::default()).await.unwrap());
    assert_eq!(repository.tenants().settings(a).await.unwrap(), Some(TenantSettings::default()));
}

async fn settings_that_are_not_understood_are_none(backend: Backend) {
    let store = backend.open().await;
    let a = tenant(&store, "a").await;
    drop(store);
    for text in [
        "",
        "{",
        "[]",
        r#"{"transactions.keep_days":7}"#,
        r#"{"transactions.keep_days":"0"}"#,
        r#"{"netverify.of_a_newer_version":"true"}"#,
    ] {
        backend.tamper(&format!("UPDATE tenants SET settings = '{text}'")).await;
        let store = backend.open().await;
        let mut repository = store.begin().await.unwrap();
        let error = repository.tenants().settings(a).await.unwrap_err().to_string();
        assert!(error.contains("tenants") && error.contains("settings"), "{text}: {error}");
        assert_eq!(repository.tenants().get(a).await.unwrap().unwrap().name, "a", "{text}");
    }
    let store = backend.open().await;
    let mut repository = store.begin().await.unwrap();
    assert!(repository.tenants().set_settings(a, &TenantSettings::default()).await.unwrap());
    assert!(repository.tenants().settings(a).await.unwrap().is_some(), "what was damaged can be replaced");
}

async fn credentials_are_listed_without_what_they_are_recognised_by(backend: Backend) {
    let store = backend.open().await;
    let (owner, other) = (tenant(&store, "a").await, tenant(&store, "b").await);
    let at = |second: i64| Timestamp::from_millis(1_000 * second);
    let mut repository = store.begin().await.unwrap();
    let hash = api_key_hash("key");
    repository.credentials().add_api_key(&OsEntropy, owner, &hash, at(1)).await.unwrap();
    let pair =
        repository.credentials().add_token_secret(&OsEntropy, owner, "token", "hash", at(2)).await.unwrap();
    repository.credentials().add_administration(&OsEntropy, owner, "reader", "hash", at(3)).await.unwrap();
    repository.credentials().add_token_secret(&OsEntropy, other, "another", "hash", at(4)).await.unwrap();
    assert!(repository.credentials().revoke(owner, pair, at(5)).await.unwrap());
    assert!(!repository.credentials().revoke(owner, pair, at(6)).await.unwrap(), "it was before");
    let listed = repository.credentials().list(owner).await.unwrap();
    let shown: Vec<_> = listed
        .iter()
        .map(|listed| (listed.credential.kind, listed.token.as_deref(), listed.credential.revoked_at))
        .collect();
    let expected = [
        (CredentialKind::ApiKey, None, None),
        (CredentialKind::TokenAndSecret, Some("token"), Some(at(5))),
        (CredentialKind::Administration, Some("reader"), None),
    ];
    assert_eq!(shown, expected);
}

/// Two operators at once: both changes stay.
async fn who_changes_settings_waits_for_whoever_does(backend: Backend) {
    let a = tenant(&backend.open().await, "a").await;
    let change = |store: Store, setting, value: &'static str| async move {
        let mut repository = store.begin().await.unwrap();
        assert!(repository.tenants().hold(a).await.unwrap());
        let mut settings = repository.tenants().settings(a).await.unwrap().unwrap();
        // Long enough for the other to read what is about to change, if nothing kept it from doing so.
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        settings.set(setting, value).unwrap();
        assert!(repository.tenants().set_settings(a, &settings).await.unwrap());
        repository.save().await.unwrap();
    };
    // Connections of their own, as two processes have.
    let (one, other) = (backend.open().await, backend.open().await);
    let one = tokio::spawn(change(one, Setting::KeepDays, "7"));
    let other = tokio::spawn(change(other, Setting::Screening, "true"));
    one.await.unwrap();
    other.await.unwrap();
    let store = backend.open().await;
    let mut repository = store.begin().await.unwrap();
    assert_eq!(repository.tenants().settings(a).await.unwrap().unwrap().own().count(), 2);
}

backends!(sqlite, postgres: {
    settings_are_a_tenants_own,
    settings_that_are_not_understood_are_none,
    who_changes_settings_waits_for_whoever_does,
    credentials_are_listed_without_what_they_are_recognised_by,
});
