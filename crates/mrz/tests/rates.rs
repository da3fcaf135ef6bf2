//! How often the repair restores what a recogniser confused, and how often it reports a wrong reading as valid.

mod common;

use common::{EITHER, composed, confused};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use selfsame_mrz::{Format, Line, ReadParams, Verdict, check, read};

#[derive(Debug, Default)]
struct Tally {
    cases: u32,
    valid: u32,
    wrong_valid: u32,
    first_exact: u32,
}

impl Tally {
    fn add(&mut self, truth: &[String], lines: &[Line]) {
        let readings = read(lines, &ReadParams::default());
        self.cases += 1;
        let exact = readings.first().is_some_and(|reading| reading.mrz.lines == truth);
        let valid = readings.first().is_some_and(|reading| reading.verdict == Verdict::Valid);
        assert!(readings.iter().skip(1).all(|reading| reading.verdict != Verdict::Valid));
        self.first_exact += u32::from(exact);
        self.valid += u32::from(valid && exact);
        self.wrong_valid += u32::from(valid && !exact);
    }
}

const CHECKED: [Format; 6] =
    [Format::Td1, Format::Td2, Format::Td3, Format::MrvA, Format::MrvB, Format::FrenchIdentityCard];

#[test]
fn probe() {
    for format in CHECKED {
        let mut rng = StdRng::seed_from_u64(1);
        let mut clean = Tally::default();
        let mut independent = Tally::default();
        let mut exactly = [Tally::default(), Tally::default(), Tally::default()];
        let mut other = Tally::default();
        let start = std::time::Instant::now();
        for _ in 0..5000 {
            let (_, truth) = composed(&mut rng, format);
            let as_lines = |bytes: &[Vec<u8>]| -> Vec<Line> {
                bytes.iter().map(|line| Line::from(std::str::from_utf8(line).expect("ASCII"))).collect()
            };
            let bytes: Vec<Vec<u8>> = truth.iter().map(|line| line.clone().into_bytes()).collect();
            clean.add(&truth, &as_lines(&bytes));
            let mut noisy = bytes.clone();
            for c in noisy.iter_mut().flatten() {
                if rng.random_bool(0.01) && let Some(other) = confused(&mut rng, *c) {
                    if check::told_apart(*c, other) && !matches!((*c, other), (b'D'|b'Q', b'0')) { *c = other; }
                }
            }
            independent.add(&truth, &as_lines(&noisy));
            for n in 0..3 {
                let mut noisy = bytes.clone();
                for _ in 0..=n {
                  for _ in 0..50 {
                    let l = rng.random_range(0..noisy.len());
                    let line = &mut noisy[l];
                    let at = rng.random_range(0..line.len());
                    if let Some(other) = confused(&mut rng, line[at]) && check::told_apart(line[at], other) && !matches!((line[at], other), (b'D'|b'Q', b'0')) {
                        line[at] = other; break;
                    }
                  }
                }
                exactly[n].add(&truth, &as_lines(&noisy));
            }
            let mut noisy = bytes.clone();
            // number
            let (l, c) = match format { Format::Td1 => (0, 5), _ => (1, 0) };
            let at = c + rng.random_range(0..9);
            noisy[l][at] = EITHER[rng.random_range(0..36)];
            other.add(&truth, &as_lines(&noisy));
        }
        println!("{format:?} {:?}\n clean {clean:?}\n indep {independent:?}\n 1,2,3 {exactly:?}\n number subst {other:?}", start.elapsed());
    }
}
