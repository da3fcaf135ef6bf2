//! What is written is read back, in every version.

mod common;

use common::Random;
use selfsame_aamva::{Absence, Card, ComposeError, ElementId, Kind, compose, parse};

#[test]
fn random_cards_survive_in_every_version() {
    let mut random = Random(0x005e_1f5a);
    for version in 1..=11 {
        for round in 0..1000 {
            let card = random.card(version);
            let payload = compose(&card, version).expect("the card can be written");
            let mut read = parse(&payload).expect("the payload can be read");
            assert_eq!(read.warnings, [], "version {version}, round {round}: {}", payload.escape_ascii());
            // Mandatory elements without a value come back as `NONE`.
            assert!(read.absent.iter().all(|(_, absence)| *absence == Absence::NoData));
            read.absent.clear();
            assert!(read == card, "version {version}, round {round}: {}", payload.escape_ascii());
        }
    }
}

#[test]
fn unavailable_elements_stay_unavailable() {
    let mut card = Card::new(Kind::Licence, 636_000);
    let middle = ElementId::new("DAD").expect("an identifier");
    card.absent.push((middle, Absence::Unavailable));
    let read = parse(compose(&card, 9).expect("written")).expect("read");
    assert!(read.absent.contains(&(middle, Absence::Unavailable)));
    assert!(!read.absent.contains(&(middle, Absence::NoData)));
}

#[test]
fn what_cannot_be_written_is_refused() {
    let mut card = Card::new(Kind::Licence, 636_000);
    assert_eq!(compose(&card, 0), Err(ComposeError::Version(0)));
    assert_eq!(compose(&card, 12), Err(ComposeError::Version(12)));
    card.number = Some("A\nDCSB".to_owned());
    assert_eq!(compose(&card, 10), Err(ComposeError::Character("DAQ".to_owned())));
    card.number = Some("Ł".to_owned());
    assert_eq!(compose(&card, 10), Err(ComposeError::Character("DAQ".to_owned())));
    card.number = Some("A".repeat(5000));
    assert!(matches!(compose(&card, 10), Err(ComposeError::TooLong(_))));
    card.number = None;
    card.header.iin = 1_000_000;
    assert_eq!(compose(&card, 10), Err(ComposeError::Header));
    card.kind = None;
    assert_eq!(compose(&card, 10), Err(ComposeError::NoKind));
}
