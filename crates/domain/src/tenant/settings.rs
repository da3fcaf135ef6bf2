//! What a tenant may have otherwise than the server. One list of names, rules and forms for the configuration, the command line
//! and the store.

use std::borrow::Cow;

use crate::document::{DocumentType, WantedFields};
use crate::transaction::{FaceMatchPolicy, TransactionPolicy};

/// A setting that a tenant may have of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Setting {
    FaceMatch,
    EnabledFields,
    Screening,
    EnforceConsent,
    CallbackUrl,
    AcceptedIdTypes,
    AcceptedCountries,
    AcceptExpired,
    KeepDays,
    FalseMatchRate,
}

/// A value that a setting may not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} = {value:?} is not allowed: {rule}", .setting.name())]
pub struct SettingError {
    pub setting: Setting,
    pub value: String,
    /// What is allowed.
    pub rule: Cow<'static, str>,
}

/// A name that no setting has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name:?} is no setting of a tenant; there are {}", names())]
pub struct UnknownSetting {
    name: String,
}

fn names() -> String {
    Setting::ALL.map(Setting::name).join(", ")
}

/// Longest address for callbacks, as in requests.
const LONGEST_URL: usize = 255;

impl Setting {
    pub const ALL: [Self; 10] = [
        Self::FaceMatch,
        Self::EnabledFields,
        Self::Screening,
        Self::EnforceConsent,
        Self::CallbackUrl,
        Self::AcceptedIdTypes,
        Self::AcceptedCountries,
        Self::AcceptExpired,
        Self::KeepDays,
        Self::FalseMatchRate,
    ];

    /// The name that rows have it by, and what its value may be, in words.
    const fn row(self) -> (&'static str, &'static str) {
        const BOOLEAN: &str = "true or false";
        match self {
            Self::FaceMatch => ("transactions.similarity", "one of required, optional, off"),
            Self::EnabledFields => (
                "transactions.fields",
                "names of documentNumber or idNumber, givenNames or idFirstName, surname or idLastName, birthDate or idDob, expiryDate or idExpiry, state or idUsState, personalNumber or idPersonalNumber, similarity or idFaceMatch, address or idAddress, separated by commas",
            ),
            Self::Screening => ("transactions.screening", BOOLEAN),
            Self::EnforceConsent => ("transactions.enforce_consent", BOOLEAN),
            Self::CallbackUrl => (
                "transactions.callback_url",
                "a URL that begins with https:// or http://, of at most 255 ASCII characters, without query or fragment; empty for none",
            ),
            Self::AcceptedIdTypes => (
                "transactions.accepted_types",
                "at least one of PASSPORT, DRIVING_LICENCE or DRIVING_LICENSE, IDENTITY_CARD or ID_CARD, VISA, separated by commas",
            ),
            Self::AcceptedCountries => (
                "transactions.accepted_countries",
                "ISO 3166-1 alpha-3 codes in capital letters, separated by commas; empty for all",
            ),
            Self::AcceptExpired => ("transactions.accept_expired", BOOLEAN),
            Self::KeepDays => ("transactions.keep_days", "1 to 3660"),
            Self::FalseMatchRate => ("transactions.false_match_rate", "1e-9 to 0.01"),
        }
    }

    /// The name that rows have it by.
    pub const fn name(self) -> &'static str {
        self.row().0
    }

    /// What its value may be, in words.
    pub const fn rule(self) -> &'static str {
        self.row().1
    }

    /// The setting of a name.
    ///
    /// # Errors
    /// [`UnknownSetting`], which lists those that there are.
    pub fn named(name: &str) -> Result<Self, UnknownSetting> {
        let found = Self::ALL.into_iter().find(|setting| setting.name() == name);
        found.ok_or_else(|| UnknownSetting { name: name.to_owned() })
    }
}

/// What a tenant has of its own. `None`: the server's setting holds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TenantSettings {
    face_match: Option<FaceMatchPolicy>,
    enabled_fields: Option<WantedFields>,
    screening: Option<bool>,
    enforce_consent: Option<bool>,
    /// Empty: none, whatever the server has.
    callback_url: Option<String>,
    accepted_id_types: Option<Vec<DocumentType>>,
    accepted_countries: Option<Vec<String>>,
    accept_expired: Option<bool>,
    keep_days: Option<u64>,
    false_match_rate: Option<f64>,
}

