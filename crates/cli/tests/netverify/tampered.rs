//! Copies and altered documents are refused, and the answer says why.

use selfsame_testkit_documents::{Page, Tampering, tampered};

use super::*;

/// The passport of [`passport`], after something was done to it.
fn falsified(tampering: Tampering, seed: u64) -> Page {
    let (_, document) = passport(&portrait());
    let fonts = Fonts::load().expect("the fonts of the generator; see its documentation");
    let holder = Portrait::new(portrait());
    let stranger = Portrait::new(opened("frames/other_face/0005.jpg"));
    tampered(&document, Side::Front, &holder, &stranger, &fonts, 300.0, tampering, seed).expect("a page").page
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
        (Tampering::Recompressed, "DENIED_FRAUD", "114"),
    ] {
        let front = jpeg(&falsified(tampering, 7).picture);
        let reference = accepted(&server, &body(&front)).await;
        let data = done(&server, &reference).await;
        assert_eq!(data["document"]["status"], status, "{tampering:?}: {data:#}");
        let reason = &data["verification"]["rejectReason"];
        assert_eq!(reason["rejectReasonCode"], code, "{tampering:?}: {data:#}");
        assert!(data.get("facemap").is_none(), "{tampering:?}");
        // And where it is seen.
        let evidence = get(&server, &format!("/scans/{reference}/data/evidence")).await.json();
        let signs = evidence["front"]["signs"].as_array().expect("signs");
        let speaks = signs.iter().any(|sign| sign["measure"].as_f64() >= sign["threshold"].as_f64());
        assert!(speaks, "{tampering:?}: {signs:?}");
    }
    // A digit of the zone that was replaced is a check digit that disagrees, or, when it looks like the right one, in doubt.
    let mut told = Vec::new();
    for seed in 1..=6 {
        let front = jpeg(&falsified(Tampering::MrzDigit, seed).picture);
        let reference = accepted(&server, &body(&front)).await;
        let data = done(&server, &reference).await;
        let code =
            data["verification"]["rejectReason"]["rejectReasonCode"].as_str().expect("a code").to_owned();
        match data["document"]["status"].as_str() {
            Some("DENIED_FRAUD") => assert!(["108", "115"].contains(&code.as_str()), "{data:#}"),
            Some("ERROR_NOT_READABLE_ID") => assert_eq!(code, "200", "{data:#}"),
            other => panic!("{other:?}: {data:#}"),
        }
        told.push(code);
    }
    assert!(told.iter().any(|code| code == "108"), "{told:?}");
}

/// A card of Germany's code in two sides, and the back after something was done to it.
fn card(tampering: Option<Tampering>) -> Value {
    let document = (0..)
        .map(|seed| Document::random(Kind::IdentityCardTd1, seed))
        .find(|document| document.design.state == "DEU")
        .expect("one in some dozen");
    let fonts = Fonts::load().expect("the fonts of the generator; see its documentation");
    let holder = Portrait::new(portrait());
    let side = |side| document.render(side, &holder, &fonts, 300.0).expect("a page");
    let back = match tampering {
        None => side(Side::Back),
        Some(what) => {
            tampered(&document, Side::Back, &holder, &holder, &fonts, 300.0, what, 3).expect("a page").page
        }
    };
    let mut body = body(&jpeg(&side(Side::Front).picture));
    body["idType"] = json!("ID_CARD");
    body["backsideImage"] = json!(STANDARD.encode(jpeg(&back.picture)));
    body
}

