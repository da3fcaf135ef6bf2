// figment's Jail gives each case its own environment and folder.
#![expect(clippy::result_large_err, reason = "the signature is the Jail's")]

use std::collections::BTreeSet;

use figment::Jail;
use selfsame_domain::CaptureChainPolicy;

use super::*;

/// `(key, value, how the loaded configuration shows it)`, for every key of the default file.
type Override = (&'static str, &'static str, fn(&Config) -> bool);

fn shows(secret: Option<&Secret>, text: &str) -> bool {
    secret.is_some_and(|secret| secret.expose() == text)
}

const OVERRIDES: &[Override] = &[
    ("development", "true", |c| c.development),
    ("server.listen", "0.0.0.0:81", |c| c.server.listen.to_string() == "0.0.0.0:81"),
    ("server.max_sessions", "7", |c| c.server.max_sessions == 7),
    ("server.max_connections", "70", |c| c.server.max_connections == 70),
    ("server.max_connections_per_address", "7", |c| c.server.max_connections_per_address == 7),
    ("server.trusted_proxies", "[\"10.0.0.0/8\"]", |c| c.server.trusted_proxies.len() == 1),
    ("server.request_timeout_seconds", "8", |c| c.server.request_timeout_seconds == 8),
    ("server.keep_alive_seconds", "9", |c| c.server.keep_alive_seconds == 9),
    ("server.metrics_listen", "127.0.0.1:9", |c| c.server.metrics_listen.is_some_and(|a| a.port() == 9)),
    ("server.try_page", "true", |c| c.server.try_page),
    ("limits.requests_per_minute", "7", |c| c.limits.requests_per_minute == 7),
    ("limits.requests_per_minute_per_address", "8", |c| c.limits.requests_per_minute_per_address == 8),
    ("limits.wrong_credentials_per_minute", "9", |c| c.limits.wrong_credentials_per_minute == 9),
    ("limits.body_mb", "65", |c| c.limits.body_mb == 65),
    ("limits.least_bytes_per_second", "10", |c| c.limits.least_bytes_per_second == 10),
    ("limits.waiting_transactions", "11", |c| c.limits.waiting_transactions == 11),
    ("data.dir", "1e3", |c| c.data.dir == Path::new("1e3")),
    ("database.url", "sqlite://x y", |c| c.database_url() == "sqlite://x y"),
    ("blobs.store", "s3", |c| c.blobs.store == BlobStoreKind::S3),
    ("blobs.bucket", "007", |c| c.blobs.bucket.as_deref() == Some("007")),
    ("blobs.endpoint", "https://s3.example.com:9000", |c| {
        c.blobs.endpoint.as_deref() == Some("https://s3.example.com:9000")
    }),
    ("blobs.region", "1e3", |c| c.blobs.region == "1e3"),
    ("blobs.access_key_id", "007", |c| shows(c.blobs.access_key_id.as_ref(), "007")),
    ("blobs.secret_access_key", "true", |c| shows(c.blobs.secret_access_key.as_ref(), "true")),
    ("blobs.path_style", "false", |c| !c.blobs.path_style),
    ("security.master_key", "AAAA", |c| shows(c.security.master_key.as_ref(), "AAAA")),
    ("bootstrap.api_key", "0071234567890123", |c| shows(c.bootstrap.api_key.as_ref(), "0071234567890123")),
    ("bootstrap.api_token", "true", |c| shows(c.bootstrap.api_token.as_ref(), "true")),
    ("bootstrap.api_secret", "[1234567890, 123]", |c| {
        shows(c.bootstrap.api_secret.as_ref(), "[1234567890, 123]")
    }),
    ("bootstrap.administration_token", "reader", |c| {
        shows(c.bootstrap.administration_token.as_ref(), "reader")
    }),
    ("bootstrap.administration_secret", "1234567890123456", |c| {
        shows(c.bootstrap.administration_secret.as_ref(), "1234567890123456")
    }),
    ("models.dir", "5", |c| c.models.dir == Path::new("5")),
    ("models.sessions", "3", |c| c.models.sessions == Some(3)),
    ("models.slots.embedder", "/a=b", |c| {
        c.models.slots.get("embedder").is_some_and(|file| file == Path::new("/a=b"))
    }),
    ("liveness.capture_chain", "observe", |c| c.liveness.capture_chain == CaptureChainPolicy::Observe),
    ("liveness.no_face_timeout_seconds", "9", |c| c.liveness.no_face_timeout_seconds == 9),
    ("liveness.capture_timeout_seconds", "10", |c| c.liveness.capture_timeout_seconds == 10),
    ("liveness.evidence_timeout_seconds", "11", |c| c.liveness.evidence_timeout_seconds == 11),
    ("liveness.challenge_seed", "13", |c| c.liveness.challenge_seed == Some(13)),
    ("liveness.video_storage", "true", |c| c.liveness.video_storage),
    ("liveness.session_minutes", "12", |c| c.liveness.session_minutes == 12),
    ("lockout.device_failures", "9", |c| c.lockout.device_failures == 9),
    ("lockout.address_failures", "31", |c| c.lockout.address_failures == 31),
    ("lockout.window_minutes", "32", |c| c.lockout.window_minutes == 32),
    ("lockout.block_minutes", "[2, 3]", |c| c.lockout.block_minutes == [2, 3]),
    ("callbacks.schedule_seconds", "[0, 7]", |c| c.callbacks.schedule_seconds == [0, 7]),
    ("callbacks.jitter", "0.2", |c| c.callbacks.jitter == 0.2),
    ("callbacks.timeout_seconds", "18", |c| c.callbacks.timeout_seconds == 18),
    ("callbacks.most_at_once", "19", |c| c.callbacks.most_at_once == 19),
    ("callbacks.most_per_receiver", "3", |c| c.callbacks.most_per_receiver == 3),
    ("callbacks.keep_days", "21", |c| c.callbacks.keep_days == 21),
    ("callbacks.allowed_private", "[\"10.1.0.0/16\"]", |c| c.callbacks.allowed_private == ["10.1.0.0/16"]),
    ("images.max_bytes", "13000", |c| c.images.max_bytes == 13_000),
    ("images.max_side", "1400", |c| c.images.max_side == 1_400),
    ("images.max_pixels", "150000", |c| c.images.max_pixels == 150_000),
    ("retention.session_minutes", "1600", |c| c.retention.session_minutes == 1_600),
    ("retention.purge_interval_seconds", "17", |c| c.retention.purge_interval_seconds == 17),
    ("audit.retention_days", "30", |c| c.audit.retention_days == 30),
    ("identities.keep_minutes", "1800", |c| c.identities.keep_minutes == 1_800),
    ("identities.false_match_rate", "1e-6", |c| c.identities.false_match_rate == 1e-6),
    ("server.public_url", "https://s.example", |c| {
        c.server.public_url.as_deref() == Some("https://s.example")
    }),
    ("netverify.public_url", "https://a.example", |c| {
        c.netverify.public_url.as_deref() == Some("https://a.example")
    }),
    ("netverify.callback_url", "https://b.example/x", |c| {
        c.netverify.callback_url.as_deref() == Some("https://b.example/x")
    }),
    ("netverify.face_match", "required", |c| c.netverify.face_match == "required"),
    ("netverify.enabled_fields", "idDob", |c| c.netverify.enabled_fields == "idDob"),
    ("netverify.screening", "true", |c| c.netverify.screening),
    ("netverify.enforce_consent", "true", |c| c.netverify.enforce_consent),
    ("netverify.accepted_id_types", "[\"VISA\"]", |c| c.netverify.accepted_id_types == ["VISA"]),
    ("netverify.accepted_countries", "[\"XKX\"]", |c| c.netverify.accepted_countries == ["XKX"]),
    ("netverify.accept_expired", "true", |c| c.netverify.accept_expired),
    ("netverify.keep_days", "30", |c| c.netverify.keep_days == 30),
    ("netverify.false_match_rate", "1e-5", |c| c.netverify.false_match_rate == 1e-5),
    ("documents.blurred", "6", |c| c.documents.blurred == 6.0),
    ("documents.glare", "0.03", |c| c.documents.glare == 0.03),
    ("documents.cut_off", "0.2", |c| c.documents.cut_off == 0.2),
    ("documents.too_small", "0.3", |c| c.documents.too_small == 0.3),
    ("documents.too_dark", "200", |c| c.documents.too_dark == 200.0),
    ("documents.grey_page", "0.98", |c| c.documents.grey_page == 0.98),
    ("documents.pattern", "20", |c| c.documents.pattern == 20.0),
    ("documents.compression_break", "0.95", |c| c.documents.compression_break == 0.95),
    ("documents.line_break", "0.09", |c| c.documents.line_break == 0.09),
    ("documents.specimen_word", "0.6", |c| c.documents.specimen_word == 0.6),
    ("documents.other_portrait", "2", |c| c.documents.other_portrait == 2.0),
    ("documents.least_confidence", "0.8", |c| c.documents.least_confidence == 0.8),
    ("documents.greatest_age", "120", |c| c.documents.greatest_age == 120),
    ("documents.least_eye_distance", "50", |c| c.documents.least_eye_distance == 50.0),
    ("documents.selfie_texture", "0.3", |c| c.documents.selfie_texture == 0.3),
    ("documents.selfie_pattern", "0.35", |c| c.documents.selfie_pattern == 0.35),
    ("documents.same_photograph", "0.97", |c| c.documents.same_photograph == 0.97),
    ("documents.second_person", "0.4", |c| c.documents.second_person == 0.4),
    ("documents.facemap_quality", "10", |c| c.documents.facemap_quality == 10.0),
    ("log.format", "json", |c| c.log.format == LogFormat::Json),
    ("log.filter", "info,selfsame_store=debug", |c| c.log.filter == "info,selfsame_store=debug"),
];

