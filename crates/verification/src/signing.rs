//! Results are signed, so that whoever passes them on cannot change them: JWS compact serialisation, RS256, over the canonical JSON
//! (RFC 8785) of what is signed. The public key is in a JWKS and in a self-signed certificate.

use std::sync::Arc;

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyUsagePurpose, SerialNumber, date_time_ymd};
use serde::Serialize;
use sha2::{Digest, Sha256};

/// The key that signs results.
#[derive(Clone)]
pub struct SigningKey {
    inner: Arc<Inner>,
}

struct Inner {
    pair: RsaKeyPair,
    certificate: Vec<u8>,
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
    /// The certificate, DER in base64 (not base64url).
    pub x5c: [String; 1],
    /// Its SHA-256 in base64url.
    #[serde(rename = "x5t#S256")]
    pub x5t_s256: String,
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
        let certificate = certificate(der, thumbprint.as_ref()).map_err(|_| SigningError::Key)?;
        let key_id = URL_SAFE_NO_PAD.encode(thumbprint);
        Ok(Self { inner: Arc::new(Inner { pair, certificate, key_id, modulus, exponent }) })
    }

    /// JWS over the canonical JSON of `payload`: members sorted, no spaces, numbers as ECMAScript writes them. Whoever has the
    /// result can so tell not only that it was signed, but that it is this one, byte for byte.
    pub fn sign(&self, payload: &impl Serialize) -> Result<String, SigningError> {
        // The key id is base64url: nothing in it has to be escaped.
        let header = format!(r#"{{"alg":"RS256","kid":"{}","typ":"JWT"}}"#, self.inner.key_id);
        let payload = serde_json_canonicalizer::to_vec(payload).map_err(|_| SigningError::Sign)?;
        let mut jws = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
        let pair = &self.inner.pair;
        let mut signature = vec![0; pair.public_modulus_len()];
        pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), jws.as_bytes(), &mut signature)
            .map_err(|_| SigningError::Sign)?;
        jws.push('.');
        jws.push_str(&URL_SAFE_NO_PAD.encode(signature));
        Ok(jws)
    }

    /// The self-signed certificate of the key, PEM. The same for as long as the key is.
    pub fn certificate_pem(&self) -> String {
        let lines = wrapped(&self.inner.certificate);
        format!("-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n")
    }

    pub fn jwk(&self) -> Jwk {
        Jwk {
            kty: "RSA",
            purpose: "sig",
            alg: "RS256",
            kid: self.inner.key_id.clone(),
            n: self.inner.modulus.clone(),
            e: self.inner.exponent.clone(),
            x5c: [STANDARD.encode(&self.inner.certificate)],
            x5t_s256: URL_SAFE_NO_PAD.encode(Sha256::digest(&self.inner.certificate)),
        }
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey").field("key_id", &self.inner.key_id).finish_non_exhaustive()
    }
}

/// Depends on the key alone, so that it need not be stored: the serial number is taken from the key's thumbprint, and RSA signatures
/// of this kind are deterministic. It does not expire; a key that is no more to be trusted is replaced.
fn certificate(pkcs8: &[u8], thumbprint: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
    let key = rcgen::KeyPair::from_pkcs8_der_and_sign_algo(&pkcs8.into(), &rcgen::PKCS_RSA_SHA256)?;
    let mut serial = thumbprint[..16].to_vec();
    // Positive, and as long as it is.
    serial[0] = serial[0] & 0x7f | 0x40;
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, "Selfsame result signing");
    params.serial_number = Some(SerialNumber::from(serial));
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.not_before = date_time_ymd(2020, 1, 1);
    // RFC 5280, 4.1.2.5: no well-defined end.
    params.not_after = date_time_ymd(9999, 12, 31);
    Ok(params.self_signed(&key)?.der().to_vec())
}

fn wrapped(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<&str> =
        text.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{Algorithm, DecodingKey, Validation};

    use super::*;

    #[test]
    fn what_is_signed_verifies_with_the_published_key_and_not_when_altered() {
        let (key, der) = SigningKey::generate().unwrap();
        let again = SigningKey::from_pkcs8(&der).unwrap();
        assert_eq!(key.jwk(), again.jwk());
        assert_eq!(key.certificate_pem(), again.certificate_pem());
        let payload = serde_json::json!({"livenessStatus": "SPOOF", "a": {"é": 1.5, "z": 3000.0, "b": 1e-7}});
        let token = again.sign(&payload).unwrap();
        assert_eq!(token, key.sign(&payload).unwrap());
        let canonical = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
        assert_eq!(
            std::str::from_utf8(&canonical).unwrap(),
            r#"{"a":{"b":1e-7,"z":3000,"é":1.5},"livenessStatus":"SPOOF"}"#
        );
        let jwk = key.jwk();
        let public = DecodingKey::from_rsa_components(&jwk.n, &jwk.e).unwrap();
        let mut validation = Validation::new(Algorithm::RS256);
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        let read = jsonwebtoken::decode::<serde_json::Value>(&token, &public, &validation).unwrap();
        // JSON knows one kind of number: 3000.0 is 3000.
        assert_eq!(
            serde_json_canonicalizer::to_vec(&read.claims).unwrap(),
            serde_json_canonicalizer::to_vec(&payload).unwrap()
        );

        let forged = URL_SAFE_NO_PAD.encode(r#"{"livenessStatus":"SUCCESS"}"#);
        let parts: Vec<&str> = token.split('.').collect();
        let forged = format!("{}.{forged}.{}", parts[0], parts[2]);
        assert!(jsonwebtoken::decode::<serde_json::Value>(&forged, &public, &validation).is_err());
    }
}
