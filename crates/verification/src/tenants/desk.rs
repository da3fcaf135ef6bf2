//! What whoever runs the server does about tenants, without the networks: add them, set what they have of their own, give and
//! take credentials.

use std::collections::BTreeSet;
use std::sync::Arc;

use selfsame_blobs::MasterKeys;
use selfsame_domain::audit::{Action, Event, Origin, Subject, SubjectKind};
use selfsame_domain::{
    Clock, CredentialKind, Entropy, SecretString, Setting, SettingError, Tenant, TenantId, TenantSettings,
};
use selfsame_store::{ListedCredential, Repository, Store, StoreError, api_key_hash};

use super::made_up_secret;
use crate::audit::{Scribe, Trail};
use crate::{UseCaseError, hash_secret};

/// Why it was not done. Holds no secret.
#[derive(Debug, thiserror::Error)]
pub enum TenantsError {
    #[error("there is no tenant {0:?}; `selfsame tenants list` shows all")]
    NoSuchTenant(String),
    #[error("there is a tenant named {0:?} already")]
    NameTaken(String),
    #[error("a tenant cannot be named {0:?}: {rule}", rule = Tenant::NAME_RULE)]
    Name(String),
    #[error("the tenant has no credential {0:?}; `selfsame tenants credentials … list` shows all")]
    NoSuchCredential(String),
    #[error("{0}")]
    Setting(#[from] SettingError),
    #[error(
        "what the tenant {name} has of its own cannot be read: table tenants, column settings, row {id}. `selfsame tenants unset {name} --all` lets the server's settings hold"
    )]
    Unreadable { name: String, id: TenantId },
    #[error("{0}")]
    Store(#[from] StoreError),
    #[error("{0}")]
    Secret(UseCaseError),
    #[error(
        "nothing was changed, as it could not be recorded in the audit trail: {0}. See that security.master_key and data.dir are the server's own"
    )]
    Trail(UseCaseError),
}

/// A pair that was made just now: the only time that its secret can be told.
#[derive(Debug)]
pub struct NewPair {
    pub token: String,
    pub secret: SecretString,
}

/// What became of a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revoked {
    Now,
    /// It was before.
    Before,
}

/// Tenants, for whoever looks after them. Cheap to clone.
#[derive(Clone)]
pub struct Tenants {
    store: Store,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    trail: Trail,
}

impl Tenants {
    /// With [`MasterKeys::none`] all can be read, and nothing changed: what is changed is recorded under a key that those seal.
    pub fn new(store: Store, master: MasterKeys, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        let trail = Trail::new(store.clone(), master, Arc::clone(&clock), Arc::clone(&entropy));
        Self { store, clock, entropy, trail }
    }

    async fn scribe(&self) -> Result<Scribe, TenantsError> {
        self.trail.scribe().await.map_err(TenantsError::Trail)
    }

    /// By name.
    pub async fn list(&self) -> Result<Vec<Tenant>, TenantsError> {
        let mut repository = self.store.begin().await?;
        Ok(repository.tenants().for_maintenance_list().await?)
    }

    /// A tenant without credentials or settings of its own.
    pub async fn add(&self, name: &str) -> Result<Tenant, TenantsError> {
        if !Tenant::may_be_named(name) {
            return Err(TenantsError::Name(name.to_owned()));
        }
        let tenant = Tenant {
            id: TenantId::random(self.entropy.as_ref()),
            name: name.to_owned(),
            created_at: self.clock.now(),
        };
        if self.by_name(name).await?.is_some() {
            return Err(TenantsError::NameTaken(name.to_owned()));
        }
        let scribe = self.scribe().await?;
        let mut repository = self.store.begin().await?;
        repository.tenants().add(&tenant).await?;
        scribe.write(&mut repository, Some(tenant.id), done(Action::TenantCreated, tenant.id)).await?;
        repository.save().await?;
        Ok(tenant)
    }

    async fn by_name(&self, name: &str) -> Result<Option<Tenant>, TenantsError> {
        let mut repository = self.store.begin().await?;
        Ok(repository.tenants().by_name(name).await?)
    }

    /// The tenant of that name or id.
    pub async fn find(&self, name_or_id: &str) -> Result<Tenant, TenantsError> {
        let found = match name_or_id.parse::<TenantId>() {
            Ok(id) => {
                let mut repository = self.store.begin().await?;
                repository.tenants().get(id).await?
            }
            Err(_) => self.by_name(name_or_id).await?,
        };
        found.ok_or_else(|| TenantsError::NoSuchTenant(name_or_id.to_owned()))
    }

    /// What it has otherwise than the server.
    pub async fn settings(&self, tenant: &Tenant) -> Result<TenantSettings, TenantsError> {
        own(&mut self.store.begin().await?, tenant).await
    }

    /// Changes that; two who do it at once do it one after the other. A running server goes by it from its next request on.
    pub async fn change_settings(
        &self,
        tenant: &Tenant,
        change: impl FnOnce(&mut TenantSettings) -> Result<(), SettingError> + Send,
    ) -> Result<TenantSettings, TenantsError> {
        let scribe = self.scribe().await?;
        let mut repository = self.store.begin().await?;
        // One that is gone is told by what follows.
        repository.tenants().hold(tenant.id).await?;
        let before = own(&mut repository, tenant).await?;
        let mut settings = before.clone();
        change(&mut settings)?;
        repository.tenants().set_settings(tenant.id, &settings).await?;
        for setting in changed(&before, &settings) {
            let subject = Subject::new(SubjectKind::Setting, setting.name());
            scribe.write(&mut repository, Some(tenant.id), done(Action::SettingChanged, subject)).await?;
        }
        repository.save().await?;
        Ok(settings)
    }

