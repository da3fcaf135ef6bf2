//! The Netverify interface, put together from the settings.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use selfsame_config::{Config, FaceMatchConfig, NetverifyConfig};
use selfsame_domain::scan::JudgeParams;
use selfsame_facade_kit::OutboundUrlRules;
use selfsame_facade_netverify::{FaceMatchPolicy, NetverifySettings, fields_of, kind_of};
use selfsame_verification::scans::{LookParams, ScanParams};

use crate::ServeError;

/// What is kept, accepted and compared.
pub(crate) fn scans(config: &NetverifyConfig) -> Result<ScanParams, ServeError> {
    Ok(ScanParams {
        keep_for: Duration::from_secs(config.keep_days * 24 * 60 * 60),
        judge: JudgeParams {
            accept_expired: config.accept_expired,
            kinds: kinds(config)?,
            countries: config.accepted_countries.clone(),
        },
        look: LookParams { false_match_rate: config.false_match_rate, ..LookParams::default() },
        ..ScanParams::default()
    })
}

/// What the interface itself needs. `address`: where the server listens.
pub(crate) fn settings(config: &Config, address: SocketAddr) -> Result<Arc<NetverifySettings>, ServeError> {
    let section = &config.netverify;
    let fields = fields_of(&section.enabled_fields).map_err(|unknown| ServeError::Netverify {
        key: "enabled_fields",
        problem: format!("names fields that are not known: {}", unknown.join(", ")),
    })?;
    if let Some(url) = &section.callback_url {
        let rules = OutboundUrlRules { development: config.development };
        let checked = rules.check(url);
        checked.map_err(|error| ServeError::Netverify { key: "callback_url", problem: error.to_string() })?;
    }
    let public_url = section.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
    Ok(Arc::new(NetverifySettings {
        face_match: match section.face_match {
            FaceMatchConfig::Required => FaceMatchPolicy::Required,
            FaceMatchConfig::Optional => FaceMatchPolicy::Optional,
            FaceMatchConfig::Off => FaceMatchPolicy::Off,
        },
        fields,
        screening: section.screening,
        enforce_consent: section.enforce_consent,
        callback_url: section.callback_url.clone(),
        accepted_kinds: kinds(section)?,
        accepted_countries: section.accepted_countries.clone(),
        public_url: public_url.trim_end_matches('/').to_owned(),
    }))
}

fn kinds(config: &NetverifyConfig) -> Result<Vec<selfsame_domain::scan::IdKind>, ServeError> {
    let kind = |name: &String| {
        kind_of(name).ok_or_else(|| ServeError::Netverify {
            key: "accepted_id_types",
            problem: format!("names {name}; known are PASSPORT, DRIVING_LICENSE, ID_CARD, VISA"),
        })
    };
    config.accepted_id_types.iter().map(kind).collect()
}
