//! Writes pictures of invented documents: to try a reader, to measure one with `selfsame eval mrz`, to look at.
//!
//! Per picture `NAME.jpg` (severity 0: `NAME.png`), `NAME.txt` with the lines of the machine-readable zone where that side has one, and
//! `NAME.json` with everything else that is known (`selfsame_testkit_documents::Truth`).

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::builder::PossibleValuesParser;
use clap::{Parser, ValueEnum};
use selfsame_testkit_documents::{
    Document, Fonts, Kind, Page, Portrait, Severity, Shot, Side, Tampered, Tampering, Truth, photograph,
    tampered,
};

/// Head and shoulders in the portrait that `make fixtures` brings: left, top, width, height.
const FIXTURE_CROP: [u32; 4] = [125, 5, 203, 261];
const FIXTURE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../.fixtures/frames/astronaut/astronaut.png");

/// Brings a display's white, about 0.57 of paper's, back to that of paper in fair light.
const SCREEN_EXPOSURE: f32 = 1.6;

/// Writes pictures of identity documents of invented countries, with everything that is known about them.
#[derive(Parser)]
struct Arguments {
    /// Folder for the pictures; made when missing.
    #[arg(long)]
    out: PathBuf,
    /// What to draw.
    #[arg(long, value_enum, default_value = "passport")]
    kind: KindName,
    /// Which side; the one with the machine-readable zone or barcode unless stated.
    #[arg(long, value_enum)]
    side: Option<SideName>,
    /// How many.
    #[arg(long, default_value_t = 20)]
    count: u64,
    /// 0 (flat scans) to 4 (bad photos).
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=4))]
    severity: u8,
    /// Seed of the first document; each next one is one more.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Something done to every document.
    #[arg(long, value_parser = PossibleValuesParser::new(Tampering::ALL.iter().map(|tampering| tampering.name())))]
    tampering: Option<String>,
    /// A picture of head and shoulders for the holders; the fixtures' portrait, or without it a silhouette, unless stated.
    #[arg(long)]
    portrait: Option<PathBuf>,
    /// The same of the person whose picture is stuck over the holder's (`--tampering portrait`); a silhouette unless stated.
    #[arg(long)]
    stranger: Option<PathBuf>,
    /// Pixels per inch of the page before it is photographed; 300 for the page alone, else 600.
    #[arg(long)]
    dpi: Option<f32>,
    /// At severity 0: the page alone, pixel for pixel, instead of on a scanner's lid.
    #[arg(long)]
    alone: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum KindName {
    Passport,
    Td1,
    Td2,
    Licence,
    VisaA,
    VisaB,
}

#[derive(Clone, Copy, ValueEnum)]
enum SideName {
    Front,
    Back,
}

impl From<KindName> for Kind {
    fn from(name: KindName) -> Self {
        match name {
            KindName::Passport => Self::Passport,
            KindName::Td1 => Self::IdentityCardTd1,
            KindName::Td2 => Self::IdentityCardTd2,
            KindName::Licence => Self::DrivingLicence,
            KindName::VisaA => Self::VisaA,
            KindName::VisaB => Self::VisaB,
        }
    }
}

fn main() {
    let arguments = Arguments::parse();
    if let Err(error) = run(&arguments) {
        eprintln!("documents: {error}");
        std::process::exit(1);
    }
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let kind = Kind::from(arguments.kind);
    let side = match arguments.side {
        Some(SideName::Front) => Side::Front,
        Some(SideName::Back) => Side::Back,
        None => kind.sides().last().copied().unwrap_or(Side::Front),
    };
    if !kind.sides().contains(&side) {
        return Err("this kind has one side: leave --side out".into());
    }
    let severity = Severity::new(arguments.severity).ok_or("severity is 0 to 4")?;
    let alone = arguments.alone && arguments.severity == 0;
    let dpi = arguments.dpi.unwrap_or(if alone { 300.0 } else { 600.0 });
    let tampering = arguments
        .tampering
        .as_deref()
        .and_then(|name| Tampering::ALL.iter().copied().find(|tampering| tampering.name() == name));
    let fonts = Fonts::load()?;
    let portrait = portrait(arguments.portrait.as_deref())?;
    let stranger = match arguments.stranger.as_deref() {
        Some(path) => self::portrait(Some(path))?,
        None => Portrait::silhouette(0.2),
    };
    std::fs::create_dir_all(&arguments.out)
        .map_err(|error| format!("{}: {error}", arguments.out.display()))?;

    for at in 0..arguments.count {
        let start = Instant::now();
        let seed = arguments.seed + at;
        let document = Document::random(kind, seed);
        let (page, areas) = match tampering {
            None => (document.render(side, &portrait, &fonts, dpi)?, Vec::new()),
            Some(tampering) => {
                let Tampered { page, areas } =
                    tampered(&document, side, &portrait, &stranger, &fonts, dpi, tampering, seed)?;
                (page, areas)
            }
        };
        let mut shot =
            if alone { Shot::flat(page.picture.dimensions()) } else { Shot::random(severity, seed) };
        if tampering == Some(Tampering::Screen) {
            // A camera exposes for the display, whose stripes leave it darker than paper.
            shot.white_balance = shot.white_balance.map(|factor| factor * SCREEN_EXPOSURE);
        }
        let photo = photograph(&page, &shot);
        let page_size = page.picture.dimensions();
        let mut truth = Truth::new((&document, side, seed), (severity, &shot), page_size, &photo);
        truth.tampering = tampering;
        truth.tampered = areas.iter().map(|area| area.corners().map(|c| photo.homography.map(c))).collect();

        let stem = arguments.out.join(format!("{seed:05}"));
        write(&stem, &page, &photo.jpeg, arguments.severity == 0, &photo.picture, &truth)?;
        let seconds = start.elapsed().as_secs_f32();
        eprintln!("{}/{} {} ({seconds:.1} s)", at + 1, arguments.count, stem.display());
    }
    Ok(())
}

fn write(
    stem: &Path,
    page: &Page,
    jpeg: &[u8],
    lossless: bool,
    picture: &image::RgbImage,
    truth: &Truth,
) -> Result<(), Box<dyn std::error::Error>> {
    if lossless {
        picture.save(stem.with_extension("png"))?;
    } else {
        std::fs::write(stem.with_extension("jpg"), jpeg)?;
    }
    let lines = page.mrz();
    if !lines.is_empty() {
        std::fs::write(stem.with_extension("txt"), lines.join("\n") + "\n")?;
    }
    std::fs::write(stem.with_extension("json"), serde_json::to_string_pretty(truth)? + "\n")?;
    Ok(())
}

fn portrait(path: Option<&Path>) -> Result<Portrait, Box<dyn std::error::Error>> {
    match path {
        Some(path) => {
            let picture = image::open(path).map_err(|error| format!("{}: {error}", path.display()))?;
            Ok(Portrait::new(picture.to_rgb8()))
        }
        None => match image::open(FIXTURE) {
            Ok(picture) => Ok(Portrait::cropped(&picture.to_rgb8(), FIXTURE_CROP)),
            Err(_) => {
                eprintln!("documents: no portrait in .fixtures (make fixtures): silhouettes instead");
                Ok(Portrait::silhouette(0.6))
            }
        },
    }
}
