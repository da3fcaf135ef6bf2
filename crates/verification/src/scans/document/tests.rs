use selfsame_domain::Point;
use selfsame_domain::document::{DocumentField, DocumentSide, MrzFormat, MrzReading};
use selfsame_domain::scan::{CallbackGranularity, JudgeParams, Outcome, PictureFormat, ScanFields, judge};

use super::*;

use FieldName::{BirthDate, DocumentNumber, ExpiryDate, IssuingCountry, Surname};
use FieldSource::{Mrz, VisualZone};

fn now() -> Timestamp {
    // 2026-09-21
    Timestamp::from_millis(1_790_000_000_000)
}

fn request(kind: IdKind, back: bool) -> NewScan {
    let sides = [ScanSide::Front, ScanSide::Back];
    NewScan {
        reference: "r".to_owned(),
        reporting_criteria: None,
        customer_id: None,
        country: "DEU".to_owned(),
        kind,
        fields: ScanFields { face_match: false, ..ScanFields::READ },
        mrz_check: true,
        callback: None,
        granularity: CallbackGranularity::OnFinish,
        consent: None,
        pictures: sides
            .into_iter()
            .take(1 + usize::from(back))
            .map(|side| (side, PictureFormat::Jpeg))
            .collect(),
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
        name_truncated: false,
        corners: [Point::default(); 4],
        fields: Vec::new(),
    }
}

/// A licence whose two sides were seen, without what its pictures indicate.
fn seen(whole: DocumentReading) -> Seen {
    Seen {
        front: Some(whole.clone()),
        back: Some(DocumentReading::default()),
        whole: Some(whole),
        original: Step::Yes,
        ..Seen::default()
    }
}

fn outcome(request: &NewScan, seen: &Seen) -> Outcome {
    let (findings, _) = findings(request, seen, &LookParams::default(), now());
    judge(request, &findings, &JudgeParams::default(), now()).outcome
}

fn refused(request: &NewScan, seen: &Seen) -> UnreadableReason {
    match outcome(request, seen) {
        Outcome::NotReadable { reason, .. } => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn print_alone_is_believed_when_it_is_sure_and_whole() {
    let both = request(IdKind::DrivingLicence, true);
    assert_eq!(outcome(&both, &seen(page(VisualZone, 0.95))), Outcome::Approved);
    assert_eq!(refused(&both, &seen(page(VisualZone, 0.89))), UnreadableReason::NotReadable);
    let front = Seen { back: None, ..seen(page(VisualZone, 0.95)) };
    assert_eq!(refused(&request(IdKind::DrivingLicence, false), &front), UnreadableReason::MissingBack);
}

#[test]
fn each_value_that_approval_stands_on_has_to_be_sure() {
    let both = request(IdKind::DrivingLicence, true);
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
    assert_eq!(refused(&request(IdKind::DrivingLicence, true), &lost), UnreadableReason::NotReadable);
}

#[test]
fn no_zone_of_either_side_may_be_broken() {
    let both = request(IdKind::DrivingLicence, true);
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
    let both = request(IdKind::DrivingLicence, true);
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
    use selfsame_domain::scan::FraudReason::{DigitalManipulation, ManipulatedDocument};
    let both = request(IdKind::DrivingLicence, true);
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
        let read = reading(&whole).expect("something was read");
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
    assert_eq!(said([128; 3], &DocumentReading::default()), black_and_white);
}

#[test]
fn a_zone_that_is_not_checked_vouches_for_itself_only_when_it_is_valid() {
    let unchecked = NewScan { mrz_check: false, ..request(IdKind::DrivingLicence, true) };
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
