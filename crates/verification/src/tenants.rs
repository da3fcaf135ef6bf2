//! Who calls, what holds for them, and the development tenant of the first start.

mod desk;

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use selfsame_domain::audit::{Action, Event, Origin, Subject};
use selfsame_domain::transaction::TransactionPolicy;
use selfsame_domain::{ApiCredential, CredentialKind, Entropy, SecretString, Tenant, TenantId, Timestamp};
use selfsame_store::{Repository, api_key_hash};

use crate::audit::NotRecognised;
use crate::{UseCaseError, Verification, hash_secret};

pub use desk::{NewPair, Revoked, Tenants, TenantsError};
pub use selfsame_store::ListedCredential;

/// Name of the tenant that the first start makes.
pub const DEVELOPMENT_TENANT: &str = "development";

/// Credentials that the operator fixed by settings; what is absent is made up.
#[derive(Debug, Clone, Default)]
pub struct Bootstrap {
    pub api_key: Option<SecretString>,
    pub api_token: Option<SecretString>,
    pub api_secret: Option<SecretString>,
    /// A second pair, then needed for reading and deleting results.
    pub administration: Option<(SecretString, SecretString)>,
}

/// Credentials of the development tenant, told once.
#[derive(Debug)]
pub struct NewCredentials {
    pub api_key: Option<SecretString>,
    pub api_token: Option<SecretString>,
    pub api_secret: Option<SecretString>,
}

/// A caller that was recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recognised {
    pub tenant: TenantId,
    /// The credential that it showed, and from where.
    pub by: Origin,
}

impl Recognised {
    fn by(credential: &ApiCredential, address: Option<IpAddr>) -> Self {
        Self { tenant: credential.tenant_id, by: Origin::credential(credential.id, address) }
    }
}

/// What a pair of token and secret is shown for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PairFor {
    /// Making transactions: never the pair for results.
    Transactions,
    /// Reading and deleting results. A tenant that has a pair for that needs it for that.
    Results,
    /// What is about no transaction.
    Lists,
}

impl Verification {
    /// The caller that an API key belongs to. The key is looked up by its SHA-256, so that comparing takes the same time
    /// whatever was sent. A key that is not recognised is recorded.
    pub async fn recognise_api_key(
        &self,
        api_key: &str,
        address: Option<IpAddr>,
    ) -> Result<Option<Recognised>, UseCaseError> {
        let mut repository = self.store().begin().await?;
        let found = repository.credentials().find_by_api_key_hash(&api_key_hash(api_key)).await?;
        drop(repository);
        let why = match &found {
            Some(credential) if credential.revoked_at.is_none() => {
                return Ok(Some(Recognised::by(credential, address)));
            }
            Some(_) => NotRecognised::Revoked,
            None => NotRecognised::Unknown,
        };
        let claimed = found.map(|credential| (credential.tenant_id, credential.id));
        self.caller_not_recognised(why, claimed, address);
        Ok(None)
    }

    /// Whose pair of token and secret it is; `None` when there is no such pair, or it may not do this, which is recorded.
    ///
    /// # Errors
    /// [`UseCaseError::Overloaded`] when too many secrets wait to be verified.
    pub async fn recognise_pair(
        &self,
        token: &str,
        secret: &str,
        needed: PairFor,
        address: Option<IpAddr>,
    ) -> Result<Option<Recognised>, UseCaseError> {
        let mut repository = self.store().begin().await?;
        let known = repository.credentials().find_pair(token).await?;
        let claimed = known.as_ref().map(|(credential, _)| (credential.tenant_id, credential.id));
        let found = known.filter(|(credential, _)| credential.revoked_at.is_none());
        let allowed = match &found {
            None => false,
            Some((credential, _)) => match credential.kind {
                CredentialKind::ApiKey => false,
                CredentialKind::Administration => needed != PairFor::Transactions,
                CredentialKind::TokenAndSecret => {
                    needed != PairFor::Results
                        || !repository.credentials().has_administration(credential.tenant_id).await?
                }
            },
        };
        drop(repository);
        let stored = found.as_ref().map(|(_, stored)| stored.as_str());
        let right = self.inner.secrets.is_right(token, secret, stored).await?;
        let why = match &found {
            Some((credential, _)) if right && allowed => {
                return Ok(Some(Recognised::by(credential, address)));
            }
            Some(_) if right => NotRecognised::NotPermitted,
            Some(_) => NotRecognised::WrongSecret,
            None if claimed.is_some() => NotRecognised::Revoked,
            None => NotRecognised::Unknown,
        };
        self.caller_not_recognised(why, claimed, address);
        Ok(None)
    }

    /// What holds for the tenant's transactions just now: the server's settings, and the tenant's own over them. Read anew each time, so that
    /// a change holds with the next request, in every process.
    ///
    /// # Errors
    /// [`UseCaseError::Internal`] when the tenant's own cannot be read: the server's may allow what they forbid.
    pub async fn transaction_policy(&self, tenant: TenantId) -> Result<TransactionPolicy, UseCaseError> {
        let mut repository = self.store().begin().await?;
        let own = repository.tenants().settings(tenant).await?.ok_or(UseCaseError::NotFound)?;
        Ok(own.over(&self.settings().transactions.policy))
    }

