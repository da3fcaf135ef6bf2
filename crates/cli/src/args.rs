//! What can be typed.

mod audit;
mod tenants;
mod workflows;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};

pub(crate) use audit::{
    AuditChain, AuditCommand, AuditExportArgs, AuditListArgs, AuditVerifyArgs, AuditWhich,
};
pub(crate) use tenants::{
    TenantCredentialsCommand, TenantsAddArgs, TenantsCommand, TenantsCredentialsAddArgs,
    TenantsCredentialsListArgs, TenantsCredentialsRevokeArgs, TenantsListArgs, TenantsSetArgs,
    TenantsShowArgs, TenantsUnsetArgs,
};
pub(crate) use workflows::{WorkflowsCheckArgs, WorkflowsCommand};

/// Selfsame: identity verification on your own machine.
#[derive(Debug, Parser)]
#[command(
    name = "selfsame",
    version,
    arg_required_else_help = true,
    after_help = "\
Start here:
  selfsame doctor          is everything in place?
  selfsame serve           the server, with its embedded default
  selfsame faces me.jpg    what the networks see in a picture"
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start the server, with everything it needs embedded
    Serve(ServeArgs),
    /// Find faces in pictures: place, landmarks, pose, quality, liveness of the texture
    Faces(FacesArgs),
    /// Tell whether two pictures show the same person
    Compare(CompareArgs),
    /// Read a document: its machine-readable zone or barcode, the fields in it, and whether its check digits agree
    Document(DocumentArgs),
    /// Measure accuracy on pictures of your own
    Eval {
        #[command(subcommand)]
        command: EvalCommand,
    },
    /// The networks
    Models {
        #[command(subcommand)]
        command: ModelsCommand,
    },
    /// What integrators were told: list it, look at it, send it again; the secrets it is signed with
    Callbacks {
        #[command(subcommand)]
        command: CallbacksCommand,
    },
    /// Tenants: add them, give them credentials and settings of their own
    Tenants {
        #[command(subcommand)]
        command: TenantsCommand,
    },
    /// The audit trail: who did what, and whether it is as it was written
    Audit {
        #[command(subcommand)]
        command: AuditCommand,
    },
    /// The database: bring its schema up to date
    Database {
        #[command(subcommand)]
        command: DatabaseCommand,
    },
    /// Workflows: check a definition before a server runs it
    Workflows {
        #[command(subcommand)]
        command: WorkflowsCommand,
    },
    /// Check that everything is in place, and say what to do where it is not
    Doctor(DoctorArgs),
}

/// Where settings and networks come from; the same for every command that looks at pictures.
#[derive(Debug, Args)]
pub(crate) struct Sources {
    /// Configuration file; SELFSAME__SECTION__KEY in the environment goes over it
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Folder of the networks (manifest.toml and node_modules), instead of models.dir of the configuration
    #[arg(long, value_name = "DIR")]
    pub(crate) models: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  selfsame serve
  selfsame serve --listen 0.0.0.0:8080 --data /var/lib/selfsame
  SELFSAME__LIVENESS__CAPTURE_CHAIN=observe selfsame serve --config selfsame.toml
  selfsame serve --print-config > selfsame.toml")]
pub(crate) struct ServeArgs {
    /// Configuration file; SELFSAME__SECTION__KEY in the environment goes over it
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Address and port to listen on, instead of server.listen; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) listen: Option<SocketAddr>,
    /// Folder of the database, the keys and the encrypted objects, instead of data.dir
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Print every setting with its default and its explanation, and end
    #[arg(long)]
    pub(crate) print_config: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  selfsame faces me.jpg
  selfsame faces --json *.jpg | jq .faces[0].quality

Each line of --json is one picture:
  {file,width,height,faces:[{box:{x,y,width,height},score,landmarks:[[x,y] x 68],pose:{yaw,pitch,roll},
   quality,vectorLength,qualityReasons,liveness}]}   or   {file,error:{code,message}}
Boxes and landmarks are in pixels of the upright picture, the pose in degrees; quality is good above 100 and unusable
below 0; liveness is the texture witness alone, 0 (print or screen) to 1.

vectorLength is the length of the embedder's vector: a short one is hard to compare (hard_to_compare in qualityReasons).

Exit: 0 every picture was read, 1 at least one was not.")]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct FacesArgs {
    #[command(subcommand)]
    pub(crate) command: Option<FacesCommand>,
    /// JPEG, PNG or WebP files
    #[arg(required = true, value_name = "IMG")]
    pub(crate) images: Vec<PathBuf>,
    /// One JSON object per line
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) sources: Sources,
}