fn variable(key: &str) -> String {
    format!("SELFSAME__{}", key.to_uppercase().replace('.', "__"))
}

fn load(file: Option<&Path>) -> figment::error::Result<Config> {
    Config::load(file).map_err(|error| error.to_string().into())
}

/// Keys of the default file with their sections, also those that are commented out; and whether each has a comment above.
fn documented_keys() -> Vec<(String, bool)> {
    let mut section = String::new();
    let mut keys = Vec::new();
    let mut above = "";
    for line in DEFAULT.lines() {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            section = format!("{name}.");
        }
        if let Some((key, _)) = line.trim_start_matches("# ").split_once(" = ")
            && key.chars().all(|char| char.is_ascii_lowercase() || char == '_')
        {
            keys.push((format!("{section}{key}"), above.starts_with("# ") && !above.contains(" = ")));
        }
        above = line;
    }
    keys
}

#[test]
fn the_default_file_is_complete_and_every_key_has_a_comment() {
    Jail::expect_with(|_| load(None).map(|_| ()));
    for (key, commented) in documented_keys() {
        assert!(commented, "no comment above {key}");
    }
}

#[test]
fn every_key_can_be_set_by_the_environment() {
    let documented: BTreeSet<_> = documented_keys().into_iter().map(|(key, _)| key).collect();
    let tested: BTreeSet<_> = OVERRIDES.iter().map(|(key, ..)| (*key).to_owned()).collect();
    assert_eq!(documented, tested);
    for (key, value, shown) in OVERRIDES {
        Jail::expect_with(|jail| {
            // Which alone would be incomplete.
            if *key == "blobs.store" {
                for other in ["bucket", "access_key_id", "secret_access_key"] {
                    jail.set_env(variable(&format!("blobs.{other}")), "abc");
                }
            }
            let halves = ["bootstrap.administration_token", "bootstrap.administration_secret"];
            if halves.contains(key) {
                halves.iter().for_each(|half| jail.set_env(variable(half), "abc-of-26-characters-or-so"));
            }
            // Which only a development server reads.
            if *key == "liveness.challenge_seed" {
                jail.set_env(variable("development"), "true");
            }
            assert!(!shown(&load(None)?), "{key} is {value} anyway: the case shows nothing");
            jail.set_env(variable(key), value);
            assert!(shown(&load(None)?), "{key}");
            Ok(())
        });
    }
}

