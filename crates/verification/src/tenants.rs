//! Who calls, and the development tenant of the first start.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use selfsame_domain::{SecretString, Tenant, TenantId};
use selfsame_store::api_key_hash;

use crate::{UseCaseError, Verification};

/// Name of the tenant that the first start makes.
pub const DEVELOPMENT_TENANT: &str = "development";

/// Credentials that the operator fixed by settings; what is absent is made up.
#[derive(Debug, Clone, Default)]
pub struct Bootstrap {
    pub api_key: Option<SecretString>,
    pub api_token: Option<SecretString>,
    pub api_secret: Option<SecretString>,
}

/// Credentials of the development tenant, told once.
#[derive(Debug)]
pub struct NewCredentials {
    pub api_key: SecretString,
    pub api_token: SecretString,
    pub api_secret: SecretString,
}

impl Verification {
    /// The tenant that an API key belongs to. The key is looked up by its SHA-256, so that comparing takes the same time
    /// whatever was sent.
    pub async fn tenant_by_api_key(&self, api_key: &str) -> Result<Option<TenantId>, UseCaseError> {
        let mut repository = self.store().begin().await?;
        let found = repository.credentials().find_by_api_key_hash(&api_key_hash(api_key)).await?;
        Ok(found.filter(|credential| credential.revoked_at.is_none()).map(|credential| credential.tenant_id))
    }

    pub async fn development_tenant(&self) -> Result<Option<TenantId>, UseCaseError> {
        let mut repository = self.store().begin().await?;
        Ok(repository.tenants().by_name(DEVELOPMENT_TENANT).await?.map(|tenant| tenant.id))
    }

    /// Makes the development tenant on the first start, and lets fixed credentials take effect on later ones.
    ///
    /// Returns the credentials when they were made up now: the only time that they can be told.
    pub async fn bootstrap(&self, bootstrap: Bootstrap) -> Result<Option<NewCredentials>, UseCaseError> {
        let now = self.clock().now();
        let mut repository = self.store().begin().await?;
        // Processes that start at once make one tenant between them.
        repository.exclusively("bootstrap").await?;
        let existing = repository.tenants().by_name(DEVELOPMENT_TENANT).await?;
        let first_start = existing.is_none();
        let tenant = match existing {
            Some(tenant) => tenant,
            None => {
                let tenant = Tenant {
                    id: TenantId::random(self.entropy()),
                    name: DEVELOPMENT_TENANT.to_owned(),
                    created_at: now,
                };
                repository.tenants().add(&tenant).await?;
                tenant
            }
        };
        let made_up = bootstrap.api_key.is_none();
        let wanted = |given: Option<SecretString>| match given {
            Some(secret) => Some(secret),
            None => first_start.then(|| self.made_up_secret()),
        };
        let api_key = wanted(bootstrap.api_key);
        let api_token = wanted(bootstrap.api_token);
        let api_secret = wanted(bootstrap.api_secret);
        if let Some(key) = &api_key {
            let hash = api_key_hash(key.expose());
            if repository.credentials().find_by_api_key_hash(&hash).await?.is_none() {
                repository.credentials().add_api_key(self.entropy(), tenant.id, &hash, now).await?;
            }
        }
        if let (Some(token), Some(secret)) = (&api_token, &api_secret) {
            let hash = api_key_hash(secret.expose());
            if repository.credentials().find_by_token(token.expose()).await?.is_none() {
                repository
                    .credentials()
                    .add_token_secret(self.entropy(), tenant.id, token.expose(), &hash, now)
                    .await?;
            }
        }
        repository.save().await?;
        Ok(match (api_key, api_token, api_secret) {
            (Some(api_key), Some(api_token), Some(api_secret)) if first_start && made_up => {
                Some(NewCredentials { api_key, api_token, api_secret })
            }
            _ => None,
        })
    }

    /// 256 random bits.
    fn made_up_secret(&self) -> SecretString {
        let mut bytes = [0; 32];
        self.entropy().fill(&mut bytes);
        SecretString::new(URL_SAFE_NO_PAD.encode(bytes))
    }
}
