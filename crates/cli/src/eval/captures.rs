//! Lists of captures and what they are.

use std::path::{Path, PathBuf};

use crate::failure::Failure;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Label {
    Live,
    /// The species of the attack instrument.
    Attack(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Capture {
    /// A picture, or a folder of frames.
    pub(super) path: PathBuf,
    pub(super) label: Label,
}

/// Reads the list; paths are relative to its folder. Whether they exist is found out later, capture by capture.
pub(super) fn read(file: &Path) -> Result<Vec<Capture>, Failure> {
    let text = std::fs::read_to_string(file)
        .map_err(|cause| Failure::Unreadable { file: file.to_owned(), cause })?;
    let folder = file.parent().unwrap_or(Path::new(""));
    parse(&text, folder).map_err(|(line, what)| Failure::Line { file: file.to_owned(), line, what })
}

fn parse(text: &str, folder: &Path) -> Result<Vec<Capture>, (usize, String)> {
    let mut captures = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let wrong = |what: &str| (index + 1, what.to_owned());
        let (path, label) = line
            .split_once('\t')
            .ok_or_else(|| wrong("expected `path<TAB>live` or `path<TAB>attack:<species>`"))?;
        if path.trim().is_empty() {
            return Err(wrong("the path is empty"));
        }
        let label = match label.trim() {
            "live" => Label::Live,
            other => match other.strip_prefix("attack:").map(str::trim) {
                Some(species) if !species.is_empty() => Label::Attack(species.to_owned()),
                _ => return Err(wrong("the label is neither `live` nor `attack:<species>`")),
            },
        };
        captures.push(Capture { path: folder.join(path.trim()), label });
    }
    if captures.is_empty() {
        return Err((1, "the list names no capture".to_owned()));
    }
    Ok(captures)
}

/// The files of a capture: itself, or `most` frames of its folder, spread evenly from the first to the last.
pub(super) fn frames(path: &Path, most: usize) -> std::io::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path)? {
        let file = entry?.path();
        if file.is_file() && is_picture_name(&file) {
            files.push(file);
        }
    }
    files.sort();
    Ok(spread(files.len(), most).into_iter().map(|place| files[place].clone()).collect())
}

/// Notes and thumbnails that lie beside the frames are no frames.
fn is_picture_name(file: &Path) -> bool {
    let hidden = file.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
    let ending = file.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    !hidden && ["jpg", "jpeg", "png", "webp"].iter().any(|known| ending.eq_ignore_ascii_case(known))
}

/// At most `most` of `count` places, evenly, the first and the last among them.
fn spread(count: usize, most: usize) -> Vec<usize> {
    match (count, most) {
        (0, _) | (_, 0) => Vec::new(),
        (_, 1) => vec![count / 2],
        _ if count <= most => (0..count).collect(),
        _ => (0..most).map(|i| (i * (count - 1) + (most - 1) / 2) / (most - 1)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_pictures_folders_and_comments() {
        let captures = parse(
            "# mine\n\na.jpg\tlive\nclips/7\tattack: phone\r\n/abs/b.png\tattack:print\n",
            Path::new("lists"),
        )
        .unwrap();
        assert_eq!(captures[0], Capture { path: PathBuf::from("lists/a.jpg"), label: Label::Live });
        assert_eq!(
            captures[1],
            Capture { path: PathBuf::from("lists/clips/7"), label: Label::Attack("phone".to_owned()) }
        );
        assert_eq!(captures[2].path, PathBuf::from("/abs/b.png"));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        for (text, line) in [
            ("", 1),
            ("# only a comment\n", 1),
            ("a.jpg live\n", 1),
            ("a.jpg\tlive\nb.jpg\tdead\n", 2),
            ("a.jpg\tattack:\n", 1),
            ("\tlive\n", 1),
        ] {
            assert_eq!(parse(text, Path::new("")).unwrap_err().0, line, "{text:?}");
        }
    }

    #[test]
    fn a_folder_yields_its_pictures_in_order() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["002.jpg", "001.JPG", "notes.txt", "._003.jpg", "003.png"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let names: Vec<_> = frames(folder.path(), 9)
            .unwrap()
            .iter()
            .map(|file| file.file_name().unwrap().to_owned())
            .collect();
        assert_eq!(names, ["001.JPG", "002.jpg", "003.png"]);
        assert_eq!(frames(Path::new("a.jpg"), 9).unwrap(), [Path::new("a.jpg")]);
    }

    #[test]
    fn frames_are_spread_from_end_to_end() {
        assert_eq!(spread(3, 20), [0, 1, 2]);
        assert_eq!(spread(9, 5), [0, 2, 4, 6, 8]);
        assert_eq!(spread(100, 4), [0, 33, 66, 99]);
        assert_eq!(spread(7, 1), [3]);
        assert!(spread(0, 5).is_empty());
        for (count, most) in [(20, 20), (21, 20), (72, 20), (1_000, 3)] {
            let places = spread(count, most);
            assert!(places.len() == most.min(count) && places.windows(2).all(|w| w[0] < w[1]));
            assert_eq!((places[0], *places.last().unwrap()), (0, count - 1));
        }
    }
}
