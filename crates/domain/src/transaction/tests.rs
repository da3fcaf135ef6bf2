use std::time::Duration;

use super::*;
use crate::document::{
    DocumentFindings, Extraction, FaceFindings, FaceProblem, Findings, FraudReason, LegibilityDetail,
    ManipulationDetail, Step, UnreadableReason,
};
use crate::{OsEntropy, Timestamp};

fn request() -> NewTransaction {
    NewTransaction {
        reference: "r".to_owned(),
        reporting_criteria: None,
        customer_id: None,
        country: "UTO".to_owned(),
        kind: DocumentType::Passport,
        fields: WantedFields { face_match: true, ..WantedFields::READ },
        mrz_check: true,
        callback: None,
        granularity: CallbackGranularity::OnFinish,
        consent: None,
        pictures: vec![(PartRole::Front, PictureFormat::Jpeg), (PartRole::Face, PictureFormat::Jpeg)],
        keeps_portrait: false,
    }
}

/// Every step says yes.
fn all_good() -> Findings {
    Findings {
        document: DocumentFindings {
            found: Step::Yes,
            legible: Step::Yes,
            one_document: Step::Yes,
            kind: Some(DocumentType::Passport),
            country: Some("UTO".to_owned()),
            has_mrz: true,
            mrz: Step::Yes,
            check_digits: Step::Yes,
            complete: Step::Yes,
            printed_agrees: Step::Yes,
            in_date: Step::Yes,
            no_specimen: Step::Yes,
            original: Step::Yes,
            ..DocumentFindings::default()
        },
        face: FaceFindings {
            portrait: Step::Yes,
            selfie: Step::Yes,
            alike: Step::Yes,
            genuine: Step::Yes,
            problem: None,
        },
    }
}

fn decide(request: &NewTransaction, seen: &Findings) -> Decision {
    judge(request, seen, &AcceptedDocuments::default(), Timestamp::from_millis(1))
}

#[test]
fn only_every_yes_together_approves_and_enrols() {
    let decision = decide(&request(), &all_good());
    assert_eq!(decision.outcome, Outcome::Approved);
    assert!(decision.enrols() && decision.mrz_verified);
    let nothing = decide(&request(), &Findings::default());
    assert_ne!(nothing.outcome, Outcome::Approved);
    assert!(!nothing.enrols() && nothing.face.is_none());
}

#[test]
fn each_broken_yes_of_the_document_refuses_it() {
    type Break = fn(&mut DocumentFindings, Step);
    let steps: [(&str, Break); 8] = [
        ("found", |seen, step| seen.found = step),
        ("one document", |seen, step| seen.one_document = step),
        ("legible", |seen, step| seen.legible = step),
        ("mrz", |seen, step| seen.mrz = step),
        ("complete", |seen, step| seen.complete = step),
        ("in date", |seen, step| seen.in_date = step),
        ("no specimen", |seen, step| seen.no_specimen = step),
        ("original", |seen, step| seen.original = step),
    ];
    for (what, break_it) in steps {
        for step in [Step::No, Step::Unknown] {
            let mut seen = all_good();
            break_it(&mut seen.document, step);
            let decision = decide(&request(), &seen);
            assert_ne!(decision.outcome, Outcome::Approved, "{what} {step:?}");
            assert!(!decision.enrols() && decision.face.is_none(), "{what} {step:?}");
        }
    }
    for (what, break_it) in [
        ("kind", (|seen| seen.kind = None) as fn(&mut DocumentFindings)),
        ("another kind", |seen| seen.kind = Some(DocumentType::Visa)),
        ("country", |seen| seen.country = None),
        ("another country", |seen| seen.country = Some("DEU".to_owned())),
        ("printed", |seen| seen.printed_agrees = Step::No),
        ("barcode", |seen| seen.barcode_agrees = Step::No),
        ("sides", |seen| seen.sides_agree = Step::No),
        ("a selfie for the front", |seen| seen.misplaced = Some(UnreadableReason::MissingFront)),
        ("cut off", |seen| seen.whole = Step::No),
        ("altered", |seen| seen.unaltered = Step::No),
        ("replaced", |seen| seen.replaced = vec![ManipulationDetail::Photo]),
        ("dates", |seen| seen.impossible = vec![ManipulationDetail::BirthDate]),
        ("copy", |seen| seen.copy = Some(UnreadableReason::PhotocopyBlackWhite)),
    ] {
        let mut seen = all_good();
        break_it(&mut seen.document);
        assert_ne!(decide(&request(), &seen).outcome, Outcome::Approved, "{what}");
    }
}

