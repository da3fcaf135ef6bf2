//! Lists of pairs, in the format of Labeled Faces in the Wild (its README, "pairs.txt").

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// Two pictures, by their place in [`PairList::images`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) a: usize,
    pub(super) b: usize,
    pub(super) mated: bool,
}

/// A picture that at least one pair names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ListedImage {
    /// `Name/Name_0001`, without the ending.
    pub(super) stem: PathBuf,
    /// Number of the person, the same for all their pictures.
    pub(super) identity: usize,
}

#[derive(Debug, Default)]
pub(super) struct PairList {
    pub(super) images: Vec<ListedImage>,
    pub(super) folds: Vec<Vec<Pair>>,
}

impl PairList {
    pub(super) fn pairs(&self) -> impl Iterator<Item = &Pair> {
        self.folds.iter().flatten()
    }

    pub(super) fn read(file: &Path) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(file)
            .map_err(|cause| Failure::Unreadable { file: file.to_owned(), cause })?;
        Self::parse(&text).map_err(|(line, what)| Failure::Line { file: file.to_owned(), line, what })
    }

    /// The error holds the number of the line, from 1.
    fn parse(text: &str) -> Result<Self, (usize, String)> {
        let mut lines = text
            .lines()
            .enumerate()
            .map(|(index, line)| (index + 1, line))
            .filter(|l| !l.1.trim().is_empty());
        let (at, header) =
            lines.next().ok_or((1, "the list is empty; it begins with `folds<TAB>pairs`".to_owned()))?;
        let numbers: Vec<usize> = fields(header).iter().filter_map(|field| field.parse().ok()).collect();
        let (folds, per_kind) = match numbers[..] {
            [folds, per_kind] if folds >= 2 && per_kind >= 1 => (folds, per_kind),
            _ => {
                return Err((
                    at,
                    "the first line is to be `folds<TAB>pairs of each kind`, as in `10<TAB>300`".to_owned(),
                ));
            }
        };
        let mut list = Reader::default();
        for _ in 0..folds {
            // Not sized by the header, which a wrong file may have filled with anything.
            let mut fold = Vec::new();
            for mated in [true, false] {
                for _ in 0..per_kind {
                    let (at, line) = lines.next().ok_or_else(|| {
                        (
                            text.lines().count(),
                            format!("the list ends before its {folds} folds of 2 x {per_kind} pairs"),
                        )
                    })?;
                    fold.push(list.pair(line, mated).map_err(|what| (at, what))?);
                }
            }
            list.list.folds.push(fold);
        }
        match lines.next() {
            Some((at, _)) => Err((
                at,
                format!("more lines than the {folds} folds of 2 x {per_kind} pairs of the first line"),
            )),
            None => Ok(list.list),
        }
    }
}

#[derive(Default)]
struct Reader {
    list: PairList,
    identities: HashMap<String, usize>,
    places: HashMap<PathBuf, usize>,
}

impl Reader {
    fn pair(&mut self, line: &str, mated: bool) -> Result<Pair, String> {
        let pair = match (mated, &fields(line)[..]) {
            (true, [name, i, j]) => Pair { a: self.place(name, i)?, b: self.place(name, j)?, mated },
            (false, [name, i, other, j]) if name != other => {
                Pair { a: self.place(name, i)?, b: self.place(other, j)?, mated }
            }
            (true, _) => return Err("expected `Name i j`, two pictures of one person".to_owned()),
            (false, _) => return Err("expected `Name i Other j`, pictures of two people".to_owned()),
        };
        Ok(pair)
    }

    fn place(&mut self, name: &str, number: &str) -> Result<usize, String> {
        // The name becomes a path: it must stay inside the folder of the pictures.
        if name.contains(['/', '\\']) || name.starts_with('.') {
            return Err("a name with a slash or a leading dot".to_owned());
        }
        let number: u32 = number.parse().map_err(|_| "the number of a picture is not a number".to_owned())?;
        let stem = PathBuf::from(name).join(format!("{name}_{number:04}"));
        if let Some(place) = self.places.get(&stem) {
            return Ok(*place);
        }
        let fresh = self.identities.len();
        let identity = *self.identities.entry(name.to_owned()).or_insert(fresh);
        let place = self.list.images.len();
        self.list.images.push(ListedImage { stem: stem.clone(), identity });
        self.places.insert(stem, place);
        Ok(place)
    }
}

/// Tabs part the fields where there are any, as names may hold spaces.
fn fields(line: &str) -> Vec<&str> {
    if line.contains('\t') {
        line.split('\t').map(str::trim).collect()
    } else {
        line.split_whitespace().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_official_format() {
        let list =
            PairList::parse("2\t1\nAda\t1\t4\nAda\t1\tBob_B\t12\n\nBob_B\t12\t2\nAda\t4\tCy\t1\n").unwrap();
        assert_eq!(list.folds.len(), 2);
        assert_eq!(list.folds[1][1], Pair { a: 1, b: 4, mated: false });
        let stems: Vec<_> = list.images.iter().map(|image| image.stem.to_str().unwrap()).collect();
        assert_eq!(
            stems,
            ["Ada/Ada_0001", "Ada/Ada_0004", "Bob_B/Bob_B_0012", "Bob_B/Bob_B_0002", "Cy/Cy_0001"]
        );
        let identities: Vec<_> = list.images.iter().map(|image| image.identity).collect();
        assert_eq!(identities, [0, 0, 1, 1, 2]);
        assert_eq!(list.pairs().count(), 4);
    }

    #[test]
    fn spaces_do_as_well() {
        assert_eq!(PairList::parse("2 1\nA 1 2\nA 1 B 1\nA 1 3\nA 2 B 1\n").unwrap().images.len(), 4);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        for (text, line) in [
            ("", 1),
            ("pairs", 1),
            ("1\t300\n", 1),
            ("2\t0\n", 1),
            ("2\t1\nA\t1\t2\n", 2),
            ("2\t1\nA\t1\tB\t2\nA\t1\tB\t1\nA\t1\t2\nA\t1\tB\t1\n", 2),
            ("2\t1\nA\t1\t2\nA\t1\tA\t3\nA\t1\t2\nA\t1\tB\t1\n", 3),
            ("2\t1\nA\t1\tx\nA\t1\tB\t3\nA\t1\t2\nA\t1\tB\t1\n", 2),
            ("2\t1\n..\t1\t2\nA\t1\tB\t3\nA\t1\t2\nA\t1\tB\t1\n", 2),
            ("2\t1\n../../etc\t1\t2\nA\t1\tB\t3\nA\t1\t2\nA\t1\tB\t1\n", 2),
            ("2\t1\nA\t1\t2\nA\t1\tB\t3\nA\t1\t2\nA\t1\tB\t1\nA\t1\t2\n", 6),
            ("99999999\t99999999\nA\t1\t2\n", 2),
        ] {
            assert_eq!(PairList::parse(text).map(|_| ()).unwrap_err().0, line, "{text:?}");
        }
    }
}
