//! Sealed objects in an object store: a local folder now, anything that `object_store` speaks later.

use std::path::Path;
use std::sync::Arc;

use futures_util::TryStreamExt as _;
use object_store::local::LocalFileSystem;
use object_store::{Error, ObjectStore, ObjectStoreExt as _, PutPayload};
use selfsame_domain::Entropy;

use crate::{BlobError, BlobKey, DataKey};

/// Where objects are kept. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Blobs {
    store: Arc<dyn ObjectStore>,
}

impl Blobs {
    /// Objects as files of a folder, which is made when it is missing. What was put is on disk when `put` returns.
    pub fn local(folder: &Path) -> Result<Self, BlobError> {
        std::fs::create_dir_all(folder)?;
        let store = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true).with_automatic_cleanup(true);
        Ok(Self::over(Arc::new(store)))
    }

    /// Objects in any store.
    pub fn over(store: Arc<dyn ObjectStore>) -> Self {
        Self { store }
    }

    /// Encrypts and writes; all or nothing.
    pub async fn put(
        &self,
        name: &BlobKey,
        key: &DataKey,
        plain: Vec<u8>,
        entropy: &dyn Entropy,
    ) -> Result<(), BlobError> {
        let sealed = key.seal(name, &plain, entropy)?;
        self.store.put(&name.path(), PutPayload::from(sealed)).await?;
        Ok(())
    }

    /// Reads and decrypts; `None` when there is no such object.
    pub async fn get(&self, name: &BlobKey, key: &DataKey) -> Result<Option<Vec<u8>>, BlobError> {
        let sealed = match self.store.get(&name.path()).await {
            Ok(found) => found.bytes().await?,
            Err(Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        Ok(Some(key.open(name, &sealed)?.to_vec()))
    }

    /// Removes everything whose name begins with `prefix`. Returns how many objects there were.
    pub async fn purge(&self, prefix: &BlobKey) -> Result<usize, BlobError> {
        let found: Vec<_> = self.store.list(Some(&prefix.path())).try_collect().await?;
        let mut count = 0;
        for object in found {
            match self.store.delete(&object.location).await {
                Ok(()) => count += 1,
                Err(Error::NotFound { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use selfsame_domain::{FaceId, OsEntropy, SessionId, TenantId};

    use super::*;

    #[tokio::test]
    async fn what_is_put_can_be_got_and_purged_and_is_never_in_the_clear() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::local(folder.path()).unwrap();
        let (tenant, session) = (TenantId::random(&OsEntropy), SessionId::random(&OsEntropy));
        let other_session = SessionId::random(&OsEntropy);
        let key = DataKey::generate(&OsEntropy);
        let marker = b"MARKER-OF-A-FACE".repeat(64);
        let name = BlobKey::image(tenant, session, FaceId::random(&OsEntropy));
        let other = BlobKey::image(tenant, other_session, FaceId::random(&OsEntropy));
        blobs.put(&name, &key, marker.clone(), &OsEntropy).await.unwrap();
        blobs.put(&other, &key, marker.clone(), &OsEntropy).await.unwrap();
        assert_eq!(blobs.get(&name, &key).await.unwrap().as_deref(), Some(marker.as_slice()));
        assert!(matches!(blobs.get(&name, &DataKey::generate(&OsEntropy)).await, Err(BlobError::Sealed)));

        let mut files = Vec::new();
        let mut folders = vec![folder.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() { folders.push(path) } else { files.push(path) }
            }
        }
        assert_eq!(files.len(), 2);
        for file in files {
            let bytes = std::fs::read(file).unwrap();
            assert!(!bytes.windows(16).any(|window| window == b"MARKER-OF-A-FACE"));
        }

        assert_eq!(blobs.purge(&BlobKey::session_prefix(tenant, session)).await.unwrap(), 1);
        assert_eq!(blobs.get(&name, &key).await.unwrap(), None);
        assert!(blobs.get(&other, &key).await.unwrap().is_some());
    }
}
