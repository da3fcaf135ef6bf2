//! What can be typed behind `selfsame keys`.

use clap::{Args, Subcommand};

use super::ServerData;

#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// Wrap every key by the newest master key, so that an older one can be destroyed
    Rewrap(KeysRewrapArgs),
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  (umask 077; openssl rand -base64 32 > data/keys/master2.key)    # then restart the server, which knows both
  selfsame keys rewrap --dry-run
  selfsame keys rewrap --data /var/lib/selfsame
  selfsame keys rewrap --json | jq .replaced

It can be cut off, run again, and run while the server runs. Once it says that nothing is left, remove the old key's file and restart.
With --json: {dryRun,replaced,unknown,dataKeys:{current,replaced,unknown},serverKeys:{…},callbackSecrets:{…}}
unknown: no key that is here opens them. Then the exit status is 1, and no key should be destroyed.")]
pub(crate) struct KeysRewrapArgs {
    /// Count only, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) server: ServerData,
}
