//! What is printed for people, read from generated documents whose every field is known.

#![expect(clippy::unwrap_used, reason = "a test may panic; clippy knows only test functions as tests")]

use std::path::PathBuf;
use std::sync::OnceLock;

use image::RgbImage;
use selfsame_domain::Timestamp;
use selfsame_domain::document::{DocumentReading, DocumentSide, DocumentType, FieldName, FieldSource};
use selfsame_testkit_documents::{
    Document, Field, Fonts, Kind, Page, Portrait, Severity, Shot, Side, photograph,
};
use selfsame_vision::{DocumentWants, Picture, Vision, VisionSettings};

fn vision() -> &'static Vision {
    static VISION: OnceLock<Vision> = OnceLock::new();
    VISION.get_or_init(|| {
        let weights_dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../models");
        let settings = VisionSettings { weights_dir, sessions: Some(2), ..VisionSettings::default() };
        Vision::load(&settings).unwrap_or_else(|error| panic!("these tests need the networks: {error}"))
    })
}

fn page(document: &Document, side: Side, dpi: f32) -> Page {
    static FONTS: OnceLock<Fonts> = OnceLock::new();
    let fonts = FONTS.get_or_init(|| Fonts::load().unwrap());
    document.render(side, &Portrait::silhouette(0.5), fonts, dpi).unwrap()
}

fn read(picture: &RgbImage) -> DocumentReading {
    let picture = Picture::from_rgb(picture.width(), picture.height(), picture.as_raw().clone()).unwrap();
    let now = Timestamp::from_millis(1_790_000_000_000);
    vision().read_document_with(&picture, DocumentWants::default(), now).unwrap()
}

const FIELDS: [(Field, FieldName); 11] = [
    (Field::Surname, FieldName::Surname),
    (Field::GivenNames, FieldName::GivenNames),
    (Field::Number, FieldName::DocumentNumber),
    (Field::PersonalNumber, FieldName::PersonalNumber),
    (Field::BirthDate, FieldName::BirthDate),
    (Field::Sex, FieldName::Sex),
    (Field::IssueDate, FieldName::IssueDate),
    (Field::ExpiryDate, FieldName::ExpiryDate),
    (Field::BirthPlace, FieldName::BirthPlace),
    (Field::Authority, FieldName::Authority),
    (Field::Address, FieldName::Address),
];

/// How the printed fields of some pages were read.
#[derive(Debug, Default)]
struct Score {
    /// To the letter, as printed.
    exact: usize,
    /// As the zone spells it; how it is printed is not known for certain.
    plain: usize,
    /// Not at all.
    absent: usize,
    /// As something else than is printed.
    wrong: usize,
    /// Values for fields that the page does not have.
    invented: usize,
    /// Fields that were said to disagree with the zone although they do not.
    disagreeing: usize,
}

impl Score {
    fn add(&mut self, document: &Document, page: &Page, reading: &DocumentReading) {
        self.disagreeing += reading.disagreements.len();
        for (field, name) in FIELDS {
            let printed = page.items.iter().any(|item| {
                item.field == Some(field) && item.role == selfsame_testkit_documents::Role::Value
            });
            let read = reading.field(name).filter(|field| field.sources.contains(&FieldSource::VisualZone));
            match (printed, read) {
                (false, None) => {}
                (false, Some(_)) => self.invented += 1,
                (true, None) => {
                    self.absent += 1;
                    if std::env::var_os("DETAIL").is_some() { println!("   absent {name:?} {:?} {:?}", document.fields[&field].printed, document.design.languages); }
                }
                (true, Some(read)) => {
                    let value = &document.fields[&field];
                    let expected = match field {
                        Field::BirthDate | Field::IssueDate | Field::ExpiryDate | Field::Sex => value.meaning.clone(),
                        _ => value.printed.join(", "),
                    };
                    let coded = read.sources.iter().any(|source| *source != FieldSource::VisualZone);
                    if read.printed.as_deref().unwrap_or(&read.value) == expected {
                        self.exact += 1;
                    } else if coded && read.printed.is_none() {
                        self.plain += 1;
                    } else {
                        self.wrong += 1;
                        if std::env::var_os("DETAIL").is_some() { println!("   wrong {name:?} {:?} {:?} for {:?} conf {}", read.value, read.printed, expected, read.confidence); }
                    }
                }
            }
        }
    }

    fn printed(&self) -> usize {
        self.exact + self.plain + self.absent + self.wrong
    }
}
