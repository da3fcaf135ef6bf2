//! What can be typed behind `selfsame tenants`.

use clap::{ArgGroup, Args, Subcommand};

use super::ServerData;

#[derive(Debug, Subcommand)]
pub(crate) enum TenantsCommand {
    /// List tenants, by name
    List(TenantsListArgs),
    /// Add a tenant, without credentials or settings of its own
    Add(TenantsAddArgs),
    /// Show a tenant, its own settings and what holds for it
    Show(TenantsShowArgs),
    /// Set what a tenant has otherwise than the server
    Set(TenantsSetArgs),
    /// Let the server's setting hold again
    Unset(TenantsUnsetArgs),
    /// List, make or revoke a tenant's credentials
    Credentials(TenantsCredentialsArgs),
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  selfsame tenants list
  selfsame tenants list --json | jq -r .name

Each line of --json is one tenant: {id,name,createdAt}.")]
pub(crate) struct TenantsListArgs {
    /// One JSON object per line
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) server: ServerData,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  selfsame tenants add bank && selfsame tenants credentials bank add

--json prints {id,name,createdAt}.")]
pub(crate) struct TenantsAddArgs {
    /// Letters, digits, dots, hyphens and underscores; unique
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) server: ServerData,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  selfsame tenants show bank --json | jq '.effective[\"netverify.keep_days\"]'

--json prints {id,name,createdAt,settings:{KEY:VALUE},effective:{KEY:VALUE}}, values as `set` takes them: the tenant's own, and
what holds for it with the settings of --config and the environment. Give the same as the server has. In effective every KEY is
there; an empty netverify.callback_url is none, empty netverify.accepted_countries are all.")]
pub(crate) struct TenantsShowArgs {
    /// The tenant's name or id
    #[arg(value_name = "NAME-OR-ID")]
    pub(crate) tenant: String,
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) server: ServerData,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  selfsame tenants set bank netverify.accepted_id_types PASSPORT,ID_CARD
  selfsame tenants set bank netverify.enforce_consent true
  selfsame tenants set bank netverify.callback_url https://bank.example.com/netverify
  selfsame tenants set bank netverify.callback_url ''       none, whatever the server has

KEY is one of netverify.face_match, .enabled_fields, .screening, .enforce_consent, .callback_url, .accepted_id_types,
.accepted_countries, .accept_expired, .keep_days, .false_match_rate: names and values as in the configuration, lists separated by
commas. A running server goes by it from its next request on. --json prints what `show` does.

Exit: 0 it is set, 1 the value or the key is not allowed; then nothing is changed.")]
pub(crate) struct TenantsSetArgs {
    /// The tenant's name or id
    #[arg(value_name = "NAME-OR-ID")]
    pub(crate) tenant: String,
    /// As in the configuration, with its section
    #[arg(value_name = "KEY")]
    pub(crate) key: String,
    #[arg(value_name = "VALUE", allow_hyphen_values = true)]
    pub(crate) value: String,
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) server: ServerData,
}

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("which").args(["key", "all"]).required(true)), override_usage = "\
selfsame tenants unset [OPTIONS] <NAME-OR-ID> <KEY>
       selfsame tenants unset [OPTIONS] <NAME-OR-ID> --all", after_help = "\
Examples:
  selfsame tenants unset bank netverify.keep_days
  selfsame tenants unset bank --all       also mends settings that the server cannot read

KEY is one of those that `set` takes. --json prints what `show` does.")]
pub(crate) struct TenantsUnsetArgs {
    /// The tenant's name or id
    #[arg(value_name = "NAME-OR-ID")]
    pub(crate) tenant: String,
    /// As in the configuration, with its section
    #[arg(value_name = "KEY")]
    pub(crate) key: Option<String>,
    /// Everything that the tenant has of its own, instead of one setting
    #[arg(long)]
    pub(crate) all: bool,
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) server: ServerData,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  selfsame tenants credentials bank list
  selfsame tenants credentials bank add --json > bank.json
  selfsame tenants credentials bank add --administration
  selfsame tenants credentials bank revoke 5f0c2a9e1b7d4c3a8e6f9d0b1a2c3d4e")]
pub(crate) struct TenantsCredentialsArgs {
    /// The tenant's name or id
    #[arg(value_name = "NAME-OR-ID")]
    pub(crate) tenant: String,
    #[command(subcommand)]
    pub(crate) command: TenantCredentialsCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TenantCredentialsCommand {
    /// List them, oldest first; secrets are not kept and cannot be shown
    List(TenantsCredentialsListArgs),
    /// Make a pair of API token and API secret, and tell the secret this once
    Add(TenantsCredentialsAddArgs),
    /// Take a credential away for good
    Revoke(TenantsCredentialsRevokeArgs),
}

#[derive(Debug, Args)]
#[command(after_help = "\
Each line of --json is one credential: {id,kind,token?,createdAt,revokedAt?}; kind is pair, administration or apikey.")]
pub(crate) struct TenantsCredentialsListArgs {
    /// One JSON object per line
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) server: ServerData,
}

#[derive(Debug, Args)]
#[command(after_help = "\
--json prints {token,secret}, with --api-key {apikey}. Only a hash of the secret is kept: what is lost is replaced by another.")]
pub(crate) struct TenantsCredentialsAddArgs {
    /// A pair that reads and deletes results of the Netverify interface; once there is one, other pairs do not any more
    #[arg(long, conflicts_with = "api_key")]
    pub(crate) administration: bool,
    /// An apikey, for the WebCapture and ID&V interfaces, instead of a pair
    #[arg(long)]
    pub(crate) api_key: bool,
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) server: ServerData,
}

#[derive(Debug, Args)]
#[command(after_help = "\
A running server refuses it from its next request on; requests that it has accepted go on. An apikey is named by its id.

Exit: 0 it is revoked, also when it was before; 1 there is none such.")]
pub(crate) struct TenantsCredentialsRevokeArgs {
    /// The token, or the credential's id
    #[arg(value_name = "TOKEN", allow_hyphen_values = true)]
    pub(crate) token: String,
    #[command(flatten)]
    pub(crate) server: ServerData,
}
