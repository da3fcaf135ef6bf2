//! Sealed objects in an object store: a local folder now, anything that `object_store` speaks later.

use std::path::Path;
use std::sync::Arc;

use futures_util::TryStreamExt as _;
use object_store::local::LocalFileSystem;
use object_store::{Error, ObjectStore, ObjectStoreExt as _, PutPayload};
use selfsame_domain::Entropy;

use crate::key::make_private_folder;
use crate::{BlobError, BlobKey, DataKey};

/// Where objects are kept. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Blobs {
    store: Arc<dyn ObjectStore>,
}

impl Blobs {
    /// Objects as files of a folder, which is made when it is missing. What was put is on disk when `put` returns.
    pub fn local(folder: &Path) -> Result<Self, BlobError> {
        make_private_folder(folder)?;
        let store = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true).with_automatic_cleanup(true);
        Ok(Self::over(Arc::new(store)))
    }

    /// Objects in any store.
    pub fn over(store: Arc<dyn ObjectStore>) -> Self {
        Self { store }
    }

    /// Encrypts and writes, over what was there; all or nothing. What is written in a folder is on disk, its name included,
    /// when this returns.
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
    ///
    /// # Errors
    /// [`BlobError::Sealed`] when it was altered, moved here from another name, or sealed with another key.
    pub async fn get(&self, name: &BlobKey, key: &DataKey) -> Result<Option<Vec<u8>>, BlobError> {
        let sealed = match self.store.get(&name.path()).await {
            Ok(found) => found.bytes().await?,
            Err(Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        Ok(Some(key.open(name, &sealed)?.to_vec()))
    }

    /// Removes one object. False when there was none.
    pub async fn delete(&self, name: &BlobKey) -> Result<bool, BlobError> {
        match self.store.delete(&name.path()).await {
            Ok(()) => Ok(true),
            Err(Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
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
    use std::path::PathBuf;

    use selfsame_domain::{FaceId, OsEntropy, SessionId, TenantId};

    use super::*;

    fn image(tenant: TenantId, session: SessionId) -> BlobKey {
        BlobKey::image(tenant, session, FaceId::random(&OsEntropy))
    }

    fn any_image() -> BlobKey {
        image(TenantId::random(&OsEntropy), SessionId::random(&OsEntropy))
    }

    fn files_in(folder: &Path) -> Vec<PathBuf> {
        let (mut files, mut folders) = (Vec::new(), vec![folder.to_owned()]);
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() { folders.push(path) } else { files.push(path) }
            }
        }
        files
    }

    #[tokio::test]
    async fn what_is_put_can_be_got_deleted_and_purged() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::local(folder.path()).unwrap();
        let (tenant, session) = (TenantId::random(&OsEntropy), SessionId::random(&OsEntropy));
        let key = DataKey::generate(&OsEntropy);
        let (one, two, other) = (image(tenant, session), image(tenant, session), any_image());
        assert_eq!(blobs.get(&one, &key).await.unwrap(), None);
        for name in [&one, &two, &other] {
            blobs.put(name, &key, b"before".to_vec(), &OsEntropy).await.unwrap();
            blobs.put(name, &key, b"a face".to_vec(), &OsEntropy).await.unwrap();
            assert_eq!(blobs.get(name, &key).await.unwrap().as_deref(), Some(b"a face".as_slice()));
        }
        assert_eq!(files_in(folder.path()).len(), 3, "no staging file stays behind");

        assert!(blobs.delete(&one).await.unwrap());
        assert!(!blobs.delete(&one).await.unwrap());
        assert_eq!(blobs.get(&one, &key).await.unwrap(), None);
        let session = BlobKey::session_prefix(tenant, session);
        assert_eq!(blobs.purge(&session).await.unwrap(), 1);
        assert_eq!(blobs.purge(&session).await.unwrap(), 0);
        assert_eq!(blobs.get(&two, &key).await.unwrap(), None);
        assert!(blobs.get(&other, &key).await.unwrap().is_some());
    }

    #[tokio::test]
    async fn nothing_is_on_disk_in_the_clear() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::local(folder.path()).unwrap();
        let marker = b"MARKER-OF-A-FACE";
        let key = DataKey::generate(&OsEntropy);
        blobs.put(&any_image(), &key, marker.repeat(64), &OsEntropy).await.unwrap();
        let [file] = files_in(folder.path()).try_into().unwrap();
        let bytes = std::fs::read(file).unwrap();
        assert!(bytes.len() > marker.len() * 64);
        assert!(!bytes.windows(marker.len()).any(|window| window == marker));
    }

    #[tokio::test]
    async fn what_was_altered_or_moved_on_disk_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::local(folder.path()).unwrap();
        let key = DataKey::generate(&OsEntropy);
        let (tenant, session) = (TenantId::random(&OsEntropy), SessionId::random(&OsEntropy));
        let face = FaceId::random(&OsEntropy);
        let own = BlobKey::image(tenant, session, face);
        blobs.put(&own, &key, b"a face".to_vec(), &OsEntropy).await.unwrap();
        assert!(matches!(blobs.get(&own, &DataKey::generate(&OsEntropy)).await, Err(BlobError::Sealed)));
        let file = |name: &BlobKey| folder.path().join(name.path().as_ref());
        let sealed = std::fs::read(file(&own)).unwrap();

        for bit in 0..sealed.len() * 8 {
            let mut altered = sealed.clone();
            altered[bit / 8] ^= 1 << (bit % 8);
            std::fs::write(file(&own), altered).unwrap();
            assert!(matches!(blobs.get(&own, &key).await, Err(BlobError::Sealed)), "bit {bit}");
        }

        for stranger in [
            image(tenant, session),
            BlobKey::image(tenant, SessionId::random(&OsEntropy), face),
            BlobKey::image(TenantId::random(&OsEntropy), session, face),
            BlobKey::template(tenant, session, face),
        ] {
            std::fs::create_dir_all(file(&stranger).parent().unwrap()).unwrap();
            std::fs::write(file(&stranger), &sealed).unwrap();
            assert!(matches!(blobs.get(&stranger, &key).await, Err(BlobError::Sealed)), "{stranger:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn the_folder_is_its_owners() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let objects = folder.path().join("objects");
        Blobs::local(&objects).unwrap();
        assert_eq!(std::fs::metadata(objects).unwrap().permissions().mode() & 0o777, 0o700);
    }
}