#[test]
fn each_broken_yes_of_the_face_keeps_it_from_enrolling() {
    type Break = fn(&mut FaceFindings, Step);
    let steps: [Break; 4] = [
        |seen, step| seen.portrait = step,
        |seen, step| seen.selfie = step,
        |seen, step| seen.alike = step,
        |seen, step| seen.genuine = step,
    ];
    for (index, break_it) in steps.into_iter().enumerate() {
        for step in [Step::No, Step::Unknown] {
            let mut seen = all_good();
            break_it(&mut seen.face, step);
            let decision = decide(&request(), &seen);
            assert_eq!(decision.outcome, Outcome::Approved, "the document is not worse for it");
            assert!(!decision.enrols(), "{index} {step:?}");
        }
    }
    let mut seen = all_good();
    seen.face.problem = Some(FaceProblem::WholeDocument);
    assert!(!decide(&request(), &seen).enrols());
    let without = NewTransaction { pictures: vec![(PartRole::Front, PictureFormat::Jpeg)], ..request() };
    let face = decide(&without, &all_good()).face.unwrap();
    assert_eq!((face.similarity, face.reason), (Similarity::NotPossible, Some(FaceProblem::NoFace)));
}

#[test]
fn the_reason_is_the_one_that_helps() {
    let outcome = |change: fn(&mut DocumentFindings)| {
        let mut seen = all_good();
        change(&mut seen.document);
        decide(&request(), &seen).outcome
    };
    let fraud = |reason| Outcome::Fraud { reason, details: Vec::new() };
    let wrong_digit = outcome(|seen| (seen.mrz, seen.check_digits) = (Step::No, Step::No));
    assert_eq!(wrong_digit, fraud(FraudReason::MrzCheckFailed));
    assert_eq!(outcome(|seen| seen.printed_agrees = Step::No), fraud(FraudReason::PrintedMrzMismatch));
    assert_eq!(outcome(|seen| seen.kind = Some(DocumentType::IdentityCard)), Outcome::UnsupportedKind);
    assert_eq!(outcome(|seen| seen.country = Some("DEU".to_owned())), Outcome::UnsupportedCountry);
    assert_eq!(outcome(|seen| seen.in_date = Step::No), Outcome::UnsupportedKind);
    assert_eq!(outcome(|seen| seen.sides_agree = Step::No), fraud(FraudReason::FrontBackMismatch));
    assert_eq!(outcome(|seen| seen.unaltered = Step::No), fraud(FraudReason::DigitalManipulation));
    let replaced = outcome(|seen| seen.replaced = vec![ManipulationDetail::Photo]);
    let details = vec![ManipulationDetail::Photo];
    assert_eq!(replaced, Outcome::Fraud { reason: FraudReason::ManipulatedDocument, details });
    let impossible = outcome(|seen| seen.impossible = vec![ManipulationDetail::BirthDate]);
    let details = vec![ManipulationDetail::BirthDate];
    assert_eq!(impossible, Outcome::Fraud { reason: FraudReason::ManipulatedDocument, details });
    let cut_off = outcome(|seen| {
        (seen.whole, seen.legibility) = (Step::No, vec![LegibilityDetail::MissingPart]);
    });
    let details = vec![LegibilityDetail::MissingPart];
    assert_eq!(cut_off, Outcome::NotReadable { reason: UnreadableReason::NotReadable, details });
    let mut expired = all_good();
    expired.document.in_date = Step::No;
    let accepting = AcceptedDocuments { accept_expired: true, ..AcceptedDocuments::default() };
    let decision = judge(&request(), &expired, &accepting, Timestamp::from_millis(1));
    assert_eq!(decision.outcome, Outcome::Approved);
    let elsewhere = AcceptedDocuments { countries: vec!["DEU".to_owned()], ..AcceptedDocuments::default() };
    let refused = judge(&request(), &all_good(), &elsewhere, Timestamp::from_millis(1));
    assert_eq!(refused.outcome, Outcome::UnsupportedCountry);
    let cards = AcceptedDocuments { kinds: vec![DocumentType::IdentityCard], ..AcceptedDocuments::default() };
    let refused = judge(&request(), &all_good(), &cards, Timestamp::from_millis(1));
    assert_eq!(refused.outcome, Outcome::UnsupportedKind);
    let card = NewTransaction { kind: DocumentType::IdentityCard, ..request() };
    let mut seen = all_good();
    (seen.document.kind, seen.document.complete) = (Some(DocumentType::IdentityCard), Step::Unknown);
    let missing_back = Outcome::NotReadable { reason: UnreadableReason::MissingBack, details: Vec::new() };
    assert_eq!(decide(&card, &seen).outcome, missing_back);
    // It came, and shows nothing of a document.
    let sent = NewTransaction {
        pictures: vec![(PartRole::Front, PictureFormat::Jpeg), (PartRole::Back, PictureFormat::Jpeg)],
        ..card
    };
    seen.document.back = Step::No;
    assert_eq!(decide(&sent, &seen).outcome, missing_back);
    seen.document.back = Step::Yes;
    assert_ne!(decide(&sent, &seen).outcome, missing_back);
    for reason in [UnreadableReason::MissingFront, UnreadableReason::WrongPage] {
        let mut seen = all_good();
        seen.document.misplaced = Some(reason);
        let misplaced = Outcome::NotReadable { reason, details: Vec::new() };
        assert_eq!(decide(&request(), &seen).outcome, misplaced);
    }
    // Digits that nobody asked for do not refuse.
    let unchecked = NewTransaction { mrz_check: false, ..request() };
    let mut seen = all_good();
    seen.document.mrz = Step::No;
    let decision = decide(&unchecked, &seen);
    assert_eq!((decision.outcome, decision.mrz_verified), (Outcome::Approved, false));
}