#[derive(Debug, Subcommand)]
pub(crate) enum FacesCommand {
    /// Make stored templates and facemaps again from the pictures that are kept, after the face networks have changed
    Remake(FacesRemakeArgs),
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  selfsame faces remake --dry-run
  selfsame faces remake --data /var/lib/selfsame
  SELFSAME__DATABASE__URL=postgres://selfsame:PASSWORD@db/selfsame selfsame faces remake --json

Templates of other face networks are refused, never compared. This makes them again for all tenants where the picture is
kept, and leaves the others as they are: those people are enrolled again. It can be cut off at any place and run again,
and the server may run meanwhile. Facemaps that integrators hold themselves are out of its reach; they fetch those of kept
scans again.

--json prints {dryRun,mode,faces:{made,withoutPicture,unusable},evidence:{…},facemaps:{…}}: faces of sessions, pictures
sent for identities, facemaps of scans. made: with --dry-run, those whose picture is kept.

Exit: 0 every template could be made again, 1 some could not.")]
pub(crate) struct FacesRemakeArgs {
    /// Only count; change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[arg(long)]
    pub(crate) json: bool,
    /// Folder of the networks (manifest.toml and node_modules), instead of models.dir of the configuration
    #[arg(long, value_name = "DIR")]
    pub(crate) models: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) server: ServerData,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  selfsame compare selfie.jpg passport.jpg
  if selfsame compare a.jpg b.jpg --json > result.json; then echo same; fi

The largest face of each picture is compared. --json prints
  {score,cosine,falseAcceptanceRate,match,threshold,faces:[a,b]}   or   {error:{code,message,file}}
score: 3000 at one false match in ten thousand, higher is more alike. falseAcceptanceRate: in percent, how often two
strangers look at least this alike.

Exit: 0 match, 1 no match, 2 not possible.")]
pub(crate) struct CompareArgs {
    #[arg(value_name = "A")]
    pub(crate) a: PathBuf,
    #[arg(value_name = "B")]
    pub(crate) b: PathBuf,
    /// Lowest score that is a match: 2250 is one false match in a thousand, 3000 in ten thousand, 3750 in a hundred thousand
    #[arg(long, value_name = "SCORE", default_value_t = 3000.0, value_parser = score, allow_negative_numbers = true)]
    pub(crate) threshold: f64,
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) sources: Sources,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  selfsame document passport.jpg
  selfsame document front.jpg --back back.jpg --json | jq .mrz.valid
  selfsame document passport.jpg --explain

A photograph or a scan; the document may lie in any direction. --json prints
  {documentType,issuingCountry,mrz:{format,lines,valid,verdict,checks:[{field,ok}],fields,corrected,settledBy,
   alternatives:[{lines}],irregularities:[{rule,field}],corners},barcode,
   fields:[{name,value,printed,sources,confidence,box,side}],alternatives:[{name,value}],disagreements,
   checks:[{check,passed}],
   signs:[{side,speaks,indicates,measure,threshold,box}],page,warnings}
  or {error:{code,message,file}}. What was not read is absent or null, never guessed.
documentType: PASSPORT, IDENTITY_CARD, DRIVING_LICENCE or VISA.
mrz.valid: every check digit agrees and no other reading is about as likely; verdict says more: VALID, AMBIGUOUS,
UNPROTECTED, INVALID. settledBy: RECOGNISER, PROFILE, PRINT or BARCODE, where another reading passes too;
alternatives: what nothing settled. irregularities: broken rules that no check digit covers.
expiryDate is a date or DOES_NOT_EXPIRE.
fields come from the machine-readable zone, the barcode and what is printed; sources says from which, printed how it
is spelt there. barcode: {kind,content:{type,version,issuer},text,corners}. page: its corners, where its edges show.
signs: what the pictures indicate about themselves, as docs/documents.md explains; thresholds are [documents] of --config.
With --explain also explanation:[{side,cpu,runs,incomplete,steps:[{what,why,outcome,depth,runs,cpu}]}]; cpu is processor
time in milliseconds.

Exit: 0 the document is of a known type, 1 it is not or a picture cannot be read.")]
pub(crate) struct DocumentArgs {
    /// The side with the portrait; JPEG, PNG or WebP
    #[arg(value_name = "FRONT")]
    pub(crate) front: PathBuf,
    /// The other side of a card
    #[arg(long, value_name = "BACK")]
    pub(crate) back: Option<PathBuf>,
    #[arg(long)]
    pub(crate) json: bool,
    /// Read the machine-readable zone and nothing else
    #[arg(long, conflicts_with = "back")]
    pub(crate) zone_only: bool,
    /// Say as well what was tried, why, and what each step cost
    #[arg(long)]
    pub(crate) explain: bool,
    #[command(flatten)]
    pub(crate) sources: Sources,
}

#[derive(Debug, Subcommand)]
pub(crate) enum EvalCommand {
    /// Face verification on labelled pairs, as the LFW protocol does
    Verification(VerificationArgs),
    /// Presentation-attack detection on a list of bona fide captures and attacks
    Pad(PadArgs),
    /// Machine-readable zones of documents whose lines are known
    Mrz(MrzArgs),
}

#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  selfsame eval verification --images lfw --pairs lfw/pairs.txt --failures-as-errors --json

Pictures lie as DIR/Name/Name_0001.jpg. The list begins with `folds<TAB>pairs of each kind`; then for every fold that many
lines `Name i j` (the same person) and as many `Name i Other j`.

