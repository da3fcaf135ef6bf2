//! Names: their spelling in a machine-readable zone, and whether a printed name and one from a machine-readable zone agree.
//!
//! The spellings are those of ICAO 9303-3, section 6: table A for Latin letters, table B for Cyrillic ones. (Table C, Arabic, is
//! left out.)

/// How a printed name and the one of a machine-readable zone stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Agreement {
    /// The same letters, by some spelling of section 6.
    Same,
    /// The name of the machine-readable zone is the printed one cut short.
    Truncated,
    /// Neither.
    Different,
}

/// The spellings in `A`–`Z` of one letter, the recommended one first (ICAO 9303-3, section 6, tables A and B); empty for a
/// character that is written as nothing (soft sign, apostrophe) or is on neither table. Capitals and small letters are alike.
///
/// ```
/// assert_eq!(selfsame_mrz::names::spellings('ü'), ["UE", "UXX", "U"]);
/// ```
#[must_use]
pub fn spellings(letter: char) -> &'static [&'static str] {
    match letter {
        'A' | 'a' => &["A"],
        'B' | 'b' => &["B"],
        'C' | 'c' => &["C"],
        'D' | 'd' => &["D"],
        'E' | 'e' => &["E"],
        'F' | 'f' => &["F"],
        'G' | 'g' => &["G"],
        'H' | 'h' => &["H"],
        'I' | 'i' => &["I"],
        'J' | 'j' => &["J"],
        'K' | 'k' => &["K"],
        'L' | 'l' => &["L"],
        'M' | 'm' => &["M"],
        'N' | 'n' => &["N"],
        'O' | 'o' => &["O"],
        'P' | 'p' => &["P"],
        'Q' | 'q' => &["Q"],
        'R' | 'r' => &["R"],
        'S' | 's' => &["S"],
        'T' | 't' => &["T"],
        'U' | 'u' => &["U"],
        'V' | 'v' => &["V"],
        'W' | 'w' => &["W"],
        'X' | 'x' => &["X"],
        'Y' | 'y' => &["Y"],
        'Z' | 'z' => &["Z"],
        _ => latin(letter).or_else(|| cyrillic(letter)).unwrap_or(&[]),
    }
}

/// Table A.
fn latin(letter: char) -> Option<&'static [&'static str]> {
    Some(match letter {
        'Ä' | 'ä' => &["AE", "A"],
        'Å' | 'å' => &["AA", "A"],
        'Æ' | 'æ' => &["AE"],
        'À' | 'Á' | 'Â' | 'Ã' | 'à' | 'á' | 'â' | 'ã' | 'Ā' | 'ā' | 'Ă' | 'ă' | 'Ą' | 'ą' | 'Ǎ' | 'ǎ' => {
            &["A"]
        }
        'Ç' | 'ç' | 'Ć' | 'ć' | 'Ĉ' | 'ĉ' | 'Ċ' | 'ċ' | 'Č' | 'č' => &["C"],
        'Ď' | 'ď' | 'Đ' | 'đ' | 'Ð' | 'ð' => &["D"],
        'È' | 'É' | 'Ê' | 'Ë' | 'è' | 'é' | 'ê' | 'ë' | 'Ē' | 'ē' | 'Ĕ' | 'ĕ' | 'Ė' | 'ė' | 'Ę' | 'ę'
        | 'Ě' | 'ě' | 'Ə' | 'ə' | 'Ẽ' | 'ẽ' => &["E"],
        'Ĝ' | 'ĝ' | 'Ğ' | 'ğ' | 'Ġ' | 'ġ' | 'Ģ' | 'ģ' => &["G"],
        'Ĥ' | 'ĥ' | 'Ħ' | 'ħ' => &["H"],
        'Ì' | 'Í' | 'Î' | 'Ï' | 'ì' | 'í' | 'î' | 'ï' | 'Ĩ' | 'ĩ' | 'Ī' | 'ī' | 'Ĭ' | 'ĭ' | 'Į' | 'į'
        | 'İ' | 'ı' => &["I"],
        'Ĳ' | 'ĳ' => &["IJ"],
        'Ĵ' | 'ĵ' => &["J"],
        'Ķ' | 'ķ' | 'ĸ' => &["K"],
        'Ĺ' | 'ĺ' | 'Ļ' | 'ļ' | 'Ľ' | 'ľ' | 'Ŀ' | 'ŀ' | 'Ł' | 'ł' => &["L"],
        'Ñ' | 'ñ' => &["N", "NXX"],
        'Ń' | 'ń' | 'Ņ' | 'ņ' | 'Ň' | 'ň' | 'Ŋ' | 'ŋ' => &["N"],
        'Ö' | 'ö' => &["OE", "O"],
        'Ø' | 'ø' | 'Œ' | 'œ' => &["OE"],
        'Ò' | 'Ó' | 'Ô' | 'Õ' | 'ò' | 'ó' | 'ô' | 'õ' | 'Ō' | 'ō' | 'Ŏ' | 'ŏ' | 'Ő' | 'ő' | 'Ơ' | 'ơ' => {
            &["O"]
        }
        'Ŕ' | 'ŕ' | 'Ŗ' | 'ŗ' | 'Ř' | 'ř' => &["R"],
        'Ś' | 'ś' | 'Ŝ' | 'ŝ' | 'Ş' | 'ş' | 'Š' | 'š' | 'Ș' | 'ș' => &["S"],
        'ß' | 'ẞ' => &["SS"],
        'Ţ' | 'ţ' | 'Ť' | 'ť' | 'Ŧ' | 'ŧ' | 'Ț' | 'ț' => &["T"],
        'Þ' | 'þ' => &["TH"],
        'Ü' | 'ü' => &["UE", "UXX", "U"],
        'Ù' | 'Ú' | 'Û' | 'ù' | 'ú' | 'û' | 'Ũ' | 'ũ' | 'Ū' | 'ū' | 'Ŭ' | 'ŭ' | 'Ů' | 'ů' | 'Ű' | 'ű'
        | 'Ų' | 'ų' | 'Ư' | 'ư' => &["U"],
        'Ŵ' | 'ŵ' => &["W"],
        'Ý' | 'ý' | 'ÿ' | 'Ÿ' | 'Ŷ' | 'ŷ' => &["Y"],
        'Ź' | 'ź' | 'Ż' | 'ż' | 'Ž' | 'ž' => &["Z"],
        _ => return None,
    })
}

