//! Who issues cards: the AAMVA list of issuer identification numbers.

/// Countries whose authorities issue AAMVA cards (DCG, ISO 3166-1 alpha-3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Country {
    /// `USA`, with its territories.
    Usa,
    /// `CAN`.
    Canada,
    /// `MEX`.
    Mexico,
}

impl Country {
    /// The three-letter code, as in DCG.
    pub fn alpha3(self) -> &'static str {
        match self {
            Self::Usa => "USA",
            Self::Canada => "CAN",
            Self::Mexico => "MEX",
        }
    }

    /// The country of a three-letter code.
    pub fn from_alpha3(code: &str) -> Option<Self> {
        match code {
            "USA" => Some(Self::Usa),
            "CAN" => Some(Self::Canada),
            "MEX" => Some(Self::Mexico),
            _ => None,
        }
    }
}

/// An issuing authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Issuer {
    /// Issuer identification number, six digits (header field 6).
    pub iin: u32,
    /// Two-letter code of the state, province or territory as in DAJ; empty for the diplomatic cards of the Department of State.
    pub code: &'static str,
    /// Name in English.
    pub name: &'static str,
    /// Country.
    pub country: Country,
}

/// The authority with this number.
pub fn issuer(iin: u32) -> Option<&'static Issuer> {
    ISSUERS.binary_search_by_key(&iin, |issuer| issuer.iin).ok().and_then(|at| ISSUERS.get(at))
}

const fn of(iin: u32, code: &'static str, name: &'static str, country: Country) -> Issuer {
    Issuer { iin, code, name, country }
}

use Country::{Canada, Mexico, Usa};

/// The AAMVA list of issuer identification numbers, in ascending order, and 990876, which Alberta printed before it had its own.
pub const ISSUERS: &[Issuer] = &[
    of(604426, "PE", "Prince Edward Island", Canada),
    of(604427, "AS", "American Samoa", Usa),
    of(604428, "QC", "Quebec", Canada),
    of(604429, "YT", "Yukon", Canada),
    of(604430, "MP", "Northern Mariana Islands", Usa),
    of(604431, "PR", "Puerto Rico", Usa),
    of(604432, "AB", "Alberta", Canada),
    of(604433, "NU", "Nunavut", Canada),
    of(604434, "NT", "Northwest Territories", Canada),
    of(636000, "VA", "Virginia", Usa),
    of(636001, "NY", "New York", Usa),
    of(636002, "MA", "Massachusetts", Usa),
    of(636003, "MD", "Maryland", Usa),
    of(636004, "NC", "North Carolina", Usa),
    of(636005, "SC", "South Carolina", Usa),
    of(636006, "CT", "Connecticut", Usa),
    of(636007, "LA", "Louisiana", Usa),
    of(636008, "MT", "Montana", Usa),
    of(636009, "NM", "New Mexico", Usa),
    of(636010, "FL", "Florida", Usa),
    of(636011, "DE", "Delaware", Usa),
    of(636012, "ON", "Ontario", Canada),
    of(636013, "NS", "Nova Scotia", Canada),
    of(636014, "CA", "California", Usa),
    of(636015, "TX", "Texas", Usa),
    of(636016, "NL", "Newfoundland and Labrador", Canada),
    of(636017, "NB", "New Brunswick", Canada),
    of(636018, "IA", "Iowa", Usa),
    of(636019, "GU", "Guam", Usa),
    of(636020, "CO", "Colorado", Usa),
    of(636021, "AR", "Arkansas", Usa),
    of(636022, "KS", "Kansas", Usa),
    of(636023, "OH", "Ohio", Usa),
    of(636024, "VT", "Vermont", Usa),
    of(636025, "PA", "Pennsylvania", Usa),
    of(636026, "AZ", "Arizona", Usa),
    of(636027, "", "Department of State", Usa),
    of(636028, "BC", "British Columbia", Canada),
    of(636029, "OR", "Oregon", Usa),
    of(636030, "MO", "Missouri", Usa),
    of(636031, "WI", "Wisconsin", Usa),
    of(636032, "MI", "Michigan", Usa),
    of(636033, "AL", "Alabama", Usa),
    of(636034, "ND", "North Dakota", Usa),
    of(636035, "IL", "Illinois", Usa),
    of(636036, "NJ", "New Jersey", Usa),
    of(636037, "IN", "Indiana", Usa),
    of(636038, "MN", "Minnesota", Usa),
    of(636039, "NH", "New Hampshire", Usa),
    of(636040, "UT", "Utah", Usa),
    of(636041, "ME", "Maine", Usa),
    of(636042, "SD", "South Dakota", Usa),
    of(636043, "DC", "District of Columbia", Usa),
    of(636044, "SK", "Saskatchewan", Canada),
    of(636045, "WA", "Washington", Usa),
    of(636046, "KY", "Kentucky", Usa),
    of(636047, "HI", "Hawaii", Usa),
    of(636048, "MB", "Manitoba", Canada),
    of(636049, "NV", "Nevada", Usa),
    of(636050, "ID", "Idaho", Usa),
    of(636051, "MS", "Mississippi", Usa),
    of(636052, "RI", "Rhode Island", Usa),
    of(636053, "TN", "Tennessee", Usa),
    of(636054, "NE", "Nebraska", Usa),
    of(636055, "GA", "Georgia", Usa),
    of(636056, "CU", "Coahuila", Mexico),
    of(636057, "HL", "Hidalgo", Mexico),
    of(636058, "OK", "Oklahoma", Usa),
    of(636059, "AK", "Alaska", Usa),
    of(636060, "WY", "Wyoming", Usa),
    of(636061, "WV", "West Virginia", Usa),
    of(636062, "VI", "United States Virgin Islands", Usa),
    of(990876, "AB", "Alberta", Canada),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_complete() {
        assert!(
            ISSUERS.is_sorted_by(|a, b| a.iin < b.iin),
            "binary search needs the order, without repetition"
        );
        let of = |country| {
            ISSUERS.iter().filter(|issuer| issuer.country == country && issuer.iin < 990_000).count()
        };
        // 50 states, the District of Columbia, five territories and the Department of State; ten provinces and three territories.
        assert_eq!((of(Usa), of(Canada), of(Mexico)), (57, 13, 2));
        let mut codes: Vec<_> =
            ISSUERS.iter().filter(|issuer| issuer.iin < 990_000).map(|issuer| issuer.code).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), 72, "no two authorities share a code");
    }

    #[test]
    fn numbers_are_found() {
        assert_eq!(issuer(636_014).map(|issuer| issuer.name), Some("California"));
        assert_eq!(issuer(604_428).map(|issuer| issuer.country), Some(Canada));
        assert_eq!(issuer(636_063), None);
    }
}