#[test]
fn the_environment_goes_over_the_file_and_the_file_over_the_default() {
    Jail::expect_with(|jail| {
        jail.create_file("c.toml", "[server]\nlisten = \"127.0.0.1:9\"\nmax_sessions = 5\n")?;
        jail.set_env("SELFSAME__SERVER__LISTEN", "127.0.0.1:10");
        let config = load(Some(Path::new("c.toml")))?;
        assert_eq!(config.server.listen.port(), 10);
        assert_eq!(config.server.max_sessions, 5);
        assert_eq!(config.server.request_timeout_seconds, 60);
        Ok(())
    });
}

#[test]
fn what_is_wrong_in_the_environment_is_named_with_its_variable() {
    for (key, value, says) in [
        ("server.listen", "here", "server.listen"),
        ("server.listenn", "127.0.0.1:1", "`listenn`"),
        ("serverr.listen", "127.0.0.1:1", "`serverr`"),
        ("liveness.capture_chain", "maybe", "`observe` or `enforce`"),
        ("liveness.challenge_seed", "7", "development"),
        ("bootstrap.administration_token", "reader", "administration_secret as well"),
        ("bootstrap.administration_secret", "s3cret", "administration_token as well"),
        ("bootstrap.api_token", "a:b", "first colon"),
        ("images.max_pixels", "999000000", "images.max_pixels = 999000000"),
        ("server.max_sessions", "0", "1 to 10000"),
        ("server.max_sessions", "many", "server.max_sessions"),
        ("server.max_connections", "63", "server.max_sessions"),
        ("server.max_connections_per_address", "0", "1 to 1000000"),
        ("server.keep_alive_seconds", "3601", "1 to 3600"),
        ("retention.session_minutes", "1", "liveness.session_minutes"),
        ("identities.keep_minutes", "14", "liveness.session_minutes"),
        ("identities.false_match_rate", "0.5", "1e-9 to 0.01"),
        ("netverify.keep_days", "0", "1 to 3660"),
        ("netverify.false_match_rate", "0.5", "1e-9 to 0.01"),
        ("netverify.accepted_countries", "[\"de\"]", "alpha-3"),
        ("server.public_url", "ftp://id.example.com", "https://"),
        ("netverify.public_url", "id.example.com", "https://"),
        ("netverify.callback_url", "bank.example.com", "https://"),
        ("netverify.face_match", "maybe", "one of required, optional, off"),
        ("netverify.enabled_fields", "idShoeSize", "idPersonalNumber"),
        ("netverify.accepted_id_types", "[\"NOTE\"]", "DRIVING_LICENSE"),
        ("netverify.accepted_id_types", "[]", "at least one"),
        ("documents.least_eye_distance", "20", "40 to 400"),
        ("documents.least_confidence", "0.2", "0.5 to 1"),
        ("documents.glare", "1.5", "0 to 1"),
        ("documents.shine", "0.1", "`shine`"),
        ("log.format", "xml", "`human` or `json`"),
        ("log.filter", "", "\"info\""),
        ("data.dir", "", "folder"),
        ("bootstrap.api_key", "", "at least one character"),
    ] {
        Jail::expect_with(|jail| {
            jail.set_env(variable(key), value);
            let error = Config::load(None).expect_err(key).to_string();
            assert!(error.contains(says), "{key}: {error}");
            assert!(error.contains(&variable(key)), "{key}: {error}");
            Ok(())
        });
    }
}