#[test]
fn a_zone_that_was_misread_accuses_nobody() {
    let outcome = |digits, spoilt: &[LegibilityDetail]| {
        let mut seen = all_good();
        (seen.document.mrz, seen.document.check_digits) = (Step::No, digits);
        // What is wrong with the other picture explains nothing.
        (seen.document.mrz_spoilt, seen.document.legibility) =
            (spoilt.to_vec(), vec![LegibilityDetail::Glare]);
        decide(&request(), &seen).outcome
    };
    let unreadable =
        |detail| Outcome::NotReadable { reason: UnreadableReason::NotReadable, details: vec![detail] };
    let fraud = Outcome::Fraud { reason: FraudReason::MrzCheckFailed, details: Vec::new() };
    assert_eq!(outcome(Step::No, &[]), fraud);
    for detail in [LegibilityDetail::Blurred, LegibilityDetail::Glare, LegibilityDetail::BadQuality] {
        assert_eq!(outcome(Step::No, &[detail]), unreadable(detail));
    }
    // Signs of another hand are told all the same.
    let mut seen = all_good();
    (seen.document.mrz, seen.document.check_digits) = (Step::No, Step::No);
    seen.document.mrz_spoilt = vec![LegibilityDetail::Glare];
    seen.document.unaltered = Step::No;
    let altered = Outcome::Fraud { reason: FraudReason::DigitalManipulation, details: Vec::new() };
    assert_eq!(decide(&request(), &seen).outcome, altered);
    // All digits agree, or there are none, and another rule is broken.
    for digits in [Step::Yes, Step::Unknown] {
        assert_eq!(outcome(digits, &[]), unreadable(LegibilityDetail::BadQuality), "{digits:?}");
    }
}

#[test]
fn the_announced_country_stands_for_one_that_is_stated_nowhere() {
    let licence = NewTransaction { kind: DocumentType::DrivingLicence, ..request() };
    let outcome = |request: &NewTransaction, country: Option<&str>, unstated| {
        let mut seen = all_good();
        seen.document.kind = Some(request.kind);
        seen.document.country = country.map(str::to_owned);
        seen.document.country_unstated = unstated;
        decide(request, &seen).outcome
    };
    assert_eq!(outcome(&licence, None, Step::Yes), Outcome::Approved);
    for doubt in [Step::No, Step::Unknown] {
        assert!(matches!(outcome(&licence, None, doubt), Outcome::NotReadable { .. }), "{doubt:?}");
    }
    assert_eq!(outcome(&licence, Some("DEU"), Step::Yes), Outcome::UnsupportedCountry);
    // A card's zone says whose it is, and may have been covered; so does a passport's.
    let card = NewTransaction { kind: DocumentType::IdentityCard, ..request() };
    assert!(matches!(outcome(&card, None, Step::Yes), Outcome::NotReadable { .. }));
    assert!(matches!(outcome(&request(), None, Step::Yes), Outcome::NotReadable { .. }));
}

