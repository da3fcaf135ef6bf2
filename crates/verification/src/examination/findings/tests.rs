use selfsame_domain::Point;
use selfsame_domain::document::{
    BarcodeContent, BarcodeKind, BarcodeReading, DocumentField, DocumentSide, MrzCheck, MrzFormat,
    MrzReading, PrintedLine,
};
use selfsame_domain::document::{FraudReason, WantedFields};
use selfsame_domain::transaction::{AcceptedDocuments, CallbackGranularity, Outcome, PictureFormat, judge};
use selfsame_vision::signs::Testimony;

use selfsame_domain::document::DocumentType;
use selfsame_domain::transaction::{NewTransaction, PartRole};
use selfsame_vision::image::Picture;

use super::super::reading::copy;
use super::*;

mod confirmed;
mod customs;
mod endless;

use FieldName::{BirthDate, DocumentNumber, ExpiryDate, IssuingCountry, Surname};
use FieldSource::{Mrz, VisualZone};

fn now() -> Timestamp {
    // 2026-09-21
    Timestamp::from_millis(1_790_000_000_000)
}

fn request(kind: DocumentType, back: bool) -> NewTransaction {
    let sides = [PartRole::Front, PartRole::Back];
    NewTransaction {
        reference: "r".to_owned(),
        reporting_criteria: None,
        customer_id: None,
        country: "DEU".to_owned(),
        kind,
        fields: WantedFields { face_match: false, ..WantedFields::READ },
        mrz_check: true,
        callback: None,
        granularity: CallbackGranularity::OnFinish,
        consent: None,
        pictures: sides
            .into_iter()
            .take(1 + usize::from(back))
            .map(|side| (side, PictureFormat::Jpeg))
            .collect(),
        keeps_portrait: false,
    }
}

/// A licence of which everything was read in one way.
fn page(source: FieldSource, confidence: f32) -> DocumentReading {
    let fields = [
        (Surname, "SAMPLEMAN"),
        (DocumentNumber, "X123456"),
        (IssuingCountry, "DEU"),
        (BirthDate, "1974-08-12"),
        (ExpiryDate, "2030-01-01"),
    ];
    let field = |(name, value): (FieldName, &str)| DocumentField {
        name,
        value: value.to_owned(),
        printed: None,
        sources: vec![source],
        confidence,
        bounds: None,
        side: DocumentSide::Front,
    };
    DocumentReading {
        document_type: Some(DocumentType::DrivingLicence),
        issuing_country: Some("DEU".to_owned()),
        fields: fields.into_iter().map(field).collect(),
        ..DocumentReading::default()
    }
}

fn zone(verdict: MrzVerdict) -> MrzReading {
    MrzReading {
        format: MrzFormat::Td1,
        lines: Vec::new(),
        verdict,
        checks: Vec::new(),
        corrected: 0,
        settled_by: None,
        alternatives: Vec::new(),
        irregularities: Vec::new(),
        name_truncated: false,
        corners: [Point::default(); 4],
        fields: Vec::new(),
    }
}

/// A back that says nothing of its own.
fn plain_back() -> DocumentReading {
    DocumentReading { page: Some([Point::default(); 4]), ..DocumentReading::default() }
}

/// A licence whose two sides were seen, without what its pictures indicate.
fn seen(whole: DocumentReading) -> Seen {
    Seen {
        front: Some(whole.clone()),
        back: Some(plain_back()),
        whole: Some(whole),
        original: Step::Yes,
        ..Seen::default()
    }
}

fn outcome(request: &NewTransaction, seen: &Seen) -> Outcome {
    let (findings, _) = findings(&request.asked(), seen, &LookParams::default(), now());
    judge(request, &findings, &AcceptedDocuments::default(), now()).outcome
}

