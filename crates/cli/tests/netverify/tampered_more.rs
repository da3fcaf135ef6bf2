//! Falsifications that contradict nothing: another portrait, digits off their line, a digit that stands twice.

use selfsame_testkit_documents::{Tampering, tampered};

use super::*;

/// A passport of Germany's code that has a second portrait, after something was done to it.
fn page(tampering: Option<Tampering>) -> RgbImage {
    let document = (0..)
        .map(|seed| Document::random(Kind::Passport, seed))
        .find(|document| document.design.state == "DEU" && document.design.ghost)
        .expect("one in some dozen");
    let fonts = Fonts::load().expect("the fonts of the generator; see its documentation");
    let (holder, stranger) = (Portrait::new(portrait()), Portrait::new(opened("frames/other_face/0005.jpg")));
    match tampering {
        None => document.render(Side::Front, &holder, &fonts, 300.0).expect("a page").picture,
        Some(what) => {
            tampered(&document, Side::Front, &holder, &stranger, &fonts, 300.0, what, 7)
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

    for (tampering, code, detail) in [
        (Tampering::Portrait, "100", Some("1001")),
        (Tampering::PastedZone, "100", None),
        (Tampering::CopyMove, "114", None),
    ] {
        let front = jpeg(&page(Some(tampering)));
        let data = done(&server, &accepted(&server, &body(&front)).await).await;
        assert_eq!(data["document"]["status"], "DENIED_FRAUD", "{tampering:?}: {data:#}");
        let reason = &data["verification"]["rejectReason"];
        assert_eq!(reason["rejectReasonCode"], code, "{tampering:?}: {data:#}");
        if let Some(detail) = detail {
            assert_eq!(reason["rejectReasonDetails"]["detailsCode"], detail, "{tampering:?}: {data:#}");
        }
    }
}