#[test]
fn a_day_of_expiry_that_is_not_sure_refuses_where_it_is_asked_for_or_seems_past() {
    let missing = Outcome::NotReadable {
        reason: UnreadableReason::NotReadable,
        details: vec![LegibilityDetail::MissingFields],
    };
    let unasked = NewTransaction { fields: WantedFields { expiry: false, ..request().fields }, ..request() };
    let outcome = |request: &NewTransaction, in_doubt, unstated, accept_expired| {
        let mut seen = all_good();
        seen.document.in_date = Step::Unknown;
        (seen.document.in_date_in_doubt, seen.document.expiry_unstated) = (in_doubt, unstated);
        let params = AcceptedDocuments { accept_expired, ..AcceptedDocuments::default() };
        judge(request, &seen, &params, Timestamp::from_millis(1)).outcome
    };
    use Step::{No, Unknown, Yes};
    // It may stand on a side that nobody saw.
    let card = NewTransaction { kind: DocumentType::IdentityCard, ..request() };
    let mut seen = all_good();
    (seen.document.kind, seen.document.in_date) = (Some(DocumentType::IdentityCard), Unknown);
    let missing_back = Outcome::NotReadable { reason: UnreadableReason::MissingBack, details: Vec::new() };
    assert_eq!(decide(&card, &seen).outcome, missing_back);
    seen.document.back = Yes;
    assert_eq!(decide(&card, &seen).outcome, missing);
    for in_doubt in [Yes, Unknown] {
        assert_eq!(outcome(&request(), in_doubt, Unknown, false), missing);
        assert_eq!(outcome(&request(), in_doubt, No, false), missing);
        assert_eq!(outcome(&unasked, in_doubt, Unknown, false), Outcome::Approved);
    }
    assert_eq!(outcome(&request(), Unknown, Yes, false), Outcome::Approved);
    for request in [&request(), &unasked] {
        assert_eq!(outcome(request, No, Unknown, false), missing);
        assert_eq!(outcome(request, No, Yes, false), missing);
        assert_eq!(outcome(request, No, Unknown, true), Outcome::Approved);
    }
    // One that is sure and past is, asked for or not.
    let mut seen = all_good();
    seen.document.in_date = No;
    assert_eq!(decide(&unasked, &seen).outcome, Outcome::UnsupportedKind);
}

#[test]
fn a_transaction_ends_once() {
    let now = Timestamp::from_millis(5);
    let id = TransactionId::random(&OsEntropy);
    let tenant = TenantId::random(&OsEntropy);
    let transaction = Transaction::accept(id, tenant, request(), now, Duration::from_millis(10));
    let decision = decide(&request(), &all_good());
    let decided = transaction.clone().decide(decision.clone()).unwrap();
    assert_eq!(decided.decision(), Some(&decision));
    let ended = |from| Err(TransitionError { from, to: "decided" });
    assert_eq!(decided.decide(decision.clone()), ended("decided"));
    let failed = Transaction::open(id, tenant, request(), now, Duration::from_millis(10));
    let failed = failed.acquire().unwrap().run_out(now).unwrap();
    assert_eq!(failed.clone().decide(decision), ended("session_expired"));
    assert!(
        failed.has_expired(Timestamp::from_millis(15)) && !failed.has_expired(Timestamp::from_millis(14))
    );
}

#[test]
fn the_announced_country_is_told_of_what_was_approved_by_it() {
    let now = Timestamp::from_millis(5);
    let (id, tenant) = (TransactionId::random(&OsEntropy), TenantId::random(&OsEntropy));
    let pending = Transaction::accept(id, tenant, request(), now, Duration::from_millis(10));
    let approved = pending.clone().decide(decide(&request(), &all_good())).unwrap();
    let refused = pending.clone().decide(decide(&request(), &Findings::default())).unwrap();
    let unread = Extraction::default();
    assert_eq!(approved.issuing_country(&unread), Some("UTO"));
    assert_eq!((refused.issuing_country(&unread), pending.issuing_country(&unread)), (None, None));
    let read = Extraction { issuing_country: Some("DEU".to_owned()), ..Extraction::default() };
    assert_eq!((approved.issuing_country(&read), refused.issuing_country(&read)), (Some("DEU"), Some("DEU")));
}

#[test]
fn only_what_was_asked_for_is_kept() {
    let full = Extraction {
        first_name: Some("A".to_owned()),
        number: Some("1".to_owned()),
        optional_data_1: Some("2".to_owned()),
        sex: Some("F".to_owned()),
        ..Extraction::default()
    };
    let kept = full.only(WantedFields { number: true, ..WantedFields::NONE });
    assert_eq!(kept.number.as_deref(), Some("1"));
    assert_eq!((kept.first_name, kept.optional_data_1), (None, None));
    assert_eq!(format!("{:?}", Claims::default()), "[personal]");
}

