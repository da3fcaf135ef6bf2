//! Facemaps: what an integrator keeps to authenticate a person later. Opaque outside: sealed under a key of the tenant.
//!
//! `SSFM ‖ version (1) ‖ key id (16) ‖ sealed (AES-256-GCM)`. Version, key id and tenant are authenticated with the content, so that
//! one bit, another tenant or another key is enough to be refused.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use selfsame_blobs::{BlobKey, DataKey};
use selfsame_domain::{TenantId, Timestamp, TransactionId};
use selfsame_vision::Template;
use selfsame_vision::inference::REMAKING_COMMAND;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{UseCaseError, Verification, key_created};

const MAGIC: &[u8; 4] = b"SSFM";
const VERSION: u8 = 1;

/// A face as it was enrolled, and by what.
#[derive(Debug, Clone, PartialEq)]
pub struct Facemap {
    pub tenant_id: TenantId,
    /// The transaction that it comes from.
    pub transaction_id: TransactionId,
    pub template: Template,
    /// Of the picture, -100..=200.
    pub quality: f32,
    /// SHA-256 over the pictures it rests on, hexadecimal.
    pub evidence: String,
    pub created_at: Timestamp,
}

/// Why bytes are no facemap of this tenant.
#[derive(Debug, thiserror::Error)]
pub enum FacemapError {
    #[error("this is no facemap")]
    NotAFacemap,
    #[error("the facemap has format {0}, which this server does not read; enrol the person again")]
    Version(u8),
    #[error("the facemap was altered, or belongs to another tenant or to a key that is not in use any more")]
    Sealed,
    #[error(
        "the facemap was made by other face networks ({found}) than this server compares with ({wanted}); fetch it again if the server still keeps its transaction (`{REMAKING_COMMAND}` makes it again there), or enrol the person again"
    )]
    Mode { found: String, wanted: String },
    #[error(transparent)]
    UseCase(#[from] UseCaseError),
}

#[derive(Serialize, Deserialize)]
struct Content {
    tenant: TenantId,
    transaction: TransactionId,
    template: String,
    mode: String,
    quality: f32,
    evidence: String,
    created_at: Timestamp,
}

fn sealed_name(tenant: TenantId, key: Uuid) -> BlobKey {
    BlobKey::tenant(tenant, &format!("facemap/{VERSION}/{key}"))
}

impl Verification {
    /// Seals a facemap for its tenant.
    ///
    /// # Errors
    /// The tenant's key could not be read or made.
    pub async fn seal_facemap(&self, facemap: &Facemap) -> Result<Vec<u8>, UseCaseError> {
        let (id, key) = self.facemap_key(facemap.tenant_id).await?;
        let content = Content {
            tenant: facemap.tenant_id,
            transaction: facemap.transaction_id,
            template: STANDARD.encode(facemap.template.to_bytes().as_slice()),
            mode: facemap.template.mode().to_owned(),
            quality: facemap.quality,
            evidence: facemap.evidence.clone(),
            created_at: facemap.created_at,
        };
        let plain = serde_json::to_vec(&content).map_err(|_| UseCaseError::internal(&"no JSON"))?;
        let plain = zeroize::Zeroizing::new(plain);
        let mut bytes = MAGIC.to_vec();
        bytes.push(VERSION);
        bytes.extend_from_slice(id.as_bytes());
        bytes.extend(key.seal(&sealed_name(facemap.tenant_id, id), &plain, self.entropy())?);
        Ok(bytes)
    }

    /// Opens a facemap that came back.
    ///
    /// # Errors
    /// [`FacemapError`]; nothing of another tenant, another network or with a bit changed is ever opened.
    pub async fn open_facemap(&self, tenant: TenantId, bytes: &[u8]) -> Result<Facemap, FacemapError> {
        let facemap = self.open_facemap_of_any_mode(tenant, bytes).await?;
        let (found, wanted) = (facemap.template.mode(), self.mode());
        if found != wanted {
            return Err(FacemapError::Mode { found: found.to_owned(), wanted });
        }
        Ok(facemap)
    }

    /// Opens a facemap of whichever face networks: to make it again, never to compare it.
    pub(crate) async fn open_facemap_of_any_mode(
        &self,
        tenant: TenantId,
        bytes: &[u8],
    ) -> Result<Facemap, FacemapError> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(FacemapError::NotAFacemap)?;
        let (&version, rest) = rest.split_first().ok_or(FacemapError::NotAFacemap)?;
        if version != VERSION {
            return Err(FacemapError::Version(version));
        }
        let (id, sealed) = rest.split_first_chunk::<16>().ok_or(FacemapError::NotAFacemap)?;
        let id = Uuid::from_bytes(*id);
        let (current, key) = self.facemap_key(tenant).await?;
        if id != current {
            return Err(FacemapError::Sealed);
        }
        let plain = key.open(&sealed_name(tenant, id), sealed).map_err(|_| FacemapError::Sealed)?;
        let content: Content = serde_json::from_slice(&plain).map_err(|_| FacemapError::Sealed)?;
        let template = STANDARD.decode(&content.template).map_err(|_| FacemapError::Sealed)?;
        let template = Template::from_bytes(&zeroize::Zeroizing::new(template));
        let template = template.map_err(|_| FacemapError::Sealed)?;
        if content.mode != template.mode() {
            return Err(FacemapError::Sealed);
        }
        Ok(Facemap {
            tenant_id: content.tenant,
            transaction_id: content.transaction,
            template,
            quality: content.quality,
            evidence: content.evidence,
            created_at: content.created_at,
        })
    }

    /// The tenant's key for facemaps, made at its first use.
    async fn facemap_key(&self, tenant: TenantId) -> Result<(Uuid, DataKey), UseCaseError> {
        let name = format!("facemap/{tenant}");
        let scribe = self.trail().scribe().await?;
        let mut repository = self.store().begin().await?;
        let stored = match repository.server_keys().get(&name).await? {
            Some(stored) => stored,
            None => {
                let (_, wrapped) = self.new_key()?;
                let mut stored = self.entropy().uuid().as_bytes().to_vec();
                stored.extend(wrapped);
                if repository.server_keys().put_if_absent(&name, stored.clone(), self.clock().now()).await? {
                    scribe.write(&mut repository, Some(tenant), key_created("facemap")).await?;
                    repository.save().await?;
                    stored
                } else {
                    let stored = repository.server_keys().get(&name).await?;
                    stored.ok_or_else(|| UseCaseError::internal(&"the facemap key vanished"))?
                }
            }
        };
        let (id, wrapped) = stored
            .split_first_chunk::<16>()
            .ok_or_else(|| UseCaseError::internal(&"the facemap key is damaged"))?;
        Ok((Uuid::from_bytes(*id), self.unwrap_key(wrapped)?))
    }
}
