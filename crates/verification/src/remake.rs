//! Templates are made again from the pictures that are kept, after the face networks have changed.
//!
//! Templates of other networks are never compared, so that nobody is recognised by them meanwhile. Each template is replaced in a
//! transaction of its own and bears the mode it was made in: whoever is cut off begins again and finds what is left.

use std::collections::VecDeque;

use selfsame_blobs::{BlobError, BlobKey, DataKey};
use selfsame_domain::transaction::PartRole;
use selfsame_domain::{Face, PictureFacts, Rect};
use selfsame_store::{EvidenceRow, SentPicture, TransactionRow};
use selfsame_vision::Template;
use selfsame_vision::image::decode;
use tokio::task::JoinSet;

use crate::transactions::{FACEMAP, Facemap, side_name};
use crate::workers::Urgency;
use crate::{UseCaseError, Verification};

/// Rows that are read at once.
const BATCH: u64 = 32;
/// A face found in a kept picture is the one that was enrolled when their boxes overlap by at least this (intersection over union): the
/// picture is the same but for its compression.
const SAME_PLACE: f32 = 0.5;

/// Whether templates are made, or only counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remake {
    Count,
    Make,
}

/// What became of the templates of other networks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Remade {
    /// Made again; where they are only counted, those that can be.
    pub made: u64,
    /// Their picture is not kept: they stay, and are refused.
    pub without_picture: u64,
    /// In their picture no face is found any more, or it cannot be opened: they stay, and are refused.
    pub unusable: u64,
}

impl Remade {
    fn count(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Current => {}
            Outcome::Made => self.made += 1,
            Outcome::WithoutPicture => self.without_picture += 1,
            Outcome::Unusable => self.unusable += 1,
        }
    }

    /// Everything that is not of the present networks, or was not.
    pub const fn total(&self) -> u64 {
        self.made + self.without_picture + self.unusable
    }
}

/// What became of the templates of other networks, by where they are kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RemakeReport {
    /// Faces of sessions.
    pub faces: Remade,
    /// Pictures that were sent for identities.
    pub evidence: Remade,
    /// Facemaps of transactions, as far as the server keeps them.
    pub facemaps: Remade,
}

impl RemakeReport {
    pub const fn total(&self) -> u64 {
        self.faces.total() + self.evidence.total() + self.facemaps.total()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// Of the present networks, or gone in the meantime.
    Current,
    Made,
    WithoutPicture,
    Unusable,
}

impl Verification {
    /// Makes every stored template of other face networks again whose picture is kept, for all tenants. `step` is called after each of
    /// them. Can be cut off at any place, run again, and run beside a server.
    ///
    /// # Errors
    /// Database or object store are away, or a network failed; what was made until then stays.
    pub async fn remake(&self, how: Remake, mut step: impl FnMut()) -> Result<RemakeReport, UseCaseError> {
        let mut report = RemakeReport::default();
        let mut note = |tally: &mut Remade, outcome: Outcome| {
            tally.count(outcome);
            if outcome != Outcome::Current {
                step();
            }
        };
        let mut after = None;
        loop {
            let mut repository = self.store().begin().await?;
            let faces = repository.faces().for_maintenance_of_other_modes(&self.mode(), after, BATCH).await?;
            drop(repository);
            let Some(last) = faces.last() else { break };
            after = Some(last.id);
            let work = |app: Self, face| async move { app.remake_face(face, how).await };
            self.each(faces, work, |outcome| note(&mut report.faces, outcome)).await?;
        }
        let mut after = None;
        loop {
            let mut repository = self.store().begin().await?;
            let rows = repository.identities().for_maintenance_sent_pictures(after, BATCH).await?;
            drop(repository);
            let Some(last) = rows.last() else { break };
            after = Some(last.evidence.id);
            let work = |app: Self, row| async move { app.remake_evidence(row, how).await };
            self.each(rows, work, |outcome| note(&mut report.evidence, outcome)).await?;
        }
        let mut after = None;
        loop {
            let mut repository = self.store().begin().await?;
            let rows = repository.transactions().for_maintenance_with_facemap(after, BATCH).await?;
            drop(repository);
            let Some(last) = rows.last() else { break };
            after = Some(last.transaction.id);
            let work = |app: Self, row| async move { app.remake_facemap(row, how).await };
            self.each(rows, work, |outcome| note(&mut report.facemaps, outcome)).await?;
        }
        Ok(report)
    }

    /// Works on all of them, as many at once as there are cores.
    async fn each<T, F>(
        &self,
        items: Vec<T>,
        work: impl Fn(Self, T) -> F,
        mut done: impl FnMut(Outcome),
    ) -> Result<(), UseCaseError>
    where
        F: Future<Output = Result<Outcome, UseCaseError>> + Send + 'static,
    {
        let mut items = VecDeque::from(items);
        let mut underway = JoinSet::new();
        loop {
            while underway.len() < self.inner.parts.cores.max(1)
                && let Some(item) = items.pop_front()
            {
                underway.spawn(work(self.clone(), item));
            }
            let Some(joined) = underway.join_next().await else { return Ok(()) };
            done(joined.map_err(|error| UseCaseError::internal(&error))??);
        }
    }

