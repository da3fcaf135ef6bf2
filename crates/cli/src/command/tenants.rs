//! `selfsame tenants …`

use std::collections::BTreeMap;
use std::process::ExitCode;

use selfsame_config::{Config, setting_name, setting_named};
use selfsame_domain::{CredentialKind, Setting, Tenant, TenantSettings};
use selfsame_server::tenant_desk::{ListedCredential, Revoked, Tenants};
use selfsame_server::{ServeError, check_settings, open_tenants, open_tenants_to_change, server_policy};
use serde::Serialize;

use crate::args::{
    ServerData, TenantCredentialsCommand, TenantsAddArgs, TenantsCommand, TenantsCredentialsAddArgs,
    TenantsCredentialsListArgs, TenantsCredentialsRevokeArgs, TenantsListArgs, TenantsSetArgs,
    TenantsShowArgs, TenantsUnsetArgs,
};
use crate::failure::Failure;
use crate::terminal::{Tone, say, say_json, toned};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    id: String,
    name: &'a str,
    created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    settings: Option<BTreeMap<&'static str, String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    effective: Option<BTreeMap<&'static str, String>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Credential<'a> {
    id: String,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<&'a str>,
    created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<String>,
}

#[derive(Serialize)]
struct Pair<'a> {
    token: &'a str,
    secret: &'a str,
}

#[derive(Serialize)]
struct ApiKey<'a> {
    apikey: &'a str,
}

impl<'a> Line<'a> {
    fn of(tenant: &'a Tenant) -> Self {
        Self {
            id: tenant.id.to_string(),
            name: &tenant.name,
            created_at: tenant.created_at.to_rfc3339(),
            settings: None,
            effective: None,
        }
    }

    fn say(&self, json: bool) -> Result<(), Failure> {
        if json {
            return say_json(self);
        }
        say(&format!("{}  {}  {}", self.id, self.name, toned(Tone::Quiet, &self.created_at)))
    }
}

impl<'a> Credential<'a> {
    fn of(listed: &'a ListedCredential) -> Self {
        let ListedCredential { credential, token } = listed;
        Self {
            id: credential.id.to_string(),
            kind: match credential.kind {
                CredentialKind::ApiKey => "apikey",
                CredentialKind::TokenAndSecret => "pair",
                CredentialKind::Administration => "administration",
            },
            token: token.as_deref(),
            created_at: credential.created_at.to_rfc3339(),
            revoked_at: credential.revoked_at.map(|at| at.to_rfc3339()),
        }
    }

    fn say(&self, json: bool) -> Result<(), Failure> {
        if json {
            return say_json(self);
        }
        let state = match &self.revoked_at {
            None => toned(Tone::Good, "valid"),
            Some(at) => toned(Tone::Bad, &format!("revoked {at}")),
        };
        let name = self.token.unwrap_or(&self.id);
        say(&format!("{:<14}  {name}  {}  {state}", self.kind, toned(Tone::Quiet, &self.created_at)))
    }
}

pub(crate) fn run(command: &TenantsCommand) -> Result<ExitCode, Failure> {
    match command {
        TenantsCommand::List(args) => list(args),
        TenantsCommand::Add(args) => add(args),
        TenantsCommand::Show(args) => show(args),
        TenantsCommand::Set(args) => set(args),
        TenantsCommand::Unset(args) => unset(args),
        TenantsCommand::Credentials(args) => match &args.command {
            TenantCredentialsCommand::List(list) => credentials(&args.tenant, list),
            TenantCredentialsCommand::Add(add) => add_credential(&args.tenant, add),
            TenantCredentialsCommand::Revoke(revoke) => revoke_credential(&args.tenant, revoke),
        },
    }
}

/// Runs `work` over the server's settings and database.
fn with_tenants<T>(
    server: &ServerData,
    work: impl AsyncFnOnce(Config, Tenants) -> Result<T, Failure>,
) -> Result<T, Failure> {
    with_config(server, async |config| {
        let tenants = open_tenants(&config).await?;
        work(config, tenants).await
    })
}

/// Does something with tenants that changes them, with the server's master keys: what is changed is recorded in the audit trail.
fn changing_tenants<T>(
    server: &ServerData,
    work: impl AsyncFnOnce(Config, Tenants) -> Result<T, Failure>,
) -> Result<T, Failure> {
    with_config(server, async |config| {
        let tenants = open_tenants_to_change(&config).await?;
        work(config, tenants).await
    })
}

fn with_config<T>(
    server: &ServerData,
    work: impl AsyncFnOnce(Config) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let mut config = Config::load(server.config.as_deref())?;
    if let Some(data) = &server.data {
        config.data.dir.clone_from(data);
    }
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::Runtime)?;
    runtime.block_on(work(config))
}

fn list(args: &TenantsListArgs) -> Result<ExitCode, Failure> {
    with_tenants(&args.server, async |_, tenants| {
        let found = tenants.list().await?;
        for tenant in &found {
            Line::of(tenant).say(args.json)?;
        }
        if found.is_empty() && !args.json {
            say("There are none yet; the server's first start makes one named development.")?;
        }
        Ok(ExitCode::SUCCESS)
    })
}

fn add(args: &TenantsAddArgs) -> Result<ExitCode, Failure> {
    changing_tenants(&args.server, async |_, tenants| {
        let tenant = tenants.add(&args.name).await?;
        Line::of(&tenant).say(args.json)?;
        if !args.json {
            say(&format!(
                "It has no credentials yet. Make a pair with: selfsame tenants credentials {} add",
                tenant.name
            ))?;
        }
        Ok(ExitCode::SUCCESS)
    })
}

