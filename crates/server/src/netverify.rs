//! The Netverify interface, put together from the settings; and what a tenant's own settings have to be on this server.

use std::borrow::Cow;
use std::net::SocketAddr;

use selfsame_config::{Config, DocumentsConfig};
use selfsame_domain::transaction::TransactionPolicy;
use selfsame_domain::{Setting, SettingError, TenantSettings};
use selfsame_facade_kit::OutboundUrlRules;
use selfsame_facade_netverify::is_alpha3;
use selfsame_verification::examination::{AgreementParams, LookParams};
use selfsame_verification::transactions::TransactionParams;
use selfsame_vision::signs::SignParams;

/// What holds for tenants that have nothing of their own.
pub(crate) fn scans(config: &Config) -> Result<TransactionParams, SettingError> {
    let policy = server_policy(config)?;
    Ok(TransactionParams {
        policy,
        most_waiting: config.limits.waiting_transactions,
        look: look(&config.documents),
        ..TransactionParams::default()
    })
}

/// From where on signs in pictures of documents speak.
pub fn sign_params(config: &DocumentsConfig) -> SignParams {
    SignParams {
        blurred: config.blurred,
        glare: config.glare,
        cut_off: config.cut_off,
        too_small: config.too_small,
        too_dark: config.too_dark,
        grey_page: config.grey_page,
        pattern: config.pattern,
        compression_break: config.compression_break,
        line_break: config.line_break,
        specimen_word: config.specimen_word,
        other_portrait: config.other_portrait,
    }
}

fn look(config: &DocumentsConfig) -> LookParams {
    LookParams {
        least_eye_distance: config.least_eye_distance,
        texture_attack: config.selfie_texture,
        pattern_attack: config.selfie_pattern,
        same_photograph: config.same_photograph,
        second_person: config.second_person,
        facemap_quality: config.facemap_quality,
        signs: sign_params(config),
        agreement: AgreementParams {
            least_confidence: config.least_confidence,
            greatest_age: config.greatest_age,
        },
        // The tenant's policy has its own.
        ..LookParams::default()
    }
}

/// The policy of the configuration, looked at as tenants' own settings are.
///
/// # Errors
/// What this server cannot go by: an address that it does not call, a country that there is not.
pub fn server_policy(config: &Config) -> Result<TransactionPolicy, SettingError> {
    let policy = config.netverify.policy()?;
    check_settings(config, &policy.clone().into())?;
    Ok(policy)
}

/// Looks at what can only be told knowing how the server runs, whoever the settings belong to.
///
/// # Errors
/// As [`server_policy`].
pub fn check_settings(config: &Config, settings: &TenantSettings) -> Result<(), SettingError> {
    if let Some(url) = settings.callback_url().filter(|url| !url.is_empty()) {
        let rules = OutboundUrlRules { development: config.development };
        rules.check(url).map_err(|error| SettingError {
            setting: Setting::CallbackUrl,
            value: url.to_owned(),
            rule: format!("the address {error}").into(),
        })?;
    }
    if let Some(code) = settings.accepted_countries().iter().find(|code| !is_alpha3(code)) {
        return Err(SettingError {
            setting: Setting::AcceptedCountries,
            value: code.clone(),
            rule: Cow::Borrowed("ISO 3166-1 has no country of this alpha-3 code, and it is not XKX"),
        });
    }
    Ok(())
}

/// Scheme, host and port under which integrators reach this server. `address`: where it listens.
pub(crate) fn public_url(config: &Config, address: SocketAddr) -> String {
    let url = config.netverify.public_url.clone().or_else(|| config.server.public_url.clone());
    let url = url.unwrap_or_else(|| format!("http://{address}"));
    url.trim_end_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_file_has_the_thresholds_that_were_measured() {
        let config = Config::load(None).expect("the default");
        assert_eq!(look(&config.documents), LookParams::default());
    }
}
