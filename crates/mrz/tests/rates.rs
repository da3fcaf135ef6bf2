//! How often the repair restores what a recogniser confused, and how often it reports a wrong reading as valid: on invented holders
//! and a simulated recogniser, all from seeds. Run with `--nocapture` to see the figures.

mod common;

use common::composed;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use selfsame_mrz::{CONFUSIONS, Format, Line, ReadParams, Verdict, check, read};

/// The formats with check digits.
const CHECKED: [Format; 6] =
    [Format::Td1, Format::Td2, Format::Td3, Format::MrvA, Format::MrvB, Format::FrenchIdentityCard];

#[derive(Debug, Default)]
struct Tally {
    cases: u32,
    /// Valid and right.
    valid: u32,
    /// Valid and wrong in any character that a check digit covers, or that the kind of its field decides.
    wrong_valid: u32,
    /// The first reading is right, whatever its verdict.
    first_exact: u32,
}

impl Tally {
    fn add(&mut self, format: Format, truth: &[String], lines: &[Line]) {
        let readings = read(lines, &ReadParams::default());
        assert!(readings.iter().skip(1).all(|reading| reading.verdict != Verdict::Valid));
        self.cases += 1;
        let Some(first) = readings.first() else { return };
        let comparable = |lines: &[String]| {
            // No check digit covers the optional data of visas: it is as it was read.
            let mut lines = lines.to_vec();
            if matches!(format, Format::MrvA | Format::MrvB) {
                lines[1].truncate(28);
            }
            lines
        };
        let exact = comparable(&first.mrz.lines) == comparable(truth);
        let valid = first.verdict == Verdict::Valid;
        self.first_exact += u32::from(exact);
        self.valid += u32::from(valid && exact);
        self.wrong_valid += u32::from(valid && !exact);
    }

    fn share(&self, of: u32) -> f64 {
        f64::from(of) / f64::from(self.cases)
    }
}

/// What a recogniser may take `c` for, by the table.
fn confused(rng: &mut StdRng, c: u8) -> Option<u8> {
    let others: Vec<u8> = CONFUSIONS
        .iter()
        .filter_map(|&(letter, digit)| match char::from(c) {
            c if c == letter => Some(digit as u8),
            c if c == digit => Some(letter as u8),
            _ => None,
        })
        .collect();
    (!others.is_empty()).then(|| others[rng.random_range(0..others.len())])
}

/// What the recogniser makes of `c`: by the table, but not the pairs that the crate says it cannot decide.
fn misread(rng: &mut StdRng, c: u8) -> Option<u8> {
    // Of a 0 in a name an O is made, whatever it was; and some pairs check digits cannot tell apart.
    confused(rng, c)
        .filter(|&other| check::told_apart(c, other) && !matches!((c, other), (b'D' | b'Q', b'0')))
}

fn lines(bytes: &[Vec<u8>]) -> Vec<Line> {
    bytes.iter().map(|line| Line::from(std::str::from_utf8(line).expect("ASCII"))).collect()
}

fn bytes(truth: &[String]) -> Vec<Vec<u8>> {
    truth.iter().map(|line| line.clone().into_bytes()).collect()
}

#[test]
fn what_was_read_right_is_valid() {
    let mut rng = StdRng::seed_from_u64(1);
    for format in CHECKED {
        let mut tally = Tally::default();
        for _ in 0..2_000 {
            let (_, truth) = composed(&mut rng, format);
            tally.add(format, &truth, &lines(&bytes(&truth)));
        }
        println!("clean {format:?}: {tally:?}");
        assert_eq!((tally.first_exact, tally.wrong_valid), (2_000, 0));
        // Optional data of visas may look like a confusion that nothing decides; and a field of digits with two letters among them
        // like two confusions that cancel out.
        assert!(tally.share(tally.valid) >= if format.has_composite_check() { 0.97 } else { 0.85 });
    }
}