#[test]
fn what_is_wrong_in_the_file_is_named_with_the_file() {
    for (text, says) in [
        ("[server]\nlistenn = 1\n", "`listenn`"),
        ("nonsense = 1\n", "`nonsense`"),
        ("[server]\nmax_sessions = 0\n", "server.max_sessions = 0"),
        ("[server]\nlisten = 5\n", "server.listen"),
        ("[server\n", "line 1"),
    ] {
        Jail::expect_with(|jail| {
            jail.create_file("mine.toml", text)?;
            let error = Config::load(Some(Path::new("mine.toml"))).expect_err(text).to_string();
            assert!(error.contains(says) && error.contains("mine.toml"), "{text}: {error}");
            Ok(())
        });
    }
    let error = Config::load(Some(Path::new("/nonexistent.toml"))).expect_err("no such file").to_string();
    assert!(error.contains("nonexistent.toml"));
}

#[test]
fn the_policy_of_the_default_file_is_the_default_policy() {
    Jail::expect_with(|_| {
        assert_eq!(
            load(None)?.netverify.policy().unwrap(),
            selfsame_domain::transaction::TransactionPolicy::default()
        );
        Ok(())
    });
}

#[test]
fn no_secret_is_ever_shown() {
    for text in [
        "[bootstrap]\napi_key = 4711123\n",
        "[security]\nmaster_key = 4711123\n",
        "[bootstrap]\napi_secret = -4711123\n",
        "[bootstrap]\napi_token = [\"4711123\"]\n",
        "[bootstrap]\napi_key = \"4711123\n",
        "[bootstrap]\napi_key = 4711123x\n",
        "[database]\nurl = \"mysql://user:4711123@host/db\"\n",
        "[database]\nurl = 4711123\n",
        "[blobs]\nsecret_access_key = 4711123\n",
        "[blobs]\nstore = \"s3\"\nbucket = \"abc\"\nendpoint = \"https://key:4711123@host\"\n",
        "[blobs]\nstore = \"s3\"\nbucket = \"abc\"\nsecret_access_key = \"4711123\"\n",
    ] {
        Jail::expect_with(|jail| {
            jail.create_file("mine.toml", text)?;
            let error = Config::load(Some(Path::new("mine.toml"))).expect_err(text);
            assert!(!error.to_string().contains("4711123"), "{text}: {error}");
            assert!(!format!("{error:?}").contains("4711123"), "{text}: {error:?}");
            Ok(())
        });
    }
    Jail::expect_with(|jail| {
        jail.set_env("SELFSAME__BOOTSTRAP__API_KEY", "4711123-and-much-more");
        jail.set_env("SELFSAME__DATABASE__URL", "postgres://user:4711123@host/db");
        jail.set_env("SELFSAME__BLOBS__SECRET_ACCESS_KEY", "4711123");
        assert!(!format!("{:?}", load(None)?).contains("4711123"));
        Ok(())
    });
}

