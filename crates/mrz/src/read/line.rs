//! What a recogniser saw, position by position, brought to the alphabet of machine-readable zones.

/// One line of text from a recogniser, with alternatives where it has some.
///
/// ```
/// use selfsame_mrz::Line;
/// let plain = Line::from("L898902C36UTO7408122F1204159ZE184226B<<<<<10");
/// let unsure = Line::from_alternatives([vec![('O', 0.6), ('0', 0.4)], vec![('1', 1.0)]]);
/// assert_eq!((plain.len(), unsure.len()), (44, 2));
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    positions: Vec<Vec<(char, f32)>>,
    /// Only the characters are known, not how sure they are.
    bare: bool,
}

impl Line {
    /// A line of which the recogniser gave, for each position, what it may be and how probable that is (0–1; what is out of range
    /// or not a number counts as nearly impossible). The order within a position does not matter; the best eight are looked at. A position
    /// with a single character of probability 1 is one that the recogniser was sure of.
    #[must_use]
    pub fn from_alternatives(positions: impl IntoIterator<Item = Vec<(char, f32)>>) -> Self {
        Self { positions: positions.into_iter().collect(), bare: false }
    }

    /// Positions, blanks included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.positions.len()
    }

    /// Whether there is no position at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.positions.is_empty()
    }
}

impl From<&str> for Line {
    /// A line of which only the characters are known.
    fn from(text: &str) -> Self {
        Self { positions: text.chars().map(|c| vec![(c, 1.0)]).collect(), bare: true }
    }
}

/// What stands for a character that could not be brought to the alphabet. No field allows it.
pub(crate) const UNREADABLE: u8 = b'?';

/// Alternatives of one position that are looked at.
const ALTERNATIVES: usize = 8;

/// One position in the alphabet `A`–`Z`, `0`–`9`, `<`, or [`UNREADABLE`].
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    /// What it may be with its probability, the most probable first; never empty.
    pub(crate) options: Vec<(u8, f64)>,
    /// The recogniser told how sure it is.
    pub(crate) weighed: bool,
    /// What the recogniser's first choice became, before any repair.
    pub(crate) read: u8,
}

impl Cell {
    pub(crate) fn filler() -> Self {
        Self { options: vec![(b'<', 1.0)], weighed: false, read: b'<' }
    }

    pub(crate) fn top(&self) -> u8 {
        self.options[0].0
    }
}

/// What a character of a recogniser's alphabet is in ours.
enum Meaning {
    One(u8),
    TwoFillers,
    Nothing,
}

fn meaning(c: char) -> Meaning {
    match c {
        'A'..='Z' | '0'..='9' | '<' | 'a'..='z' => {
            Meaning::One(u8::try_from(c.to_ascii_uppercase()).unwrap_or(UNREADABLE))
        }
        // Full-width forms, which recognisers of Chinese text give.
        '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' => {
            char::from_u32(u32::from(c) - 0xfee0).map_or(Meaning::One(UNREADABLE), meaning)
        }
        '‹' | '〈' | '＜' | '⟨' | '〱' | 'く' | 'ㄑ' | '﹤' | '≤' | '≦' | '(' | '[' | '{' | '（' => {
            Meaning::One(b'<')
        }
        '«' | '≪' | '《' | '⟪' => Meaning::TwoFillers,
        '|' => Meaning::One(b'I'),
        c if c.is_whitespace() => Meaning::Nothing,
        // A letter with a mark is that letter with a speck: the zone has no marks. Only where that is one letter.
        c => {
            let bare = crate::names::spellings(c).iter().find(|way| c < '\u{0300}' && way.len() == 1);
            Meaning::One(bare.map_or(UNREADABLE, |way| way.as_bytes()[0]))
        }
    }
}

/// The cells of a line. White space is left out; a double angle quotation mark is two fillers.
pub(crate) fn cells(line: &Line) -> Vec<Cell> {
    let mut cells = Vec::with_capacity(line.positions.len());
    for position in &line.positions {
        let mut given: Vec<(char, f64)> = position
            .iter()
            .map(|&(c, p)| (c, if p.is_finite() { f64::from(p).clamp(1e-9, 1.0) } else { 1e-9 }))
            .collect();
        given.sort_by(|one, other| other.1.total_cmp(&one.1));
        given.truncate(ALTERNATIVES);
        let Some(&(first, _)) = given.first() else { continue };
        let weighed = !line.bare;
        match meaning(first) {
            Meaning::Nothing => {}
            Meaning::TwoFillers => cells.extend([Cell::filler(), Cell::filler()]),
            Meaning::One(read) => {
                let mut options: Vec<(u8, f64)> = Vec::with_capacity(given.len());
                for (c, p) in given {
                    if let Meaning::One(c) = meaning(c) {
                        match options.iter_mut().find(|(known, _)| *known == c) {
                            Some((_, sum)) => *sum += p,
                            None => options.push((c, p)),
                        }
                    }
                }
                options.sort_by(|one, other| other.1.total_cmp(&one.1));
                cells.push(Cell { options, weighed, read });
            }
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(line: &str) -> String {
        cells(&Line::from(line)).iter().map(|cell| char::from(cell.top())).collect()
    }

    #[test]
    fn other_alphabets_and_look_alikes() {
        assert_eq!(text("p<uto eriksson «anna‹maria"), "P<UTOERIKSSON<<ANNA<MARIA");
        assert_eq!(text("Ｐ＜ＵＴＯ０１くく"), "P<UTO01<<");
        assert_eq!(text("MÜL~Ñ|"), "MUL?NI");
    }

    #[test]
    fn alternatives_are_weighed_after_they_are_brought_to_the_alphabet() {
        let line = Line::from_alternatives([
            vec![('0', 0.4), ('o', 0.3), ('O', 0.3), ('Q', f32::NAN)],
            vec![],
            vec![('A', 1.0)],
        ]);
        let cells = cells(&line);
        assert_eq!(cells.len(), 2);
        assert_eq!(cells[0].top(), b'O');
        assert_eq!(cells[0].read, b'0');
        assert!(cells[0].weighed && cells[1].weighed);
        assert!(!super::cells(&Line::from("A"))[0].weighed);
    }
}
