//! What is printed for people, read from generated documents whose every field is known.

#![expect(clippy::unwrap_used, reason = "a test may panic; clippy knows only test functions as tests")]

#[path = "support/networks.rs"]
mod networks;

use std::sync::OnceLock;

use image::RgbImage;
use networks::vision;
use selfsame_domain::Timestamp;
use selfsame_domain::document::{DocumentReading, DocumentSide, DocumentType, FieldName, FieldSource};
use selfsame_testkit_documents::{
    Document, Field, Fonts, Kind, Page, Portrait, Severity, Shot, Side, photograph,
};
use selfsame_vision::{DocumentWants, Effort, Picture};

fn page(document: &Document, side: Side, dpi: f32) -> Page {
    static FONTS: OnceLock<Fonts> = OnceLock::new();
    let fonts = FONTS.get_or_init(|| Fonts::load().unwrap());
    document.render(side, &Portrait::silhouette(0.5), fonts, dpi).unwrap()
}

fn read(picture: &RgbImage) -> DocumentReading {
    let picture = Picture::from_rgb(picture.width(), picture.height(), picture.as_raw().clone()).unwrap();
    let now = Timestamp::from_millis(1_790_000_000_000);
    vision().read_document_with(&picture, DocumentWants::default(), now, &mut Effort::default()).unwrap()
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
                }
                (true, Some(read)) => {
                    let value = &document.fields[&field];
                    let expected = match field {
                        Field::BirthDate | Field::IssueDate | Field::ExpiryDate | Field::Sex => {
                            value.meaning.clone()
                        }
                        _ => value.printed.join(", "),
                    };
                    let coded = read.sources.iter().any(|source| *source != FieldSource::VisualZone);
                    if read.printed.as_deref().unwrap_or(&read.value) == expected {
                        self.exact += 1;
                    } else if coded && read.printed.is_none() {
                        self.plain += 1;
                    } else {
                        self.wrong += 1;
                    }
                }
            }
        }
    }

    fn printed(&self) -> usize {
        self.exact + self.plain + self.absent + self.wrong
    }
}

/// A page of 2400 pixels, or of 650 dpi where that is less.
fn front(kind: Kind, seed: u64) -> (Document, Page) {
    let document = Document::random(kind, seed);
    let dpi = (2400.0 / (kind.size_mm().0 / 25.4)).min(650.0);
    let page = page(&document, Side::Front, dpi);
    (document, page)
}

fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole as f64
}

#[test]
fn fields_of_flat_fronts_in_many_languages_are_read_and_none_is_invented() {
    let mut score = Score::default();
    for &kind in Kind::ALL {
        for seed in 1..=3 {
            let (document, page) = front(kind, seed);
            let reading = read(&page.picture);
            assert_eq!(reading.side, Some(DocumentSide::Front), "{kind:?} {seed}");
            // A title may be missed; it is never another one's.
            let known = reading.document_type;
            assert!(known.is_none_or(|known| known == document_type(kind)), "{kind:?} {seed} {known:?}");
            score.add(&document, &page, &reading);
        }
    }
    assert_eq!((score.invented, score.disagreeing), (0, 0), "{score:?}");
    assert!(share(score.exact + score.plain, score.printed()) > 0.85, "{score:?}");
    assert!(share(score.wrong, score.printed()) < 0.08, "{score:?}");
}

#[test]
fn photographed_fronts_lose_fields_before_they_tell_lies() {
    // Severity 3: turned anyhow, tilted by up to 24 degrees, on a cluttered table.
    for (severity, seeds, least) in [(2, 20..=21, 0.7), (3, 20..=20, 0.6)] {
        let (mut score, mut pages) = (Score::default(), 0);
        for &kind in Kind::ALL {
            for seed in seeds.clone() {
                let (document, page) = front(kind, seed);
                let photo = photograph(&page, &Shot::random(Severity::new(severity).unwrap(), seed));
                let reading = read(&photo.picture);
                score.add(&document, &page, &reading);
                pages += usize::from(reading.page.is_some());
            }
        }
        assert_eq!((score.invented, score.disagreeing), (0, 0), "{severity}: {score:?}");
        assert!(share(score.exact + score.plain, score.printed()) > least, "{severity}: {score:?}");
        assert!(share(score.wrong, score.printed()) < 0.1, "{severity}: {score:?}");
        assert!(pages >= 3, "{severity}: the edges of {pages} pages were found");
    }
}

