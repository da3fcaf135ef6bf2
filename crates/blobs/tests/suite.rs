//! What must hold of a store of objects, once for a folder and for a bucket: `backends!` stamps the suite.

#![expect(clippy::unwrap_used, reason = "in a test, panicking is how to fail")]

mod local_s3;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use selfsame_blobs::{BlobError, BlobKey, Blobs, DataKey, S3Settings};
use selfsame_domain::{FaceId, OsEntropy, SecretString, SessionId, TenantId};

/// An empty store, and the folder in which its objects are files.
struct Backend {
    blobs: Blobs,
    files: PathBuf,
    _folder: tempfile::TempDir,
}

const BUCKET: &str = "selfsame-test";

fn settings(address: SocketAddr) -> S3Settings {
    S3Settings {
        bucket: BUCKET.to_owned(),
        endpoint: Some(format!("http://{address}")),
        region: "us-east-1".to_owned(),
        access_key_id: Some(SecretString::new(local_s3::ACCESS_KEY_ID)),
        secret_access_key: Some(SecretString::new(local_s3::SECRET_ACCESS_KEY)),
        path_style: true,
        allow_http: true,
    }
}

impl Backend {
    async fn folder() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let files = folder.path().join("objects");
        Self { blobs: Blobs::local(&files).unwrap(), files, _folder: folder }
    }

    async fn s3() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let files = folder.path().join(BUCKET);
        std::fs::create_dir(&files).unwrap();
        let address = local_s3::serve(folder.path(), ([127, 0, 0, 1], 0).into()).await;
        Self { blobs: Blobs::s3(&settings(address)).unwrap(), files, _folder: folder }
    }

    /// The file of an object.
    fn file(&self, name: &BlobKey) -> PathBuf {
        self.files.join(name.as_str())
    }
}

fn image(tenant: TenantId, session: SessionId) -> BlobKey {
    BlobKey::image(tenant, session, FaceId::random(&OsEntropy))
}

fn any_image() -> BlobKey {
    image(TenantId::random(&OsEntropy), SessionId::random(&OsEntropy))
}

/// Also those that the service keeps beside objects.
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

async fn what_is_put_can_be_got_deleted_and_purged(backend: Backend) {
    let blobs = &backend.blobs;
    let (tenant, session) = (TenantId::random(&OsEntropy), SessionId::random(&OsEntropy));
    let key = DataKey::generate(&OsEntropy);
    let (one, two, three, other) =
        (image(tenant, session), image(tenant, session), image(tenant, session), any_image());
    assert_eq!(blobs.get(&one, &key).await.unwrap(), None);
    for name in [&one, &two, &three, &other] {
        blobs.put(name, &key, b"before".to_vec(), &OsEntropy).await.unwrap();
        blobs.put(name, &key, b"a face".to_vec(), &OsEntropy).await.unwrap();
        assert_eq!(blobs.get(name, &key).await.unwrap().as_deref(), Some(b"a face".as_slice()));
    }

    blobs.delete(&one).await.unwrap();
    blobs.delete(&one).await.unwrap();
    assert_eq!(blobs.get(&one, &key).await.unwrap(), None);
    let prefix = BlobKey::session_prefix(tenant, session);
    assert_eq!(blobs.purge(&prefix).await.unwrap(), 2);
    assert_eq!(blobs.purge(&prefix).await.unwrap(), 0);
    assert_eq!(blobs.get(&two, &key).await.unwrap(), None);
    assert!(blobs.get(&other, &key).await.unwrap().is_some());
}

async fn a_picture_of_several_megabytes_comes_back(backend: Backend) {
    let key = DataKey::generate(&OsEntropy);
    let name = any_image();
    let picture: Vec<u8> = (0..6_000_000_u32).map(|at| (at % 251) as u8).collect();
    backend.blobs.put(&name, &key, picture.clone(), &OsEntropy).await.unwrap();
    assert!(backend.blobs.get(&name, &key).await.unwrap().unwrap() == picture);
}

