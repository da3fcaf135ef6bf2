//! Countries and states, from the tables of ISO 3166 as `rust_iso3166` has them, and Kosovo, which is in none of them.

/// Kosovo: name, alpha-2 and alpha-3. Assigned by users of the standard, and named by this dialect.
const KOSOVO: Country = Country { name: "Kosovo", alpha2: "XK", alpha3: "XKX" };

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Country {
    pub(crate) name: &'static str,
    pub(crate) alpha2: &'static str,
    pub(crate) alpha3: &'static str,
}

/// All, in the order of their alpha-3 codes.
pub(crate) fn all() -> Vec<Country> {
    let mut all: Vec<Country> = rust_iso3166::ALL
        .iter()
        .map(|country| Country { name: country.name, alpha2: country.alpha2, alpha3: country.alpha3 })
        .chain([KOSOVO])
        .collect();
    all.sort_by_key(|country| country.alpha3);
    all
}

/// Whether it is an ISO 3166-1 alpha-3 code of a country, or XKX (Kosovo).
pub fn is_alpha3(code: &str) -> bool {
    code == KOSOVO.alpha3 || rust_iso3166::from_alpha3(code).is_some()
}

/// Whether it is an alpha-2 code or XK.
fn is_alpha2(code: &str) -> bool {
    code == KOSOVO.alpha2 || rust_iso3166::from_alpha2(code).is_some()
}

/// Whether it is the English short name of a country, in whatever case.
fn is_name(text: &str) -> bool {
    text.eq_ignore_ascii_case(KOSOVO.name)
        || rust_iso3166::ALL.iter().any(|country| country.name.eq_ignore_ascii_case(text))
}

/// Whether it is the part behind the hyphen of a code of ISO 3166-2 for that country.
pub(crate) fn is_subdivision(alpha2: &str, code: &str) -> bool {
    rust_iso3166::iso3166_2::from_code(&format!("{alpha2}-{code}")).is_some()
}

/// Whether it is a state, district or outlying area of the United States.
pub(crate) fn is_us_state(code: &str) -> bool {
    code.len() == 2 && is_subdivision("US", code)
}

/// What `usState` may be where it need not be a state.
pub(crate) fn is_state_or_country(text: &str) -> bool {
    is_us_state(text) || is_alpha2(text) || is_alpha3(text) || is_name(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_codes_names_and_kosovo() {
        for code in ["DEU", "USA", "AUT", "XKX", "TWN", "SSD"] {
            assert!(is_alpha3(code), "{code}");
        }
        for code in ["", "DE", "deu", "ZZZ", "XK", "D", "GERMANY", "UTO"] {
            assert!(!is_alpha3(code), "{code}");
        }
        for text in ["IL", "DC", "PR", "DE", "DEU", "XK", "XKX", "kosovo", "Germany", "Austria"] {
            assert!(is_state_or_country(text), "{text}");
        }
        for text in ["", "ZZ", "Nowhere", "D"] {
            assert!(!is_state_or_country(text), "{text}");
        }
        assert!(is_us_state("CA") && !is_us_state("BY") && !is_us_state("Illinois"));
        assert!(is_subdivision("AU", "NSW") && is_subdivision("CA", "ON") && !is_subdivision("CA", "NSW"));
    }

    #[test]
    fn every_code_stands_once() {
        let all = all();
        assert!(all.len() > 240, "{}", all.len());
        assert!(all.windows(2).all(|pair| pair[0].alpha3 < pair[1].alpha3));
        assert!(all.iter().all(|country| is_alpha3(country.alpha3) && is_alpha2(country.alpha2)));
    }
}