/// `cargo test --workspace --test visual -- --ignored --nocapture`
#[test]
#[ignore = "takes minutes; prints figures"]
fn measures() {
    for severity in 1..=4 {
        let (mut score, mut pages) = (Score::default(), 0);
        for &kind in Kind::ALL {
            for seed in 40..=42 {
                let (document, page) = front(kind, seed);
                let photo = photograph(&page, &Shot::random(Severity::new(severity).unwrap(), seed));
                let reading = read(&photo.picture);
                pages += usize::from(reading.page.is_some());
                score.add(&document, &page, &reading);
            }
        }
        println!(
            "severity {severity}: {score:?} of {}; page found {pages} of {}",
            score.printed(),
            Kind::ALL.len() * 3
        );
    }
}

const fn document_type(kind: Kind) -> DocumentType {
    match kind {
        Kind::Passport => DocumentType::Passport,
        Kind::IdentityCardTd1 | Kind::IdentityCardTd2 => DocumentType::IdentityCard,
        Kind::DrivingLicence => DocumentType::DrivingLicence,
        Kind::VisaA | Kind::VisaB => DocumentType::Visa,
    }
}

#[test]
fn a_licence_without_zone_or_barcode_is_read_in_every_quarter_turn() {
    let (document, page) = front(Kind::DrivingLicence, 1);
    let upright = &page.picture;
    for picture in [
        upright.clone(),
        image::imageops::rotate90(upright),
        image::imageops::rotate180(upright),
        image::imageops::rotate270(upright),
    ] {
        let reading = read(&picture);
        assert!(reading.mrz.is_none() && reading.barcode.is_none());
        assert_eq!(reading.document_type, Some(DocumentType::DrivingLicence));
        let mut score = Score::default();
        score.add(&document, &page, &reading);
        assert!(3 * score.exact >= score.printed() && score.wrong <= 1 && score.invented == 0, "{score:?}");
        assert!(reading.fields.iter().all(|field| field.sources == [FieldSource::VisualZone]));
        assert!(reading.fields.iter().all(|field| field.confidence <= 0.95 && field.bounds.is_some()));
    }
}

#[test]
fn an_altered_date_is_a_disagreement_and_the_zone_keeps_its_word() {
    let (mut document, _) = front(Kind::Passport, 1);
    let genuine = document.fields[&Field::BirthDate].meaning.clone();
    let value = document.fields.get_mut(&Field::BirthDate).expect("a date of birth");
    value.printed = vec!["03.02.1977".to_owned()];
    let page = page(&document, Side::Front, 480.0);
    let reading = read(&page.picture);
    assert_eq!(reading.value(FieldName::BirthDate), Some(genuine.as_str()));
    let [disagreement] = &reading.disagreements[..] else { panic!("{:?}", reading.disagreements) };
    assert_eq!((disagreement.name, disagreement.source), (FieldName::BirthDate, FieldSource::Mrz));
    assert_eq!((disagreement.printed.as_str(), &disagreement.other), ("1977-02-03", &genuine));
    // The values stay out of what is printed for logs.
    assert!(!format!("{reading:?}").contains("1977"));
}

#[test]
fn the_visual_zone_is_only_read_when_it_is_wanted() {
    let (_, page) = front(Kind::Passport, 1);
    let picture =
        Picture::from_rgb(page.picture.width(), page.picture.height(), page.picture.into_raw()).unwrap();
    let reading = vision().read_document(&picture, Timestamp::from_millis(1_790_000_000_000)).unwrap();
    assert!(reading.lines.is_empty() && reading.mrz.is_some());
    assert!(reading.fields.iter().all(|field| !field.sources.contains(&FieldSource::VisualZone)));
}

#[test]
fn a_printed_front_and_the_zone_of_the_back_vouch_for_each_other() {
    let document = Document::random(Kind::IdentityCardTd1, 1);
    let sides = [Side::Front, Side::Back].map(|side| read(&page(&document, side, 600.0).picture));
    let [front, back] = sides;
    let whole = selfsame_vision::both_sides(front, back);
    let surname = whole.field(FieldName::Surname).expect("a surname");
    assert_eq!(surname.sources, [FieldSource::Mrz, FieldSource::VisualZone]);
    let birth = whole.field(FieldName::BirthDate).expect("a date of birth");
    assert_eq!(birth.sources, [FieldSource::Mrz, FieldSource::VisualZone]);
    assert!(birth.confidence > 0.99 && whole.disagreements.is_empty());
}
