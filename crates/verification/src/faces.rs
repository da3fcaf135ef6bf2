//! Faces that the integrator's server adds to a session, and comparisons between the faces of a session.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use selfsame_blobs::{BlobError, BlobKey, DataKey};
use selfsame_domain::audit::{Action, Origin};
use selfsame_domain::{
    BioSession, Face, FaceId, FaceImageType, FaceQuality, Personal, Point, SessionId, TenantId, Timestamp,
};
use selfsame_store::Repository;
use selfsame_vision::image::{Picture, decode};
use selfsame_vision::{FaceSighting, Template, Vision};
use sha2::{Digest, Sha256};

use crate::workers::Urgency;
use crate::{UseCaseError, Verification};

/// Quality of the JPEG that is kept: pictures are stored upright and without their metadata.
const KEPT_JPEG: u8 = 93;
/// And of the one that is answered when a smaller picture is asked for.
const COMPRESSED_JPEG: u8 = 75;
/// Longest side of the smaller picture.
const COMPRESSED_SIDE: u32 = 1280;

/// Who asks for a result waits no longer for a hash in it.
const HASH_WITHIN: Duration = Duration::from_secs(5);

/// What a name begins with that is kept sealed, in base64. Earlier versions kept names as they are.
const SEALED: &str = "sealed:";

/// What the integrator says of a picture.
#[derive(Debug, Clone)]
pub struct NewFace {
    pub image_type: FaceImageType,
    pub friendly_name: Option<Personal<String>>,
    /// Whether quarter turns are tried when no face stands upright.
    pub try_rotations: bool,
}

/// Two faces of a session, compared.
#[derive(Debug, Clone)]
pub struct FaceMatch {
    pub reference: Face,
    pub candidate: Face,
    /// 3000 at a false-match rate of 1e-4, see `selfsame_vision::Comparison`.
    pub score: f64,
    /// 0..1
    pub false_match_rate: f64,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

/// A picture or a video in the object store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredMedia {
    /// Name of the object, which is encrypted: it says nothing and opens nothing.
    pub key: String,
    /// SHA-256 of the JPEG or MP4 as it is read back, hexadecimal; `None` while the store is away.
    pub hash: Option<String>,
}

/// The largest face of a picture, and what is kept of it.
pub(crate) struct Looked {
    pub(crate) face: FaceSighting,
    pub(crate) template: Template,
    pub(crate) quality: f32,
    /// Width and height of the upright picture.
    pub(crate) size: (u32, u32),
    pub(crate) jpeg: Vec<u8>,
}

/// Where the video of a session's capture is stored; `None` where there is none.
pub fn stored_recording(session: &BioSession) -> Option<StoredMedia> {
    let recording = session.verdict()?.recording.as_ref()?;
    let name = BlobKey::recording(session.tenant_id, session.id);
    Some(StoredMedia { key: name.as_str().to_owned(), hash: Some(recording.hash.clone()) })
}

impl Verification {
    /// Adds the largest face of a picture to a session.
    pub async fn add_face(
        &self,
        tenant: TenantId,
        session: SessionId,
        image: Vec<u8>,
        new: NewFace,
    ) -> Result<Face, UseCaseError> {
        let (session, key) = self.session_with_key(tenant, session).await?;
        // Before the picture is looked at, and again when the face is stored: looking takes a while.
        let mut repository = self.store().begin().await?;
        self.admits_face(&mut repository, &session).await?;
        drop(repository);
        let digest = hex::encode(Sha256::digest(&image));
        let looked = self.look_at(image, new.try_rotations).await?;

        let id = FaceId::random(self.entropy());
        let face = Face {
            id,
            tenant_id: tenant,
            session_id: session.id,
            friendly_name: new.friendly_name,
            digest,
            mode: self.mode(),
            image_type: new.image_type,
            quality: FaceQuality(looked.quality),
            image_size: looked.size,
            bounds: looked.face.bounds,
            eyes: looked.face.eyes().map(|eye| Point { x: eye[0], y: eye[1] }),
            has_image: session.request.image_storage,
            created_at: self.clock().now(),
        };
        if face.has_image {
            self.put_image(&session, id, &key, looked.jpeg).await?;
        }
        let made = async {
            let sealed = self.seal_template(&session, id, &key, &looked.template)?;
            let kept = Face { friendly_name: self.seal_name(&face, &key)?, ..face.clone() };
            let mut repository = self.store().begin().await?;
            repository.exclusively(&format!("faces/{}", session.id)).await?;
            self.admits_face(&mut repository, &session).await?;
            repository.faces().add(&kept, Some(sealed)).await?;
            Ok(repository)
        };
        match made.await {
            Ok(repository) => {
                // Where only the answer is lost the face is there, and has a picture. Else its session takes it along.
                repository.save().await?;
                Ok(face)
            }
            Err(error) => {
                self.discard(&BlobKey::image(tenant, session.id, id)).await;
                Err(error)
            }
        }
    }

