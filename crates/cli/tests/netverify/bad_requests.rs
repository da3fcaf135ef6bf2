//! Rubbish of every kind: refused with what is wrong, never answered with a 500.

use selfsame_testkit::malformed_images;

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn headers_and_credentials_decide_before_the_body() {
    let server = settings().start().await;
    let path = format!("{BASE}/performNetverify");
    let body = body(&blank()).to_string();
    let plain = || server.request(Method::POST, &path).body(body.clone());
    let full = |agent: &str, accept: &str, content_type: &str| {
        let mut request = plain().basic_auth(API_TOKEN, Some(API_SECRET));
        for (name, value) in [("user-agent", agent), ("accept", accept), ("content-type", content_type)] {
            if !value.is_empty() {
                request = request.header(name, value);
            }
        }
        request
    };
    let json = "application/json";
    assert_eq!(server.answers(full(AGENT, json, json)).await.status, 200);
    assert_eq!(server.answers(full(AGENT, "*/*", "application/json; charset=UTF-8")).await.status, 200);
    for (what, request) in [
        ("no agent", full("", json, json)),
        ("an agent that never ends", full(&"x".repeat(600), json, json)),
        ("no JSON accepted", full(AGENT, "text/html", json)),
        ("no type", full(AGENT, json, "")),
        ("another type", full(AGENT, json, "text/plain")),
        ("no Basic", plain().header("user-agent", AGENT).header("content-type", json)),
        ("a bearer", plain().header("user-agent", AGENT).header("content-type", json).bearer_auth("x")),
    ] {
        assert_error(what, &server.answers(request).await, 403);
    }
    for (what, token, secret) in [
        ("another secret", API_TOKEN, "wrong"),
        ("another token", "nobody", API_SECRET),
        ("the key of another interface", selfsame_testkit::server::API_KEY, ""),
        ("empty", "", ""),
        ("a zero character", "\0nobody", API_SECRET),
    ] {
        let request = server.request(Method::POST, &path).header("user-agent", AGENT);
        let request = request.header("content-type", json).basic_auth(token, Some(secret)).body(body.clone());
        assert_error(what, &server.answers(request).await, 401);
        let read = server.request(Method::GET, &format!("{BASE}/scans/{}", uuid::Uuid::nil()));
        let read = read.header("user-agent", AGENT).basic_auth(token, Some(secret));
        assert_error(what, &server.answers(read).await, 401);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_wrong_field_is_named() {
    let server = settings().start().await;
    let path = format!("{BASE}/performNetverify");
    for text in [" ", "{", "[]", "null", "7", "\"x\"", "{\"a\":", "\u{0}", &"[".repeat(10_000)] {
        let request = request(&server, Method::POST, &path).header("content-type", "application/json");
        let fields = assert_error(text, &server.answers(request.body(text.to_owned())).await, 400);
        assert_eq!(fields, [""; 0], "{text:.20}");
    }
    let wrong = json!({
        "frontsideImage": "!", "faceImage": STANDARD.encode(b"text"), "country": "ZZZ", "idType": 7,
        "personalNumber": "123456789012345", "dob": "yesterday", "callbackUrl": "ftp://x",
        "additionalChecks": [],
    });
    let answer = performs(&server, &wrong).await;
    let mut fields = assert_error("all at once", &answer, 400);
    fields.sort();
    let expected = [
        "additionalChecks",
        "callbackUrl",
        "country",
        "dob",
        "faceImage",
        "frontsideImage",
        "idType",
        "merchantIdScanReference",
        "personalNumber",
    ];
    assert_eq!(fields, expected);
    assert_eq!(answer.json()["requestURI"], format!("{BASE}/performNetverify"));
    let mut suspicious = body(&blank());
    suspicious["firstName"] = "a\u{0}b".into();
    assert_error("control characters", &performs(&server, &suspicious).await, 403);
    let mut announced = body(&blank());
    announced["frontsideImageMimeType"] = "image/png".into();
    assert_eq!(
        assert_error("a mixed-up type", &performs(&server, &announced).await, 400),
        ["frontsideImageMimeType"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn consent_refuses_nothing_until_it_is_enforced() {
    let mut wrong = body(&blank());
    wrong["userConsent"] = json!({
        "userIp": "somewhere", "userLocation": { "country": "US" }, "consent": { "obtained": "maybe" },
    });
    let server = settings().start().await;
    let perform =
        request(&server, Method::POST, &format!("{BASE}/performNetverify")).json(&wrong).send().await;
    let answer = perform.expect("an answer");
    assert_eq!(answer.status(), 200);
    let warnings = answer.headers()["selfsame-warnings"].to_str().expect("a text").to_owned();
    for field in ["userConsent.userIp", "userConsent.userLocation.country", "userConsent.consent.obtained"] {
        assert!(warnings.contains(field), "{warnings}");
    }
    let answer: Value = answer.json().await.expect("JSON");
    let reference = answer["jumioIdScanReference"].as_str().expect("a reference");
    let data = done(&server, reference).await;
    assert!(data["transaction"].get("clientIp").is_none(), "{data}");

    let server = settings().with("SELFSAME__NETVERIFY__ENFORCE_CONSENT", "true").start().await;
    let fields = assert_error("enforced", &performs(&server, &wrong).await, 400);
    assert_eq!(fields.len(), 3, "{fields:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_what_is_not_offered_there_is_none() {
    let server = settings().start().await;
    let some = "11111111-2222-4333-8444-555555555555";
    for (method, path) in [
        (Method::GET, format!("/authentications/{some}")),
        (Method::GET, format!("/authentications/{some}/images/face")),
        (Method::GET, format!("/authentications/{some}/images/liveness/1")),
        (Method::DELETE, format!("/authentications/{some}")),
        (Method::DELETE, format!("/documents/{some}")),
        (Method::GET, format!("/documents/{some}")),
    ] {
        for slash in ["", "/"] {
            let path = format!("{BASE}{path}{slash}");
            let call = || server.request(method.clone(), &path).header("user-agent", AGENT);
            assert_error(&path, &server.answers(call()).await, 403);
            let wrong = call().basic_auth(API_TOKEN, Some("wrong"));
            assert_error(&path, &server.answers(wrong).await, 401);
            let nameless = server.request(method.clone(), &path).basic_auth(API_TOKEN, Some(API_SECRET));
            assert_error(&path, &server.answers(nameless).await, 403);
            let answer = server.answers(request(&server, method.clone(), &path)).await;
            assert_error(&path, &answer, 404);
            assert_eq!(answer.json()["requestURI"], path);
        }
    }
    let path = format!("{BASE}/documents/{some}");
    let other = request(&server, Method::POST, &path).send().await.expect("an answer");
    let allowed = other.headers()["allow"].to_str().expect("a text").to_owned();
    assert!(allowed.contains("GET") && allowed.contains("DELETE"), "{allowed}");
    assert_error("nothing is sent there", &server.answers(request(&server, Method::POST, &path)).await, 405);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_nowhere_is_told_in_the_words_of_its_base() {
    let server = settings().start().await;
    let netverify = ["message", "httpStatus", "errors", "requestURI"];
    for (path, members) in [
        ("/api/netverify", &netverify[..]),
        ("/api/netverify/v2/nothing", &netverify),
        ("/api/netverify/v2/%ff", &netverify),
        ("/api/v4/initiate", &netverify),
        ("/api/authentication/v1/web/initiate", &netverify),
        ("/recognition/v1/nothing", &netverify),
        ("/api/v1/accounts", &["title", "status", "detail"]),
        ("/oauth2/token", &["error", "error_description"]),
        ("/gips/v1/nothing", &["code", "message", "errors"]),
        ("/video-server/nothing", &["code", "error"]),
        ("/nothing", &["code", "error"]),
    ] {
        for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE] {
            let answer = server.answers(server.request(method.clone(), path)).await;
            assert_eq!(answer.status, 404, "{method} {path}");
            let body = answer.json();
            let mut names: Vec<&String> = body.as_object().expect("an object").keys().collect();
            let mut expected = members.to_vec();
            names.sort();
            expected.sort_unstable();
            assert_eq!(names, expected, "{method} {path}: {body}");
        }
    }
    for (method, path) in [
        (Method::PUT, "/video-server/init-liveness-session"),
        (Method::PUT, "/gips/healthcheck"),
        (Method::GET, "/api/netverify/v2/performNetverify"),
    ] {
        let answer = server.request(method, path).send().await.expect("an answer");
        assert_eq!(answer.status(), 405, "{path}");
        assert!(answer.headers().contains_key("allow"), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_pictures_are_refused_or_not_readable() {
    let server = settings().start().await;
    let mut refused = 0;
    for (what, bytes) in malformed_images() {
        let answer = performs(&server, &body(&bytes)).await;
        if answer.status == 200 {
            let reference = answer.json()["jumioIdScanReference"].as_str().expect("a reference").to_owned();
            let data = done(&server, &reference).await;
            assert_eq!(data["document"]["status"], "ERROR_NOT_READABLE_ID", "{what}");
        } else {
            assert_eq!(assert_error(what, &answer, 400), ["frontsideImage"], "{what}");
            refused += 1;
        }
    }
    assert!(refused > 5, "{refused}");
    let small = jpeg(&RgbImage::from_pixel(300, 200, image::Rgb([200, 100, 50])));
    assert_eq!(assert_error("300 pixels", &performs(&server, &body(&small)).await, 400), ["frontsideImage"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn references_that_are_none_name_nothing() {
    let server = settings().start().await;
    for reference in
        ["x", "%00", "..%2f..", "00000000000000000000000000000000", &uuid::Uuid::nil().to_string()]
    {
        for part in
            ["", "/data", "/data/evidence", "/data/facemap", "/images", "/images/front", "/images/nothing"]
        {
            let answer = get(&server, &format!("/scans/{reference}{part}")).await;
            assert!([404, 400].contains(&answer.status), "{reference}{part}: {}", answer.status);
        }
        let path = format!("{BASE}/scans/{reference}");
        let answer = server.answers(request(&server, Method::DELETE, &path)).await;
        assert!([404, 400].contains(&answer.status), "{reference}: {}", answer.status);
    }
    for path in ["/nothing", "/scans/a/b/c/d", "/%ff"] {
        assert_error(path, &get(&server, path).await, 404);
    }
}
