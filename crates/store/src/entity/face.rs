//! Table `faces`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "faces")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub tenant_id: Uuid,
    pub session_id: Uuid,
    pub friendly_name: Option<String>,
    pub digest: String,
    pub mode: String,
    pub image_type: String,
    pub quality: f32,
    pub image_width: i32,
    pub image_height: i32,
    /// Bounds and eyes as JSON.
    pub geometry: String,
    pub has_image: bool,
    /// The template, sealed under the session's data key.
    pub template: Option<Vec<u8>>,
    pub created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
