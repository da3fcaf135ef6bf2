//! Section `[netverify]`.

use selfsame_domain::transaction::TransactionPolicy;
use selfsame_domain::{Setting, SettingError, TenantSettings};
use serde::Deserialize;

use super::OutOfBounds;

/// The Netverify interface. Names and rules of all but `public_url` are those of [`Setting`]: tenants may have each of their own.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetverifyConfig {
    /// Scheme, host and port; unset: http and the address listened on.
    #[serde(default)]
    pub public_url: Option<String>,
    #[serde(default)]
    pub callback_url: Option<String>,
    /// `required`, `optional` or `off`.
    pub face_match: String,
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
    /// What holds for tenants that have nothing of their own.
    ///
    /// # Errors
    /// A value that is not allowed. A configuration that was loaded has none.
    pub fn policy(&self) -> Result<TransactionPolicy, SettingError> {
        let mut settings = TenantSettings::default();
        for setting in Setting::ALL {
            let text = match setting {
                Setting::FaceMatch => self.face_match.clone(),
                Setting::EnabledFields => self.enabled_fields.clone(),
                Setting::Screening => self.screening.to_string(),
                Setting::EnforceConsent => self.enforce_consent.to_string(),
                Setting::CallbackUrl => self.callback_url.clone().unwrap_or_default(),
                Setting::AcceptedIdTypes => self.accepted_id_types.join(","),
                Setting::AcceptedCountries => self.accepted_countries.join(","),
                Setting::AcceptExpired => self.accept_expired.to_string(),
                Setting::KeepDays => self.keep_days.to_string(),
                Setting::FalseMatchRate => self.false_match_rate.to_string(),
            };
            settings.set(setting, &text)?;
        }
        Ok(settings.over(&TransactionPolicy::default()))
    }

    pub(crate) fn validate(&self) -> Result<(), OutOfBounds> {
        if let Some(url) = &self.public_url
            && !(url.starts_with("https://") || url.starts_with("http://"))
        {
            let rule = "a URL that begins with https:// or http://";
            return Err(OutOfBounds { key: "netverify.public_url", value: url.clone(), rule });
        }
        let allowed = self.policy().map(drop);
        allowed.map_err(|SettingError { setting, value, .. }| OutOfBounds {
            key: setting.alias(),
            value,
            rule: setting.rule(),
        })
    }
}
