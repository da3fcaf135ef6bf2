//! Which elements the standards know, and which they demand.

use crate::{ElementId, Kind};

/// The newest version that the standards define: 2025.
pub(crate) const NEWEST: u8 = 11;

/// Third letters of the identifiers that DL/ID-2000 to 2025 define, by their first two (Annex D, tables D.3 and D.4; DL/ID-2000,
/// Annex E). Jurisdictions' own begin with `Z`.
const KNOWN: [(&str, &str); 5] = [
    ("DA", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    ("DB", "ABCDEFGHIJKLMNOPQRS"),
    ("DC", "ABCDEFGHIJKLMNOPQRSTU"),
    ("DD", "ABCDEFGHIJKLMNOP"),
    ("PA", "ABCDEF"),
];

pub(crate) fn is_known(id: ElementId) -> bool {
    let (group, letter) = id.as_str().split_at(2);
    KNOWN.iter().any(|(known, letters)| *known == group && letters.contains(letter))
}

/// Whether an identifier is one that a card of this version may have. Within a value, only such a one can begin another element: `JORDAN`
/// holds DAN, which version 1 alone knows.
pub(crate) fn may_occur(id: ElementId, version: u8) -> bool {
    let (group, letter) = id.as_str().split_at(2);
    is_known(id)
        && match group {
            "DA" if version <= 1 => true,
            // Some issuers of the versions 2 and 3 kept elements of version 1.
            "DA" if version <= 3 => !"LMNOP".contains(letter),
            "DA" => !"ABEFLMNOPRSTV".contains(letter),
            "DB" => version <= 1 || "ABCDGNS".contains(letter),
            "DD" => version >= 4,
            "PA" => version <= 1,
            _ => true,
        }
}

/// Whether a card of this version is not complete without the element, or without the one that it stands for.
pub(crate) fn is_demanded(id: ElementId, version: u8) -> bool {
    mandatory(version, None)
        .into_iter()
        .any(|demanded| id == demanded || alternatives(demanded).iter().any(|other| id == *other))
}

/// The mandatory elements of a version, in the order in which they are written.
pub(crate) fn mandatory(version: u8, kind: Option<Kind>) -> Vec<&'static str> {
    let privileges: &[&str] = match (kind, version) {
        (Some(Kind::IdentityCard), _) => &[],
        (_, 0 | 1) => &["DAR", "DAS", "DAT"],
        (_, 2 | 3) => &["DCA", "DCB", "DCD", "DCH"],
        _ => &["DCA", "DCB", "DCD"],
    };
    let rest: &[&str] = match version {
        0 | 1 => &["DAQ", "DAA", "DAG", "DAI", "DAJ", "DAK", "DBA", "DBB", "DBC", "DBD"],
        2 => &[
            "DBA", "DCS", "DCT", "DCU", "DBD", "DBB", "DBC", "DAY", "DAU", "DCE", "DAG", "DAI", "DAJ", "DAK",
            "DAQ", "DCF", "DCG",
        ],
        3 => &[
            "DBA", "DCS", "DCT", "DBD", "DBB", "DBC", "DAY", "DAU", "DAG", "DAI", "DAJ", "DAK", "DAQ", "DCF",
            "DCG",
        ],
        _ => &[
            "DAQ", "DCS", "DDE", "DAC", "DDF", "DAD", "DDG", "DBD", "DBB", "DBA", "DBC", "DAU", "DAY", "DAG",
            "DAI", "DAJ", "DAK", "DCF", "DCG",
        ],
    };
    [privileges, rest].concat()
}

/// Elements that say the same as a mandatory one.
pub(crate) fn alternatives(id: &str) -> &'static [&'static str] {
    match id {
        "DAA" => &["DAB", "DCS"],
        "DCS" => &["DAB", "DAA"],
        "DCT" => &["DAC", "DAA"],
        "DAC" | "DAD" => &["DCT", "DAA"],
        "DAU" => &["DAV"],
        "DCE" => &["DAW", "DAX"],
        "DAR" => &["DCA"],
        "DAS" => &["DCB"],
        "DAT" => &["DCD"],
        "DCA" => &["DAR"],
        "DCB" => &["DAS"],
        "DCD" => &["DAT"],
        _ => &[],
    }
}
