//! Broken payloads never panic, and cost no more than their length allows.

mod common;

use std::time::{Duration, Instant};

use common::Random;
use selfsame_aamva::{Card, MAX_LENGTH, compose, parse};

/// Everything a card holds comes from the payload: its text is a small multiple at most.
fn assert_bounded(card: &Card, payload: &[u8]) {
    let elements = card.other.iter().chain(card.subfiles.iter().flat_map(|subfile| &subfile.elements));
    let text: usize = elements.map(|element| element.value.len()).sum();
    assert!(text <= 2 * payload.len(), "{} from {}", text, payload.len());
    assert!(card.warnings.len() <= payload.len() + 64);
    assert!(card.subfiles.len() <= 16);
}

fn mutate(random: &mut Random, payload: &mut Vec<u8>) {
    const PIECES: &[&[u8]] = &[
        b"@",
        b"ANSI ",
        b"AAMVA",
        b"636000",
        b"DL",
        b"ID",
        b"ZV",
        b"00419999",
        b"DAQ",
        b"DAA",
        b"DCS",
        b"DCT",
        b"DAU",
        b"\n",
        b"\r",
        b"\x1e",
        b"\0",
        b"NONE",
        b"99999999",
        b",,,,",
        b"\xc3",
        b"\xff",
        b"cm",
        b"'",
        b"-",
    ];
    for _ in 0..1 + random.below(8) {
        let at = random.below(payload.len() + 1);
        match random.below(7) {
            0 => payload.insert(at, random.next().to_le_bytes()[0]),
            1 => payload.truncate(at),
            2 => {
                let end = (at + random.below(40)).min(payload.len());
                payload.drain(at..end);
            }
            3 => {
                let piece = random.pick(PIECES);
                payload.splice(at..at, piece.iter().copied());
            }
            4 => {
                let end = (at + random.below(200)).min(payload.len());
                let copy = payload[at..end].to_vec();
                let to = random.below(payload.len() + 1);
                payload.splice(to..to, copy);
            }
            5 => payload.retain(|byte| !byte.is_ascii_control()),
            _ => {
                if let Some(byte) = payload.get_mut(at) {
                    *byte ^= 1 << random.below(8);
                }
            }
        }
    }
}

#[test]
fn a_hundred_thousand_mutations_never_panic() {
    let mut random = Random(42);
    let (mut read, mut refused) = (0, 0);
    for round in 0u32..120_000 {
        let version = u8::try_from(1 + round % 11).expect("a version");
        let mut payload = compose(&random.card(version), version).expect("the card can be written");
        mutate(&mut random, &mut payload);
        match parse(&payload) {
            Ok(card) => {
                assert_bounded(&card, &payload);
                read += 1;
            }
            Err(_) => refused += 1,
        }
    }
    // The mutations are neither so mild nor so rough that only one way is walked.
    assert!(read > 10_000 && refused > 1_000, "{read} read, {refused} refused");
}

#[test]
fn noise_never_panics() {
    let mut random = Random(7);
    for _ in 0..20_000 {
        let length = random.below(300);
        let mut payload: Vec<u8> = (0..length).map(|_| random.next().to_le_bytes()[0]).collect();
        if random.below(2) == 0 {
            payload.splice(0..0, b"@\n\x1e\rANSI 636000100002DL00410278".iter().copied());
        }
        if let Ok(card) = parse(&payload) {
            assert_bounded(&card, &payload);
        }
    }
}

#[test]
fn the_costliest_payloads_are_read_in_bounded_time() {
    let header = "@\n\x1e\rANSI 636000100016";
    let fill = |piece: &str| piece.repeat(MAX_LENGTH).chars().take(MAX_LENGTH - 400).collect::<String>();
    let designators =
        |length: &str| format!("DL0191{length}ID0191{length}{}", format!("ZV0000{length}").repeat(14));
    for piece in [
        "DL",
        "DAQ",
        "DAQDAQ\n",
        "ZVZVA",
        "A",
        "\n",
        "ANSI ",
        "DADADA",
        "DAA,",
        "DAA,\n",
        "ANSI63600",
        "@",
        "ZVZV\n",
    ] {
        for payload in [
            format!("{header}{}{}", designators("9999"), fill(piece)),
            format!("{header}{}{}", designators("0002"), fill(piece)),
            format!("{header}DL00319999{}", fill(piece)),
            fill(piece),
        ] {
            let start = Instant::now();
            let card = parse(&payload);
            // Measured: 21 ms at most in the development profile. The bound only has to tell a hang, on any machine.
            assert!(start.elapsed() < Duration::from_secs(2), "{piece:?}");
            if let Ok(card) = card {
                assert_bounded(&card, payload.as_bytes());
            }
        }
    }
}