async fn nothing_is_stored_in_the_clear(backend: Backend) {
    let marker = b"MARKER-OF-A-FACE";
    let key = DataKey::generate(&OsEntropy);
    let name = any_image();
    backend.blobs.put(&name, &key, marker.repeat(64), &OsEntropy).await.unwrap();
    assert!(std::fs::read(backend.file(&name)).unwrap().len() > marker.len() * 64);
    for file in files_in(&backend.files) {
        let bytes = std::fs::read(&file).unwrap();
        assert!(!bytes.windows(marker.len()).any(|window| window == marker), "{}", file.display());
    }
}

async fn what_was_altered_or_moved_is_refused(backend: Backend) {
    let blobs = &backend.blobs;
    let key = DataKey::generate(&OsEntropy);
    let (tenant, session) = (TenantId::random(&OsEntropy), SessionId::random(&OsEntropy));
    let (own, stranger) = (image(tenant, session), image(tenant, session));
    for name in [&own, &stranger] {
        blobs.put(name, &key, b"a face".to_vec(), &OsEntropy).await.unwrap();
    }
    assert!(matches!(blobs.get(&own, &DataKey::generate(&OsEntropy)).await, Err(BlobError::Sealed)));
    let sealed = std::fs::read(backend.file(&own)).unwrap();
    std::fs::write(backend.file(&stranger), &sealed).unwrap();
    assert!(matches!(blobs.get(&stranger, &key).await, Err(BlobError::Sealed)));
    for byte in 0..sealed.len() {
        let mut altered = sealed.clone();
        altered[byte] ^= 1;
        std::fs::write(backend.file(&own), altered).unwrap();
        assert!(matches!(blobs.get(&own, &key).await, Err(BlobError::Sealed)), "byte {byte}");
    }
}

async fn a_check_leaves_nothing_behind(backend: Backend) {
    let before = files_in(&backend.files).len();
    backend.blobs.check(&OsEntropy).await.unwrap();
    assert_eq!(files_in(&backend.files).len(), before);
}

macro_rules! backends {
    ($($name:ident),*: $tests:tt) => { $(backends!(@one $name $tests);)* };
    (@one $name:ident { $($test:ident),* $(,)? }) => {
        mod $name {
            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $test() {
                    super::$test(super::Backend::$name().await).await;
                }
            )*
        }
    };
}

backends!(folder, s3: {
    what_is_put_can_be_got_deleted_and_purged,
    a_picture_of_several_megabytes_comes_back,
    nothing_is_stored_in_the_clear,
    what_was_altered_or_moved_is_refused,
    a_check_leaves_nothing_behind,
});

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_bucket_is_said_without_its_secret() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join(BUCKET)).unwrap();
    let address = local_s3::serve(folder.path(), ([127, 0, 0, 1], 0).into()).await;
    // A port that nobody listens on.
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let good = settings(address);
    let wrong_secret = Some(SecretString::new("another-secret"));
    for (settings, says) in [
        (S3Settings { bucket: "missing".to_owned(), ..good.clone() }, "bucket missing at"),
        (S3Settings { secret_access_key: wrong_secret, ..good.clone() }, "credentials"),
        (S3Settings { endpoint: Some(format!("http://{nobody}")), ..good.clone() }, "refused"),
    ] {
        let blobs = Blobs::s3(&settings).unwrap();
        let error = blobs.check(&OsEntropy).await.unwrap_err().to_string();
        assert!(error.contains(says), "{says}: {error}");
        assert!(
            !error.contains("secret-") && !error.contains("-secret") && !error.contains("server/check"),
            "{error}"
        );
        assert!(error.contains("[blobs]"), "{error}");
    }
    for incomplete in [
        S3Settings { access_key_id: None, ..good.clone() },
        S3Settings { secret_access_key: None, ..good.clone() },
    ] {
        let error = Blobs::s3(&incomplete).unwrap_err().to_string();
        assert!(error.contains("both needed"), "{error}");
    }
    // Without leave to speak in the clear nothing is sent.
    let blobs = Blobs::s3(&S3Settings { allow_http: false, ..good }).unwrap();
    blobs.check(&OsEntropy).await.unwrap_err();
    assert!(files_in(&folder.path().join(BUCKET)).is_empty());
}
