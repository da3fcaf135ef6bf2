//! Lines of the wrong length, and other letters read for fillers.
//!
//! A recogniser miscounts runs of the same character, and a machine-readable zone is full of them. A line that is too short or too
//! long is mended inside its runs of fillers, nowhere else.

use super::line::{Cell, UNREADABLE};

/// How far a line's length may be mended.
#[derive(Clone, Copy)]
pub(crate) struct Reach {
    /// In any run of fillers.
    pub(crate) anywhere: usize,
    /// In a run of at least [`LONG_RUN`] at the end of the line.
    pub(crate) at_end: usize,
}

/// Fillers that make a run long: behind three of them no name goes on, and a recogniser cannot have made up six.
const LONG_RUN: usize = 6;

/// Ways tried for one line.
const MOST_WAYS: usize = 4;

/// One way to give a line its length.
#[derive(Clone, Debug)]
pub(crate) struct Mended {
    pub(crate) cells: Vec<Cell>,
    /// Fillers put in, or taken out when negative.
    pub(crate) change: i32,
    /// Not in the line's longest run of fillers.
    pub(crate) unlikely: bool,
}

/// Whether a line of this length may be brought to `wanted` characters.
pub(crate) fn within_reach(cells: &[Cell], wanted: usize, reach: Reach) -> bool {
    let off = cells.len().abs_diff(wanted);
    off <= reach.anywhere || (off <= reach.at_end && run_at_end(cells) >= LONG_RUN)
}

fn run_at_end(cells: &[Cell]) -> usize {
    cells.iter().rev().take_while(|cell| cell.top() == b'<').count()
}

/// The ways to bring a line to `wanted` characters, the likeliest (its longest run of fillers) first; none when there is none.
pub(crate) fn mend(mut cells: Vec<Cell>, wanted: usize, reach: Reach) -> Vec<Mended> {
    // Specks before and after the line.
    while cells.len() > wanted && cells.last().is_some_and(|cell| cell.top() == UNREADABLE) {
        cells.pop();
    }
    while cells.len() > wanted && cells.first().is_some_and(|cell| cell.top() == UNREADABLE) {
        cells.remove(0);
    }
    if cells.len() == wanted {
        return vec![Mended { cells, change: 0, unlikely: false }];
    }
    if !within_reach(&cells, wanted, reach) {
        return vec![];
    }
    let off = cells.len().abs_diff(wanted);
    let only_at_end = off > reach.anywhere;
    let mut runs = runs_of_fillers(&cells);
    // The longest first, of equals the last one.
    runs.sort_by_key(|&(start, length)| std::cmp::Reverse((length, start)));
    let mut ways = Vec::new();
    for (n, (start, length)) in runs.into_iter().enumerate() {
        if only_at_end && start + length != cells.len() {
            continue;
        }
        let mut mended = cells.clone();
        let change = if cells.len() < wanted {
            let fillers = std::iter::repeat_with(Cell::filler).take(off);
            mended.splice(start + length..start + length, fillers);
            i32::try_from(off).unwrap_or(i32::MAX)
        } else if length > off {
            mended.drain(start..start + off);
            -i32::try_from(off).unwrap_or(i32::MAX)
        } else {
            continue;
        };
        ways.push(Mended { cells: mended, change, unlikely: n > 0 });
        if ways.len() == MOST_WAYS {
            break;
        }
    }
    ways
}

/// Start and length of each run.
fn runs_of_fillers(cells: &[Cell]) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (at, cell) in cells.iter().enumerate() {
        if cell.top() == b'<' {
            match runs.last_mut() {
                Some((start, length)) if *start + *length == at => *length += 1,
                _ => runs.push((at, 1)),
            }
        }
    }
    runs
}

/// Letters that recognisers read for fillers.
fn looks_like_filler(c: u8) -> bool {
    matches!(c, b'K' | b'C' | UNREADABLE)
}