impl TenantSettings {
    /// Takes a value in the form of [`TenantSettings::text`]; lists are separated by commas.
    ///
    /// # Errors
    /// [`SettingError`]; nothing is changed then.
    pub fn set(&mut self, setting: Setting, text: &str) -> Result<(), SettingError> {
        let text = text.trim();
        let refused =
            || SettingError { setting, value: text.to_owned(), rule: Cow::Borrowed(setting.rule()) };
        let boolean = || text.parse::<bool>().map_err(|_| refused());
        let number = |bounds: std::ops::RangeInclusive<u64>| {
            text.parse().ok().filter(|number| bounds.contains(number)).ok_or_else(refused)
        };
        match setting {
            Setting::FaceMatch => {
                self.face_match = Some(FaceMatchPolicy::named(text).ok_or_else(refused)?);
            }
            Setting::EnabledFields => {
                self.enabled_fields = Some(WantedFields::named(text).map_err(|_| refused())?);
            }
            Setting::Screening => self.screening = Some(boolean()?),
            Setting::EnforceConsent => self.enforce_consent = Some(boolean()?),
            Setting::CallbackUrl => {
                self.callback_url = Some(callback_url(text).ok_or_else(refused)?.to_owned());
            }
            Setting::AcceptedIdTypes => {
                let kinds: Option<Vec<_>> = listed(text).map(DocumentType::named).collect();
                let kinds = kinds.filter(|kinds| !kinds.is_empty()).ok_or_else(refused)?;
                self.accepted_id_types =
                    Some(DocumentType::ALL.into_iter().filter(|kind| kinds.contains(kind)).collect());
            }
            Setting::AcceptedCountries => {
                let mut codes: Vec<_> = listed(text).map(str::to_owned).collect();
                if !codes.iter().all(|code| is_alpha3(code)) {
                    return Err(refused());
                }
                codes.sort_unstable();
                codes.dedup();
                self.accepted_countries = Some(codes);
            }
            Setting::AcceptExpired => self.accept_expired = Some(boolean()?),
            Setting::KeepDays => self.keep_days = Some(number(1..=3_660)?),
            Setting::FalseMatchRate => {
                // What is no number is within no bounds.
                let rate = text.parse().ok().filter(|rate| (1e-9..=1e-2).contains(rate));
                self.false_match_rate = Some(rate.ok_or_else(refused)?);
            }
        }
        Ok(())
    }

    /// From now on the server's setting holds. False when it did before.
    pub fn unset(&mut self, setting: Setting) -> bool {
        match setting {
            Setting::FaceMatch => self.face_match.take().is_some(),
            Setting::EnabledFields => self.enabled_fields.take().is_some(),
            Setting::Screening => self.screening.take().is_some(),
            Setting::EnforceConsent => self.enforce_consent.take().is_some(),
            Setting::CallbackUrl => self.callback_url.take().is_some(),
            Setting::AcceptedIdTypes => self.accepted_id_types.take().is_some(),
            Setting::AcceptedCountries => self.accepted_countries.take().is_some(),
            Setting::AcceptExpired => self.accept_expired.take().is_some(),
            Setting::KeepDays => self.keep_days.take().is_some(),
            Setting::FalseMatchRate => self.false_match_rate.take().is_some(),
        }
    }

    /// The value in the words that configurations and commands have it by; `None` where the server's holds.
    pub fn worded(&self, setting: Setting) -> Option<String> {
        match setting {
            Setting::EnabledFields => self.enabled_fields.map(|fields| fields.aliases().join(",")),
            Setting::AcceptedIdTypes => self
                .accepted_id_types
                .as_ref()
                .map(|kinds| kinds.iter().map(|kind| kind.alias()).collect::<Vec<_>>().join(",")),
            setting => self.text(setting),
        }
    }

    /// The value as [`TenantSettings::set`] takes it; `None` where the server's holds.
    pub fn text(&self, setting: Setting) -> Option<String> {
        let boolean = |value: Option<bool>| value.map(|value| value.to_string());
        match setting {
            Setting::FaceMatch => self.face_match.map(|policy| policy.name().to_owned()),
            Setting::EnabledFields => self.enabled_fields.map(|fields| fields.names().join(",")),
            Setting::Screening => boolean(self.screening),
            Setting::EnforceConsent => boolean(self.enforce_consent),
            Setting::CallbackUrl => self.callback_url.clone(),
            Setting::AcceptedIdTypes => self
                .accepted_id_types
                .as_ref()
                .map(|kinds| kinds.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(",")),
            Setting::AcceptedCountries => self.accepted_countries.as_ref().map(|codes| codes.join(",")),
            Setting::AcceptExpired => boolean(self.accept_expired),
            Setting::KeepDays => self.keep_days.map(|days| days.to_string()),
            Setting::FalseMatchRate => self.false_match_rate.map(|rate| rate.to_string()),
        }
    }

