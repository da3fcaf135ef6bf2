//! Signatures as the Standard Webhooks text defines them (version 1.0.0, symmetric scheme `v1`).

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use selfsame_domain::{Entropy, SecretString, Timestamp};
use uuid::Uuid;

/// What a secret begins with when it is shown.
const PREFIX: &str = "whsec_";
/// Bytes of a secret: within the 24 to 64 that the text asks for, as many as the hash gives.
const LENGTH: usize = 32;

/// What a tenant's callbacks are signed with.
#[derive(Clone)]
pub struct SigningSecret(hmac::Key, SecretString);

/// A text that is no secret. Does not quote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a callback secret is whsec_ and 24 to 64 bytes in base64")]
pub struct SecretError;

impl SigningSecret {
    /// A new random secret.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut bytes = [0; LENGTH];
        entropy.fill(&mut bytes);
        let text = format!("{PREFIX}{}", STANDARD.encode(bytes));
        Self(hmac::Key::new(hmac::HMAC_SHA256, &bytes), SecretString::new(text))
    }

    /// # Errors
    /// [`SecretError`].
    pub fn parse(text: &str) -> Result<Self, SecretError> {
        let bytes =
            text.strip_prefix(PREFIX).and_then(|text| STANDARD.decode(text).ok()).ok_or(SecretError)?;
        if !(24..=64).contains(&bytes.len()) {
            return Err(SecretError);
        }
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, &bytes), SecretString::new(text)))
    }

    /// `whsec_…`, as the integrator is given it.
    pub fn text(&self) -> &SecretString {
        &self.1
    }
}

impl std::fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[callback secret]")
    }
}

/// The header `webhook-signature`: for each secret `v1,` and the HMAC-SHA256 over `id.timestamp.body` in base64, separated by
/// spaces. `at`: what `webhook-timestamp` says, in whole seconds.
pub fn signature(secrets: &[SigningSecret], id: Uuid, at: Timestamp, body: &[u8]) -> String {
    let signatures: Vec<String> = secrets
        .iter()
        .map(|secret| {
            let mut context = hmac::Context::with_key(&secret.0);
            context.update(format!("{}.{}.", id.hyphenated(), seconds(at)).as_bytes());
            context.update(body);
            format!("v1,{}", STANDARD.encode(context.sign()))
        })
        .collect();
    signatures.join(" ")
}

/// Whole seconds since the Unix epoch.
pub(crate) fn seconds(at: Timestamp) -> i64 {
    at.as_millis().div_euclid(1_000)
}

#[cfg(test)]
mod tests {
    use selfsame_domain::OsEntropy;

    use super::*;

    #[test]
    fn signs_as_others_do() {
        // Made with Python's hmac and base64: HMAC-SHA256 with 24 bytes 0..=23 over the text below.
        let secret = SigningSecret::parse("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX").unwrap();
        let id = Uuid::from_u128(1);
        let at = Timestamp::from_millis(1_614_265_330_999);
        let made = signature(std::slice::from_ref(&secret), id, at, br#"{"test": 2432232314}"#);
        assert_eq!(made, "v1,xNnr7hapk57xrGxPDsx3Y6SfTrkv6Vf2b3EVT6XWOFw=");
        assert_eq!(
            signature(&[secret.clone(), secret], id, at, br#"{"test": 2432232314}"#),
            format!("{made} {made}")
        );
    }

    #[test]
    fn secrets_are_random_read_back_and_never_printed() {
        let one = SigningSecret::generate(&OsEntropy);
        assert_ne!(one.text().expose(), SigningSecret::generate(&OsEntropy).text().expose());
        let again = SigningSecret::parse(one.text().expose()).unwrap();
        let at = Timestamp::from_millis(0);
        assert_eq!(
            signature(std::slice::from_ref(&one), Uuid::nil(), at, b"x"),
            signature(std::slice::from_ref(&again), Uuid::nil(), at, b"x")
        );
        assert_eq!(format!("{one:?}"), "[callback secret]");
        for bad in ["", "whsec_", "whsec_AAAA", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYX", "whsec_!"] {
            assert!(SigningSecret::parse(bad).is_err(), "{bad}");
        }
    }
}