    /// From now on the server's hold, whatever there was: also what cannot be read any more.
    pub async fn forget_settings(&self, tenant: &Tenant) -> Result<(), TenantsError> {
        let scribe = self.scribe().await?;
        let mut repository = self.store.begin().await?;
        if !repository.tenants().set_settings(tenant.id, &TenantSettings::default()).await? {
            return Err(TenantsError::NoSuchTenant(tenant.name.clone()));
        }
        let all = done(Action::SettingChanged, Subject::new(SubjectKind::Setting, "*"));
        scribe.write(&mut repository, Some(tenant.id), all).await?;
        Ok(repository.save().await?)
    }

    /// Oldest first, also those that were revoked.
    pub async fn credentials(&self, tenant: &Tenant) -> Result<Vec<ListedCredential>, TenantsError> {
        let mut repository = self.store.begin().await?;
        Ok(repository.credentials().list(tenant.id).await?)
    }

    /// Makes a pair of token and secret. `administration`: one that reads and deletes results, which no other pair of the tenant
    /// does from now on.
    pub async fn add_pair(&self, tenant: &Tenant, administration: bool) -> Result<NewPair, TenantsError> {
        let entropy = self.entropy.as_ref();
        let mut bytes = [0; 16];
        entropy.fill(&mut bytes);
        let pair = NewPair { token: hex::encode(bytes), secret: made_up_secret(entropy) };
        let hash = hash_secret(pair.secret.expose(), entropy).map_err(TenantsError::Secret)?;
        let now = self.clock.now();
        let scribe = self.scribe().await?;
        let mut repository = self.store.begin().await?;
        let mut credentials = repository.credentials();
        let id = if administration {
            credentials.add_administration(entropy, tenant.id, &pair.token, &hash, now).await?
        } else {
            credentials.add_token_secret(entropy, tenant.id, &pair.token, &hash, now).await?
        };
        scribe.write(&mut repository, Some(tenant.id), done(Action::CredentialCreated, id)).await?;
        repository.save().await?;
        Ok(pair)
    }

    /// Makes a key for the interfaces that know tenants by one.
    pub async fn add_api_key(&self, tenant: &Tenant) -> Result<SecretString, TenantsError> {
        let entropy = self.entropy.as_ref();
        let key = made_up_secret(entropy);
        let scribe = self.scribe().await?;
        let mut repository = self.store.begin().await?;
        let hash = api_key_hash(key.expose());
        let id = repository.credentials().add_api_key(entropy, tenant.id, &hash, self.clock.now()).await?;
        scribe.write(&mut repository, Some(tenant.id), done(Action::CredentialCreated, id)).await?;
        repository.save().await?;
        Ok(key)
    }

    /// Takes a credential away for good, named by its token or its id. A running server refuses it from its next request on.
    pub async fn revoke(&self, tenant: &Tenant, token_or_id: &str) -> Result<Revoked, TenantsError> {
        let is_named = |listed: &&ListedCredential| {
            listed.token.as_deref() == Some(token_or_id) || listed.credential.id.to_string() == token_or_id
        };
        let listed = self.credentials(tenant).await?;
        let found = listed.iter().find(is_named);
        let found = found.ok_or_else(|| TenantsError::NoSuchCredential(token_or_id.to_owned()))?;
        let scribe = self.scribe().await?;
        let mut repository = self.store.begin().await?;
        let id = found.credential.id;
        let revoked = repository.credentials().revoke(tenant.id, id, self.clock.now()).await?;
        if revoked {
            scribe.write(&mut repository, Some(tenant.id), done(Action::CredentialRevoked, id)).await?;
        }
        repository.save().await?;
        Ok(if revoked { Revoked::Now } else { Revoked::Before })
    }

    /// Whether results are read and deleted by a pair for that alone.
    pub async fn has_administration(&self, tenant: &Tenant) -> Result<bool, TenantsError> {
        let listed = self.credentials(tenant).await?;
        let counts = |listed: &ListedCredential| {
            listed.credential.kind == CredentialKind::Administration && listed.credential.revoked_at.is_none()
        };
        Ok(listed.iter().any(counts))
    }
}

/// What whoever runs the server did.
fn done(action: Action, subject: impl Into<Subject>) -> Event {
    Event::new(Origin::OPERATOR, action).about(subject)
}

/// Settings that one has otherwise than the other.
fn changed<'a>(before: &'a TenantSettings, after: &'a TenantSettings) -> impl Iterator<Item = Setting> + 'a {
    let named = before.own().chain(after.own()).map(|(setting, _)| setting);
    let all: BTreeSet<Setting> = named.collect();
    all.into_iter().filter(|setting| before.text(*setting) != after.text(*setting))
}

async fn own(repository: &mut Repository, tenant: &Tenant) -> Result<TenantSettings, TenantsError> {
    match repository.tenants().settings(tenant.id).await {
        Ok(settings) => settings.ok_or_else(|| TenantsError::NoSuchTenant(tenant.name.clone())),
        Err(StoreError::Impossible { .. }) => {
            Err(TenantsError::Unreadable { name: tenant.name.clone(), id: tenant.id })
        }
        Err(error) => Err(error.into()),
    }
}

impl std::fmt::Debug for Tenants {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tenants").finish_non_exhaustive()
    }
}