#[test]
fn one_confusion_is_restored_or_reported() {
    let mut rng = StdRng::seed_from_u64(2);
    let mut tally = Tally::default();
    while tally.cases < 30_000 {
        let format = CHECKED[rng.random_range(0..CHECKED.len())];
        let (_, truth) = composed(&mut rng, format);
        let mut read = bytes(&truth);
        let line = rng.random_range(0..read.len());
        let column = rng.random_range(0..read[line].len());
        if let Some(other) = misread(&mut rng, read[line][column]) {
            read[line][column] = other;
            tally.add(format, &truth, &lines(&read));
        }
    }
    println!("one confusion: {tally:?}");
    assert_eq!(tally.wrong_valid, 0);
    assert!(tally.share(tally.first_exact) >= 0.9 && tally.share(tally.valid) >= 0.8);
}

#[test]
fn confusions_of_one_in_a_hundred_are_almost_never_valid_and_wrong() {
    let mut rng = StdRng::seed_from_u64(3);
    let mut tally = Tally::default();
    for _ in 0..35_000 {
        for format in CHECKED {
            let (_, truth) = composed(&mut rng, format);
            let mut read = bytes(&truth);
            for c in read.iter_mut().flatten() {
                if rng.random_bool(0.01) {
                    *c = misread(&mut rng, *c).unwrap_or(*c);
                }
            }
            tally.add(format, &truth, &lines(&read));
        }
    }
    println!("one in a hundred: {tally:?}");
    assert!(tally.cases >= 200_000);
    assert!(tally.share(tally.wrong_valid) <= 1e-4);
    assert!(tally.share(tally.first_exact) >= 0.97 && tally.share(tally.valid) >= 0.9);
}

#[test]
fn a_recogniser_that_says_how_sure_it_is_gets_more_restored() {
    let mut rng = StdRng::seed_from_u64(4);
    let mut tally = Tally::default();
    for _ in 0..5_000 {
        for format in CHECKED {
            let (_, truth) = composed(&mut rng, format);
            let lines: Vec<Line> = bytes(&truth)
                .iter()
                .map(|line| {
                    Line::from_alternatives(line.iter().map(|&c| {
                        // One in thirty that can be confused is unsure, and then as often wrong as its probability says.
                        let other = if rng.random_bool(0.03) { misread(&mut rng, c) } else { None };
                        let c = char::from(c);
                        other.map(char::from).map_or_else(
                            || vec![(c, 0.999)],
                            |other| {
                                let sure: f32 = rng.random_range(0.5..0.95);
                                let right = rng.random_bool(f64::from(sure));
                                let (best, second) = if right { (c, other) } else { (other, c) };
                                vec![(best, sure), (second, 1.0 - sure)]
                            },
                        )
                    }))
                })
                .collect();
            tally.add(format, &truth, &lines);
        }
    }
    println!("with probabilities: {tally:?}");
    assert!(tally.share(tally.wrong_valid) <= 1e-4);
    assert!(tally.share(tally.first_exact) >= 0.99 && tally.share(tally.valid) >= 0.93);
}

/// The limit of check digits: one character of the number misread as any other one. One in ten agrees with the check digit as it is,
/// and a blind swap finds another one in ten; where the recogniser says how sure it is, blind swaps do not count.
#[test]
fn a_misread_that_is_no_confusion_passes_as_often_as_a_check_digit_lets_it() {
    let mut rng = StdRng::seed_from_u64(8);
    let (mut plain, mut weighed) = (Tally::default(), Tally::default());
    for _ in 0..10_000 {
        let (_, truth) = composed(&mut rng, Format::Td3);
        let mut read = bytes(&truth);
        let at = rng.random_range(0..9);
        let others: Vec<u8> =
            (b'0'..=b'9').chain(b'A'..=b'Z').filter(|&other| other != read[1][at]).collect();
        read[1][at] = others[rng.random_range(0..others.len())];
        plain.add(Format::Td3, &truth, &lines(&read));
        let sure =
            |line: &Vec<u8>| Line::from_alternatives(line.iter().map(|&c| vec![(char::from(c), 0.999)]));
        let sure: Vec<Line> = read.iter().map(sure).collect();
        weighed.add(Format::Td3, &truth, &sure);
    }
    println!("any misread in the number: plain {plain:?}, with probabilities {weighed:?}");
    assert!(plain.share(plain.wrong_valid) <= 0.2);
    assert!(weighed.share(weighed.wrong_valid) <= 0.11);
}
