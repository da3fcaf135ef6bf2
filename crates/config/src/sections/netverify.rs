//! Section `[netverify]`.

use serde::Deserialize;

use super::{OutOfBounds, bounds};

/// When portrait and selfie are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FaceMatchConfig {
    Required,
    Optional,
    Off,
}

/// The Netverify interface.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetverifyConfig {
    /// Scheme, host and port; unset: http and the address listened on.
    #[serde(default)]
    pub public_url: Option<String>,
    #[serde(default)]
    pub callback_url: Option<String>,
    pub face_match: FaceMatchConfig,
    /// Names by the interface, separated by commas.
    pub enabled_fields: String,
    pub screening: bool,
    pub enforce_consent: bool,
    /// Names by the interface.
    pub accepted_id_types: Vec<String>,
    /// ISO 3166-1 alpha-3.
    pub accepted_countries: Vec<String>,
    pub accept_expired: bool,
    /// 1 to 3660.
    pub keep_days: u64,
    /// 1e-9 to 0.01.
    pub false_match_rate: f64,
}

impl NetverifyConfig {
    pub(crate) fn validate(&self) -> Result<(), OutOfBounds> {
        for (key, url) in
            [("netverify.public_url", &self.public_url), ("netverify.callback_url", &self.callback_url)]
        {
            let Some(url) = url else { continue };
            if !(url.starts_with("https://") || url.starts_with("http://")) {
                let rule = "a URL that begins with https:// or http://";
                return Err(OutOfBounds { key, value: url.clone(), rule });
            }
        }
        let upper = |code: &String| code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase());
        if let Some(code) = self.accepted_countries.iter().find(|code| !upper(code)) {
            let rule = "ISO 3166-1 alpha-3 codes in capital letters";
            return Err(OutOfBounds { key: "netverify.accepted_countries", value: code.clone(), rule });
        }
        bounds("netverify.keep_days", self.keep_days, 1, 3_660, "1 to 3660")?;
        // Written so that what is no number is refused as well.
        if !(1e-9..=1e-2).contains(&self.false_match_rate) {
            let value = self.false_match_rate.to_string();
            return Err(OutOfBounds { key: "netverify.false_match_rate", value, rule: "1e-9 to 0.01" });
        }
        Ok(())
    }
}
