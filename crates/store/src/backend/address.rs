//! Addresses of databases, which carry passwords: what may be shown of them.

use std::path::PathBuf;

use url::Url;

/// What may be shown of a database's address: never a password. What cannot be told apart from one is not shown at all.
pub fn shown(url: &str) -> String {
    const HIDDEN: &str = "(an address that is not shown)";
    if url.starts_with("sqlite:") {
        return url.to_owned();
    }
    let Ok(parsed) = Url::parse(url) else { return HIDDEN.to_owned() };
    // An unescaped `/`, `?` or `#` in a password ends the authority early: then its rest, with the `@`, stands behind.
    let rest = [Some(parsed.path()), parsed.query(), parsed.fragment()];
    if parsed.fragment().is_some() || rest.into_iter().flatten().any(|part| part.contains('@')) {
        return HIDDEN.to_owned();
    }
    let user = match (parsed.username(), parsed.password()) {
        ("", None) => String::new(),
        (user, None) => format!("{user}@"),
        (user, Some(_)) => format!("{user}:***@"),
    };
    let port = parsed.port().map(|port| format!(":{port}")).unwrap_or_default();
    let host = parsed.host_str().unwrap_or_default();
    // A parameter may be a password too.
    let more = if parsed.query().is_some() { "?…" } else { "" };
    format!("{}://{user}{host}{port}{}{more}", parsed.scheme(), parsed.path())
}

/// Replaces by `***` what a text quotes of the address's passwords.
pub(crate) fn without_passwords(url: &str, text: &str) -> String {
    let Ok(parsed) = Url::parse(url) else { return text.to_owned() };
    let mut secrets: Vec<String> = parsed.password().map(str::to_owned).into_iter().collect();
    let decoded = percent_decoded(parsed.password().unwrap_or_default());
    secrets.push(decoded);
    secrets.extend(parsed.query_pairs().filter(|(key, _)| key == "password").map(|(_, value)| value.into()));
    secrets.retain(|secret| !secret.is_empty());
    secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret, "***"))
}

/// The file of a SQLite database; `None` for one in memory.
pub(crate) fn sqlite_file(url: &str) -> Option<PathBuf> {
    let rest = url.strip_prefix("sqlite:")?;
    let (path, parameters) = rest.split_once('?').unwrap_or((rest, ""));
    let path = path.strip_prefix("//").unwrap_or(path);
    let is_file = !path.is_empty() && path != ":memory:" && !parameters.contains("mode=memory");
    is_file.then(|| percent_decoded(path).into())
}

fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = text.get(at + 1..at + 3).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (bytes[at], hex) {
            (b'%', Some(byte)) => {
                decoded.push(byte);
                at += 3;
            }
            (byte, _) => {
                decoded.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_password() {
        for (url, expected) in [
            ("sqlite:///var/lib/a.sqlite3", "sqlite:///var/lib/a.sqlite3"),
            ("postgres://db/selfsame", "postgres://db/selfsame"),
            ("postgres://u:SECRET@db:5433/selfsame", "postgres://u:***@db:5433/selfsame"),
            ("postgresql://u@db/selfsame?sslmode=verify-full", "postgresql://u@db/selfsame?…"),
            ("postgres:///selfsame?user=u&password=SECRET", "postgres:///selfsame?…"),
        ] {
            assert_eq!(shown(url), expected);
        }
    }

    #[test]
    fn the_file_is_told_from_the_address() {
        for (url, file) in [
            ("sqlite:///var/lib/a.sqlite3", Some("/var/lib/a.sqlite3")),
            ("sqlite://data/50%25%3f.sqlite3?mode=rwc", Some("data/50%?.sqlite3")),
            ("sqlite:a.sqlite3", Some("a.sqlite3")),
            ("sqlite::memory:", None),
            ("sqlite://a?mode=memory", None),
            ("postgres://db/selfsame", None),
        ] {
            assert_eq!(sqlite_file(url).as_deref(), file.map(std::path::Path::new), "{url}");
        }
    }

    #[test]
    fn no_password_is_shown_however_it_was_written() {
        for password in
            ["SECRET", "%53ECRET", "1/SECRET", "1#SECRET", "1?SECRET", "a@SECRET", "SECRET:x", "S/ECRET"]
        {
            let url = format!("postgres://u:{password}@db/selfsame");
            let text = shown(&url);
            assert!(!text.contains("ECRET") && !text.contains(password), "{password}: {text}");
        }
        assert!(!shown("SECRET").contains("SECRET"));
    }

    #[test]
    fn quoted_passwords_are_replaced() {
        let url = "postgres://u:a%40b@db/x?password=second";
        assert_eq!(without_passwords(url, "a@b, a%40b or second"), "***, *** or ***");
        assert_eq!(without_passwords("postgres://db/x", "nothing"), "nothing");
    }
}