  {accuracy,accuracyDeviation,pairs,undetected,fmr:[{fmr,threshold,fnmr}],msPerImage,…}
accuracy: mean over folds, each with the threshold that is best on all others. undetected: pairs in which a face was not
found. fmr: thresholds in cosine at false-match rates of 1e-3 to 1e-6, from every pair of embedded pictures of different
people; fnmr over the pairs of the same person in the list. msPerImage: from the file's bytes to the template, pictures one
after another on one thread, before the rest is spread over all cores.")]
pub(crate) struct VerificationArgs {
    /// Folder with one folder per person
    #[arg(long, value_name = "DIR")]
    pub(crate) images: PathBuf,
    /// List of pairs
    #[arg(long, value_name = "FILE")]
    pub(crate) pairs: PathBuf,
    /// Count pairs in which a face was not found as wrong decisions; otherwise they are left out and counted apart
    #[arg(long)]
    pub(crate) failures_as_errors: bool,
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) sources: Sources,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  selfsame eval pad --list captures.tsv --json
  selfsame eval pad --list captures.tsv --threshold 0.7 --frames 40 --each scores.jsonl

Lines of the list: `path<TAB>live` or `path<TAB>attack:<species>`; a species is any name of yours, and each is measured apart.
A path is a picture (JPEG, PNG or WebP), or a folder of frames that end in .jpg, .jpeg, .png or .webp and whose names sort in
order; hidden files are no frames. Paths are relative to the list's own folder. Empty lines and lines that begin with # are
skipped. Without live captures, or without attacks, auc, eer and eerThreshold are null.

