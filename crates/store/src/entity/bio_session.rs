//! Table `bio_sessions`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "bio_sessions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub tenant_id: Uuid,
    pub mode: String,
    pub security_level: String,
    pub challenges: i32,
    pub correlation_id: Option<String>,
    pub evidence_id: Option<String>,
    pub callback_url: Option<String>,
    /// Whose words the callback has; set exactly when there is a URL.
    pub callback_dialect: Option<String>,
    pub image_storage: bool,
    /// `opened`, `capturing` or `decided`.
    pub state: String,
    pub capturing_since: Option<i64>,
    /// The server process that has the capture; only while `capturing`.
    pub capture_owner: Option<Uuid>,
    /// The verdict as JSON, when decided.
    pub verdict: Option<String>,
    /// The data key, wrapped by the master key. The only copy.
    pub wrapped_key: Option<Vec<u8>>,
    pub created_at: i64,
    pub expires_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
