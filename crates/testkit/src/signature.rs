//! Signatures, verified by a program that is not ours.

use std::path::Path;
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// A JWS in compact form, taken apart.
#[derive(Debug, Clone)]
pub struct Jws {
    pub header: Value,
    /// What was signed, as its bytes are.
    pub payload: Vec<u8>,
    signed: String,
    signature: Vec<u8>,
}

impl Jws {
    /// # Panics
    /// When it is none.
    pub fn parse(text: &str) -> Self {
        let pieces: Vec<_> = text.split('.').collect();
        let [header, payload, signature] = pieces[..] else { panic!("not three pieces: {text}") };
        let decoded = |piece: &str| URL_SAFE_NO_PAD.decode(piece).expect("base64url");
        Self {
            header: serde_json::from_slice(&decoded(header)).expect("a header of JSON"),
            payload: decoded(payload),
            signed: format!("{header}.{payload}"),
            signature: decoded(signature),
        }
    }

    /// The payload as JSON.
    ///
    /// # Panics
    /// When it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.payload).expect("a payload of JSON")
    }

    /// Whether `openssl` says that the key of a certificate has signed this (RS256).
    ///
    /// # Panics
    /// When openssl is not installed, or does not understand the certificate.
    pub fn verifies(&self, certificate_pem: &[u8]) -> bool {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).expect("a temporary file");
            path
        };
        let certificate = file("certificate.pem", certificate_pem);
        let key = openssl(&["x509", "-pubkey", "-noout", "-in"], &certificate);
        let key = file("key.pem", &key.expect("openssl reads the certificate"));
        let signature = file("signature", &self.signature);
        let signed = file("signed", self.signed.as_bytes());
        let arguments = ["dgst", "-sha256", "-verify", path(&key), "-signature", path(&signature)];
        openssl(&arguments, &signed).is_some()
    }
}

fn path(path: &Path) -> &str {
    path.to_str().expect("a temporary folder has a name of letters")
}

/// Standard output, unless it fails.
fn openssl(arguments: &[&str], file: &Path) -> Option<Vec<u8>> {
    let output = Command::new("openssl")
        .args(arguments)
        .arg(file)
        .stdin(Stdio::null())
        .output()
        .expect("openssl is installed; run `make system`");
    output.status.success().then_some(output.stdout)
}