fn refused(request: &NewTransaction, seen: &Seen) -> UnreadableReason {
    match outcome(request, seen) {
        Outcome::NotReadable { reason, .. } => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn print_alone_is_believed_when_it_is_sure_and_whole() {
    let both = request(DocumentType::DrivingLicence, true);
    assert_eq!(outcome(&both, &seen(page(VisualZone, 0.95))), Outcome::Approved);
    assert_eq!(refused(&both, &seen(page(VisualZone, 0.89))), UnreadableReason::NotReadable);
    let front = Seen { back: None, ..seen(page(VisualZone, 0.95)) };
    assert_eq!(refused(&request(DocumentType::DrivingLicence, false), &front), UnreadableReason::MissingBack);
    // Any other picture is no back, nor is the front a second time.
    let nothing = Seen { back: Some(DocumentReading::default()), ..seen(page(VisualZone, 0.95)) };
    assert_eq!(refused(&both, &nothing), UnreadableReason::MissingBack);
    let same_file = Seen { back_is_front: true, ..seen(page(VisualZone, 0.95)) };
    assert_eq!(refused(&both, &same_file), UnreadableReason::MissingBack);
    let again = DocumentReading { side: Some(DocumentSide::Front), ..page(VisualZone, 0.95) };
    let again = Seen { back: Some(again), ..seen(page(VisualZone, 0.95)) };
    assert_eq!(refused(&both, &again), UnreadableReason::MissingBack);
}

/// What both pictures say together.
fn sides(front: DocumentReading, back: DocumentReading) -> Seen {
    let whole = selfsame_vision::both_sides(front.clone(), back.clone());
    Seen { front: Some(front), back: Some(back), ..seen(whole) }
}

#[test]
fn a_reading_that_the_budget_ended_approves_nothing() {
    let both = request(DocumentType::DrivingLicence, true);
    let ended = |side: DocumentReading| DocumentReading {
        warnings: vec![DocumentWarning::ReadingIncomplete],
        ..side
    };
    let whole = || page(VisualZone, 0.95);
    assert_eq!(outcome(&both, &sides(whole(), plain_back())), Outcome::Approved);
    assert_eq!(refused(&both, &sides(ended(whole()), plain_back())), UnreadableReason::NotReadable);
    assert_eq!(refused(&both, &sides(whole(), ended(plain_back()))), UnreadableReason::NotReadable);
}

/// What is left of a side when only these fields of it were read.
fn only(names: &[FieldName], mut side: DocumentReading) -> DocumentReading {
    side.fields.retain(|field| names.contains(&field.name));
    side
}

#[test]
fn a_selfie_in_the_place_of_the_front_approves_nothing_whatever_the_back_says() {
    let of = |kind, back: DocumentReading| {
        let seen = sides(DocumentReading::default(), back);
        refused(&request(kind, true), &seen)
    };
    for source in [Mrz, FieldSource::Barcode, VisualZone] {
        let back =
            DocumentReading { mrz: (source == Mrz).then(|| zone(MrzVerdict::Valid)), ..page(source, 0.999) };
        assert_eq!(of(DocumentType::DrivingLicence, back), UnreadableReason::MissingFront, "{source:?}");
    }
    let data_page = DocumentReading {
        document_type: Some(DocumentType::Passport),
        mrz: Some(MrzReading { format: MrzFormat::Td3, ..zone(MrzVerdict::Valid) }),
        ..page(Mrz, 0.999)
    };
    assert_eq!(of(DocumentType::Passport, data_page.clone()), UnreadableReason::MissingFront);
    // What spoilt the front is told instead.
    let blurred = selfsame_vision::signs::Testimony {
        indicates: Indication::Blurred,
        measure: 9.0,
        threshold: 5.0,
        bounds: None,
    };
    let spoilt = Seen { front_signs: Signs(vec![blurred]), ..sides(DocumentReading::default(), data_page) };
    let outcome = outcome(&request(DocumentType::Passport, true), &spoilt);
    let details = vec![LegibilityDetail::Blurred];
    assert_eq!(outcome, Outcome::NotReadable { reason: UnreadableReason::NotReadable, details });
}

#[test]
fn a_back_or_another_page_in_the_place_of_the_front_is_the_wrong_page() {
    let coded =
        |side| DocumentReading { side: Some(side), mrz: Some(zone(MrzVerdict::Valid)), ..page(Mrz, 0.999) };
    let both = request(DocumentType::DrivingLicence, true);
    assert_eq!(refused(&both, &seen(coded(DocumentSide::Back))), UnreadableReason::WrongPage);
    // A sheet with both sides on it.
    let mut sheet = coded(DocumentSide::Back);
    sheet.fields[0].sources.push(VisualZone);
    assert_eq!(outcome(&both, &seen(sheet)), Outcome::Approved);
    let of_passport =
        |side: DocumentReading| DocumentReading { document_type: Some(DocumentType::Passport), ..side };
    let passport = request(DocumentType::Passport, true);
    let (cover, data_page) = (of_passport(page(VisualZone, 0.95)), of_passport(coded(DocumentSide::Front)));
    assert_eq!(refused(&passport, &sides(cover.clone(), data_page.clone())), UnreadableReason::WrongPage);
    assert_eq!(outcome(&passport, &sides(data_page, DocumentReading::default())), Outcome::Approved);
    // Nor does print alone stand for a passport, be its digits checked or not.
    let unchecked = NewTransaction { mrz_check: false, ..passport };
    assert_eq!(refused(&unchecked, &seen(cover)), UnreadableReason::NotReadable);
}

#[test]
fn a_code_on_the_back_counts_when_the_front_says_who_it_is_as_well() {
    let both = request(DocumentType::DrivingLicence, true);
    for source in [Mrz, FieldSource::Barcode] {
        let back = || DocumentReading {
            mrz: (source == Mrz).then(|| zone(MrzVerdict::Valid)),
            ..page(source, 0.999)
        };
        for name in [DocumentNumber, Surname, BirthDate] {
            let front = only(&[name, ExpiryDate], page(VisualZone, 0.7));
            assert_eq!(outcome(&both, &sides(front, back())), Outcome::Approved, "{source:?} {name:?}");
        }
        let front = only(&[ExpiryDate, IssuingCountry], page(VisualZone, 0.95));
        assert_eq!(refused(&both, &sides(front, back())), UnreadableReason::NotReadable, "{source:?}");
    }
    // What names the holder in print alone stands on the front, or beside something that does.
    let front = only(&[ExpiryDate, DocumentNumber], page(VisualZone, 0.95));
    let rest = only(&[Surname, BirthDate], page(VisualZone, 0.95));
    assert_eq!(refused(&both, &sides(front.clone(), rest)), UnreadableReason::NotReadable);
    let rest = only(&[Surname, BirthDate, DocumentNumber], page(VisualZone, 0.95));
    assert_eq!(outcome(&both, &sides(front, rest)), Outcome::Approved);
}

#[test]
fn each_value_that_approval_stands_on_has_to_be_sure() {
    let both = request(DocumentType::DrivingLicence, true);
    for name in [DocumentNumber, Surname, BirthDate, ExpiryDate] {
        for gone in [false, true] {
            let mut read = page(VisualZone, 0.95);
            let field = read.fields.iter_mut().find(|field| field.name == name).expect("it is there");
            field.confidence = 0.6;
            read.fields.retain(|field| !gone || field.name != name);
            assert_eq!(refused(&both, &seen(read)), UnreadableReason::NotReadable, "{name:?} {gone}");
        }
    }
}

#[test]
fn a_back_that_cannot_be_opened_approves_nothing() {
    let lost = Seen { back: None, ..seen(page(VisualZone, 0.95)) };
    assert_eq!(refused(&request(DocumentType::DrivingLicence, true), &lost), UnreadableReason::NotReadable);
}

#[test]
fn no_zone_of_either_side_may_be_broken() {
    let both = request(DocumentType::DrivingLicence, true);
    let with = |front: Option<MrzVerdict>, back: Option<MrzVerdict>| {
        let mut seen = seen(page(Mrz, 0.999));
        if let Some(side) = &mut seen.front {
            side.mrz = front.map(zone);
        }
        seen.back = Some(DocumentReading { mrz: back.map(zone), ..DocumentReading::default() });
        outcome(&both, &seen)
    };
    use MrzVerdict::{Ambiguous, Invalid, Valid};
    assert_eq!(with(Some(Valid), None), Outcome::Approved);
    assert_eq!(with(None, Some(Valid)), Outcome::Approved);
    for broken in [(Valid, Invalid), (Invalid, Valid), (Valid, Ambiguous), (Ambiguous, Valid)] {
        assert_ne!(with(Some(broken.0), Some(broken.1)), Outcome::Approved, "{broken:?}");
    }
}

#[test]
fn a_zone_without_check_digits_is_as_good_as_it_was_read() {
    let both = request(DocumentType::DrivingLicence, true);
    let with = |verdict, confidence| {
        let mut seen = seen(page(Mrz, confidence));
        seen.back = Some(DocumentReading { mrz: Some(zone(verdict)), ..DocumentReading::default() });
        outcome(&both, &seen)
    };
    assert_eq!(with(MrzVerdict::Valid, 0.7), Outcome::Approved);
    assert_eq!(with(MrzVerdict::Unprotected, 0.95), Outcome::Approved);
    assert!(matches!(with(MrzVerdict::Unprotected, 0.7), Outcome::NotReadable { .. }));
}

#[test]
fn each_sign_of_alteration_refuses_for_its_own_reason_once_it_speaks() {
    use selfsame_domain::document::FraudReason::{DigitalManipulation, ManipulatedDocument};
    let both = request(DocumentType::DrivingLicence, true);
    let outcome = |indicates, measure| {
        let bounds = Some(Rect { x: 1.0, y: 1.0, width: 9.0, height: 9.0 });
        let testimony = selfsame_vision::signs::Testimony { indicates, measure, threshold: 0.5, bounds };
        outcome(&both, &Seen { front_signs: Signs(vec![testimony]), ..seen(page(VisualZone, 0.95)) })
    };
    let fraud = |reason, detail| Outcome::Fraud { reason, details: vec![detail] };
    for (indication, refused) in [
        (Indication::LineBreak, fraud(ManipulatedDocument, ManipulationDetail::SecurityChecks)),
        (Indication::OtherPortrait, fraud(ManipulatedDocument, ManipulationDetail::Photo)),
        (Indication::CompressionBreak, fraud(DigitalManipulation, ManipulationDetail::SecurityChecks)),
        (
            Indication::SpecimenWord,
            Outcome::NotReadable { reason: UnreadableReason::Specimen, details: Vec::new() },
        ),
    ] {
        assert_eq!(outcome(indication, 0.5), refused, "{indication:?}");
        assert_eq!(outcome(indication, 0.49), Outcome::Approved, "{indication:?}");
    }
}

#[test]
fn optional_data_is_named_by_its_line_and_a_passport_has_a_personal_number() {
    let read = |format| {
        let mut whole = page(Mrz, 1.0);
        for (name, value) in [(FieldName::OptionalData, "ONE"), (FieldName::OptionalData2, "TWO")] {
            whole.fields.push(DocumentField { name, value: value.to_owned(), ..whole.fields[0].clone() });
        }
        if format != MrzFormat::Td1 {
            whole.fields.retain(|field| field.name != FieldName::OptionalData2);
        }
        whole.mrz = Some(MrzReading { format, ..zone(MrzVerdict::Valid) });
        let read = extraction(&whole).expect("something was read");
        [read.optional_data_1, read.optional_data_2, read.personal_number]
    };
    let texts = |texts: [Option<&str>; 3]| texts.map(|text| text.map(str::to_owned));
    assert_eq!(read(MrzFormat::Td1), texts([Some("ONE"), Some("TWO"), None]));
    assert_eq!(read(MrzFormat::Td2), texts([None, Some("ONE"), None]));
    assert_eq!(read(MrzFormat::MrvA), texts([None, Some("ONE"), None]));
    assert_eq!(read(MrzFormat::Td3), texts([None, Some("ONE"), Some("ONE")]));
}

#[test]
fn a_page_without_colour_is_a_copy_only_when_there_is_something_on_it() {
    let grey = selfsame_vision::signs::Testimony {
        indicates: Indication::GreyPage,
        measure: 1.0,
        threshold: 0.5,
        bounds: None,
    };
    let signs = Signs(vec![grey]);
    let picture = |colour: [u8; 3]| Picture::from_rgb(4, 4, colour.repeat(16)).expect("16 pixels");
    let said = |colour, reading: &DocumentReading| copy(&picture(colour), reading, &signs);
    let black_and_white = Some(UnreadableReason::PhotocopyBlackWhite);
    assert_eq!(said([128, 144, 160], &page(VisualZone, 0.9)), black_and_white);
    assert_eq!(said([128, 144, 160], &DocumentReading::default()), None);
    assert_eq!(said([128; 3], &DocumentReading::default()), None);
    let signs = Signs::default();
    let grey = picture([128; 3]);
    assert_eq!(copy(&grey, &page(VisualZone, 0.9), &signs), black_and_white);
    assert_eq!(copy(&picture([128, 144, 160]), &page(VisualZone, 0.9), &signs), None);
}

#[test]
fn a_zone_that_is_not_checked_vouches_for_itself_only_when_it_is_valid() {
    let unchecked = NewTransaction { mrz_check: false, ..request(DocumentType::DrivingLicence, true) };
    let with = |verdict, confidence| {
        let mut seen = seen(page(Mrz, confidence));
        if let Some(front) = &mut seen.front {
            front.mrz = Some(zone(verdict));
        }
        seen
    };
    assert_eq!(outcome(&unchecked, &with(MrzVerdict::Valid, 0.5)), Outcome::Approved);
    for verdict in [MrzVerdict::Invalid, MrzVerdict::Ambiguous, MrzVerdict::Unprotected] {
        let seen = with(verdict, 0.5);
        assert_eq!(refused(&unchecked, &seen), UnreadableReason::NotReadable, "{verdict:?}");
    }
}

fn speaking(indicates: Indication, bounds: Option<Rect>) -> Signs {
    Signs(vec![Testimony { indicates, measure: 1.0, threshold: 0.5, bounds }])
}

fn line(text: &str, confidence: f32) -> PrintedLine {
    PrintedLine { text: text.to_owned(), confidence, corners: [Point::default(); 4] }
}

fn unreadable(details: &[LegibilityDetail]) -> Outcome {
    Outcome::NotReadable { reason: UnreadableReason::NotReadable, details: details.to_vec() }
}

#[test]
fn what_shows_nothing_of_a_document_is_none_and_what_may_be_one_is_not_readable() {
    let licence = request(DocumentType::DrivingLicence, false);
    let of = |front: DocumentReading, front_signs| {
        let (front, whole) = (Some(front.clone()), Some(front));
        refused(&licence, &Seen { front, whole, front_signs, original: Step::Yes, ..Seen::default() })
    };
    let nothing = DocumentReading::default;
    assert_eq!(of(nothing(), Signs::default()), UnreadableReason::NoDocument);
    let barcode = || BarcodeReading {
        kind: BarcodeKind::QrCode,
        content: BarcodeContent::Unknown,
        text: String::new(),
        corners: Vec::new(),
    };
    for something in [
        plain_back(),
        DocumentReading { barcode: Some(barcode()), ..nothing() },
        DocumentReading { lines: vec![line("MUSTER", 0.5)], ..nothing() },
    ] {
        assert_eq!(of(something, Signs::default()), UnreadableReason::NotReadable);
    }
    // An edge that was taken for a stroke or two, or for letters that nobody is sure of, is no print.
    for edge in [line("I", 0.99), line("/1|-l/", 0.99), line("MUSTER", 0.49)] {
        let seen = format!("{:?} of {} characters", edge, edge.text.len());
        let reading = DocumentReading { lines: vec![edge], ..nothing() };
        assert_eq!(of(reading, Signs::default()), UnreadableReason::NoDocument, "{seen}");
    }
    // As a line that is none hides nothing, one that is print beside it counts.
    let beside = DocumentReading { lines: vec![line("|", 0.99), line("AB1", 0.5)], ..nothing() };
    assert_eq!(of(beside, Signs::default()), UnreadableReason::NotReadable);
    for fault in [Indication::Blurred, Indication::Glare, Indication::TooSmall, Indication::TooDark] {
        assert_eq!(of(nothing(), speaking(fault, None)), UnreadableReason::NotReadable, "{fault:?}");
    }
    // No picture at all is another matter.
    assert_eq!(refused(&licence, &Seen::default()), UnreadableReason::NotReadable);
}

#[test]
fn a_licence_that_names_no_country_is_judged_by_the_announced_one_unless_something_contradicts_it() {
    let both = request(DocumentType::DrivingLicence, true);
    let unnamed = || DocumentReading {
        issuing_country: None,
        ..only(&[Surname, DocumentNumber, BirthDate, ExpiryDate], page(VisualZone, 0.95))
    };
    let with = |lines: &[&str]| DocumentReading {
        lines: lines.iter().map(|text| line(text, 0.9)).collect(),
        ..unnamed()
    };
    assert_eq!(outcome(&both, &seen(unnamed())), Outcome::Approved);
    let (_, read) = findings(&both.asked(), &seen(unnamed()), &LookParams::default(), now());
    assert_eq!(read.expect("it was read").issuing_country, None, "what was announced was not read");
    assert_eq!(outcome(&both, &seen(with(&["BUNDESREPUBLIK DEUTSCHLAND", "TÜRKİYE"]))), Outcome::Approved);
    assert_eq!(outcome(&both, &seen(with(&["8. WIEN, ÖSTERREICH 1010"]))), Outcome::Approved);
    // All of its licences have a barcode.
    let american = NewTransaction { country: "USA".to_owned(), ..both.clone() };
    assert_eq!(refused(&american, &seen(unnamed())), UnreadableReason::NotReadable);
    // The name of another country, and an issuer that is none or is not known.
    assert_eq!(refused(&both, &seen(with(&["REPUBLIK ÖSTERREICH"]))), UnreadableReason::NotReadable);
    let of_nobody = || DocumentReading { issuing_country: Some("XXA".to_owned()), ..unnamed() };
    assert_eq!(refused(&both, &seen(of_nobody())), UnreadableReason::NotReadable);
    let aamva = BarcodeReading {
        kind: BarcodeKind::Pdf417,
        content: BarcodeContent::Aamva { version: 10, issuer: None },
        text: String::new(),
        corners: Vec::new(),
    };
    let back = DocumentReading { barcode: Some(aamva), ..plain_back() };
    assert_eq!(refused(&both, &sides(unnamed(), back)), UnreadableReason::NotReadable);
    let back = DocumentReading { mrz: Some(zone(MrzVerdict::Valid)), ..only(&[Surname], page(Mrz, 0.999)) };
    let back = DocumentReading { issuing_country: None, ..back };
    assert_eq!(refused(&both, &sides(unnamed(), back)), UnreadableReason::NotReadable);
    let other = DocumentReading { issuing_country: Some("AUT".to_owned()), ..unnamed() };
    assert_eq!(outcome(&both, &seen(other)), Outcome::UnsupportedCountry);
}

#[test]
fn a_zone_that_was_misread_in_a_bad_picture_accuses_nobody() {
    let both = request(DocumentType::DrivingLicence, true);
    let outcome = |ok: bool, front_signs: Signs, back_signs: Signs| {
        let mut seen = seen(page(Mrz, 0.3));
        if let Some(front) = &mut seen.front {
            let checks = vec![MrzCheck { field: None, ok: true }, MrzCheck { field: None, ok }];
            front.mrz = Some(MrzReading { checks, ..zone(MrzVerdict::Invalid) });
        }
        outcome(&both, &Seen { front_signs, back_signs, ..seen })
    };
    let none = Signs::default;
    let fraud = Outcome::Fraud { reason: FraudReason::MrzCheckFailed, details: Vec::new() };
    assert_eq!(outcome(false, none(), none()), fraud);
    for (fault, detail) in [
        (Indication::Blurred, LegibilityDetail::Blurred),
        (Indication::Glare, LegibilityDetail::Glare),
        (Indication::TooSmall, LegibilityDetail::BadQuality),
        (Indication::TooDark, LegibilityDetail::BadQuality),
        (Indication::CutOff, LegibilityDetail::MissingPart),
    ] {
        assert_eq!(outcome(false, speaking(fault, None), none()), unreadable(&[detail]), "{fault:?}");
        // A bad picture of the other side explains nothing.
        if fault != Indication::CutOff {
            assert_eq!(outcome(false, none(), speaking(fault, None)), fraud, "{fault:?}");
        }
    }
    // Another rule than that of check digits.
    assert_eq!(outcome(true, none(), none()), unreadable(&[LegibilityDetail::BadQuality]));
}

#[test]
fn forms_without_a_day_of_expiry_are_not_refused_for_it_when_none_is_printed() {
    let of = |format, verdict, back: DocumentReading| {
        let (kind, document_type) = match format {
            MrzFormat::SwissDrivingLicence => (DocumentType::DrivingLicence, DocumentType::DrivingLicence),
            _ => (DocumentType::IdentityCard, DocumentType::IdentityCard),
        };
        let read = only(&[Surname, DocumentNumber, IssuingCountry, BirthDate], page(Mrz, 0.95));
        let fields = read.fields.clone();
        let mrz = Some(MrzReading { format, fields, ..zone(verdict) });
        let front = DocumentReading { document_type: Some(document_type), mrz, ..read };
        (kind, Seen { back: Some(back), ..seen(front) })
    };
    use MrzFormat::{FrenchIdentityCard, SwissDrivingLicence, Td1, Td2};
    let missing = unreadable(&[LegibilityDetail::MissingFields]);
    let printed = |text: &str| DocumentReading { lines: vec![line(text, 0.9)], ..plain_back() };
    {
        let (format, verdict) = (SwissDrivingLicence, MrzVerdict::Unprotected);
        let (kind, seen) = of(format, verdict, plain_back());
        assert_eq!(outcome(&request(kind, true), &seen), Outcome::Approved, "{format:?}");
        for label in ["Carte valable jusqu'au :", "4b. 01.01.2O2"] {
            let (kind, seen) = of(format, verdict, printed(label));
            assert_eq!(outcome(&request(kind, true), &seen), missing, "{format:?} {label}");
        }
        let (kind, seen) = of(format, verdict, printed("4b. *******"));
        assert_eq!(outcome(&request(kind, true), &seen), Outcome::Approved, "{format:?}");
        // It may stand on the side that nobody saw.
        let alone = Seen { back: None, ..seen };
        assert_eq!(refused(&request(kind, false), &alone), UnreadableReason::MissingBack, "{format:?}");
    }
    // The old French card has one on its back: it was not read.
    for format in [Td1, Td2, FrenchIdentityCard] {
        let (kind, seen) = of(format, MrzVerdict::Valid, plain_back());
        assert_eq!(outcome(&request(kind, true), &seen), missing, "{format:?}");
    }
    // Printed and past, or printed in doubt.
    for (value, confidence, wanted) in [
        ("2020-01-01", 0.95, Outcome::UnsupportedKind),
        ("2030-01-01", 0.95, Outcome::Approved),
        ("2030-01-01", 0.6, missing),
    ] {
        let mut back = only(&[ExpiryDate], page(VisualZone, confidence));
        back.fields[0].value = value.to_owned();
        let (kind, seen) = of(FrenchIdentityCard, MrzVerdict::Valid, back.clone());
        let whole = seen.whole.clone().map(|whole| whole.with_back(back));
        assert_eq!(outcome(&request(kind, true), &Seen { whole, ..seen }), wanted, "{value} {confidence}");
    }
}

#[test]
fn a_day_of_expiry_that_nobody_asked_for_is_missed_by_nobody() {
    let of = |request: &NewTransaction, expiry: Option<(&str, f32)>| {
        let mut read = only(&[Surname, DocumentNumber, IssuingCountry, BirthDate], page(VisualZone, 0.95));
        if let Some((value, confidence)) = expiry {
            let field = read.fields[0].clone();
            read.fields.push(DocumentField {
                name: ExpiryDate,
                value: value.to_owned(),
                confidence,
                ..field
            });
        }
        outcome(request, &seen(read))
    };
    let asked = request(DocumentType::DrivingLicence, true);
    let unasked = NewTransaction { fields: WantedFields { expiry: false, ..asked.fields }, ..asked.clone() };
    let missing = unreadable(&[LegibilityDetail::MissingFields]);
    for unsure in [None, Some(("2030-01-01", 0.6))] {
        assert_eq!(of(&unasked, unsure), Outcome::Approved, "{unsure:?}");
        assert_eq!(of(&asked, unsure), missing, "{unsure:?}");
    }
    assert_eq!(of(&unasked, Some(("2020-01-01", 0.6))), missing);
    assert_eq!(of(&unasked, Some(("2020-01-01", 0.95))), Outcome::UnsupportedKind);
}

#[test]
fn what_was_put_in_over_the_zone_is_told_by_what_stands_there() {
    let both = request(DocumentType::DrivingLicence, true);
    let at = |x: f32| Rect { x, y: 100.0, width: 80.0, height: 20.0 };
    let outcome = |over: Rect| {
        let mut seen = seen(page(Mrz, 0.999));
        let front = seen.front.as_mut().expect("a front");
        let mut fields = front.fields.clone();
        for (place, field) in fields.iter_mut().enumerate() {
            field.bounds = Some(at(100.0 * place as f32));
        }
        front.mrz = Some(MrzReading { fields, ..zone(MrzVerdict::Valid) });
        outcome(&both, &Seen { front_signs: speaking(Indication::LineBreak, Some(over)), ..seen })
    };
    let replaced = |details: &[ManipulationDetail]| Outcome::Fraud {
        reason: FraudReason::ManipulatedDocument,
        details: details.to_vec(),
    };
    use ManipulationDetail as Detail;
    for (place, detail) in [
        (0, Detail::Name),
        (1, Detail::DocumentNumber),
        (2, Detail::SecurityChecks),
        (3, Detail::BirthDate),
        (4, Detail::Expiry),
        (7, Detail::SecurityChecks),
    ] {
        let bounds = Rect { x: 100.0 * place as f32 + 10.0, width: 30.0, ..at(0.0) };
        assert_eq!(outcome(bounds), replaced(&[detail]), "{place}");
    }
    let dates = Rect { x: 310.0, width: 150.0, ..at(0.0) };
    assert_eq!(outcome(dates), replaced(&[Detail::BirthDate, Detail::Expiry]));
}
