use uuid::Uuid;

use super::*;
use crate::document::{LegibilityDetail, ManipulationDetail};

const NOW: Timestamp = Timestamp::from_millis(1_000_000);
const LATER: Timestamp = Timestamp::from_millis(2_000_000);

fn identity() -> Identity {
    Identity::open(
        IdentityId::from_uuid(Uuid::from_u128(1)),
        TenantId::from_uuid(Uuid::from_u128(2)),
        NewIdentity::default(),
        NOW,
        Duration::from_secs(3_600),
    )
}

fn evidence(number: u128, kind: EvidenceKind) -> Evidence {
    Evidence::submit(EvidenceId::from_uuid(Uuid::from_u128(number)), &identity(), kind, NOW)
}

fn live(number: u128) -> Evidence {
    let session_id = SessionId::from_uuid(Uuid::from_u128(number + 100));
    evidence(number, EvidenceKind::LivePortrait { session_id, security_level: SecurityLevel::High })
}

fn reference_picture(number: u128) -> Evidence {
    evidence(number, EvidenceKind::PortraitReference)
}

fn id_document(number: u128) -> Evidence {
    let transaction_id = TransactionId::from_uuid(Uuid::from_u128(number + 200));
    evidence(number, EvidenceKind::IdDocument { transaction_id })
}

fn decided(outcome: Outcome) -> Decision {
    Decision { outcome, face: None, mrz_verified: true, at: LATER }
}

fn genuine(number: u128) -> Evidence {
    id_document(number).examine(Some(&decided(Outcome::Approved)), LATER).unwrap()
}

/// A portrait and what it counts against after they were compared, in this order.
fn held_against(portrait: Evidence, others: Vec<(Evidence, f64)>) -> Vec<Evidence> {
    let comparison =
        |with, false_match_rate| EvidenceComparison { with, false_match_rate, threshold: 1e-4, at: LATER };
    let (told, others): (Vec<_>, Vec<_>) = others
        .into_iter()
        .map(|(other, rate)| {
            let told = (other.kind, comparison(other.id, rate));
            (told, other.compare(comparison(portrait.id, rate)).unwrap())
        })
        .unzip();
    let mut all = vec![portrait.weigh(&told, LATER).unwrap()];
    all.extend(others);
    all
}

fn compared(portrait: Evidence, reference: Evidence, false_match_rate: f64) -> (Evidence, Evidence) {
    let comparison = |with| EvidenceComparison { with, false_match_rate, threshold: 1e-4, at: LATER };
    let (to_portrait, to_reference) = (comparison(reference.id), comparison(portrait.id));
    (portrait.compare(to_portrait).unwrap(), reference.compare(to_reference).unwrap())
}

const NO: [(LivenessStatus, EvidenceProblem); 4] = [
    (LivenessStatus::Failed, EvidenceProblem::LivenessFailed),
    (LivenessStatus::Spoof, EvidenceProblem::SpoofSuspected),
    (LivenessStatus::Error, EvidenceProblem::CaptureBroken),
    (LivenessStatus::Timeout, EvidenceProblem::CaptureTimedOut),
];

#[test]
fn only_success_verifies_and_every_no_says_why() {
    let yes = live(3).judge(LivenessStatus::Success, LATER).unwrap();
    assert_eq!(yes.state, EvidenceState::Verified { confidence: Confidence::Level3, at: LATER });
    for (status, problem) in NO {
        let no = live(3).judge(status, LATER).unwrap();
        match &no.state {
            EvidenceState::NotVerified { problems, at } | EvidenceState::Invalid { problems, at } => {
                assert_eq!((problems.as_slice(), *at), ([problem].as_slice(), LATER));
            }
            other => panic!("{status:?}: {other:?}"),
        }
        assert!(!no.liveness_passed());
        assert_eq!(assess(&identity(), std::slice::from_ref(&no)).level, AssuranceLevel::Loa0);
        let comparison =
            EvidenceComparison { with: no.id, false_match_rate: 0.0, threshold: 1e-4, at: LATER };
        assert_eq!(no.compare(comparison), Err(EvidenceTransitionError::NotComparable), "{status:?}");
    }
}