/// Table B, the letters of Belarus, Bulgaria, North Macedonia, Russia, Serbia and Ukraine, with what differs between them behind.
fn cyrillic(letter: char) -> Option<&'static [&'static str]> {
    Some(match letter {
        'А' | 'а' => &["A"],
        'Б' | 'б' => &["B"],
        'В' | 'в' => &["V"],
        'Г' | 'г' => &["G", "H"],
        'Ґ' | 'ґ' => &["G"],
        'Ѓ' | 'ѓ' => &["G", "GJ"],
        'Д' | 'д' => &["D"],
        'Ђ' | 'ђ' => &["D", "DJ"],
        'Е' | 'е' | 'Э' | 'э' => &["E"],
        'Ё' | 'ё' => &["E", "IO"],
        'Є' | 'є' | 'Ъ' | 'ъ' => &["IE"],
        'Ж' | 'ж' => &["ZH", "Z"],
        'З' | 'з' => &["Z"],
        'Ѕ' | 'ѕ' => &["DZ"],
        'И' | 'и' => &["I", "Y"],
        'І' | 'і' | 'Ї' | 'ї' | 'Й' | 'й' => &["I"],
        'Ј' | 'ј' => &["J"],
        'К' | 'к' => &["K"],
        'Ќ' | 'ќ' => &["K", "KJ"],
        'Л' | 'л' => &["L"],
        'Љ' | 'љ' => &["LJ"],
        'М' | 'м' => &["M"],
        'Н' | 'н' => &["N"],
        'Њ' | 'њ' => &["NJ"],
        'О' | 'о' => &["O"],
        'П' | 'п' => &["P"],
        'Р' | 'р' => &["R"],
        'С' | 'с' => &["S"],
        'Т' | 'т' => &["T"],
        'Ћ' | 'ћ' => &["C"],
        'У' | 'у' | 'Ў' | 'ў' | 'Ѫ' | 'ѫ' => &["U"],
        'Ф' | 'ф' => &["F"],
        'Х' | 'х' => &["KH", "H"],
        'Ц' | 'ц' => &["TS", "C"],
        'Ч' | 'ч' => &["CH", "C"],
        'Џ' | 'џ' => &["DZ", "DJ"],
        'Ш' | 'ш' => &["SH", "S"],
        'Щ' | 'щ' => &["SHCH", "SHT"],
        'Ы' | 'ы' | 'Ѵ' | 'ѵ' => &["Y"],
        'Ю' | 'ю' => &["IU"],
        'Я' | 'я' => &["IA"],
        _ => return None,
    })
}

/// A name in `A`–`Z`, its parts joined by single spaces: each letter in its recommended spelling, hyphens, dots and spaces as one
/// space, apostrophes and everything else left out (ICAO 9303-3, sections 4.6 and 6).
///
/// ```
/// use selfsame_mrz::names::transliterate;
/// assert_eq!(transliterate("Jürgen-Þór O'Connor"), "JUERGEN THOR OCONNOR");
/// ```
#[must_use]
pub fn transliterate(name: &str) -> String {
    let words: Vec<String> = name
        .split(is_gap)
        .map(|word| word.chars().filter_map(|letter| spellings(letter).first().copied()).collect::<String>())
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ")
}

