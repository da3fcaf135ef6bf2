use uuid::Uuid;

use super::*;

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
    for kind in [EvidenceKind::UploadedPortrait, EvidenceKind::PortraitReference] {
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