    async fn remake_face(&self, face: Face, how: Remake) -> Result<Outcome, UseCaseError> {
        if !face.has_image {
            return Ok(Outcome::WithoutPicture);
        }
        let mut repository = self.store().begin().await?;
        let found = repository.sessions().get_with_key(face.tenant_id, face.session_id).await?;
        drop(repository);
        let Some((session, Some(wrapped))) = found else { return Ok(Outcome::Current) };
        let key = self.unwrap_key(&wrapped)?;
        let name = BlobKey::image(face.tenant_id, face.session_id, face.id);
        let template = match self.template_of_kept_picture(&name, &key, Some(face.bounds), how).await? {
            Found::Template(template) => template,
            Found::Nothing(outcome) => return Ok(outcome),
        };
        let sealed = self.seal_template(&session, face.id, &key, &template)?;
        let mut repository = self.store().begin().await?;
        if repository.faces().for_maintenance_remake(&face, template.mode(), sealed).await? {
            repository.save().await?;
            return Ok(Outcome::Made);
        }
        Ok(Outcome::Current)
    }

    async fn remake_evidence(&self, row: EvidenceRow, how: Remake) -> Result<Outcome, UseCaseError> {
        let EvidenceRow { evidence, picture } = row;
        let Some(before) = picture.filter(|picture| picture.facts.mode != self.mode()) else {
            return Ok(Outcome::Current);
        };
        let mut repository = self.store().begin().await?;
        let found = repository.identities().get(evidence.tenant_id, evidence.identity_id).await?;
        drop(repository);
        let Some((_, Some(wrapped))) = found else { return Ok(Outcome::Current) };
        let key = self.unwrap_key(&wrapped)?;
        let name = BlobKey::evidence_image(evidence.tenant_id, evidence.identity_id, evidence.id);
        let template = match self.template_of_kept_picture(&name, &key, None, how).await? {
            Found::Template(template) => template,
            Found::Nothing(outcome) => return Ok(outcome),
        };
        let name = BlobKey::evidence_template(evidence.tenant_id, evidence.identity_id, evidence.id);
        let sealed_template = key.seal(&name, &template.to_bytes(), self.entropy())?;
        let facts = PictureFacts { mode: template.mode().to_owned(), ..before.facts.clone() };
        let mut repository = self.store().begin().await?;
        let after = SentPicture { facts, sealed_template };
        if repository.identities().for_maintenance_remake(&evidence, &before, after).await? {
            repository.save().await?;
            return Ok(Outcome::Made);
        }
        Ok(Outcome::Current)
    }

    async fn remake_facemap(&self, row: TransactionRow, how: Remake) -> Result<Outcome, UseCaseError> {
        let (tenant, id) = (row.transaction.tenant_id, row.transaction.id);
        let key = self.unwrap_key(&row.wrapped_key)?;
        let name = BlobKey::transaction(tenant, id, FACEMAP);
        let Some(bytes) = self.blobs().get(&name, &key).await.or_else(unreadable)? else {
            return Ok(Outcome::Unusable);
        };
        let facemap = match self.open_facemap_of_any_mode(tenant, &bytes).await {
            Ok(facemap) if facemap.template.mode() == self.mode() => return Ok(Outcome::Current),
            Ok(facemap) => facemap,
            Err(error) => {
                tracing::warn!(%error, transaction = %id, "a facemap cannot be opened and stays as it is");
                return Ok(Outcome::Unusable);
            }
        };
        let picture = BlobKey::transaction(tenant, id, side_name(PartRole::Face));
        let template = match self.template_of_kept_picture(&picture, &key, None, how).await? {
            Found::Template(template) => template,
            Found::Nothing(outcome) => return Ok(outcome),
        };
        let sealed = self.seal_facemap(&Facemap { template, ..facemap }).await?;
        self.blobs().put(&name, &key, sealed, self.entropy()).await?;
        let mut repository = self.store().begin().await?;
        let erased = repository.transactions().get(tenant, id).await?.is_none();
        drop(repository);
        if erased {
            // Of a transaction that was erased meanwhile nothing may stay behind.
            self.discard(&name).await;
            return Ok(Outcome::Current);
        }
        Ok(Outcome::Made)
    }

    /// The template of the face in a picture that is kept: of the one in that place, or of the largest where none is said.
    async fn template_of_kept_picture(
        &self,
        name: &BlobKey,
        key: &DataKey,
        place: Option<Rect>,
        how: Remake,
    ) -> Result<Found, UseCaseError> {
        let bytes = match self.blobs().get(name, key).await {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return Ok(Found::Nothing(Outcome::WithoutPicture)),
            Err(BlobError::Sealed) => return Ok(Found::Nothing(Outcome::Unusable)),
            Err(error) => return Err(error.into()),
        };
        if how == Remake::Count {
            return Ok(Found::Nothing(Outcome::Made));
        }
        let (vision, limits) = (self.vision(), self.settings().images.clone());
        let embed = move || {
            let Ok(picture) = decode(&bytes, &limits) else { return Ok(None) };
            let faces = vision.detect(&picture)?;
            let face = match place {
                None => faces.first(),
                Some(place) => faces.iter().find(|face| face.bounds.iou(&place) >= SAME_PLACE),
            };
            face.map(|face| vision.embed(&picture, face)).transpose()
        };
        let made = self.workers().run(Urgency::Request, embed).await??;
        Ok(made.map_or(Found::Nothing(Outcome::Unusable), Found::Template))
    }
}

enum Found {
    Template(Template),
    Nothing(Outcome),
}

/// What was altered or cut short is as good as gone; a store that is away is not.
fn unreadable(error: BlobError) -> Result<Option<Vec<u8>>, BlobError> {
    if matches!(error, BlobError::Sealed) { Ok(None) } else { Err(error) }
}
