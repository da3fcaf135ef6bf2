//! Secrets of API tokens: how they are kept, and how they are recognised without making every request wait for it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use aws_lc_rs::{constant_time, hmac};
use selfsame_domain::Entropy;
use selfsame_store::api_key_hash;
use tokio::sync::Semaphore;

use crate::UseCaseError;
use crate::workers::{Urgency, Workers};

/// Argon2id with 19 MiB, two passes and one lane: the first of the settings that OWASP's Password Storage Cheat Sheet recommends.
/// About 30 ms on one core.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Proofs that are remembered. A few per tenant; when it is full it begins anew.
const MOST_REMEMBERED: usize = 4_096;
/// Verifications at once: each takes a core and 19 MiB.
const MOST_AT_ONCE: usize = 2;
/// And that may wait for that.
const MOST_WAITING: usize = 64;

/// Verifies secrets, and remembers which were right.
pub(crate) struct Secrets {
    /// Of this process alone. What is remembered are tags by it: neither the secret nor anything to guess it by.
    key: hmac::Key,
    right: Mutex<HashMap<[u8; 32], ()>>,
    places: Semaphore,
    queue: Semaphore,
    /// Whoever tries secrets takes no core from people at the camera.
    workers: Workers,
    /// What is verified for a token that is not known, so that it takes as long.
    nobody: String,
}

impl Secrets {
    pub(crate) fn new(entropy: &dyn Entropy, workers: Workers) -> Self {
        let mut bytes = [0; 32];
        entropy.fill(&mut bytes);
        let key = hmac::Key::new(hmac::HMAC_SHA256, &bytes);
        entropy.fill(&mut bytes);
        let nobody = hash(&hex::encode(bytes), entropy).unwrap_or_default();
        Self {
            key,
            right: Mutex::default(),
            places: Semaphore::new(MOST_AT_ONCE),
            queue: Semaphore::new(MOST_WAITING),
            workers,
            nobody,
        }
    }

    /// Whether `secret` is the one that `stored` was made of. `None`: there is no such token, and the answer is no, later.
    pub(crate) async fn is_right(
        &self,
        token: &str,
        secret: &str,
        stored: Option<&str>,
    ) -> Result<bool, UseCaseError> {
        let known = stored.is_some();
        let stored = stored.unwrap_or(&self.nobody).to_owned();
        if !stored.starts_with('$') {
            // As earlier versions wrote it.
            let given = api_key_hash(secret);
            return Ok(constant_time::verify_slices_are_equal(given.as_bytes(), stored.as_bytes()).is_ok());
        }
        // With what is stored in it, a secret that was set anew is not taken for the old one.
        let tag = hmac::sign(&self.key, format!("{token}\0{stored}\0{secret}").as_bytes());
        let tag: [u8; 32] = tag.as_ref().try_into().map_err(|_| UseCaseError::Internal)?;
        if known && self.right.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&tag) {
            return Ok(true);
        }
        let _queued = self.queue.try_acquire().map_err(|_| UseCaseError::Overloaded)?;
        let _place = self.places.acquire().await.map_err(|_| UseCaseError::Internal)?;
        let secret = secret.to_owned();
        let work = move || {
            PasswordHash::new(&stored).is_ok_and(|stored| {
                argon2().is_ok_and(|argon2| argon2.verify_password(secret.as_bytes(), &stored).is_ok())
            })
        };
        let right = self.workers.run(Urgency::Request, work).await? && known;
        if right {
            let mut remembered = self.right.lock().unwrap_or_else(PoisonError::into_inner);
            if remembered.len() >= MOST_REMEMBERED {
                remembered.clear();
            }
            remembered.insert(tag, ());
        }
        Ok(right)
    }
}

fn argon2() -> Result<Argon2<'static>, UseCaseError> {
    let params =
        Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|error| UseCaseError::internal(&error))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// What is stored of a secret: an Argon2id string with a random salt. Takes as long as verifying.
///
/// # Errors
/// Only when the parameters above are not valid.
pub fn hash(secret: &str, entropy: &dyn Entropy) -> Result<String, UseCaseError> {
    let mut salt = [0; 16];
    entropy.fill(&mut salt);
    let hashed: argon2::password_hash::phc::PasswordHash = argon2()?
        .hash_password_with_salt(secret.as_bytes(), &salt)
        .map_err(|error| UseCaseError::internal(&error))?;
    Ok(hashed.to_string())
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use selfsame_domain::OsEntropy;

    use super::*;
    use crate::admission::Load;

    fn secrets() -> Secrets {
        Secrets::new(&OsEntropy, Workers::new(2, 8, Load::new(2)))
    }

    #[tokio::test]
    async fn the_right_secret_alone_is_right_and_then_fast() {
        let secrets = secrets();
        let stored = hash("a secret", &OsEntropy).unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(!secrets.is_right("t", "another", Some(&stored)).await.unwrap());
        assert!(!secrets.is_right("t", "", Some(&stored)).await.unwrap());
        assert!(secrets.is_right("t", "a secret", Some(&stored)).await.unwrap());
        let began = Instant::now();
        for _ in 0..100 {
            assert!(secrets.is_right("t", "a secret", Some(&stored)).await.unwrap());
        }
        assert!(began.elapsed().as_millis() < 100, "remembered: {:?}", began.elapsed());
        assert!(!secrets.is_right("t", "a secret", None).await.unwrap(), "nobody's");
        // Set anew: what was remembered is of no use.
        let anew = hash("another", &OsEntropy).unwrap();
        assert!(!secrets.is_right("t", "a secret", Some(&anew)).await.unwrap());
    }

    #[tokio::test]
    async fn what_earlier_versions_stored_is_still_recognised() {
        let secrets = secrets();
        let stored = api_key_hash("a secret");
        assert!(secrets.is_right("t", "a secret", Some(&stored)).await.unwrap());
        assert!(!secrets.is_right("t", "another", Some(&stored)).await.unwrap());
        assert!(!secrets.is_right("t", "a secret", Some("")).await.unwrap());
        assert!(!secrets.is_right("t", "a secret", Some("$argon2id$broken")).await.unwrap());
    }
}
