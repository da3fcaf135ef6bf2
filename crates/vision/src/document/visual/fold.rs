//! Words without their dress: for comparing what was read with what is looked for.

/// Small letters `a`–`z`, digits, and letters that have no plain form; nothing else: no spaces, no points.
///
/// A letter with a diacritic is its plain letter, so that a stroke or dot that was not seen makes no difference.
pub(crate) fn folded(text: &str) -> String {
    text.chars().filter_map(folded_letter).collect()
}

/// One letter as [`folded`] has it; `None` for what it leaves out.
pub(crate) fn folded_letter(c: char) -> Option<char> {
    match c {
        'ß' | 'ẞ' => return Some('s'),
        'Æ' | 'æ' => return Some('a'),
        'Œ' | 'œ' => return Some('o'),
        'Þ' | 'þ' => return Some('t'),
        'ı' => return Some('i'),
        _ => {}
    }
    if c.is_ascii_alphanumeric() {
        return Some(c.to_ascii_lowercase());
    }
    if !c.is_alphabetic() || matches!(c, 'ª' | 'º') {
        return None;
    }
    // The shortest spelling of ICAO 9303-3 is the plain letter.
    let plain = selfsame_mrz::names::spellings(c).iter().min_by_key(|spelling| spelling.len());
    match plain.and_then(|spelling| spelling.chars().next()) {
        Some(letter) => Some(letter.to_ascii_lowercase()),
        None => c.to_lowercase().next(),
    }
}

/// Whether two folded words are the same but for what a reader mistakes: one edit in a word of five letters or more, two from twelve
/// on.
pub(crate) fn alike(read: &str, known: &str) -> bool {
    let allowed = match known.chars().count() {
        0..5 => 0,
        5..12 => 1,
        _ => 2,
    };
    read == known || allowed > 0 && within(read, known, allowed)
}

/// Whether at most `allowed` characters have to be put in, left out or replaced.
pub(crate) fn within(one: &str, other: &str, allowed: usize) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    if one.len().abs_diff(other.len()) > allowed {
        return false;
    }
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
        if row.iter().all(|cost| *cost > allowed) {
            return false;
        }
    }
    row[other.len()] <= allowed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn diacritics_points_and_spaces_do_not_matter() {
        assert_eq!(folded("Prénoms / N.º"), "prenomsn");
        assert_eq!(folded("Soyadı İÇ ŐŁ"), "soyadiicol");
        assert!(alike(&folded("Date de naissence"), &folded("Date de naissance")));
        assert!(!alike("num", "nom") && !alike("given", "gaven1"));
        assert!(within("abc", "abcd", 1) && !within("abc", "cba", 1));
    }
}
