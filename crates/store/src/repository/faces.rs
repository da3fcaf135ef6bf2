//! Faces of a session.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, DatabaseTransaction, EntityTrait as _, IntoActiveModel as _,
    PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Select,
};
use selfsame_domain::{
    Face, FaceId, FaceImageType, FaceQuality, Personal, Point, Rect, SessionId, TenantId, Timestamp,
};

use super::impossible;
use crate::StoreError;
use crate::entity::face;

pub struct Faces<'t>(pub(super) &'t DatabaseTransaction);

const TABLE: &str = "faces";
const SELFIE: &str = "selfie";
const ID_DOCUMENT: &str = "id_document";

impl Faces<'_> {
    /// `sealed_template` is sealed under the session's data key; `None` when there is none to compare with.
    pub async fn add(&mut self, face: &Face, sealed_template: Option<Vec<u8>>) -> Result<(), StoreError> {
        let side = |column, side: u32| i32::try_from(side).map_err(|_| impossible(TABLE, column, face.id));
        let image_type = match face.image_type {
            FaceImageType::Selfie => SELFIE,
            FaceImageType::IdDocument => ID_DOCUMENT,
        };
        let row = face::Model {
            id: face.id.as_uuid(),
            tenant_id: face.tenant_id.as_uuid(),
            session_id: face.session_id.as_uuid(),
            friendly_name: face.friendly_name.as_ref().map(|name| name.expose().clone()),
            digest: face.digest.clone(),
            mode: face.mode.clone(),
            image_type: image_type.to_owned(),
            quality: face.quality.0,
            image_width: side("image_width", face.image_size.0)?,
            image_height: side("image_height", face.image_size.1)?,
            geometry: serde_json::to_string(&(face.bounds, face.eyes)).map_err(|_| StoreError::Json)?,
            has_image: face.has_image,
            template: sealed_template,
            created_at: face.created_at.as_millis(),
        };
        row.into_active_model().insert(self.0).await?;
        Ok(())
    }

    pub async fn get(
        &mut self,
        tenant: TenantId,
        session: SessionId,
        id: FaceId,
    ) -> Result<Option<Face>, StoreError> {
        let row = face::Entity::find_by_id(id.as_uuid())
            .filter(face::Column::TenantId.eq(tenant.as_uuid()))
            .filter(face::Column::SessionId.eq(session.as_uuid()))
            .one(self.0)
            .await?;
        Ok(row.map(from_row).transpose()?.map(|(face, _)| face))
    }

    /// Forgets one face and its template. False when there is none.
    pub async fn delete(
        &mut self,
        tenant: TenantId,
        session: SessionId,
        id: FaceId,
    ) -> Result<bool, StoreError> {
        let done = face::Entity::delete_many()
            .filter(face::Column::Id.eq(id.as_uuid()))
            .filter(face::Column::TenantId.eq(tenant.as_uuid()))
            .filter(face::Column::SessionId.eq(session.as_uuid()))
            .exec(self.0)
            .await?;
        Ok(done.rows_affected == 1)
    }

    pub async fn count(&mut self, tenant: TenantId, session: SessionId) -> Result<u64, StoreError> {
        Ok(face::Entity::find()
            .filter(face::Column::TenantId.eq(tenant.as_uuid()))
            .filter(face::Column::SessionId.eq(session.as_uuid()))
            .count(self.0)
            .await?)
    }

    /// At most `most` faces of all tenants whose template is of another mode than `mode`, in the order of their ids, those after `after`.
    pub async fn for_maintenance_of_other_modes(
        &mut self,
        mode: &str,
        after: Option<FaceId>,
        most: u64,
    ) -> Result<Vec<Face>, StoreError> {
        let mut found = of_other_modes(mode);
        if let Some(after) = after {
            found = found.filter(face::Column::Id.gt(after.as_uuid()));
        }
        let rows = found.order_by_asc(face::Column::Id).limit(most).all(self.0).await?;
        rows.into_iter().map(|row| from_row(row).map(|(face, _)| face)).collect()
    }

    /// How many faces of all tenants have a template of another mode than `mode`.
    pub async fn for_maintenance_count_of_other_modes(&mut self, mode: &str) -> Result<u64, StoreError> {
        Ok(of_other_modes(mode).count(self.0).await?)
    }

    /// Compare-and-set: gives a face the template of another mode, if it still has the one it was read with. False when it has not.
    pub async fn for_maintenance_remake(
        &mut self,
        before: &Face,
        mode: &str,
        sealed_template: Vec<u8>,
    ) -> Result<bool, StoreError> {
        let done = face::Entity::update_many()
            .col_expr(face::Column::Mode, Expr::value(mode))
            .col_expr(face::Column::Template, Expr::value(Some(sealed_template)))
            .filter(face::Column::Id.eq(before.id.as_uuid()))
            .filter(face::Column::TenantId.eq(before.tenant_id.as_uuid()))
            .filter(face::Column::Mode.eq(before.mode.as_str()))
            .exec(self.0)
            .await?;
        Ok(done.rows_affected == 1)
    }

    /// Oldest first.
    pub async fn list(&mut self, tenant: TenantId, session: SessionId) -> Result<Vec<Face>, StoreError> {
        let found = self.list_with_templates(tenant, session).await?;
        Ok(found.into_iter().map(|(face, _)| face).collect())
    }

    /// Oldest first, each with its sealed template.
    pub async fn list_with_templates(
        &mut self,
        tenant: TenantId,
        session: SessionId,
    ) -> Result<Vec<(Face, Option<Vec<u8>>)>, StoreError> {
        let rows = face::Entity::find()
            .filter(face::Column::TenantId.eq(tenant.as_uuid()))
            .filter(face::Column::SessionId.eq(session.as_uuid()))
            .order_by_asc(face::Column::CreatedAt)
            // Two of one millisecond still come in one order.
            .order_by_asc(face::Column::Id)
            .all(self.0)
            .await?;
        rows.into_iter().map(from_row).collect()
    }
}

fn of_other_modes(mode: &str) -> Select<face::Entity> {
    face::Entity::find().filter(face::Column::Mode.ne(mode)).filter(face::Column::Template.is_not_null())
}

fn from_row(row: face::Model) -> Result<(Face, Option<Vec<u8>>), StoreError> {
    let image_type = match row.image_type.as_str() {
        SELFIE => FaceImageType::Selfie,
        ID_DOCUMENT => FaceImageType::IdDocument,
        _ => return Err(impossible(TABLE, "image_type", row.id)),
    };
    let (bounds, eyes): (Rect, [Point; 2]) =
        serde_json::from_str(&row.geometry).map_err(|_| impossible(TABLE, "geometry", row.id))?;
    let side = |column, side: i32| u32::try_from(side).map_err(|_| impossible(TABLE, column, row.id));
    let face = Face {
        id: FaceId::from_uuid(row.id),
        tenant_id: TenantId::from_uuid(row.tenant_id),
        session_id: SessionId::from_uuid(row.session_id),
        friendly_name: row.friendly_name.map(Personal::new),
        digest: row.digest,
        mode: row.mode,
        image_type,
        quality: FaceQuality(row.quality),
        image_size: (side("image_width", row.image_width)?, side("image_height", row.image_height)?),
        bounds,
        eyes,
        has_image: row.has_image,
        created_at: Timestamp::from_millis(row.created_at),
    };
    Ok((face, row.template))
}