#[test]
fn every_transition_is_allowed_from_its_states_and_from_no_other() {
    type Transition = fn(Transaction) -> Result<Transaction, TransitionError>;
    let now = Timestamp::from_millis(5);
    let decision = decide(&request(), &all_good());
    let states = [
        TransactionState::Awaiting,
        TransactionState::Acquiring,
        TransactionState::Processing,
        TransactionState::InReview,
        TransactionState::Decided(decision),
        TransactionState::TokenExpired { at: now },
        TransactionState::SessionExpired { at: now },
        TransactionState::Superseded { at: now },
    ];
    // Per transition: the state that each of the above becomes; empty where it is refused.
    let table: [(&str, Transition, [&str; 8]); 6] = [
        ("acquire", Transaction::acquire, ["acquiring", "acquiring", "", "", "", "", "", ""]),
        ("finalize", Transaction::finalize, ["", "processing", "", "", "", "", "", ""]),
        ("review", Transaction::review, ["", "", "in_review", "", "", "", "", ""]),
        (
            "decide",
            |of| of.decide(decide(&request(), &all_good())),
            ["", "", "decided", "decided", "", "", "", ""],
        ),
        (
            "run out",
            |of| of.run_out(Timestamp::from_millis(9)),
            ["token_expired", "session_expired", "", "", "", "", "", ""],
        ),
        (
            "supersede",
            |of| of.supersede(Timestamp::from_millis(9)),
            ["superseded", "superseded", "", "", "", "", "", ""],
        ),
    ];
    let (id, tenant) = (TransactionId::random(&OsEntropy), TenantId::random(&OsEntropy));
    for (what, transition, expected) in table {
        for (state, expected) in states.iter().zip(expected) {
            let from = state.name();
            let of = Transaction {
                state: state.clone(),
                ..Transaction::open(id, tenant, request(), now, Duration::from_millis(10))
            };
            match transition(of) {
                Ok(after) => {
                    assert_eq!(after.state.name(), expected, "{what} of {from}");
                    assert_eq!(
                        after.state.ended_at().is_some(),
                        !["acquiring", "processing", "in_review"].contains(&expected)
                    );
                }
                Err(error) => {
                    assert_eq!((error.from, expected), (from, ""), "{what}");
                    assert!(error.to_string().contains(from), "{error}");
                }
            }
        }
    }
}

#[test]
fn what_was_not_examined_is_not_approved_and_reasons_keep_their_order() {
    let nothing = super::decide(&Results::default(), true, Timestamp::from_millis(1));
    assert_ne!(nothing.outcome, Outcome::Approved);
    assert!(nothing.face.is_none());
    let mut seen = all_good();
    seen.document.printed_agrees = Step::No;
    seen.document.unaltered = Step::No;
    seen.document.in_date = Step::No;
    let found = results(&request().asked(), &seen, &AcceptedDocuments::default());
    let standings: Vec<_> = found.results.iter().map(|result| (result.capability, result.standing)).collect();
    assert_eq!(
        standings,
        [
            (Capability::Usability, Standing::Passed),
            (Capability::ImageChecks, Standing::Rejected),
            (Capability::Extraction, Standing::Passed),
            (Capability::DataChecks, Standing::Rejected),
            (Capability::Liveness, Standing::Passed),
            (Capability::Similarity, Standing::Passed),
        ]
    );
    let told: Vec<_> = found.refusals().into_iter().map(|refusal| refusal.outcome.clone()).collect();
    let fraud = |reason| Outcome::Fraud { reason, details: Vec::new() };
    assert_eq!(
        told,
        [
            fraud(FraudReason::DigitalManipulation),
            fraud(FraudReason::PrintedMrzMismatch),
            Outcome::UnsupportedKind
        ]
    );
    // A document that has run out and is accepted all the same is not passed without a word.
    let mut seen = all_good();
    seen.document.in_date = Step::No;
    let accepted = AcceptedDocuments { accept_expired: true, ..AcceptedDocuments::default() };
    let found = results(&request().asked(), &seen, &accepted);
    assert_eq!(found.standing(Capability::DataChecks), Standing::Warning);
    assert_eq!(super::decide(&found, true, Timestamp::from_millis(1)).outcome, Outcome::Approved);
}