fn is_gap(c: char) -> bool {
    c.is_whitespace() || matches!(c, '-' | '‐' | '‑' | '–' | '—' | '.' | ',' | '<' | '/')
}

/// Whether a printed name (diacritics as they are; any script of tables A and B) and a name of a machine-readable zone
/// (`A`–`Z`, spaces or `<`) are the same.
///
/// - Any spelling of section 6 will do, letter by letter, as well as the bare letter: `MÜLLER` agrees with `MUELLER`, `MUXXLLER`
///   and `MULLER`, `NÚÑEZ` with `NUNEZ` and `NUNXXEZ`.
/// - What the printed zone, or the OCR that read it, left off is forgiven as well: a printed `MULLER` agrees with `MUELLER`, and a
///   printed `MUELLER` with `MULLER`. So does, rarely, one name with another (`SAMUEL` with `SAMUL`).
/// - Spaces, hyphens, apostrophes and dots do not matter.
/// - Where the machine-readable zone may be cut off (`truncated`, from [`Mrz::name_truncated`](crate::Mrz::name_truncated)), it may
///   end early, and its parts may be beginnings of the printed ones, in their order (ICAO 9303-4, section 4.2.3).
///
/// Names that hold a printed letter of neither table, or have no letter at all, are different: nothing is known about them.
///
/// ```
/// use selfsame_mrz::names::{Agreement, same_name};
/// assert_eq!(same_name("Müller", "MUELLER", false), Agreement::Same);
/// assert_eq!(same_name("Papandropoulous", "PAPANDROPOUL", true), Agreement::Truncated);
/// assert_eq!(same_name("Smith", "SMYTHE", false), Agreement::Different);
/// ```
#[must_use]
pub fn same_name(printed: &str, mrz: &str, truncated: bool) -> Agreement {
    let words = |name: &str| -> Option<Vec<Vec<Unit>>> {
        let words: Option<Vec<_>> = name.split(is_gap).map(units).collect();
        words.map(|words| words.into_iter().filter(|word| !word.is_empty()).collect())
    };
    let mrz_words: Vec<Vec<u8>> = mrz
        .split(is_gap)
        .map(|word| word.bytes().filter(u8::is_ascii_alphabetic).map(|c| c.to_ascii_uppercase()).collect())
        .filter(|word: &Vec<u8>| !word.is_empty())
        .collect();
    let Some(printed_words) = words(printed) else { return Agreement::Different };
    let letters = mrz_words.concat();
    let all: Vec<Unit> = printed_words.concat();
    if letters.is_empty() || all.is_empty() {
        return Agreement::Different;
    }
    let reach = matched(&all, &letters);
    if reach.last() == Some(&true) {
        return Agreement::Same;
    }
    if !truncated {
        return Agreement::Different;
    }
    let cut = reach.contains(&true) || beginnings(&printed_words, &mrz_words);
    if cut { Agreement::Truncated } else { Agreement::Different }
}

/// What one printed character may be written as.
type Unit = Vec<&'static str>;

/// The printed characters of one word; `None` when one is on neither table.
fn units(word: &str) -> Option<Vec<Unit>> {
    const SILENT: &[char] = &['Ь', 'ь', '\'', '’', 'ʼ', '`', '´', 'ʹ', '‘'];
    let mut units: Vec<Unit> = Vec::new();
    for letter in word.chars() {
        if SILENT.contains(&letter) {
            continue;
        }
        // A combining mark on the letter before it: together they are some letter with a diacritic.
        if ('\u{0300}'..='\u{036f}').contains(&letter) {
            continue;
        }
        let mut ways: Unit = spellings(letter).to_vec();
        if ways.is_empty() {
            return None;
        }
        match ways[0] {
            // The dots, rings and tildes that a printed zone may lack.
            "A" => ways.extend(["AE", "AA"]),
            "O" => ways.push("OE"),
            "U" => ways.extend(["UE", "UXX"]),
            "N" => ways.push("NXX"),
            "OE" => ways.push("O"),
            "AE" => ways.push("A"),
            _ => {}
        }
        ways.sort_unstable();
        ways.dedup();
        units.push(ways);
    }
    Some(units)
}