/// Makes fillers of the letters K and C in the run of fillers that ends a line of names: behind three fillers no name goes on, and
/// no name has three K or C in a row. Returns whether where the name ends stays in doubt.
pub(crate) fn clear_tail(cells: &mut [Cell]) -> bool {
    let tail = cells
        .iter()
        .rposition(|cell| cell.top() != b'<' && !looks_like_filler(cell.top()))
        .map_or(0, |last| last + 1);
    let three =
        |three: &[Cell]| three.iter().all(|cell| cell.top() == three[0].top() && cell.top() != UNREADABLE);
    let mut doubt = false;
    if let Some(at) = cells[tail..].windows(3).position(three) {
        let from = tail + at;
        // KKK right behind a letter: the first may be the name's own.
        let follows_letter = from > 0 && cells[from - 1].top() != b'<';
        doubt = cells[from].top() != b'<' && follows_letter;
        for cell in &mut cells[from..] {
            if cell.top() != b'<' {
                let read = cell.read;
                *cell = Cell { read, ..Cell::filler() };
            }
        }
    }
    // A last word of nothing but such letters may be a name, an initial, or fillers. One that is cut off by the end of the line is
    // as the rules of truncation want it.
    let end = cells.iter().rposition(|cell| cell.top() != b'<').map_or(0, |last| last + 1);
    let start = cells[..end].iter().rposition(|cell| cell.top() == b'<').map_or(0, |gap| gap + 1);
    let word = &cells[start..end];
    let of_look_alikes = !word.is_empty() && word.iter().all(|cell| looks_like_filler(cell.top()));
    doubt || (of_look_alikes && end < cells.len())
}

#[cfg(test)]
mod tests {
    use super::super::line::{Line, cells};
    use super::*;

    const REACH: Reach = Reach { anywhere: 2, at_end: 8 };

    fn text(cells: &[Cell]) -> String {
        cells.iter().map(|cell| char::from(cell.top())).collect()
    }

    fn mended(line: &str, wanted: usize) -> Vec<String> {
        mend(cells(&Line::from(line)), wanted, REACH).iter().map(|way| text(&way.cells)).collect()
    }

    #[test]
    fn lengths_are_mended_in_runs_of_fillers_only() {
        assert_eq!(mended("AB<C<<<", 8), ["AB<C<<<<", "AB<<C<<<"]);
        assert_eq!(mended("AB<C<<<", 6), ["AB<C<<"]);
        assert_eq!(mended("ABCD", 5), Vec::<String>::new());
        assert_eq!(mended("AB<<<", 9), Vec::<String>::new());
        assert_eq!(mended("AB<<<<<<", 14), ["AB<<<<<<<<<<<<"]);
        assert_eq!(mended("~AB<C~", 4), ["AB<C"]);
    }

    #[test]
    fn letters_in_the_tail_become_fillers() {
        for (line, cleared, doubt) in [
            ("ERIKSSON<<ANNA<<<KK<K<", "ERIKSSON<<ANNA<<<<<<<<", false),
            ("NOVAK<<KAREL<<<", "NOVAK<<KAREL<<<", false),
            ("NOVAK<<<<", "NOVAK<<<<", false),
            ("ERIKSSON<<ANNA<KKKK<", "ERIKSSON<<ANNA<<<<<<", false),
            ("ERIKSSON<<ANNAKKKKK", "ERIKSSON<<ANNA<<<<<", true),
            ("ERIKSSON<<ANNA<KK<<", "ERIKSSON<<ANNA<KK<<", true),
            ("ERIKSSON<<ANNA<K<<", "ERIKSSON<<ANNA<K<<", true),
            ("ERIKSSON<<ANNA<K", "ERIKSSON<<ANNA<K", false),
            ("", "", false),
            ("KKK", "<<<", false),
        ] {
            let mut cells = cells(&Line::from(line));
            assert_eq!(clear_tail(&mut cells), doubt, "{line}");
            assert_eq!(text(&cells), cleared);
        }
    }
}
