//! Section `[netverify]`.

use selfsame_domain::transaction::TransactionPolicy;
use selfsame_domain::{Setting, SettingError, TenantSettings};
use serde::Deserialize;

use super::OutOfBounds;
use super::server::public_url;

/// The name that configurations and commands have a tenant's setting by: that of this section.
pub const fn setting_name(setting: Setting) -> &'static str {
    match setting {
        Setting::FaceMatch => "netverify.face_match",
        Setting::EnabledFields => "netverify.enabled_fields",
        Setting::Screening => "netverify.screening",
        Setting::EnforceConsent => "netverify.enforce_consent",
        Setting::CallbackUrl => "netverify.callback_url",
        Setting::AcceptedIdTypes => "netverify.accepted_id_types",
        Setting::AcceptedCountries => "netverify.accepted_countries",
        Setting::AcceptExpired => "netverify.accept_expired",
        Setting::KeepDays => "netverify.keep_days",
        Setting::FalseMatchRate => "netverify.false_match_rate",
    }
}

/// A value that is not allowed, in the words of configurations and commands.
pub fn setting_words(error: &SettingError) -> String {
    format!("{} = {:?} is not allowed: {}", setting_name(error.setting), error.value, error.rule)
}

/// A name that no setting of a tenant has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name:?} is no setting of a tenant; there are {}", Setting::ALL.map(setting_name).join(", "))]
pub struct NoSuchSetting {
    name: String,
}

/// The setting of a name: that of this section, or the one that no interface owns.
///
/// # Errors
/// [`NoSuchSetting`], which lists those that there are.
pub fn setting_named(name: &str) -> Result<Setting, NoSuchSetting> {
    let found = Setting::ALL.into_iter().find(|setting| setting_name(*setting) == name);
    found.or_else(|| Setting::named(name).ok()).ok_or_else(|| NoSuchSetting { name: name.to_owned() })
}

/// The Netverify interface. Names and rules of all but `public_url` are those of [`Setting`]: tenants may have each of their own.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetverifyConfig {
    /// Scheme, host and port; unset: `server.public_url`.
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
        public_url("netverify.public_url", self.public_url.as_ref())?;
        let allowed = self.policy().map(drop);
        allowed.map_err(|SettingError { setting, value, .. }| OutOfBounds {
            key: setting_name(setting),
            value,
            rule: setting.rule(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_setting_is_known_by_both_of_its_names() {
        for setting in Setting::ALL {
            assert_eq!(setting_named(setting_name(setting)), Ok(setting));
            assert_eq!(setting_named(setting.name()), Ok(setting));
        }
        let error = setting_named("netverify.shoe_size").unwrap_err().to_string();
        assert!(Setting::ALL.iter().all(|setting| error.contains(setting_name(*setting))), "{error}");
    }
}