    /// Those that are the tenant's own, with their values.
    pub fn own(&self) -> impl Iterator<Item = (Setting, String)> {
        Setting::ALL.into_iter().filter_map(|setting| Some((setting, self.text(setting)?)))
    }

    pub fn callback_url(&self) -> Option<&str> {
        self.callback_url.as_deref()
    }

    pub fn accepted_countries(&self) -> &[String] {
        self.accepted_countries.as_deref().unwrap_or_default()
    }

    /// What holds for the tenant, where `server` holds for those that have nothing of their own.
    pub fn over(self, server: &TransactionPolicy) -> TransactionPolicy {
        TransactionPolicy {
            face_match: self.face_match.unwrap_or(server.face_match),
            fields: self.enabled_fields.unwrap_or(server.fields),
            screening: self.screening.unwrap_or(server.screening),
            enforce_consent: self.enforce_consent.unwrap_or(server.enforce_consent),
            callback_url: match self.callback_url {
                Some(url) => Some(url).filter(|url| !url.is_empty()),
                None => server.callback_url.clone(),
            },
            accepted_kinds: self.accepted_id_types.unwrap_or_else(|| server.accepted_kinds.clone()),
            accepted_countries: self.accepted_countries.unwrap_or_else(|| server.accepted_countries.clone()),
            accept_expired: self.accept_expired.unwrap_or(server.accept_expired),
            keep_days: self.keep_days.unwrap_or(server.keep_days),
            false_match_rate: self.false_match_rate.unwrap_or(server.false_match_rate),
        }
    }
}

impl From<TransactionPolicy> for TenantSettings {
    /// Settings that leave nothing to the server, but for a callback address that is not there.
    fn from(policy: TransactionPolicy) -> Self {
        Self {
            face_match: Some(policy.face_match),
            enabled_fields: Some(policy.fields),
            screening: Some(policy.screening),
            enforce_consent: Some(policy.enforce_consent),
            callback_url: policy.callback_url,
            accepted_id_types: Some(policy.accepted_kinds),
            accepted_countries: Some(policy.accepted_countries),
            accept_expired: Some(policy.accept_expired),
            keep_days: Some(policy.keep_days),
            false_match_rate: Some(policy.false_match_rate),
        }
    }
}

fn listed(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|name| !name.is_empty())
}

