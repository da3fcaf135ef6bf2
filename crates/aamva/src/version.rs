//! Which elements the standards know, and which they demand.

use crate::{ElementId, Kind};

/// Third letters of the identifiers that DL/ID-2000 to 2020 define, by their first two (Annex D, tables D.3 and D.4; DL/ID-2000,
/// Annex E). Jurisdictions' own begin with `Z`.
const KNOWN: [(&str, &str); 5] = [
    ("DA", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    ("DB", "ABCDEFGHIJKLMNOPQRS"),
    ("DC", "ABCDEFGHIJKLMNOPQRSTU"),
    ("DD", "ABCDEFGHIJKL"),
    ("PA", "ABCDEF"),
];

pub(crate) fn is_known(id: ElementId) -> bool {
    let (group, letter) = id.as_str().split_at(2);
    KNOWN.iter().any(|(known, letters)| *known == group && letters.contains(letter))
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
