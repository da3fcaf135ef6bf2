//! Copies and altered documents are refused, and the answer says why.

use selfsame_testkit_documents::{Page, Tampering, tampered};

use super::*;

/// The passport of [`passport`], after something was done to it.
fn falsified(tampering: Tampering) -> Page {
    let (_, document) = passport(&portrait());
    let fonts = Fonts::load().expect("the fonts of the generator; see its documentation");
    let holder = Portrait::new(portrait());
    let stranger = Portrait::new(opened("frames/other_face/0005.jpg"));
    tampered(&document, Side::Front, &holder, &stranger, &fonts, 300.0, tampering, 7).expect("a page").page
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_and_altered_documents_are_refused_and_the_genuine_one_is_not() {
    let server = settings().start().await;
    let (genuine, _) = passport(&portrait());
    let reference = accepted(&server, &body(&genuine)).await;
    let data = done(&server, &reference).await;
    assert_eq!(data["document"]["status"], "APPROVED_VERIFIED", "{data:#}");

    for (tampering, status, code) in [
        (Tampering::GreyPhotocopy, "ERROR_NOT_READABLE_ID", "102"),
        (Tampering::MrzDigit, "DENIED_FRAUD", "108"),
        (Tampering::Recompressed, "DENIED_FRAUD", "114"),
    ] {
        let front = jpeg(&falsified(tampering).picture);
        let reference = accepted(&server, &body(&front)).await;
        let data = done(&server, &reference).await;
        assert_eq!(data["document"]["status"], status, "{tampering:?}: {data:#}");
        let reason = &data["verification"]["rejectReason"];
        assert_eq!(reason["rejectReasonCode"], code, "{tampering:?}: {data:#}");
        if tampering == Tampering::Recompressed {
            assert!(!reason["rejectReasonDetails"].is_null(), "{data:#}");
        }
        assert!(data.get("facemap").is_none(), "{tampering:?}");
    }
}
