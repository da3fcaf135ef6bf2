//! What contradicts nothing: digits of the zone off their line, a specimen's word across the page.

use selfsame_testkit_documents::{Tampering, tampered};

use super::*;

/// A passport of Germany's code, after something was done to it.
fn page(tampering: Option<Tampering>) -> RgbImage {
    let document = (0..)
        .map(|seed| Document::random(Kind::Passport, seed))
        .find(|document| document.design.state == "DEU")
        .expect("one in some dozen");
    let fonts = Fonts::load().expect("the fonts of the generator; see its documentation");
    let holder = Portrait::new(portrait());
    match tampering {
        None => document.render(Side::Front, &holder, &fonts, 300.0).expect("a page").picture,
        Some(what) => {
            tampered(&document, Side::Front, &holder, &holder, &fonts, 300.0, what, 7)
                .expect("a page")
                .page
                .picture
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_contradicts_nothing_is_refused_for_how_it_looks() {
    let server = settings().start().await;
    let genuine = done(&server, &accepted(&server, &body(&jpeg(&page(None)))).await).await;
    assert_eq!(genuine["document"]["status"], "APPROVED_VERIFIED", "{genuine:#}");

    for (tampering, status, code) in [
        (Tampering::PastedZone, "DENIED_FRAUD", "100"),
        (Tampering::SpecimenWord, "ERROR_NOT_READABLE_ID", "202"),
    ] {
        let front = jpeg(&page(Some(tampering)));
        let data = done(&server, &accepted(&server, &body(&front)).await).await;
        assert_eq!(data["document"]["status"], status, "{tampering:?}: {data:#}");
        let reason = &data["verification"]["rejectReason"];
        assert_eq!(reason["rejectReasonCode"], code, "{tampering:?}: {data:#}");
    }
}