  {auc,eer,bpcer,apcer:{species:…},threshold,eerThreshold,confidence:{level,auc,eer,bpcer,apcer:{species:…}},
   counts:{bonaFide,attacks:{species:…}},witnesses,framesPerCapture}
counts: {captures,accepted,rejected,unreadable,withoutFace} each. A capture is accepted when its score is at least the
threshold. What cannot be read or shows no face is not accepted: an error for a live capture, none for an attack; counts tells
how many. confidence holds 95 % intervals. A line of --each: {path,label,score,witnesses}.")]
pub(crate) struct PadArgs {
    /// List of captures and what they are
    #[arg(long, value_name = "FILE")]
    pub(crate) list: PathBuf,
    /// Score from which a capture is accepted, 0..1; by default the product's own
    #[arg(long, value_name = "SCORE", value_parser = share, allow_negative_numbers = true)]
    pub(crate) threshold: Option<f64>,
    /// Frames that are looked at per folder, spread evenly
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..), allow_negative_numbers = true)]
    pub(crate) frames: u32,
    /// Also writes what each witness said of each capture: one JSON object per line, in the list's order
    #[arg(long, value_name = "FILE")]
    pub(crate) each: Option<PathBuf>,
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) sources: Sources,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  selfsame eval mrz --dir passports
  selfsame eval mrz --dir passports --json | jq .msPerImage.p50

The folder holds pictures of documents, each with a text of the same name: the lines of its machine-readable zone.

  {images,exact,exactRate,lines,exactLines,cer,found,valid,validWrong,unreadable,msPerImage:{p50,p95,max,threads},
   cpuMsPerImage:{p50,p95,max,threads}}
exact: documents of which every line is right, as the reader gives them: repaired by field types and check digits. cer:
edit distance over all characters; a zone that was not found counts whole. valid: readings that the reader vouches for,
validWrong: those of them that are not exact. msPerImage: from the file's bytes to the reading, wall clock;
cpuMsPerImage: the processor time of that.")]
pub(crate) struct MrzArgs {
    /// Folder of pictures and texts
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: PathBuf,
    /// Pictures read at once, 1 by default; with more, msPerImage tells of a busy machine
    #[arg(long, value_name = "N", value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..), allow_negative_numbers = true)]
    pub(crate) threads: Option<usize>,
    /// Also writes what was read of each picture: one JSON object per line
    #[arg(long, value_name = "FILE")]
    pub(crate) each: Option<PathBuf>,
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) sources: Sources,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ModelsCommand {
    /// Verify every network and the engine: present, unaltered, of the right shape
    Check(ModelsCheckArgs),
}

#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  selfsame models check --json

Exit: 0 everything is as the manifest says, 1 something is not.")]
pub(crate) struct ModelsCheckArgs {
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) sources: Sources,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  selfsame doctor
  selfsame doctor --config /etc/selfsame.toml --json

Checked are: configuration, models, engine, data folder, cores, memory, clock, database, keys, blobs (a bucket), port, exposure.
Nothing is made or changed, and no key is printed. --json prints {ok,checks:[{check,status,saw,todo?}]}; status is ok, warning
or failed.

Exit: 0 nothing stands in the way of the server, 1 something does.")]
pub(crate) struct DoctorArgs {
    #[arg(long)]
    pub(crate) json: bool,
    /// Address and port that the server is to have, instead of server.listen
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) listen: Option<SocketAddr>,
    /// Data folder that the server is to have, instead of data.dir
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) sources: Sources,
}