#[tokio::test(flavor = "multi_thread")]
async fn the_back_of_another_card_is_refused_and_so_is_one_that_cannot_be_opened() {
    let server = settings().start().await;
    let genuine = done(&server, &accepted(&server, &card(None)).await).await;
    assert_eq!(genuine["document"]["status"], "APPROVED_VERIFIED", "{genuine:#}");

    let mixed = done(&server, &accepted(&server, &card(Some(Tampering::OtherBack))).await).await;
    assert_eq!(mixed["document"]["status"], "DENIED_FRAUD", "{mixed:#}");
    assert_eq!(mixed["verification"]["rejectReason"]["rejectReasonCode"], "118", "{mixed:#}");

    // A whole JPEG by its outline; what it draws is noise.
    let mut bytes = jpeg(&RgbImage::new(1000, 700));
    let drawn = bytes.len() / 2;
    bytes[drawn..].rotate_left(7);
    bytes.truncate(drawn);
    bytes.extend([0xFF, 0xD9]);
    let mut broken = card(None);
    broken["backsideImage"] = json!(STANDARD.encode(bytes));
    let broken = done(&server, &accepted(&server, &broken).await).await;
    assert_eq!(broken["document"]["status"], "ERROR_NOT_READABLE_ID", "{broken:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_selfie_stands_for_the_front_is_not_whom_the_back_names() {
    let server = settings().start().await;
    let (data_page, _) = passport(&portrait());
    let mut passport = body(&selfie());
    passport["backsideImage"] = json!(STANDARD.encode(data_page));
    let mut card = card(None);
    card["frontsideImage"] = json!(STANDARD.encode(selfie()));
    for mut body in [passport, card] {
        body["faceImage"] = json!(STANDARD.encode(jpeg(&portrait())));
        let data = done(&server, &accepted(&server, &body).await).await;
        assert_eq!(data["document"]["status"], "ERROR_NOT_READABLE_ID", "{data:#}");
        assert_eq!(data["verification"]["rejectReason"]["rejectReasonCode"], "214", "{data:#}");
        assert!(data.get("facemap").is_none(), "{data:#}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_head_of_who_holds_a_document_is_not_its_portrait() {
    let server = settings().start().await;
    // As if a thumb were on the portrait.
    let (covered, _) = passport(&RgbImage::from_pixel(300, 400, image::Rgb([205, 160, 135])));
    let covered = image::load_from_memory(&covered).expect("a JPEG").to_rgb8();
    let head = opened("frames/single_face/0001.jpg");
    let (width, height) = covered.dimensions();
    let mut held = RgbImage::from_pixel(width, height + head.height(), image::Rgb([90, 80, 70]));
    image::imageops::replace(&mut held, &head, 0, 0);
    image::imageops::replace(&mut held, &covered, 0, i64::from(head.height()));
    let mut body = body(&jpeg(&held));
    body["faceImage"] = json!(STANDARD.encode(jpeg(&portrait())));
    let data = done(&server, &accepted(&server, &body).await).await;
    assert_eq!(data["document"]["status"], "APPROVED_VERIFIED", "{data:#}");
    let identity = &data["verification"]["identityVerification"];
    assert_eq!(identity["similarity"], "NOT_POSSIBLE", "{data:#}");
    assert!(data.get("facemap").is_none(), "{data:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_contradicts_nothing_is_refused_for_how_it_looks() {
    let server = settings().start().await;
    for (tampering, status, code) in [
        (Tampering::PastedZone, "DENIED_FRAUD", "100"),
        (Tampering::SpecimenWord, "ERROR_NOT_READABLE_ID", "202"),
    ] {
        let front = jpeg(&falsified(tampering, 7).picture);
        let data = done(&server, &accepted(&server, &body(&front)).await).await;
        assert_eq!(data["document"]["status"], status, "{tampering:?}: {data:#}");
        let reason = &data["verification"]["rejectReason"];
        assert_eq!(reason["rejectReasonCode"], code, "{tampering:?}: {data:#}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_threshold_of_the_settings_is_the_one_that_decides() {
    let front = jpeg(&falsified(Tampering::PastedZone, 7).picture);
    for (millimetres, status) in [("0.07", "DENIED_FRAUD"), ("4", "APPROVED_VERIFIED")] {
        let server = settings().with("SELFSAME__DOCUMENTS__LINE_BREAK", millimetres).start().await;
        let data = done(&server, &accepted(&server, &body(&front)).await).await;
        assert_eq!(data["document"]["status"], status, "{millimetres}: {data:#}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_picture_over_the_portrait_is_refused_where_a_second_one_tells() {
    let server = settings().start().await;
    let fonts = Fonts::load().expect("the fonts of the generator; see its documentation");
    let (holder, stranger) = (Portrait::new(portrait()), Portrait::new(opened("frames/other_face/0005.jpg")));
    let documents = (0..)
        .map(|seed| Document::random(Kind::Passport, seed))
        .filter(|document| document.design.state == "DEU" && document.design.ghost);
    let mut approved = None;
    // Some numbers can be read in two ways, and approve nothing.
    for document in documents.take(4) {
        let genuine = document.render(Side::Front, &holder, &fonts, 300.0).expect("a page");
        let data = done(&server, &accepted(&server, &body(&jpeg(&genuine.picture))).await).await;
        assert_ne!(data["document"]["status"], "DENIED_FRAUD", "{data:#}");
        if data["document"]["status"] == "APPROVED_VERIFIED" {
            approved = Some(document);
            break;
        }
    }
    let document = approved.expect("one of four is read with certainty");

    let replaced =
        tampered(&document, Side::Front, &holder, &stranger, &fonts, 300.0, Tampering::Portrait, 7)
            .expect("a page");
    let data = done(&server, &accepted(&server, &body(&jpeg(&replaced.page.picture))).await).await;
    assert_eq!(data["document"]["status"], "DENIED_FRAUD", "{data:#}");
    let reason = &data["verification"]["rejectReason"];
    assert_eq!(reason["rejectReasonCode"], "100", "{data:#}");
    assert_eq!(reason["rejectReasonDetails"]["detailsCode"], "1001", "{data:#}");
}
