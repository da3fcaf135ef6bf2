//! Mutated specimens and arbitrary text, from a seed: nothing panics, everything ends soon, and nothing that breaks a check digit is
//! called valid.

mod common;

use std::time::Instant;

use common::composed;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use selfsame_mrz::names::same_name;
use selfsame_mrz::{Format, Line, ReadParams, Verdict, parse, read};

/// What mutations put in.
const INSERTED: &[char] = &[
    '<', '<', 'K', 'C', 'O', '0', '1', 'I', 'l', '8', 'B', '5', 'S', '2', 'Z', '6', 'G', 'Q', 'D', ' ', '«',
    '‹', 'ß', 'Ü', '\0', '~', '\u{0301}', '你', '𝔸', 'Я', '？', '９', '\n',
];

fn mutate(rng: &mut StdRng, lines: &mut Vec<Vec<char>>) {
    for _ in 0..rng.random_range(1..=6) {
        if lines.is_empty() {
            lines.push(Vec::new());
        }
        let n = rng.random_range(0..lines.len());
        let line = &mut lines[n];
        let at = rng.random_range(0..=line.len());
        let c = INSERTED[rng.random_range(0..INSERTED.len())];
        match rng.random_range(0..20) {
            0..=8 if at < line.len() => line[at] = c,
            9..=11 => line.insert(at, c),
            12..=14 if at < line.len() => {
                line.remove(at);
            }
            15 => line.truncate(at),
            16 => {
                let copy = line.clone();
                lines.insert(n, copy);
            }
            17 => {
                lines.remove(n);
            }
            18 => {
                let rest = line.split_off(at);
                lines.insert(n + 1, rest);
            }
            _ => line.extend(std::iter::repeat_n(c, 3)),
        }
    }
}

fn look_at(lines: &[Vec<char>], read_lines: &[Line]) {
    let strings: Vec<String> = lines.iter().map(|line| line.iter().collect()).collect();
    if let Ok(mrz) = parse(&strings) {
        assert_eq!(mrz.lines.concat().len(), mrz.format.line_lengths().iter().sum::<usize>());
    }
    let readings = read(read_lines, &ReadParams::default());
    assert!(readings.len() <= 8);
    for reading in &readings {
        if reading.verdict == Verdict::Valid {
            assert!(reading.mrz.is_valid());
            let again = parse(&reading.mrz.lines).expect("a valid reading parses");
            assert_eq!(again, reading.mrz);
        }
    }
    if let [first, .., last] = strings.as_slice() {
        let _ = same_name(first, last, true);
    }
}

#[test]
fn mutated_zones() {
    let mut rng = StdRng::seed_from_u64(6);
    for n in 0..105_000 {
        let format = Format::ALL[n % Format::ALL.len()];
        let (_, lines) = composed(&mut rng, format);
        let mut lines: Vec<Vec<char>> = lines.iter().map(|line| line.chars().collect()).collect();
        mutate(&mut rng, &mut lines);
        let read_lines: Vec<Line> = lines
            .iter()
            .map(|line| {
                Line::from_alternatives(line.iter().map(|&c| {
                    if rng.random_bool(0.9) {
                        vec![(c, 1.0)]
                    } else {
                        let other = INSERTED[rng.random_range(0..INSERTED.len())];
                        vec![(c, rng.random_range(0.0..1.0)), (other, rng.random_range(-0.1..1.1))]
                    }
                }))
            })
            .collect();
        look_at(&lines, &read_lines);
    }
}

#[test]
fn arbitrary_text() {
    let mut rng = StdRng::seed_from_u64(7);
    for _ in 0..20_000 {
        let lines: Vec<Vec<char>> = (0..rng.random_range(0..5))
            .map(|_| {
                let length = [9, 30, 36, 44, 43, 31, 100][rng.random_range(0..7)];
                let any = |rng: &mut StdRng| char::from_u32(rng.random_range(0..0x11_0000)).unwrap_or('<');
                (0..length)
                    .map(|_| {
                        if rng.random_bool(0.2) {
                            any(&mut rng)
                        } else {
                            INSERTED[rng.random_range(0..INSERTED.len())]
                        }
                    })
                    .collect()
            })
            .collect();
        let read_lines: Vec<Line> =
            lines.iter().map(|line| Line::from(line.iter().collect::<String>().as_str())).collect();
        look_at(&lines, &read_lines);
    }
}

/// The budget does not depend on what was read: so many ways of each class, position and mending, and no more (`read::search`).
#[test]
fn the_worst_input_ends_soon() {
    // Everything may be something else, everywhere, as likely: the most combinations there can be.
    let unsure = |text: &str| {
        let others = ['0', 'O', '8', 'B', '5', 'S', '1'];
        let options = |c: char| std::iter::once(c).chain(others).map(|c| (c, 0.125)).collect::<Vec<_>>();
        Line::from_alternatives(text.chars().map(options).collect::<Vec<_>>())
    };
    let digits = "0".repeat(44);
    let zones: [&[&str]; 3] = [
        &["P<UTOO0O0O0O0O0O0O<<O0O0O0O0O<<<<<<<<<<<<<<<<", &digits],
        &["I<UTOO0O0O0O0O<00000000000<<<<", &digits[..31], "ERIKSSON<O<0<O<0<O<0<O<O<<<<<<"],
        &["IDFRAO0O0O0O<<O<<O<<O<<O<<<O0O0O0O", &digits[..35]],
    ];
    let start = Instant::now();
    for zone in zones {
        let lines: Vec<Line> = zone.iter().map(|line| unsure(line)).collect();
        for params in [ReadParams::default(), ReadParams::calibrated()] {
            for reading in read(&lines, &params) {
                assert_ne!(reading.verdict, Verdict::Valid);
            }
        }
    }
    let long: Vec<Line> = (0..1_000).map(|_| Line::from("P<UTO".repeat(200).as_str())).collect();
    assert!(read(&long, &ReadParams::default()).is_empty());
    println!("worst: {:?}", start.elapsed());
    assert!(start.elapsed().as_secs() < 5, "the search is not bounded");
}

/// A zone that cannot be mended costs a few milliseconds at most; see the crate's documentation for the figure.
#[test]
fn hopeless_zones() {
    let mut rng = StdRng::seed_from_u64(9);
    let start = Instant::now();
    const COUNT: u32 = 300;
    for n in 0..COUNT {
        let (_, lines) = composed(&mut rng, Format::ALL[n as usize % 6]);
        let lines: Vec<Line> = lines
            .iter()
            .map(|line| {
                Line::from_alternatives(line.chars().map(|c| {
                    // Six characters of ten are anybody's guess.
                    let c = if rng.random_bool(0.3) { 'X' } else { c };
                    let mut options = vec![(c, 0.6)];
                    options.extend(
                        INSERTED.iter().take(12).map(|&other| (other, rng.random_range(0.0001..0.1))),
                    );
                    options
                }))
            })
            .collect();
        assert!(read(&lines, &ReadParams::calibrated()).iter().all(|one| one.verdict != Verdict::Valid));
    }
    println!("hopeless: {:?} each", start.elapsed() / COUNT);
    assert!(start.elapsed().as_secs() < 20);
}
