//! Sealed objects in an object store: a local folder, or a bucket that speaks S3.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use futures_util::TryStreamExt as _;
use object_store::local::LocalFileSystem;
use object_store::{Error, ObjectStore, ObjectStoreExt as _, PutPayload};
use selfsame_domain::Entropy;
use zeroize::Zeroizing;

use crate::key::make_private_folder;
use crate::s3::{self, S3Settings};
use crate::{BlobError, BlobKey, DataKey, said};

/// Where objects are kept. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Blobs {
    store: Arc<dyn ObjectStore>,
    place: String,
}

impl Blobs {
    /// Objects as files of a folder, which is made when it is missing. What was put is on disk when `put` returns.
    pub fn local(folder: &Path) -> Result<Self, BlobError> {
        make_private_folder(folder)?;
        let store = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true).with_automatic_cleanup(true);
        Ok(Self { store: Arc::new(store), place: format!("the folder {}", folder.display()) })
    }

    /// Objects in a bucket. What was put is as durable as the service says when `put` returns. Reaches for nothing.
    ///
    /// # Errors
    /// Settings that no client can be made of.
    pub fn s3(settings: &S3Settings) -> Result<Self, BlobError> {
        Ok(Self { store: s3::open(settings)?, place: settings.to_string() })
    }

    /// Writes, reads, lists and removes an object of random bytes, to find out at the start what else the first person would.
    ///
    /// # Errors
    /// [`BlobError::Unusable`], which names the store and what to do.
    pub async fn check(&self, entropy: &dyn Entropy) -> Result<(), BlobError> {
        let unusable = |step: &'static str| {
            move |error: Error| BlobError::Unusable { place: self.place.clone(), step, cause: said(&error) }
        };
        let folder = object_store::path::Path::from("server/check");
        let path = folder.clone().join(entropy.uuid().to_string());
        let mut bytes = vec![0; 32];
        entropy.fill(&mut bytes);
        self.store.put(&path, PutPayload::from(bytes.clone())).await.map_err(unusable("written"))?;
        let read = async { self.store.get(&path).await?.bytes().await };
        let read = read.await.map_err(unusable("read"))?;
        let listed: Vec<_> =
            self.store.list(Some(&folder)).try_collect().await.map_err(unusable("listed"))?;
        self.store.delete(&path).await.map_err(unusable("removed"))?;
        if read.as_ref() != bytes.as_slice() || !listed.iter().any(|object| object.location == path) {
            let cause = "what was written there is not what is read there".to_owned();
            return Err(BlobError::Unusable { place: self.place.clone(), step: "relied on", cause });
        }
        Ok(())
    }

    /// Which store it is, without credentials.
    pub fn place(&self) -> &str {
        &self.place
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
        // Nothing is left of it in memory.
        let plain = Zeroizing::new(plain);
        let sealed = key.seal(name, &plain, entropy)?;
        let began = Instant::now();
        self.store.put(&name.path(), PutPayload::from(sealed)).await?;
        took("put", began);
        Ok(())
    }

    /// Reads and decrypts; `None` when there is no such object.
    ///
    /// # Errors
    /// [`BlobError::Sealed`] when it was altered, moved here from another name, or sealed with another key.
    pub async fn get(&self, name: &BlobKey, key: &DataKey) -> Result<Option<Vec<u8>>, BlobError> {
        let began = Instant::now();
        let sealed = match self.store.get(&name.path()).await {
            Ok(found) => found.bytes().await?,
            Err(Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        took("get", began);
        Ok(Some(key.open(name, &sealed)?.to_vec()))
    }

    /// Removes one object, if there is one.
    pub async fn delete(&self, name: &BlobKey) -> Result<(), BlobError> {
        let began = Instant::now();
        match self.store.delete(&name.path()).await {
            Ok(()) | Err(Error::NotFound { .. }) => {
                took("delete", began);
                Ok(())
            }
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

/// Tells how long the store needed for what it did.
fn took(operation: &'static str, began: Instant) {
    metrics::histogram!("selfsame_blob_seconds", "operation" => operation).record(began.elapsed());
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
