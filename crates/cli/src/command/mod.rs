//! The commands, one file each.

pub(crate) mod audit;
pub(crate) mod callbacks;
mod compare;
mod database;
mod doctor;
mod document;
mod faces;
mod models;
mod remake;
mod serve;
pub(crate) mod tenants;
mod workflows;

pub(crate) use compare::compare;
pub(crate) use database::database_migrate;
pub(crate) use doctor::doctor;
pub(crate) use document::document;
pub(crate) use faces::{FaceReport, faces};
pub(crate) use models::models_check;
pub(crate) use remake::remake;
pub(crate) use serve::serve;
pub(crate) use workflows::workflows_check;