#[test]
fn a_verdict_comes_once_and_to_live_portraits_only() {
    let decided = live(3).judge(LivenessStatus::Timeout, LATER).unwrap();
    let waiting = EvidenceTransitionError::NotWaiting;
    assert_eq!(decided.judge(LivenessStatus::Success, LATER), Err(waiting));
    for kind in [EvidenceKind::UploadedPortrait, EvidenceKind::PortraitReference, id_document(3).kind] {
        assert_eq!(evidence(3, kind).judge(LivenessStatus::Success, LATER), Err(waiting));
    }
}

#[test]
fn levels_rise_with_evidence_and_a_mismatch_leaves_none() {
    let identity = identity();
    let nothing = assess(&identity, &[]);
    assert_eq!((nothing.status, nothing.level), (IdentityStatus::ExpectingInput, AssuranceLevel::Loa0));
    assert_eq!(nothing.evaluated_at, NOW);
    let levels: Vec<_> = nothing.upgrade_paths.iter().map(|(level, _)| *level).collect();
    assert_eq!(levels, AssuranceLevel::ABOVE_NOTHING);
    assert_eq!(nothing.upgrade_paths[0].1, [Submission::LivePortrait]);

    let waiting = assess(&identity, &[live(3)]);
    assert_eq!((waiting.status, waiting.level), (IdentityStatus::Processing, AssuranceLevel::Loa0));

    let portrait = live(3).judge(LivenessStatus::Success, LATER).unwrap();
    let one = assess(&identity, std::slice::from_ref(&portrait));
    assert_eq!((one.level, one.evaluated_at), (AssuranceLevel::Loa1, LATER));
    assert_eq!(one.upgrade_paths[0], (AssuranceLevel::Loa2, vec![Submission::PortraitReference]));

    let (matched, reference) = compared(portrait.clone(), reference_picture(4), 1e-6);
    assert_eq!(matched.state, EvidenceState::Verified { confidence: Confidence::Level4, at: LATER });
    let two = assess(&identity, &[matched, reference]);
    assert_eq!(two.level, AssuranceLevel::Loa2);
    assert_eq!(two.upgrade_paths[0], (AssuranceLevel::Loa3, vec![Submission::IdDocument]));

    for rate in [1e-3, 1.0, f64::NAN] {
        let (mismatched, reference) = compared(portrait.clone(), reference_picture(4), rate);
        for evidence in [&mismatched, &reference] {
            let problems = vec![EvidenceProblem::ReferenceMismatch];
            assert_eq!(evidence.state, EvidenceState::NotVerified { problems, at: LATER });
        }
        assert_eq!(assess(&identity, &[mismatched.clone(), reference]).level, AssuranceLevel::Loa0);
        // Another reference may still show the person.
        assert!(mismatched.liveness_passed());
        let (matched, reference) = compared(mismatched, reference_picture(5), 1e-6);
        assert_eq!(assess(&identity, &[matched, reference]).level, AssuranceLevel::Loa2);
    }
}

#[test]
fn what_comes_later_takes_the_place_of_what_was_there() {
    let portrait = live(3).judge(LivenessStatus::Success, LATER).unwrap();
    let (portrait, reference) = compared(portrait, reference_picture(4), 1e-6);
    let uploaded = evidence(5, EvidenceKind::UploadedPortrait);
    let identity = identity();
    for newer in [live(6), live(6).judge(LivenessStatus::Spoof, LATER).unwrap(), uploaded] {
        let level = assess(&identity, &[portrait.clone(), reference.clone(), newer]).level;
        assert_eq!(level, AssuranceLevel::Loa0);
    }
    // A match with an earlier portrait is none with the present one.
    let newer = live(6).judge(LivenessStatus::Success, LATER).unwrap();
    assert_eq!(assess(&identity, &[portrait, reference.clone(), newer]).level, AssuranceLevel::Loa1);
    let forgotten = reference.forget_comparison(LATER);
    assert_eq!(forgotten.state, EvidenceState::NotVerified { problems: vec![], at: LATER });
    assert_eq!(forgotten.comparison, None);
}