fn show(args: &TenantsShowArgs) -> Result<ExitCode, Failure> {
    with_tenants(&args.server, async |config, tenants| {
        let tenant = tenants.find(&args.tenant).await?;
        let own = tenants.settings(&tenant).await?;
        say_settings(&config, &tenant, &own, args.json)
    })
}

fn say_settings(
    config: &Config,
    tenant: &Tenant,
    own: &TenantSettings,
    json: bool,
) -> Result<ExitCode, Failure> {
    let server = server_policy(config).map_err(ServeError::from)?;
    let effective = TenantSettings::from(own.clone().over(&server));
    // A callback address that nobody has set is empty, as `set` takes it: not left out.
    let effective = Setting::ALL.map(|setting| (setting, effective.worded(setting).unwrap_or_default()));
    if json {
        let settings = own
            .own()
            .map(|(setting, value)| (setting_name(setting), own.worded(setting).unwrap_or(value)))
            .collect();
        let effective =
            effective.into_iter().map(|(setting, value)| (setting_name(setting), value)).collect();
        let line = Line { settings: Some(settings), effective: Some(effective), ..Line::of(tenant) };
        line.say(true)?;
        return Ok(ExitCode::SUCCESS);
    }
    Line::of(tenant).say(false)?;
    for (setting, value) in &effective {
        let whose = match own.text(*setting) {
            Some(_) => toned(Tone::Strong, "its own"),
            None => toned(Tone::Quiet, "the server's"),
        };
        say(&format!(
            "  {:<30}  {whose}  {}",
            setting_name(*setting),
            if value.is_empty() { "(empty)" } else { value }
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn set(args: &TenantsSetArgs) -> Result<ExitCode, Failure> {
    let setting = setting_named(&args.key).map_err(|error| Failure::Input(error.to_string()))?;
    changing_tenants(&args.server, async |config, tenants| {
        let tenant = tenants.find(&args.tenant).await?;
        let own = tenants
            .change_settings(&tenant, |settings| {
                settings.set(setting, &args.value)?;
                check_settings(&config, settings)
            })
            .await?;
        say_settings(&config, &tenant, &own, args.json)
    })
}

fn unset(args: &TenantsUnsetArgs) -> Result<ExitCode, Failure> {
    let setting = args.key.as_deref().map(setting_named).transpose();
    let setting = setting.map_err(|error| Failure::Input(error.to_string()))?;
    changing_tenants(&args.server, async |config, tenants| {
        let tenant = tenants.find(&args.tenant).await?;
        let own = match setting {
            None => {
                tenants.forget_settings(&tenant).await?;
                TenantSettings::default()
            }
            Some(setting) => {
                tenants
                    .change_settings(&tenant, |settings| {
                        settings.unset(setting);
                        Ok(())
                    })
                    .await?
            }
        };
        say_settings(&config, &tenant, &own, args.json)
    })
}

fn credentials(tenant: &str, args: &TenantsCredentialsListArgs) -> Result<ExitCode, Failure> {
    with_tenants(&args.server, async |_, tenants| {
        let tenant = tenants.find(tenant).await?;
        let found = tenants.credentials(&tenant).await?;
        for listed in &found {
            Credential::of(listed).say(args.json)?;
        }
        if found.is_empty() && !args.json {
            say(&format!(
                "There are none. Make a pair with: selfsame tenants credentials {} add",
                tenant.name
            ))?;
        }
        Ok(ExitCode::SUCCESS)
    })
}

fn add_credential(tenant: &str, args: &TenantsCredentialsAddArgs) -> Result<ExitCode, Failure> {
    changing_tenants(&args.server, async |_, tenants| {
        let tenant = tenants.find(tenant).await?;
        if args.api_key {
            let key = tenants.add_api_key(&tenant).await?;
            if args.json {
                say_json(&ApiKey { apikey: key.expose() })?;
            } else {
                say(&format!("apikey      {}", key.expose()))?;
                say(&toned(Tone::Quiet, "Told this once: only its digest is kept."))?;
            }
            return Ok(ExitCode::SUCCESS);
        }
        let pair = tenants.add_pair(&tenant, args.administration).await?;
        if args.json {
            say_json(&Pair { token: &pair.token, secret: pair.secret.expose() })?;
        } else {
            say(&format!("API token   {}", pair.token))?;
            say(&format!("API secret  {}", pair.secret.expose()))?;
            say(&toned(Tone::Quiet, "Told this once: only a hash of the secret is kept."))?;
            if args.administration {
                say(
                    "From now on pairs for administration alone read and delete results of the Netverify interface.",
                )?;
            }
        }
        Ok(ExitCode::SUCCESS)
    })
}

fn revoke_credential(tenant: &str, args: &TenantsCredentialsRevokeArgs) -> Result<ExitCode, Failure> {
    changing_tenants(&args.server, async |_, tenants| {
        let tenant = tenants.find(tenant).await?;
        let had_administration = tenants.has_administration(&tenant).await?;
        say(match tenants.revoke(&tenant, &args.token).await? {
            Revoked::Now => "It is revoked. A running server refuses it from its next request on.",
            Revoked::Before => "It was revoked before.",
        })?;
        if had_administration && !tenants.has_administration(&tenant).await? {
            say(
                "It was the last pair for administration: other pairs read and delete results again. Make another with `add --administration` if they should not.",
            )?;
        }
        Ok(ExitCode::SUCCESS)
    })
}
