//! A bucket that speaks S3.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use object_store::aws::AmazonS3Builder;
use object_store::{ClientOptions, ObjectStore, RetryConfig};
use selfsame_domain::SecretString;

use crate::BlobError;

/// Where the bucket is, and who is asking.
#[derive(Debug, Clone)]
pub struct S3Settings {
    pub bucket: String,
    /// Scheme, host and port of the service; `None` for AWS, whose host follows from the region.
    pub endpoint: Option<String>,
    pub region: String,
    pub access_key_id: Option<SecretString>,
    pub secret_access_key: Option<SecretString>,
    /// The bucket in the path rather than in the host name.
    pub path_style: bool,
    /// For a service on a developer's machine.
    pub allow_http: bool,
}

impl fmt::Display for S3Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.endpoint {
            Some(endpoint) => write!(f, "the bucket {} at {endpoint}", self.bucket),
            None => write!(f, "the bucket {} in {}", self.bucket, self.region),
        }
    }
}

/// To the first byte of the connection.
const CONNECT: Duration = Duration::from_secs(5);
/// A whole request; the largest object is a picture of a few megabytes.
const REQUEST: Duration = Duration::from_secs(30);
/// What is tried again, with growing pauses, is over within this: somebody is waiting.
const RETRY: RetryLimits = RetryLimits { most: 3, within: Duration::from_secs(20) };

struct RetryLimits {
    most: usize,
    within: Duration,
}

pub(crate) fn open(settings: &S3Settings) -> Result<Arc<dyn ObjectStore>, BlobError> {
    let (Some(id), Some(secret)) = (&settings.access_key_id, &settings.secret_access_key) else {
        return Err(BlobError::Settings(
            "blobs.access_key_id and blobs.secret_access_key are both needed".to_owned(),
        ));
    };
    let client = ClientOptions::new()
        .with_allow_http(settings.allow_http)
        .with_connect_timeout(CONNECT)
        .with_timeout(REQUEST);
    let retry =
        RetryConfig { max_retries: RETRY.most, retry_timeout: RETRY.within, ..RetryConfig::default() };
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(&settings.bucket)
        .with_region(&settings.region)
        .with_access_key_id(id.expose())
        .with_secret_access_key(secret.expose())
        .with_virtual_hosted_style_request(!settings.path_style)
        .with_client_options(client)
        .with_retry(retry);
    if let Some(endpoint) = &settings.endpoint {
        builder = builder.with_endpoint(endpoint.trim_end_matches('/'));
    }
    let store = builder.build().map_err(|error| BlobError::Settings(error.to_string()))?;
    Ok(Arc::new(store))
}