#[test]
fn a_picture_that_was_sent_is_never_a_living_person() {
    let sent = evidence(3, EvidenceKind::UploadedPortrait);
    let problems = vec![EvidenceProblem::LivenessNotChecked];
    assert_eq!(sent.state, EvidenceState::NotVerified { problems, at: NOW });
    assert!(!sent.liveness_passed());
    let comparison = EvidenceComparison { with: sent.id, false_match_rate: 0.0, threshold: 1e-4, at: NOW };
    assert_eq!(sent.compare(comparison), Err(EvidenceTransitionError::NotComparable));
}

#[test]
fn the_latest_consent_counts_and_only_within_its_period() {
    let identity = identity();
    let said = |kind, approved, valid_from, valid_to| Consent {
        id: ConsentId::from_uuid(Uuid::from_u128(9)),
        tenant_id: identity.tenant_id,
        identity_id: identity.id,
        said: NewConsent { kind, approved, valid_from, valid_to },
        created_at: NOW,
    };
    let kind = ConsentKind::Portrait;
    let yes = said(kind, true, None, None);
    let other = said(ConsentKind::IdentityVerification, true, None, None);
    let before = Some(Timestamp::from_millis(999_999));
    for (what, consents, expected) in [
        ("nothing said", vec![], false),
        ("something else", vec![other], false),
        ("yes", vec![yes], true),
        ("yes to both", vec![yes, other], true),
        ("withdrawn", vec![yes, said(kind, false, None, None)], false),
        ("given again", vec![said(kind, false, None, None), yes], true),
        ("until now", vec![said(kind, true, Some(NOW), Some(NOW))], true),
        ("over", vec![said(kind, true, None, before)], false),
        ("not yet", vec![said(kind, true, Some(LATER), None)], false),
        ("a later one that is over", vec![yes, said(kind, true, None, before)], false),
    ] {
        assert_eq!(consented(&consents, kind, NOW), expected, "{what}");
    }
}

#[test]
fn what_was_done_needs_the_consent_of_its_time_and_the_latest() {
    let identity = identity();
    let said = |approved, created_at| Consent {
        id: ConsentId::from_uuid(Uuid::from_u128(9)),
        tenant_id: identity.tenant_id,
        identity_id: identity.id,
        said: NewConsent { kind: ConsentKind::Portrait, approved, valid_from: None, valid_to: None },
        created_at,
    };
    let early = Timestamp::from_millis(999_999);
    for (what, consents, expected) in [
        ("nothing said", vec![], false),
        ("yes", vec![said(true, early)], true),
        ("yes at that moment", vec![said(true, NOW)], true),
        ("yes, but later", vec![said(true, LATER)], false),
        ("withdrawn later", vec![said(true, early), said(false, LATER)], false),
        (
            "withdrawn, and given again later",
            vec![said(true, early), said(false, NOW), said(true, LATER)],
            false,
        ),
        ("given again in time", vec![said(true, early), said(false, early), said(true, NOW)], true),
        (
            "withdrawn and given again later",
            vec![said(true, early), said(false, LATER), said(true, LATER)],
            true,
        ),
    ] {
        assert_eq!(consented_then(&consents, ConsentKind::Portrait, NOW), expected, "{what}");
    }
}