    async fn admits_face(
        &self,
        repository: &mut Repository,
        session: &BioSession,
    ) -> Result<(), UseCaseError> {
        let most = self.settings().max_faces;
        let held = repository.faces().count(session.tenant_id, session.id).await?;
        if held >= most as u64 { Err(UseCaseError::TooManyFaces(most)) } else { Ok(()) }
    }

    fn seal_name(&self, face: &Face, key: &DataKey) -> Result<Option<Personal<String>>, UseCaseError> {
        let Some(name) = &face.friendly_name else { return Ok(None) };
        let place = BlobKey::face_name(face.tenant_id, face.session_id, face.id);
        let sealed = key.seal(&place, name.expose().as_bytes(), self.entropy())?;
        Ok(Some(Personal::new(format!("{SEALED}{}", STANDARD_NO_PAD.encode(sealed)))))
    }

    /// The video of a session's capture as MP4; `None` where there is none. That it was read is recorded first.
    pub async fn recording(
        &self,
        tenant: TenantId,
        by: Origin,
        session: SessionId,
    ) -> Result<Option<Vec<u8>>, UseCaseError> {
        let (session, key) = self.session_with_key(tenant, session).await?;
        if session.verdict().is_none_or(|verdict| verdict.recording.is_none()) {
            return Ok(None);
        }
        let name = BlobKey::recording(tenant, session.id);
        let video = self.blobs().get(&name, &key).await?.ok_or(UseCaseError::NotFound)?;
        self.was_read(tenant, by, Action::BiometricRead, session.id, "video").await?;
        Ok(Some(video))
    }

    /// Removes a picture or video that nothing refers to: what it belonged to was erased, or could not be stored, in the meantime.
    pub(crate) async fn discard(&self, name: &BlobKey) {
        if let Err(error) = self.blobs().delete(name).await {
            // Its key is in no row, so that nobody can open it.
            tracing::warn!(%error, "an object that nothing refers to could not be removed");
        }
    }

    pub async fn face(
        &self,
        tenant: TenantId,
        session: SessionId,
        face: FaceId,
    ) -> Result<Face, UseCaseError> {
        let (session, key) = self.session_with_key(tenant, session).await?;
        let mut repository = self.store().begin().await?;
        let face = repository.faces().get(tenant, session.id, face).await?.ok_or(UseCaseError::NotFound)?;
        with_opened_name(face, &key)
    }

    pub async fn faces(&self, tenant: TenantId, session: SessionId) -> Result<Vec<Face>, UseCaseError> {
        let (session, key) = self.session_with_key(tenant, session).await?;
        let mut repository = self.store().begin().await?;
        let faces = repository.faces().list(tenant, session.id).await?;
        faces.into_iter().map(|face| with_opened_name(face, &key)).collect()
    }

    /// The picture of a face as JPEG; `None` when the session keeps no pictures. That it was read is recorded first.
    pub async fn face_image(
        &self,
        tenant: TenantId,
        by: Origin,
        session: SessionId,
        face: FaceId,
        compressed: bool,
    ) -> Result<Option<Vec<u8>>, UseCaseError> {
        let image = self.kept_face_image(tenant, session, face, compressed).await?;
        if image.is_some() {
            self.was_read(tenant, by, Action::BiometricRead, session, "face_image").await?;
        }
        Ok(image)
    }

    /// The picture of a face as JPEG, without recording that it was read: a caller that gives it out does.
    pub(crate) async fn kept_face_image(
        &self,
        tenant: TenantId,
        session: SessionId,
        face: FaceId,
        compressed: bool,
    ) -> Result<Option<Vec<u8>>, UseCaseError> {
        let (session, key) = self.session_with_key(tenant, session).await?;
        let face = self.face(tenant, session.id, face).await?;
        if !face.has_image {
            return Ok(None);
        }
        let name = BlobKey::image(tenant, session.id, face.id);
        let jpeg = self.blobs().get(&name, &key).await?.ok_or(UseCaseError::NotFound)?;
        if !compressed {
            return Ok(Some(jpeg));
        }
        let limits = self.settings().images.clone();
        let smaller = self
            .workers()
            .run(Urgency::Request, move || {
                let picture = decode(&jpeg, &limits)?;
                let longest = picture.width().max(picture.height());
                let picture = if longest > COMPRESSED_SIDE {
                    let scale = f64::from(COMPRESSED_SIDE) / f64::from(longest);
                    let scaled = |side: u32| ((f64::from(side) * scale).round() as u32).max(1);
                    picture.resized(scaled(picture.width()), scaled(picture.height()))
                } else {
                    picture
                };
                Ok::<_, UseCaseError>(picture.to_jpeg(COMPRESSED_JPEG))
            })
            .await??;
        Ok(Some(smaller))
    }