fn is_alpha3(code: &str) -> bool {
    code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// What can be told without knowing where the server runs; who looks at host and port looks again.
fn callback_url(text: &str) -> Option<&str> {
    let printable = text.bytes().all(|byte| byte.is_ascii_graphic());
    let absolute =
        ["https://", "http://"].iter().any(|scheme| text.len() > scheme.len() && text.starts_with(scheme));
    let fits =
        text.is_empty() || (absolute && printable && text.len() <= LONGEST_URL && !text.contains(['?', '#']));
    fits.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every setting with a value that is none of the defaults, and how it is written back.
    const OTHERS: [(Setting, &str, &str); 10] = [
        (Setting::FaceMatch, " required ", "required"),
        (Setting::EnabledFields, "idDob, documentNumber", "documentNumber,birthDate"),
        (Setting::Screening, "true", "true"),
        (Setting::EnforceConsent, "true", "true"),
        (Setting::CallbackUrl, "https://a.example/x", "https://a.example/x"),
        (Setting::AcceptedIdTypes, "VISA,PASSPORT,VISA", "PASSPORT,VISA"),
        (Setting::AcceptedCountries, "XKX, DEU,XKX", "DEU,XKX"),
        (Setting::AcceptExpired, "true", "true"),
        (Setting::KeepDays, "30", "30"),
        (Setting::FalseMatchRate, "1e-6", "0.000001"),
    ];

    #[test]
    fn what_earlier_versions_wrote_is_read_and_worded_as_before() {
        for (setting, written, text) in [
            (Setting::EnabledFields, "idNumber,idDob,idFaceMatch", "documentNumber,birthDate,similarity"),
            (
                Setting::AcceptedIdTypes,
                "PASSPORT,DRIVING_LICENSE,ID_CARD",
                "PASSPORT,DRIVING_LICENCE,IDENTITY_CARD",
            ),
            (Setting::KeepDays, "30", "30"),
        ] {
            let mut settings = TenantSettings::default();
            settings.set(setting, written).unwrap();
            assert_eq!(settings.text(setting).as_deref(), Some(text));
            assert_eq!(settings.worded(setting).as_deref(), Some(written));
        }
    }

    #[test]
    fn every_setting_stands_over_the_servers_and_alone() {
        let server = TransactionPolicy::default();
        let defaults = TenantSettings::from(server.clone());
        let mut all = TenantSettings::default();
        assert_eq!(all.clone().over(&server), server);
        for (setting, text, written) in OTHERS {
            let mut one = TenantSettings::default();
            one.set(setting, text).unwrap();
            assert_eq!(one.text(setting).as_deref(), Some(written));
            let mut again = TenantSettings::default();
            again.set(setting, written).unwrap();
            assert_eq!(again, one, "{setting:?}: what is written is read as the same");
            assert_eq!(one.own().map(|(setting, _)| setting).collect::<Vec<_>>(), [setting]);
            let policy = TenantSettings::from(one.clone().over(&server));
            for other in Setting::ALL {
                let expected = if other == setting { Some(written.to_owned()) } else { defaults.text(other) };
                assert_eq!(policy.text(other), expected, "{setting:?} and {other:?}");
            }
            assert!(one.unset(setting) && !one.unset(setting));
            assert_eq!(one, TenantSettings::default());
            all.set(setting, text).unwrap();
        }
        assert_eq!(all.own().count(), Setting::ALL.len());
    }

    #[test]
    fn what_is_not_allowed_is_told_and_changes_nothing() {
        let long = format!("https://a.example/{}", "x".repeat(240));
        for (setting, wrong) in [
            (Setting::FaceMatch, vec!["", "Required", "maybe"]),
            (Setting::EnabledFields, vec!["idShoeSize", "idDob;idNumber"]),
            (Setting::Screening, vec!["", "yes", "TRUE", "1"]),
            (Setting::EnforceConsent, vec!["off"]),
            (
                Setting::CallbackUrl,
                vec![
                    "bank.example",
                    "ftp://a.example",
                    "https://",
                    "https://a.example/?a=b",
                    "https://a.example/#x",
                    "https://münchen.de/",
                    "https://a.example/a b",
                    &long,
                ],
            ),
            (Setting::AcceptedIdTypes, vec!["", ",", "PASSPORT,NOTE", "passport"]),
            (Setting::AcceptedCountries, vec!["DE", "deu", "DEU;FRA"]),
            (Setting::AcceptExpired, vec!["no"]),
            (Setting::KeepDays, vec!["0", "3661", "-1", "1.5", "", "a"]),
            (Setting::FalseMatchRate, vec!["0", "0.02", "NaN", "inf", "-1e-4", ""]),
        ] {
            for text in wrong {
                let mut settings = TenantSettings::default();
                let error = settings.set(setting, text).unwrap_err().to_string();
                assert!(error.contains(setting.name()) && error.contains(setting.rule()), "{error}");
                assert_eq!(settings, TenantSettings::default(), "{error}");
            }
        }
        let error = Setting::named("transactions.shoe_size").unwrap_err().to_string();
        assert!(Setting::ALL.iter().all(|setting| error.contains(setting.name())), "{error}");
        assert!(Setting::ALL.iter().all(|setting| Setting::named(setting.name()) == Ok(*setting)));
    }

    #[test]
    fn a_tenant_can_have_no_callback_address_where_the_server_has_one() {
        let server = TransactionPolicy {
            callback_url: Some("https://b.example".to_owned()),
            ..TransactionPolicy::default()
        };
        let mut settings = TenantSettings::default();
        assert_eq!(settings.clone().over(&server).callback_url, server.callback_url);
        settings.set(Setting::CallbackUrl, "").unwrap();
        assert_eq!(settings.over(&server).callback_url, None);
    }

    #[test]
    fn the_rules_name_every_value() {
        let fields = WantedFields { face_match: true, ..WantedFields::READ };
        assert!(fields.names().iter().all(|name| Setting::EnabledFields.rule().contains(name)));
        assert_eq!(WantedFields::named(&fields.names().join(",")), Ok(fields));
        let names = DocumentType::ALL.map(DocumentType::name);
        assert!(names.iter().all(|name| Setting::AcceptedIdTypes.rule().contains(name)));
        let policies = FaceMatchPolicy::ALL.map(FaceMatchPolicy::name);
        assert!(policies.iter().all(|name| Setting::FaceMatch.rule().contains(name)));
    }
}