#[test]
fn only_an_approved_document_is_verified_and_every_no_says_why() {
    use EvidenceProblem::{
        DocumentContradictory, DocumentNotExamined, DocumentUnreadable, DocumentUnsupported,
    };
    let not_verified = |problem| EvidenceState::NotVerified { problems: vec![problem], at: LATER };
    let invalid = |problem| EvidenceState::Invalid { problems: vec![problem], at: LATER };
    let fraud = |reason| Outcome::Fraud { reason, details: vec![ManipulationDetail::Photo] };
    let unreadable = |reason| Outcome::NotReadable { reason, details: vec![LegibilityDetail::Blurred] };
    for (outcome, expected) in [
        (Outcome::Approved, EvidenceState::Verified { confidence: Confidence::Level3, at: LATER }),
        (fraud(FraudReason::Fake), invalid(DocumentContradictory(FraudReason::Fake))),
        (
            fraud(FraudReason::PrintedMrzMismatch),
            invalid(DocumentContradictory(FraudReason::PrintedMrzMismatch)),
        ),
        (
            unreadable(UnreadableReason::MissingBack),
            not_verified(DocumentUnreadable(UnreadableReason::MissingBack)),
        ),
        (
            unreadable(UnreadableReason::PhotocopyColour),
            not_verified(DocumentUnreadable(UnreadableReason::PhotocopyColour)),
        ),
        (unreadable(UnreadableReason::NotProcessed), not_verified(DocumentNotExamined)),
        (Outcome::UnsupportedKind, not_verified(DocumentUnsupported)),
        (Outcome::UnsupportedCountry, not_verified(DocumentUnsupported)),
        (Outcome::NothingUploaded, not_verified(DocumentUnreadable(UnreadableReason::NoDocument))),
    ] {
        let examined = id_document(3).examine(Some(&decided(outcome.clone())), LATER).unwrap();
        assert_eq!(examined.state, expected, "{outcome:?}");
        assert_eq!(examined.is_verified(), outcome == Outcome::Approved, "{outcome:?}");
        // What was found is written as it reads.
        let written = serde_json::to_string(&examined.state).unwrap();
        assert_eq!(serde_json::from_str::<EvidenceState>(&written).unwrap(), expected, "{written}");
    }
    // Nothing came of it.
    assert_eq!(id_document(3).examine(None, LATER).unwrap().state, not_verified(DocumentNotExamined));
    // Without check digits that are right it is worth less.
    let unchecked = Decision { mrz_verified: false, ..decided(Outcome::Approved) };
    let worth = EvidenceState::Verified { confidence: Confidence::Level2, at: LATER };
    assert_eq!(id_document(3).examine(Some(&unchecked), LATER).unwrap().state, worth);
}

#[test]
fn a_decision_comes_once_and_to_documents_only() {
    let approved = decided(Outcome::Approved);
    let refused = Err(EvidenceTransitionError::NotExamined);
    for evidence in [
        genuine(3),
        id_document(3).examine(None, LATER).unwrap(),
        live(3),
        reference_picture(3),
        evidence(3, EvidenceKind::UploadedPortrait),
    ] {
        assert_eq!(evidence.examine(Some(&approved), LATER), refused);
    }
}

#[test]
fn what_is_compared_has_been_verified_before() {
    let comparison =
        EvidenceComparison { with: live(9).id, false_match_rate: 0.0, threshold: 1e-4, at: LATER };
    let refused = Err(EvidenceTransitionError::NotComparable);
    for document in [id_document(3), id_document(3).examine(None, LATER).unwrap()] {
        assert_eq!(document.compare(comparison), refused);
    }
    let told = [(id_document(3).kind, comparison)];
    for evidence in [
        live(4),
        live(4).judge(LivenessStatus::Failed, LATER).unwrap(),
        live(4).judge(LivenessStatus::Spoof, LATER).unwrap(),
        reference_picture(4),
        genuine(4),
    ] {
        assert_eq!(evidence.weigh(&told, LATER), refused);
    }
}

