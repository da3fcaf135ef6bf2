//! Who fails too often is locked out for a while: by device, and less strictly by address, so that clearing a browser's storage
//! does not help.
//!
//! Neither is stored: only a hash under a key that the server makes at its first use and keeps sealed. A failure is written in the
//! transaction of its verdict. SPOOF and FAILED count; TIMEOUT, ERROR and a cancelled capture do not, unless the browser ended it so
//! after it was told of the first dot: who may look at challenges for nothing waits for one that a recording answers.

use std::net::IpAddr;

use aws_lc_rs::hmac;
use selfsame_blobs::BlobKey;
use selfsame_domain::audit::{Action, Actor, Event, Origin};
use selfsame_domain::{
    FailedAttempts, LivenessStatus, LockoutParams, Personal, SessionId, TenantId, Timestamp, network,
};
use selfsame_store::Repository;

use crate::{UseCaseError, Verification, key_created};

/// Who is in front of the camera, as far as the server can know.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attempter {
    /// Where the browser's connection comes from.
    pub address: Option<Personal<IpAddr>>,
    /// A random text that the browser keeps.
    pub device_id: Option<Personal<String>>,
}

/// How often may be failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockoutSettings {
    pub device: LockoutParams,
    pub address: LockoutParams,
}

impl Default for LockoutSettings {
    /// An address may be that of a whole office, so it may fail more often.
    fn default() -> Self {
        let device = LockoutParams::default();
        Self { address: LockoutParams { failures: 20, ..device.clone() }, device }
    }
}

/// Whose failures are counted together: keyed hashes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Subjects {
    device: Option<String>,
    address: Option<String>,
}

impl Verification {
    pub(crate) async fn subjects(
        &self,
        tenant: TenantId,
        attempter: &Attempter,
    ) -> Result<Subjects, UseCaseError> {
        let key = self.lockout_key().await?;
        let hash = |kind: &str, value: &[u8]| {
            let mut context = hmac::Context::with_key(key);
            context.update(tenant.as_uuid().as_bytes());
            context.update(kind.as_bytes());
            context.update(value);
            Some(hex::encode(context.sign()))
        };
        let device = attempter.device_id.as_ref();
        Ok(Subjects {
            device: device.and_then(|id| hash("device", id.expose().as_bytes())),
            address: attempter.address.as_ref().and_then(|address| match network(*address.expose()) {
                IpAddr::V4(address) => hash("v4", &address.octets()),
                IpAddr::V6(address) => hash("v6", &address.octets()),
            }),
        })
    }

    /// A server key that was sealed before must open, or nothing else will: found out at the start, not by the first person.
    pub(crate) async fn knows_the_master_key(&self) -> Result<(), UseCaseError> {
        self.lockout_key().await.map(drop)
    }

    /// Made at the first use.
    async fn lockout_key(&self) -> Result<&hmac::Key, UseCaseError> {
        const NAME: &str = "lockout";
        let made = self.inner.lockout_key.get_or_try_init(async || {
            let mut fresh = [0; 32];
            self.entropy().fill(&mut fresh);
            let name = BlobKey::server(NAME);
            let master = &self.inner.parts.master;
            let sealed = master.seal(&name, &fresh, self.entropy())?;
            let scribe = self.trail().scribe().await?;
            let mut repository = self.store().begin().await?;
            let is_new = repository.server_keys().put_if_absent(NAME, sealed, self.clock().now()).await?;
            let stored = repository.server_keys().get(NAME).await?;
            let stored = stored.ok_or_else(|| UseCaseError::internal(&"the key for lock-outs vanished"))?;
            let bytes = master.open(&name, &stored)?;
            if is_new {
                scribe.write(&mut repository, None, key_created(NAME)).await?;
            }
            repository.save().await?;
            Ok::<_, UseCaseError>(hmac::Key::new(hmac::HMAC_SHA256, &bytes))
        });
        made.await
    }

    /// Until when they are locked out, if they are.
    pub(crate) async fn locked_out(
        &self,
        repository: &mut Repository,
        tenant: TenantId,
        subjects: &Subjects,
    ) -> Result<Option<Timestamp>, UseCaseError> {
        let now = self.clock().now();
        let mut until = None;
        for subject in [&subjects.device, &subjects.address].into_iter().flatten() {
            let record = repository.failed_attempts().get(tenant, subject).await?;
            until = until.max(record.and_then(|record| record.blocked(now)));
        }
        Ok(until)
    }

    /// What a verdict means for whoever got it; `status` is FAILED for who fled from the challenge, whatever the verdict says. To be
    /// called in the transaction of the verdict. Returns what is locked out from now on: `device`, `address`, both or neither.
    pub(crate) async fn count_attempt(
        &self,
        repository: &mut Repository,
        tenant: TenantId,
        subjects: &Subjects,
        status: LivenessStatus,
    ) -> Result<Vec<&'static str>, UseCaseError> {
        let now = self.clock().now();
        let settings = &self.settings().lockout;
        let mut locked = Vec::new();
        if !matches!(status, LivenessStatus::Timeout | LivenessStatus::Error) {
            // Read, counted on and written: side by side, in another process too, none may be lost. Devices before addresses.
            for subject in [&subjects.device, &subjects.address].into_iter().flatten() {
                repository.exclusively(&format!("failed-attempts/{tenant}/{subject}")).await?;
            }
        }
        let mut records = repository.failed_attempts();
        match status {
            LivenessStatus::Spoof | LivenessStatus::Failed => {
                for (what, subject, params) in [
                    ("device", &subjects.device, &settings.device),
                    ("address", &subjects.address, &settings.address),
                ] {
                    let Some(subject) = subject else { continue };
                    let before = records.get(tenant, subject).await?;
                    let after = FailedAttempts::failed(before, now, params);
                    if after.blocked(now) > before.and_then(|before| before.blocked(now)) {
                        locked.push(what);
                    }
                    records.put(tenant, subject, Some(&after)).await?;
                }
            }
            LivenessStatus::Success => {
                let Some(device) = &subjects.device else { return Ok(locked) };
                let Some(failed) = records.get(tenant, device).await? else { return Ok(locked) };
                records.put(tenant, device, None).await?;
                // Of the address only what this device had contributed: else one's own face would wash away any number of
                // attempts under other names.
                let Some(address) = &subjects.address else { return Ok(locked) };
                if let Some(record) = records.get(tenant, address).await? {
                    records.put(tenant, address, record.forgiven(failed.count).as_ref()).await?;
                }
            }
            LivenessStatus::Timeout | LivenessStatus::Error => {}
        }
        Ok(locked)
    }

    /// What the audit trail is told of a lock-out that a session's verdict brought. Not the address: it is that of a person, of whom the
    /// database knows keyed hashes alone.
    pub(crate) fn locked_out_event(session: SessionId, what: &'static str) -> Event {
        let by = Origin { actor: Actor::BrowserSession(session), address: None };
        Event::new(by, Action::CaptureLockedOut).about(session).coded(what)
    }
}