/// Where the server's data is; the server may run meanwhile.
#[derive(Debug, Args)]
pub(crate) struct ServerData {
    /// The server's configuration file; SELFSAME__SECTION__KEY in the environment goes over it
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// The server's data folder, instead of data.dir
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CallbacksCommand {
    /// List callbacks, newest first
    List(CallbacksListArgs),
    /// Show one callback and every attempt
    Show(CallbacksShowArgs),
    /// Send a callback again, or all dead letters, from the start of the schedule and under the same webhook-id
    Replay(CallbacksReplayArgs),
    /// Show or rotate the secret that a tenant's callbacks are signed with
    Secret(CallbacksSecretArgs),
}

#[derive(Debug, Subcommand)]
pub(crate) enum DatabaseCommand {
    /// Bring the schema up to date, as a start of the server would; forward only
    Migrate(DatabaseMigrateArgs),
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  selfsame database migrate
  SELFSAME__DATABASE__URL=postgres://selfsame:PASSWORD@db/selfsame selfsame database migrate --json

--json prints {database,version,applied:[…]}: the kind of database, how many migrations its schema has now, and the names of
those that were applied. Make a back-up before: there is no way back. Server processes of the version before must be stopped.

Exit: 0 the schema is up to date, 1 it is not.")]
pub(crate) struct DatabaseMigrateArgs {
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) server: ServerData,
}

/// Where a callback stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CallbackStateArg {
    Pending,
    Delivered,
    Dead,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  selfsame callbacks list
  selfsame callbacks list --state dead --data /var/lib/selfsame
  selfsame callbacks list --state pending --json | jq -r .receiver | sort | uniq -c

Each line of --json is one callback:
  {id,tenant,subject,event,dialect,receiver,createdAt,state,attempts,nextAttemptAt?,finishedAt?,because?}
subject is the id of what it tells of, a bio-session; receiver is scheme, host and port.")]
pub(crate) struct CallbacksListArgs {
    /// Only those that stand so
    #[arg(long, value_name = "STATE")]
    pub(crate) state: Option<CallbackStateArg>,
    /// Only those of the tenant of this name
    #[arg(long, value_name = "NAME")]
    pub(crate) tenant: Option<String>,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..), allow_negative_numbers = true)]
    pub(crate) most: u32,
    /// One JSON object per line
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) server: ServerData,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  selfsame callbacks show 0b6c8a52-6d2f-4a8e-9b6e-2f1f3c7d9e10 --json | jq .tries

--json prints what `list` does, and tries:[{at,millis,status?,outcome}].")]
pub(crate) struct CallbacksShowArgs {
    /// The webhook-id
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) server: ServerData,
}

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("which").args(["id", "dead"]).required(true)), override_usage = "\
selfsame callbacks replay [OPTIONS] <ID>
       selfsame callbacks replay [OPTIONS] --dead [--tenant <NAME>]", after_help = "\
Examples:
  selfsame callbacks replay 0b6c8a52-6d2f-4a8e-9b6e-2f1f3c7d9e10
  selfsame callbacks replay --dead
  selfsame callbacks replay --dead --tenant development

A running server sends it within a second, a stopped one when it starts. What tells of a session that was erased meanwhile
is not sent again: its receiver would ask for a result that is gone.

Exit: 0 all are sent again, 1 at least one is not.")]
pub(crate) struct CallbacksReplayArgs {
    /// The webhook-id of one callback, whatever became of it
    #[arg(value_name = "ID", conflicts_with = "tenant")]
    pub(crate) id: Option<String>,
    /// Every dead letter, instead of one callback
    #[arg(long)]
    pub(crate) dead: bool,
    /// With --dead: only those of the tenant of this name
    #[arg(long, value_name = "NAME", requires = "dead")]
    pub(crate) tenant: Option<String>,
    #[command(flatten)]
    pub(crate) server: ServerData,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  selfsame callbacks secret
  selfsame callbacks secret --rotate --tenant development

Prints whsec_… for whoever verifies webhook-signature. After --rotate the old one goes on signing beside the new one for 24
hours: give the new one to the receiver within that time.")]
pub(crate) struct CallbacksSecretArgs {
    /// The tenant's name
    #[arg(long, value_name = "NAME", default_value = "development")]
    pub(crate) tenant: String,
    /// Make a new secret
    #[arg(long)]
    pub(crate) rotate: bool,
    /// {secrets:[…]}, the newest first
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) server: ServerData,
}

fn share(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(value) if (0.0..=1.0).contains(&value) => Ok(value),
        _ => Err("a number from 0 to 1 is expected".to_owned()),
    }
}

fn score(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() && value > 0.0 => Ok(value),
        _ => Err("a number above 0 is expected".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn numbers_out_of_range_are_refused() {
        for text in ["-0.1", "1.1", "NaN", "inf", "half", ""] {
            assert!(share(text).is_err(), "{text}");
        }
        for text in ["0", "-3", "NaN", "inf"] {
            assert!(score(text).is_err(), "{text}");
        }
    }
}
