//! Results are signed, so that whoever passes them on cannot change them: JWS compact serialisation, RS256, the key in a JWKS.

use std::sync::Arc;

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;
use sha2::{Digest, Sha256};

/// The key that signs results.
#[derive(Clone)]
pub struct SigningKey {
    inner: Arc<Inner>,
}

struct Inner {
    key: EncodingKey,
    key_id: String,
    modulus: String,
    exponent: String,
}

/// The public half, as RFC 7517 prints it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Jwk {
    pub kty: &'static str,
    #[serde(rename = "use")]
    pub purpose: &'static str,
    pub alg: &'static str,
    pub kid: String,
    pub n: String,
    pub e: String,
}

#[derive(Debug, thiserror::Error)]
pub enum SigningError {
    #[error(
        "the signing key could not be made or read; restore it from a backup, or delete the row to have a new one made"
    )]
    Key,
    #[error("the result could not be signed")]
    Sign,
}

impl SigningKey {
    /// Makes a new RSA key of 2048 bits and returns it with its PKCS#8 DER, which has to be kept sealed.
    pub fn generate() -> Result<(Self, Vec<u8>), SigningError> {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| SigningError::Key)?;
        let der: aws_lc_rs::encoding::Pkcs8V1Der<'_> = pair.as_der().map_err(|_| SigningError::Key)?;
        let der = der.as_ref().to_vec();
        Ok((Self::from_pkcs8(&der)?, der))
    }

    pub fn from_pkcs8(der: &[u8]) -> Result<Self, SigningError> {
        let pair = RsaKeyPair::from_pkcs8(der).map_err(|_| SigningError::Key)?;
        let public = pair.public_key();
        let modulus = URL_SAFE_NO_PAD.encode(public.modulus().big_endian_without_leading_zero());
        let exponent = URL_SAFE_NO_PAD.encode(public.exponent().big_endian_without_leading_zero());
        // RFC 7638: the thumbprint of the required members in lexical order names the key.
        let thumbprint = Sha256::digest(format!(r#"{{"e":"{exponent}","kty":"RSA","n":"{modulus}"}}"#));
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", wrapped(der));
        let key = EncodingKey::from_rsa_pem(pem.as_bytes()).map_err(|_| SigningError::Key)?;
        let key_id = URL_SAFE_NO_PAD.encode(thumbprint);
        Ok(Self { inner: Arc::new(Inner { key, key_id, modulus, exponent }) })
    }

    /// JWS over the JSON of `payload`, as it is serialised.
    pub fn sign(&self, payload: &impl Serialize) -> Result<String, SigningError> {
        let mut header = Header::new(Algorithm::RS256);
        header.kid = Some(self.inner.key_id.clone());
        jsonwebtoken::encode(&header, payload, &self.inner.key).map_err(|_| SigningError::Sign)
    }

    pub fn jwk(&self) -> Jwk {
        Jwk {
            kty: "RSA",
            purpose: "sig",
            alg: "RS256",
            kid: self.inner.key_id.clone(),
            n: self.inner.modulus.clone(),
            e: self.inner.exponent.clone(),
        }
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey").field("key_id", &self.inner.key_id).finish_non_exhaustive()
    }
}

fn wrapped(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<&str> =
        text.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{DecodingKey, Validation};

    use super::*;

    #[test]
    fn what_is_signed_verifies_with_the_published_key_and_not_when_altered() {
        let (key, der) = SigningKey::generate().unwrap();
        let again = SigningKey::from_pkcs8(&der).unwrap();
        assert_eq!(key.jwk(), again.jwk());
        let payload = serde_json::json!({"livenessStatus": "SPOOF"});
        let token = again.sign(&payload).unwrap();
        let jwk = key.jwk();
        let public = DecodingKey::from_rsa_components(&jwk.n, &jwk.e).unwrap();
        let mut validation = Validation::new(Algorithm::RS256);
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        let read = jsonwebtoken::decode::<serde_json::Value>(&token, &public, &validation).unwrap();
        assert_eq!(read.claims, payload);

        let forged = URL_SAFE_NO_PAD.encode(r#"{"livenessStatus":"SUCCESS"}"#);
        let parts: Vec<&str> = token.split('.').collect();
        let forged = format!("{}.{forged}.{}", parts[0], parts[2]);
        assert!(jsonwebtoken::decode::<serde_json::Value>(&forged, &public, &validation).is_err());
    }
}