/// After how many printed units all of `letters` is used up: entry `n` is for the first `n` units.
fn matched(units: &[Unit], letters: &[u8]) -> Vec<bool> {
    // at[i]: the units so far can be written as the first i letters.
    let mut at = vec![false; letters.len() + 1];
    at[0] = true;
    // The same one unit earlier, for a printed digraph that stands for one letter (MUELLER printed, MULLER in the zone).
    let mut before = vec![false; letters.len() + 1];
    let mut full = vec![letters.is_empty()];
    for (n, unit) in units.iter().enumerate() {
        let mut next = vec![false; letters.len() + 1];
        for from in (0..letters.len()).filter(|&from| at[from]) {
            for way in unit {
                if letters[from..].starts_with(way.as_bytes()) {
                    next[from + way.len()] = true;
                }
            }
        }
        if n > 0 {
            let earlier = &units[n - 1];
            let is = |unit: &Unit, c: u8| unit.iter().any(|way| way.as_bytes() == [c]);
            for (first, second) in [(b'A', b'E'), (b'O', b'E'), (b'U', b'E'), (b'A', b'A')] {
                if is(earlier, first) && is(unit, second) {
                    for from in (0..letters.len()).filter(|&from| before[from] && letters[from] == first) {
                        next[from + 1] = true;
                    }
                }
            }
        }
        before = std::mem::replace(&mut at, next);
        full.push(at[letters.len()]);
    }
    full
}

/// Whether the zone's words are beginnings of printed words, in order, the first of the first.
fn beginnings(printed: &[Vec<Unit>], mrz: &[Vec<u8>]) -> bool {
    let begins = |word: &[Unit], letters: &[u8]| matched(word, letters).contains(&true);
    let mut rest = printed.iter();
    for (n, letters) in mrz.iter().enumerate() {
        let found = if n == 0 {
            rest.next().is_some_and(|word| begins(word, letters))
        } else {
            rest.any(|word| begins(word, letters))
        };
        if !found {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_by_any_spelling() {
        for (printed, mrz) in [
            ("MÜLLER", "MUELLER"),
            ("Müller", "MULLER"),
            ("MÜLLER", "MUXXLLER"),
            ("MULLER", "MUELLER"),
            ("MUELLER", "MULLER"),
            ("Mu\u{308}ller", "MUELLER"),
            ("Núñez", "NUNEZ"),
            ("NUÑEZ", "NUNXXEZ"),
            ("Åse", "AASE"),
            ("Åse", "ASE"),
            ("Aase", "ASE"),
            ("Weiß", "WEISS"),
            ("Æsir", "AESIR"),
            ("Sørensen", "SOERENSEN"),
            ("Sørensen", "SORENSEN"),
            ("D'Artagnan", "DARTAGNAN"),
            ("Smith-Jones", "SMITH<JONES"),
            ("Anne Marie", "ANNEMARIE"),
            ("Þór", "THOR"),
            ("Şükrü", "SUEKRUE"),
            ("Горбачёв", "GORBACHEV"),
            ("Щукин", "SHCHUKIN"),
            ("Гончар", "HONCHAR"),
            ("Ольга", "OLGA"),
        ] {
            assert_eq!(same_name(printed, mrz, false), Agreement::Same, "{printed} {mrz}");
        }
    }

    #[test]
    fn different_names() {
        for (printed, mrz) in [
            ("MÜLLER", "MILLER"),
            ("MUELLER", "MUELLERS"),
            ("ANNA", "ANN"),
            ("ANNA", ""),
            ("", "ANNA"),
            ("", ""),
            ("李明", "LI MING"),
            ("Hansen", "HANSON"),
        ] {
            assert_eq!(same_name(printed, mrz, false), Agreement::Different, "{printed} {mrz}");
        }
        assert_eq!(same_name("SMITH", "SMYTH", true), Agreement::Different);
    }

    #[test]
    fn cut_off_names() {
        for (printed, mrz) in [
            ("Papandropoulous", "PAPANDROPOUL"),
            ("Jonathon Warren Trevor", "JONATHON WARREN T"),
            ("Nilavadhanananda Chayapa Dejthamrong", "NILAVADHANANANDA CH D"),
            ("Bennelong Wooloomooloo", "BENNELONG W"),
        ] {
            assert_eq!(same_name(printed, mrz, true), Agreement::Truncated, "{printed} {mrz}");
            assert_eq!(same_name(printed, mrz, false), Agreement::Different, "{printed} {mrz}");
        }
        // The full name is the same, cut off or not.
        assert_eq!(same_name("Müller", "MUELLER", true), Agreement::Same);
    }

    #[test]
    fn recommended_spellings() {
        assert_eq!(transliterate("Å Ä Ø Œ Ł İ ı ß"), "AA AE OE OE L I I SS");
        assert_eq!(transliterate("van der Berg-O’Neil"), "VAN DER BERG ONEIL");
        assert_eq!(transliterate("Елена Жукова"), "ELENA ZHUKOVA");
    }
}