#[test]
fn a_bucket_needs_all_that_names_it() {
    const WHOLE: &[(&str, &str)] = &[
        ("store", "s3"),
        ("bucket", "selfsame"),
        ("endpoint", "https://s3.example.com"),
        ("access_key_id", "id"),
        ("secret_access_key", "secret"),
    ];
    // What is put in place of a value, and how the error names it; nothing for a value that is right.
    for (key, value, says) in [
        ("bucket", None, Some("blobs.bucket")),
        ("bucket", Some("a/b"), Some("blobs.bucket")),
        ("access_key_id", None, Some("blobs.access_key_id")),
        ("secret_access_key", None, Some("blobs.secret_access_key")),
        ("region", Some(""), Some("blobs.region")),
        ("endpoint", Some("http://s3.example.com"), Some("development")),
        ("endpoint", Some("ftp://s3.example.com"), Some("https://")),
        ("endpoint", Some("https://s3.example.com/bucket"), Some("host and port only")),
        ("endpoint", Some("https://"), Some("host and port only")),
        ("endpoint", Some("https://s3.example.com:9000/"), None),
        ("endpoint", None, None),
    ] {
        Jail::expect_with(|jail| {
            for (name, whole) in WHOLE.iter().filter(|(name, _)| *name != key) {
                jail.set_env(variable(&format!("blobs.{name}")), whole);
            }
            if let Some(value) = value {
                jail.set_env(variable(&format!("blobs.{key}")), value);
            }
            match (Config::load(None), says) {
                (Ok(_), None) => {}
                (Err(error), Some(says)) => assert!(error.to_string().contains(says), "{key}: {error}"),
                (found, _) => panic!("{key} = {value:?}: {found:?}"),
            }
            Ok(())
        });
    }
    Jail::expect_with(|jail| {
        for (name, whole) in WHOLE {
            jail.set_env(variable(&format!("blobs.{name}")), whole);
        }
        jail.set_env(variable("blobs.endpoint"), "http://127.0.0.1:9000");
        jail.set_env(variable("development"), "true");
        load(None).map(drop)
    });
}

