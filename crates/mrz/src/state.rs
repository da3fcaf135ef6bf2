//! Codes of states, organisations and persons without a state (ICAO 9303-3, section 5).

use crate::profile;

/// Three-letter codes of ISO 3166-1, as of 2025.
#[rustfmt::skip]
const COUNTRIES: &[&str] = &[
    "ABW", "AFG", "AGO", "AIA", "ALA", "ALB", "AND", "ARE", "ARG", "ARM", "ASM", "ATA", "ATF", "ATG", "AUS", "AUT", "AZE", "BDI", "BEL",
    "BEN", "BES", "BFA", "BGD", "BGR", "BHR", "BHS", "BIH", "BLM", "BLR", "BLZ", "BMU", "BOL", "BRA", "BRB", "BRN", "BTN", "BVT", "BWA",
    "CAF", "CAN", "CCK", "CHE", "CHL", "CHN", "CIV", "CMR", "COD", "COG", "COK", "COL", "COM", "CPV", "CRI", "CUB", "CUW", "CXR", "CYM",
    "CYP", "CZE", "DEU", "DJI", "DMA", "DNK", "DOM", "DZA", "ECU", "EGY", "ERI", "ESH", "ESP", "EST", "ETH", "FIN", "FJI", "FLK", "FRA",
    "FRO", "FSM", "GAB", "GBR", "GEO", "GGY", "GHA", "GIB", "GIN", "GLP", "GMB", "GNB", "GNQ", "GRC", "GRD", "GRL", "GTM", "GUF", "GUM",
    "GUY", "HKG", "HMD", "HND", "HRV", "HTI", "HUN", "IDN", "IMN", "IND", "IOT", "IRL", "IRN", "IRQ", "ISL", "ISR", "ITA", "JAM", "JEY",
    "JOR", "JPN", "KAZ", "KEN", "KGZ", "KHM", "KIR", "KNA", "KOR", "KWT", "LAO", "LBN", "LBR", "LBY", "LCA", "LIE", "LKA", "LSO", "LTU",
    "LUX", "LVA", "MAC", "MAF", "MAR", "MCO", "MDA", "MDG", "MDV", "MEX", "MHL", "MKD", "MLI", "MLT", "MMR", "MNE", "MNG", "MNP", "MOZ",
    "MRT", "MSR", "MTQ", "MUS", "MWI", "MYS", "MYT", "NAM", "NCL", "NER", "NFK", "NGA", "NIC", "NIU", "NLD", "NOR", "NPL", "NRU", "NZL",
    "OMN", "PAK", "PAN", "PCN", "PER", "PHL", "PLW", "PNG", "POL", "PRI", "PRK", "PRT", "PRY", "PSE", "PYF", "QAT", "REU", "ROU", "RUS",
    "RWA", "SAU", "SDN", "SEN", "SGP", "SGS", "SHN", "SJM", "SLB", "SLE", "SLV", "SMR", "SOM", "SPM", "SRB", "SSD", "STP", "SUR", "SVK",
    "SVN", "SWE", "SWZ", "SXM", "SYC", "SYR", "TCA", "TCD", "TGO", "THA", "TJK", "TKL", "TKM", "TLS", "TON", "TTO", "TUN", "TUR", "TUV",
    "TWN", "TZA", "UGA", "UKR", "UMI", "URY", "USA", "UZB", "VAT", "VCT", "VEN", "VGB", "VIR", "VNM", "VUT", "WLF", "WSM", "YEM", "ZAF",
    "ZMB", "ZWE",
];

/// What ICAO 9303-3, section 5 adds: Germany (part A), British nationals (part B), the European Union (part C), the United Nations
/// (part D), other issuers (part E), persons without a defined nationality (part F), specimens (part G); and the codes that
/// Kosovo's documents and the older Yugoslav ones carry.
#[rustfmt::skip]
const ADDITIONS: &[&str] = &[
    "D",
    "GBD", "GBN", "GBO", "GBP", "GBS",
    "EUE",
    "UNO", "UNA", "UNK",
    "XBA", "XIM", "XCC", "XCE", "XCO", "XDC", "XEC", "XES", "XMP", "XOM", "XPO", "IAO",
    "XXA", "XXB", "XXC", "XXX",
    "UTO",
    "RKS", "XKX", "XKK",
    "ANT", "NTZ", "SCG", "YUG",
];

/// Whether a code, without fillers, is one that machine-readable zones carry for an issuer or a nationality: those of ISO 3166-1 and of
/// ICAO Doc 9303-3, and those that issuers use besides.
///
/// ```
/// assert!(selfsame_mrz::state::is_known("D") && selfsame_mrz::state::is_known("UTO"));
/// assert!(!selfsame_mrz::state::is_known("OOO"));
/// ```
#[must_use]
pub fn is_known(code: &str) -> bool {
    COUNTRIES.binary_search(&code).is_ok() || ADDITIONS.contains(&code) || profile::is_state(code)
}

/// The ISO 3166-1 alpha-3 code for a code of a machine-readable zone: Germany's `D` is `DEU`, British nationals' `GBD`, `GBN`,
/// `GBO`, `GBP` and `GBS` are `GBR`, Kosovo's `RKS`, `XKK` and `UNK` are `XKX` (user-assigned, as widely used). `None` for
/// organisations, persons without a nationality, specimens, states that are gone, and codes not known.
#[must_use]
pub fn iso(code: &str) -> Option<&'static str> {
    match code {
        "D" => Some("DEU"),
        "GBD" | "GBN" | "GBO" | "GBP" | "GBS" => Some("GBR"),
        "RKS" | "XKX" | "XKK" | "UNK" => Some("XKX"),
        code => {
            let country = COUNTRIES.binary_search(&code).ok().map(|at| COUNTRIES[at]);
            country.or_else(|| profile::iso(code))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_whole() {
        assert!(COUNTRIES.is_sorted());
        assert_eq!(COUNTRIES.len(), 249);
        assert!(COUNTRIES.iter().chain(ADDITIONS).all(|code| is_known(code)));
    }

    #[test]
    fn special_codes() {
        for code in ["D", "UTO", "XXA", "XXB", "XXC", "XXX", "EUE", "UNO", "XOM", "XPO", "XBA", "RKS", "XKX"]
        {
            assert!(is_known(code), "{code}");
        }
        for code in ["", "DE", "D<<", "O", "ZZZ", "usa"] {
            assert!(!is_known(code), "{code}");
        }
        assert_eq!(iso("D"), Some("DEU"));
        assert_eq!(iso("RKS"), Some("XKX"));
        assert_eq!(iso("UTO"), None);
        // German residence permits.
        assert!(is_known("XXK"));
        assert_eq!(iso("XXK"), Some("XKX"));
    }
}