#[test]
fn levels_rise_with_the_portrait_of_a_genuine_document() {
    let identity = identity();
    let level = |evidence: &[Evidence]| assess(&identity, evidence).level;
    let missing = |evidence: &[Evidence]| assess(&identity, evidence).upgrade_paths[0].1.clone();
    let portrait = live(3).judge(LivenessStatus::Success, LATER).unwrap();

    let waiting = assess(&identity, &[id_document(4)]);
    assert_eq!((waiting.status, waiting.level), (IdentityStatus::Processing, AssuranceLevel::Loa0));
    // A document alone is nobody's, and need not be sent again.
    assert_eq!(level(&[genuine(4)]), AssuranceLevel::Loa0);
    let paths = assess(&identity, &[genuine(4)]).upgrade_paths;
    assert_eq!(paths[2], (AssuranceLevel::Loa3, vec![Submission::LivePortrait]));
    // One that was not compared raises nothing.
    assert_eq!(level(&[portrait.clone(), genuine(4)]), AssuranceLevel::Loa1);
    assert_eq!(missing(&[portrait.clone(), genuine(4)]), [Submission::PortraitReference]);

    let both = held_against(portrait.clone(), vec![(genuine(4), 1e-6)]);
    assert_eq!(both[0].state, EvidenceState::Verified { confidence: Confidence::Level4, at: LATER });
    assert_eq!(both[1].state, genuine(4).state, "the document is as genuine as before");
    assert_eq!(level(&both), AssuranceLevel::Loa3);
    assert_eq!(missing(&both), [Submission::IdentityVerification]);

    for rate in [1e-3, 1.0, f64::NAN] {
        let both = held_against(portrait.clone(), vec![(genuine(4), rate)]);
        let problems = vec![EvidenceProblem::DocumentMismatch];
        assert_eq!(both[0].state, EvidenceState::NotVerified { problems, at: LATER });
        assert!(both[0].liveness_passed() && both[1].is_verified());
        assert_eq!(level(&both), AssuranceLevel::Loa0);
        let asked = [Submission::LivePortrait, Submission::PortraitReference, Submission::IdDocument];
        assert_eq!(assess(&identity, &both).upgrade_paths[2].1, asked);
        // A later document takes its place; until it is decided the portrait stands alone.
        let alone = both[0].clone().weigh(&[], LATER).unwrap();
        assert_eq!(alone.state, EvidenceState::Verified { confidence: Confidence::Level3, at: LATER });
        let next = [alone.clone(), both[1].clone(), id_document(5)];
        assert_eq!(level(&next), AssuranceLevel::Loa1);
        assert_eq!(level(&held_against(alone, vec![(genuine(5), 1e-6)])), AssuranceLevel::Loa3);
    }
    // A match with an earlier portrait is none with the present one.
    let newer = live(6).judge(LivenessStatus::Success, LATER).unwrap();
    assert_eq!(level(&[both[0].clone(), both[1].clone(), newer]), AssuranceLevel::Loa1);
    let forgotten = both[1].clone().forget_comparison(LATER);
    assert_eq!((forgotten.comparison, &forgotten.state), (None, &both[1].state));
}

#[test]
fn a_reference_and_a_document_have_to_show_the_same_person() {
    let identity = identity();
    let portrait = || live(3).judge(LivenessStatus::Success, LATER).unwrap();
    let of = |reference, document| {
        held_against(portrait(), vec![(reference_picture(4), reference), (genuine(5), document)])
    };
    for (reference, document, problem, level) in [
        (1e-6, 1e-6, None, AssuranceLevel::Loa3),
        (1.0, 1e-6, Some(EvidenceProblem::ReferenceMismatch), AssuranceLevel::Loa0),
        (1e-6, 1.0, Some(EvidenceProblem::DocumentMismatch), AssuranceLevel::Loa0),
        (1.0, 1.0, Some(EvidenceProblem::ReferenceMismatch), AssuranceLevel::Loa0),
    ] {
        let all = of(reference, document);
        let expected = match problem {
            None => EvidenceState::Verified { confidence: Confidence::Level4, at: LATER },
            Some(problem) => EvidenceState::NotVerified { problems: vec![problem], at: LATER },
        };
        assert_eq!(all[0].state, expected, "{reference} {document}");
        assert_eq!(assess(&identity, &all).level, level, "{reference} {document}");
        // Nothing new is told by the same comparisons.
        let told: Vec<_> = all[1..]
            .iter()
            .map(|other| (other.kind, EvidenceComparison { with: other.id, ..other.comparison.unwrap() }))
            .collect();
        assert_eq!(all[0].clone().weigh(&told, NOW).unwrap(), all[0]);
    }
}

#[test]
fn a_picture_that_was_sent_stays_unverified_whatever_document_it_resembles() {
    use EvidenceProblem::{DocumentMismatch, LivenessNotChecked};
    for (rate, problems) in
        [(1e-6, vec![LivenessNotChecked]), (1.0, vec![LivenessNotChecked, DocumentMismatch])]
    {
        let sent = evidence(3, EvidenceKind::UploadedPortrait);
        let both = held_against(sent, vec![(genuine(4), rate)]);
        assert_eq!(both[0].state, EvidenceState::NotVerified { problems, at: LATER }, "{rate}");
        assert!(both[0].comparison.is_some() && !both[0].liveness_passed());
        assert_eq!(assess(&identity(), &both).level, AssuranceLevel::Loa0);
        let problems = vec![LivenessNotChecked];
        let alone = both[0].clone().weigh(&[], NOW).unwrap();
        assert_eq!(alone.state, EvidenceState::NotVerified { problems, at: NOW });
    }
}