#[test]
fn a_folder_with_any_name_gives_an_address_that_leads_there() {
    Jail::expect_with(|jail| {
        jail.set_env("SELFSAME__DATA__DIR", "/srv/50%?/x");
        assert_eq!(load(None)?.database_url(), "sqlite:///srv/50%25%3f/x/selfsame.sqlite3");
        Ok(())
    });
}

#[test]
fn a_secret_may_be_a_file_and_its_faults_are_named_without_it() {
    const SECRET: &str = "a-secret-of-24-characters";
    Jail::expect_with(|jail| {
        jail.create_file("secret", &format!("{SECRET}\n"))?;
        jail.set_env("SELFSAME__BOOTSTRAP__API_SECRET_FILE", "secret");
        let config = Config::load(None).expect("a configuration");
        assert!(shows(config.bootstrap.api_secret.as_ref(), SECRET));
        // In the configuration file as well, and the environment goes over it.
        jail.create_file("other", "another-secret-of-the-file")?;
        jail.create_file("c.toml", "[bootstrap]\napi_secret_file = \"other\"\napi_key_file = \"other\"\n")?;
        let config = Config::load(Some(Path::new("c.toml"))).expect("a configuration");
        assert!(shows(config.bootstrap.api_secret.as_ref(), SECRET));
        assert!(shows(config.bootstrap.api_key.as_ref(), "another-secret-of-the-file"));
        jail.create_file("both.toml", "[security]\nmaster_key = \"AAAA\"\nmaster_key_file = \"secret\"\n")?;
        jail.create_file("empty", "\n")?;
        for (name, value, expected) in [
            ("SELFSAME__SECURITY__MASTER_KEY_FILE", "nowhere", "nowhere: it cannot be read"),
            ("SELFSAME__SECURITY__MASTER_KEY_FILE", "empty", "empty: it is empty"),
        ] {
            jail.set_env(name, value);
            let told = Config::load(None).expect_err("no secret").to_string();
            assert!(told.contains(expected) && told.contains("security.master_key_file"), "{told}");
        }
        jail.set_env("SELFSAME__SECURITY__MASTER_KEY_FILE", "secret");
        let told = Config::load(Some(Path::new("both.toml"))).expect_err("twice").to_string();
        assert!(told.contains("are both set") && !told.contains(SECRET), "{told}");
        Ok(())
    });
}

#[cfg(unix)]
#[test]
fn a_secret_that_others_may_change_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    Jail::expect_with(|jail| {
        jail.create_file("secret", "a-secret-of-24-characters")?;
        std::fs::set_permissions("secret", std::fs::Permissions::from_mode(0o666)).expect("a permission");
        jail.set_env("SELFSAME__BOOTSTRAP__API_KEY_FILE", "secret");
        let told = Config::load(None).expect_err("writable").to_string();
        assert!(told.contains("others may write to it"), "{told}");
        Ok(())
    });
}

#[test]
fn a_secret_that_is_guessed_is_refused_unless_it_is_a_laptops() {
    Jail::expect_with(|jail| {
        for weak in ["a", "123456789012345", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "abcabcabcabcabcabc"] {
            for key in ["API_KEY", "API_SECRET"] {
                let name = format!("SELFSAME__BOOTSTRAP__{key}");
                jail.set_env(&name, weak);
                let told = Config::load(None).expect_err(weak).to_string();
                assert!(told.contains("at least 16 characters"), "{told}");
                assert!(weak.len() == 1 || !told.contains(weak), "{told}");
                jail.set_env("SELFSAME__DEVELOPMENT", "true");
                assert!(Config::load(None).is_ok(), "{weak}");
                jail.set_env("SELFSAME__DEVELOPMENT", "false");
                jail.set_env(&name, "d41d8cd98f00b204e9800998ecf8427e");
            }
        }
        Ok(())
    });
}
