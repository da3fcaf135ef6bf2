//! The fonts: files of Debian packages, loaded by path, so that a picture is the same on every machine.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use resvg::usvg;
use resvg::usvg::fontdb;
use thiserror::Error;

/// Where Debian and its relatives put fonts.
pub const DEBIAN_FONTS: &str = "/usr/share/fonts";

/// The family name of OCR-B in Debian's file.
pub(crate) const OCR_B: &str = "OCR B";

/// Each file below the fonts folder, the package that has it, and the family name that it must have.
const FILES: &[(&str, &str, &str)] = &[
    ("opentype/ocr-b/OCRB.otf", "fonts-ocr-b", OCR_B),
    ("truetype/dejavu/DejaVuSans.ttf", "fonts-dejavu-core", "DejaVu Sans"),
    ("truetype/dejavu/DejaVuSans-Bold.ttf", "fonts-dejavu-core", "DejaVu Sans"),
    ("truetype/liberation/LiberationSans-Regular.ttf", "fonts-liberation", "Liberation Sans"),
    ("truetype/liberation/LiberationSans-Bold.ttf", "fonts-liberation", "Liberation Sans"),
    ("truetype/liberation/LiberationSerif-Bold.ttf", "fonts-liberation", "Liberation Serif"),
    ("truetype/liberation/LiberationMono-Regular.ttf", "fonts-liberation", "Liberation Mono"),
    ("truetype/liberation/LiberationMono-Bold.ttf", "fonts-liberation", "Liberation Mono"),
];

/// Why the fonts cannot be used.
#[derive(Debug, Error)]
pub enum FontError {
    /// A file is missing or cannot be read.
    #[error("font {path}: {source}; install the package {package} (scripts/install-system.sh does)")]
    Missing {
        /// The file.
        path: PathBuf,
        /// The Debian package that has it.
        package: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file is there, but is another font.
    #[error("font {path} is not {family}; reinstall the package {package}")]
    Other {
        /// The file.
        path: PathBuf,
        /// The Debian package that should have it.
        package: &'static str,
        /// The family that it should be.
        family: &'static str,
    },
}

/// The fonts of the documents: OCR-B for machine-readable zones, DejaVu and Liberation for the rest. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Fonts {
    database: Arc<fontdb::Database>,
    ocr_b: fontdb::ID,
}

impl Fonts {
    /// Loads the fonts from [`DEBIAN_FONTS`].
    ///
    /// # Errors
    /// When one is missing, with the name of its package.
    pub fn load() -> Result<Self, FontError> {
        Self::load_from(Path::new(DEBIAN_FONTS))
    }

    /// Loads the fonts from a folder laid out like [`DEBIAN_FONTS`].
    ///
    /// # Errors
    /// When one is missing or is another font, with the name of its package.
    pub fn load_from(root: &Path) -> Result<Self, FontError> {
        let mut database = fontdb::Database::new();
        let mut ocr_b = None;
        for &(file, package, family) in FILES {
            let path = root.join(file);
            let data = match std::fs::read(&path) {
                Ok(data) => data,
                Err(source) => return Err(FontError::Missing { path, package, source }),
            };
            let ids = database.load_font_source(fontdb::Source::Binary(Arc::new(data)));
            let right = |id: &&fontdb::ID| {
                database
                    .face(**id)
                    .is_some_and(|face| face.families.iter().any(|(name, _)| same_family(name, family)))
            };
            let Some(&id) = ids.iter().find(right) else {
                return Err(FontError::Other { path, package, family });
            };
            if family == OCR_B {
                ocr_b = Some(id);
            }
        }
        let Some(ocr_b) = ocr_b else { unreachable!("OCR-B is in the table") };
        Ok(Self { database: Arc::new(database), ocr_b })
    }

    /// The face of the machine-readable zone.
    pub(crate) fn ocr_b(&self) -> fontdb::ID {
        self.ocr_b
    }

    /// Options that know these fonts only, and never put one in the place of another.
    pub(crate) fn options(&self) -> usvg::Options<'static> {
        let ocr_b = self.ocr_b;
        let select = usvg::FontResolver::default_font_selector();
        usvg::Options {
            fontdb: Arc::clone(&self.database),
            font_resolver: usvg::FontResolver {
                select_font: Box::new(move |font, database| {
                    let zone = font
                        .families()
                        .iter()
                        .any(|family| matches!(family, usvg::FontFamily::Named(name) if name == OCR_B));
                    if zone { Some(ocr_b) } else { select(font, database) }
                }),
                select_fallback: Box::new(|_, _, _| None),
            },
            ..usvg::Options::default()
        }
    }
}

/// Packagers write `OCRB`, `OCR B` and `OCR-B`.
fn same_family(one: &str, other: &str) -> bool {
    let plain = |name: &str| {
        name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
    };
    plain(one) == plain(other)
}
