//! Section `[blobs]`.

use serde::Deserialize;

use super::secret::secret;
use super::{OutOfBounds, Secret};

/// What kind of store keeps the encrypted objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BlobStoreKind {
    /// Files in the data folder.
    Folder,
    /// A bucket.
    S3,
}

/// Where encrypted objects are kept.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlobsConfig {
    pub store: BlobStoreKind,
    /// Needed for a bucket.
    pub bucket: Option<String>,
    /// `https://host[:port]`; unset: AWS.
    pub endpoint: Option<String>,
    pub region: String,
    /// Both halves of the key are needed for a bucket.
    #[serde(default, deserialize_with = "secret")]
    pub access_key_id: Option<Secret>,
    #[serde(default, deserialize_with = "secret")]
    pub secret_access_key: Option<Secret>,
    pub path_style: bool,
}

impl BlobsConfig {
    pub(crate) fn validate(&self, development: bool) -> Result<(), OutOfBounds> {
        let wrong = |key, value: &str, rule| Err(OutOfBounds { key, value: value.to_owned(), rule });
        if self.store == BlobStoreKind::Folder {
            return Ok(());
        }
        let Some(bucket) = self.bucket.as_deref() else {
            return wrong("blobs.bucket", "(unset)", "blobs.store = \"s3\" needs the name of a bucket");
        };
        let of_a_bucket = |char: char| char.is_ascii_alphanumeric() || ".-_".contains(char);
        if !(3..=255).contains(&bucket.len()) || !bucket.chars().all(of_a_bucket) {
            return wrong("blobs.bucket", bucket, "3 to 255 letters, digits, dots and hyphens");
        }
        if self.region.is_empty() {
            return wrong("blobs.region", "\"\"", "the name of a region, as in \"eu-central-1\"");
        }
        if let Some(endpoint) = &self.endpoint {
            let host = match (endpoint.strip_prefix("https://"), endpoint.strip_prefix("http://")) {
                (Some(host), _) => host,
                (None, Some(host)) if development => host,
                (None, Some(_)) => {
                    return wrong(
                        "blobs.endpoint",
                        "http://…",
                        "an address that begins with https://; http only with development = true",
                    );
                }
                // It may be a misplaced secret.
                (None, None) => {
                    return wrong("blobs.endpoint", "(not shown)", "an address that begins with https://");
                }
            };
            let host = host.trim_end_matches('/');
            if host.is_empty() || host.contains(['/', '@', '?', '#', ' ']) {
                return wrong(
                    "blobs.endpoint",
                    "(not shown)",
                    "scheme, host and port only; the bucket is blobs.bucket, the credentials are blobs.access_key_id and blobs.secret_access_key",
                );
            }
        }
        for (key, half) in [
            ("blobs.access_key_id", &self.access_key_id),
            ("blobs.secret_access_key", &self.secret_access_key),
        ] {
            if half.is_none() {
                return wrong(key, "(unset)", "blobs.store = \"s3\" needs both halves of an access key");
            }
        }
        Ok(())
    }
}
