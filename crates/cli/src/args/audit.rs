//! What can be typed behind `selfsame audit`.

use clap::{Args, Subcommand};

use super::ServerData;

#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// List entries, the newest first
    List(AuditListArgs),
    /// Check that no entry was altered, removed, moved or inserted
    Verify(AuditVerifyArgs),
    /// Print entries as JSON lines, the oldest first, for a SIEM or an archive
    Export(AuditExportArgs),
}

/// Whose chain; all where neither is given.
#[derive(Debug, Args)]
pub(crate) struct AuditChain {
    /// The chain of this tenant alone, by its name or id
    #[arg(long, value_name = "NAME-OR-ID", conflicts_with = "own")]
    pub(crate) tenant: Option<String>,
    /// The server's own chain alone: what belongs to no tenant
    #[arg(long)]
    pub(crate) own: bool,
}

/// Which entries.
#[derive(Debug, Args)]
pub(crate) struct AuditWhich {
    /// Not before: a day as in 2026-11-30, a moment as in 2026-11-30T12:00:00Z, or how long ago as in 90m, 24h, 7d
    #[arg(long, value_name = "WHEN")]
    pub(crate) since: Option<String>,
    /// Before, written as --since
    #[arg(long, value_name = "WHEN")]
    pub(crate) until: Option<String>,
    /// One action alone, as in biometric.read
    #[arg(long, value_name = "ACTION")]
    pub(crate) action: Option<String>,
    /// What it is about: the id of a session, an identity, a transaction, a credential; or the name of a setting or key
    #[arg(long, value_name = "ID")]
    pub(crate) subject: Option<String>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  selfsame audit list --since 24h
  selfsame audit list --tenant bank --action biometric.read --json | jq -r .actor.id | sort | uniq -c
  selfsame audit list --subject 0b6c8a52-6d2f-4a8e-9b6e-2f1f3c7d9e10
  selfsame audit list --own --action authentication.failed

Each line of --json is one entry, as `export` prints it. Actions: docs/audit.md.")]
pub(crate) struct AuditListArgs {
    #[command(flatten)]
    pub(crate) chain: AuditChain,
    #[command(flatten)]
    pub(crate) which: AuditWhich,
    /// Entries at most
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=5000))]
    pub(crate) most: u32,
    /// One JSON object per line
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) server: ServerData,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  selfsame audit verify
  selfsame audit verify --tenant bank --json
  selfsame audit verify || mail -s 'the audit trail is broken' security@bank.example.com < /dev/null

Each line of --json is one chain: {chain,tenant?,entries,prunedTo} or {chain,tenant?,fault:{kind,sequence,message}}; chain is
server or the tenant's name. The server may run meanwhile. It needs the server's master key.

Exit: 0 all is as it was written, 1 it is not; the first entry that is wrong is named.")]
pub(crate) struct AuditVerifyArgs {
    #[command(flatten)]
    pub(crate) chain: AuditChain,
    /// One JSON object per line
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) server: ServerData,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  selfsame audit export > audit.jsonl
  selfsame audit export --tenant bank --since 2026-11-01 --until 2026-12-01 | gzip > bank-november.jsonl.gz
  selfsame audit export --tenant bank --after 1042        what came since entry 1042 was taken

Each line is one entry: {chain,tenant?,sequence,time,actor:{kind,id?},action,subject?:{kind,id},outcome,code?,count,address?,
previous,hash}. Chains follow one another; within one, sequences rise by one. Printing checks nothing: see `verify`.")]
pub(crate) struct AuditExportArgs {
    #[command(flatten)]
    pub(crate) chain: AuditChain,
    #[command(flatten)]
    pub(crate) which: AuditWhich,
    /// Entries behind this sequence alone; with --tenant or --own
    #[arg(long, value_name = "SEQUENCE", default_value_t = 0)]
    pub(crate) after: u64,
    #[command(flatten)]
    pub(crate) server: ServerData,
}