    pub async fn development_tenant(&self) -> Result<Option<TenantId>, UseCaseError> {
        let mut repository = self.store().begin().await?;
        Ok(repository.tenants().by_name(DEVELOPMENT_TENANT).await?.map(|tenant| tenant.id))
    }

    /// Makes the development tenant on the first start, and lets fixed credentials take effect on later ones.
    ///
    /// Returns what of the credentials was made up now: the only time that it can be told.
    pub async fn bootstrap(&self, bootstrap: Bootstrap) -> Result<Option<NewCredentials>, UseCaseError> {
        let now = self.clock().now();
        let scribe = self.trail().scribe().await?;
        let mut repository = self.store().begin().await?;
        // Processes that start at once make one tenant between them.
        repository.exclusively("bootstrap").await?;
        let existing = repository.tenants().by_name(DEVELOPMENT_TENANT).await?;
        let first_start = existing.is_none();
        let mut told = Vec::new();
        let tenant = match existing {
            Some(tenant) => tenant,
            None => {
                let tenant = Tenant {
                    id: TenantId::random(self.entropy()),
                    name: DEVELOPMENT_TENANT.to_owned(),
                    created_at: now,
                };
                repository.tenants().add(&tenant).await?;
                told.push(bootstrapped(Action::TenantCreated, tenant.id));
                tenant
            }
        };
        let given = [&bootstrap.api_key, &bootstrap.api_token, &bootstrap.api_secret].map(Option::is_some);
        let wanted = |given: Option<SecretString>| match given {
            Some(secret) => Some(secret),
            None => first_start.then(|| made_up_secret(self.entropy())),
        };
        let api_key = wanted(bootstrap.api_key);
        let api_token = wanted(bootstrap.api_token);
        let api_secret = wanted(bootstrap.api_secret);
        if let Some(key) = &api_key {
            let hash = api_key_hash(key.expose());
            if repository.credentials().find_by_api_key_hash(&hash).await?.is_none() {
                let id = repository.credentials().add_api_key(self.entropy(), tenant.id, &hash, now).await?;
                told.push(bootstrapped(Action::CredentialCreated, id));
            }
        }
        if let (Some(token), Some(secret)) = (&api_token, &api_secret) {
            let kind = CredentialKind::TokenAndSecret;
            told.extend(self.put_pair(&mut repository, tenant.id, kind, (token, secret), now).await?);
        }
        if let Some((token, secret)) = &bootstrap.administration {
            let kind = CredentialKind::Administration;
            told.extend(self.put_pair(&mut repository, tenant.id, kind, (token, secret), now).await?);
        }
        for event in told {
            scribe.write(&mut repository, Some(tenant.id), event).await?;
        }
        repository.save().await?;
        let [key_given, token_given, secret_given] = given;
        let made = NewCredentials {
            api_key: api_key.filter(|_| !key_given),
            // Half a pair that was made up is told with its other half, which the operator may know it by.
            api_token: api_token.filter(|_| !(token_given && secret_given)),
            api_secret: api_secret.filter(|_| !secret_given),
        };
        let any = made.api_key.is_some() || made.api_token.is_some() || made.api_secret.is_some();
        Ok((first_start && any).then_some(made))
    }

    /// Adds a pair; sets the secret of one that is there, unless it is the same. Earlier versions' way of keeping it ends here. Returns what
    /// is to be recorded of it.
    async fn put_pair(
        &self,
        repository: &mut Repository,
        tenant: TenantId,
        kind: CredentialKind,
        (token, secret): (&SecretString, &SecretString),
        now: Timestamp,
    ) -> Result<Option<Event>, UseCaseError> {
        let (token, secret) = (token.expose(), secret.expose().to_owned());
        let found = repository.credentials().find_pair(token).await?;
        if let Some((_, stored)) = &found
            && stored.starts_with('$')
            && self.inner.secrets.is_right(token, &secret, Some(stored)).await?
        {
            return Ok(None);
        }
        let entropy = self.shared_entropy();
        let hash = tokio::task::spawn_blocking(move || hash_secret(&secret, entropy.as_ref()))
            .await
            .map_err(|error| UseCaseError::internal(&error))??;
        let mut credentials = repository.credentials();
        let (action, id) = match found {
            Some((credential, _)) => {
                credentials.set_secret_hash(credential.tenant_id, credential.id, &hash).await?;
                (Action::CredentialChanged, credential.id)
            }
            None if kind == CredentialKind::Administration => {
                let id = credentials.add_administration(self.entropy(), tenant, token, &hash, now).await?;
                (Action::CredentialCreated, id)
            }
            None => {
                let id = credentials.add_token_secret(self.entropy(), tenant, token, &hash, now).await?;
                (Action::CredentialCreated, id)
            }
        };
        Ok(Some(bootstrapped(action, id)))
    }
}

/// What the settings of a start brought about.
fn bootstrapped(action: Action, subject: impl Into<Subject>) -> Event {
    Event::new(Origin::SERVER, action).about(subject).coded("bootstrap")
}

/// 256 random bits.
fn made_up_secret(entropy: &dyn Entropy) -> SecretString {
    let mut bytes = [0; 32];
    entropy.fill(&mut bytes);
    SecretString::new(URL_SAFE_NO_PAD.encode(bytes))
}