    /// Where the picture of a face is stored; `None` when the session keeps no pictures, or this one is lost. A verdict stands
    /// without its picture: a store that is away costs the hash and nothing else.
    pub async fn stored_image(
        &self,
        tenant: TenantId,
        session: SessionId,
        face: FaceId,
    ) -> Result<Option<StoredMedia>, UseCaseError> {
        let (session, key) = self.session_with_key(tenant, session).await?;
        let mut repository = self.store().begin().await?;
        let face = repository.faces().get(tenant, session.id, face).await?;
        drop(repository);
        let Some(face) = face.filter(|face| face.has_image) else { return Ok(None) };
        let name = BlobKey::image(tenant, session.id, face.id);
        let hash = match tokio::time::timeout(HASH_WITHIN, self.blobs().get(&name, &key)).await {
            Ok(Ok(Some(jpeg))) => Some(hex::encode(Sha256::digest(&jpeg))),
            Ok(Ok(None)) => {
                tracing::error!(session = %session.id, "a best image is no longer in the object store");
                return Ok(None);
            }
            Ok(Err(error @ BlobError::Sealed)) => {
                tracing::error!(%error, session = %session.id, "a best image in the object store is not the one that was put");
                return Ok(None);
            }
            Ok(Err(error)) => {
                tracing::warn!(%error, session = %session.id, "a best image could not be read for its hash");
                None
            }
            Err(_) => {
                tracing::warn!(session = %session.id, "a best image could not be read for its hash in time");
                None
            }
        };
        Ok(Some(StoredMedia { key: name.as_str().to_owned(), hash }))
    }

    /// The given face compared with every other face of its session, best first.
    pub async fn matches(
        &self,
        tenant: TenantId,
        session: SessionId,
        reference: FaceId,
    ) -> Result<Vec<FaceMatch>, UseCaseError> {
        let (session, key) = self.session_with_key(tenant, session).await?;
        let mut repository = self.store().begin().await?;
        let faces = repository.faces().list_with_templates(tenant, session.id).await?;
        drop(repository);
        let mut opened = Vec::with_capacity(faces.len());
        for (face, sealed) in faces {
            let Some(sealed) = sealed else { continue };
            let template = self.open_template(&session, face.id, &key, &sealed)?;
            opened.push((with_opened_name(face, &key)?, template));
        }
        let position =
            opened.iter().position(|(face, _)| face.id == reference).ok_or(UseCaseError::NotFound)?;
        let (reference, reference_template) = opened.swap_remove(position);
        let vision = self.vision();
        let created_at = self.clock().now();
        let mut matches = Vec::with_capacity(opened.len());
        for (candidate, template) in opened {
            let comparison = vision.compare(&reference_template, &template)?;
            matches.push(FaceMatch {
                reference: reference.clone(),
                candidate,
                score: comparison.score,
                false_match_rate: comparison.false_match_rate,
                created_at,
                expires_at: session.expires_at,
            });
        }
        matches.sort_by(|a, b| b.score.total_cmp(&a.score));
        Ok(matches)
    }

    /// Decodes a picture within bounds and finds its largest face, on a worker.
    pub(crate) async fn look_at(&self, image: Vec<u8>, try_rotations: bool) -> Result<Looked, UseCaseError> {
        let (vision, limits) = (self.vision(), self.settings().images.clone());
        self.workers()
            .run(Urgency::Request, move || {
                let picture = decode(&image, &limits)?;
                drop(image);
                look(&vision, picture, try_rotations)
            })
            .await?
    }

    async fn session_with_key(
        &self,
        tenant: TenantId,
        id: SessionId,
    ) -> Result<(BioSession, DataKey), UseCaseError> {
        let mut repository = self.store().begin().await?;
        let found = repository.sessions().get_with_key(tenant, id).await?;
        drop(repository);
        let Some((session, Some(wrapped))) = found else { return Err(UseCaseError::NotFound) };
        if session.has_expired(self.clock().now()) {
            return Err(UseCaseError::NotFound);
        }
        let key = self.unwrap_key(&wrapped)?;
        Ok((session, key))
    }
}

fn with_opened_name(mut face: Face, key: &DataKey) -> Result<Face, UseCaseError> {
    let kept = face.friendly_name.as_ref().and_then(|name| name.expose().strip_prefix(SEALED));
    if let Some(sealed) = kept {
        let broken = || UseCaseError::internal(&"a face's name is not as it was sealed");
        let sealed = STANDARD_NO_PAD.decode(sealed).map_err(|_| broken())?;
        let name = key.open(&BlobKey::face_name(face.tenant_id, face.session_id, face.id), &sealed)?;
        let name = String::from_utf8(name.to_vec()).map_err(|_| broken())?;
        face.friendly_name = Some(Personal::new(name));
    }
    Ok(face)
}

/// Finds the largest face, upright first, and everything that is kept of it. Runs on a worker.
fn look(vision: &Vision, picture: Picture, try_rotations: bool) -> Result<Looked, UseCaseError> {
    let turns: u8 = if try_rotations { 4 } else { 1 };
    let mut picture = picture;
    for turn in 0..turns {
        if turn > 0 {
            picture = picture.rotated_quarter();
        }
        let Some(face) = vision.detect(&picture)?.into_iter().next() else { continue };
        let (template, quality) = vision.enrol(&picture, &face)?;
        let size = (picture.width(), picture.height());
        let jpeg = picture.to_jpeg(KEPT_JPEG);
        return Ok(Looked { face, template, quality: quality.score, size, jpeg });
    }
    Err(UseCaseError::NoFace)
}
