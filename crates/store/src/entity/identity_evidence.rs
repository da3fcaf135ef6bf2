//! Table `identity_evidence`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "identity_evidence")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub tenant_id: Uuid,
    pub identity_id: Uuid,
    /// The order of submission: the latest portrait, the latest reference and the latest document count.
    pub position: i32,
    /// `live_portrait`, `uploaded_portrait`, `portrait_reference` or `id_document`.
    pub kind: String,
    /// Of a live portrait: where it is judged, and where its picture is.
    pub session_id: Option<Uuid>,
    pub security_level: Option<String>,
    /// The transaction that examines an identity document and holds its pictures.
    pub transaction_id: Option<Uuid>,
    /// As JSON.
    #[sea_orm(column_type = "Text")]
    pub state: String,
    /// As JSON.
    pub comparison: Option<String>,
    /// Of a picture that was sent: what is known of it, as JSON.
    pub picture: Option<String>,
    /// Its template, sealed under the identity's data key.
    pub template: Option<Vec<u8>>,
    pub submitted_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
