//! `selfsame models check`

use std::process::ExitCode;

use selfsame_vision::{ModelFile, Vision};
use serde::Serialize;

use crate::args::ModelsCheckArgs;
use crate::failure::Failure;
use crate::picture::vision_settings;
use crate::terminal::{Tone, complain, say, say_json, toned};

#[derive(Serialize)]
struct Report<'a> {
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    mode: Option<&'a str>,
    files: Vec<File<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorBody>,
}

#[derive(Serialize)]
struct ErrorBody {
    code: &'static str,
    message: String,
}

#[derive(Serialize)]
struct File<'a> {
    slot: &'a str,
    name: &'a str,
    file: String,
    sha256: &'a str,
    bytes: u64,
    licence: &'a str,
}

impl<'a> From<&'a ModelFile> for File<'a> {
    fn from(file: &'a ModelFile) -> Self {
        Self {
            slot: &file.slot,
            name: &file.name,
            file: file.file.display().to_string(),
            sha256: &file.sha256,
            bytes: file.bytes,
            licence: &file.licence,
        }
    }
}

pub(crate) fn models_check(args: &ModelsCheckArgs) -> Result<ExitCode, Failure> {
    let config = args.sources.config()?;
    match Vision::load(&vision_settings(&config)) {
        Ok(vision) => {
            let files: Vec<File<'_>> = vision.files().iter().map(File::from).collect();
            if args.json {
                say_json(&Report { ok: true, mode: Some(vision.mode()), files, error: None })?;
            } else {
                for file in &files {
                    let size = format!("{:.1} MB", file.bytes as f64 / 1e6);
                    say(&format!(
                        "{} {:<12} {:<36} {size:>8}  {}",
                        toned(Tone::Good, "ok"),
                        file.slot,
                        file.name,
                        toned(Tone::Quiet, file.licence)
                    ))?;
                }
                say(&format!("Templates are of mode {}.", toned(Tone::Strong, vision.mode())))?;
            }
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            if args.json {
                let body = ErrorBody { code: error.code(), message: error.to_string() };
                say_json(&Report { ok: false, mode: None, files: Vec::new(), error: Some(body) })?;
            }
            complain(&error.to_string());
            Ok(ExitCode::FAILURE)
        }
    }
}
