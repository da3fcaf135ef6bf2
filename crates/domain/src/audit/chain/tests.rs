use std::net::IpAddr;

use super::*;
use crate::audit::{Action, Actor, Origin, Outcome, SubjectKind};
use crate::{CredentialId, Entropy as _, Personal, SeededEntropy, SessionId};

/// No hash for use: it only has to depend on every byte and on the key.
struct Toy(u8);

impl ChainKey for Toy {
    fn tag(&self, message: &[u8]) -> Digest {
        let mut digest = [self.0; 32];
        for (at, byte) in message.iter().enumerate() {
            for round in 0..8 {
                let place = (at + round * 5) % 32;
                let mixed = u64::from(digest[place]).wrapping_mul(0x9E37_79B1)
                    ^ u64::from(*byte).wrapping_mul(0x85EB_CA6B + at as u64 + round as u64);
                digest[place] = (mixed ^ (mixed >> 13) ^ (mixed >> 29)) as u8;
            }
        }
        digest
    }
}

const KEY: Toy = Toy(7);

fn event(number: u64) -> Event {
    let entropy = SeededEntropy::new(number);
    let address: IpAddr = "192.0.2.7".parse().unwrap();
    let by = Origin::credential(CredentialId::random(&entropy), Some(address));
    Event::new(by, Action::BiometricRead).about(SessionId::from_uuid(entropy.uuid())).coded("face_image")
}

fn tenant() -> Option<TenantId> {
    Some(TenantId::random(&SeededEntropy::new(1)))
}

fn chain(length: u64) -> (Vec<Stored>, Head) {
    let mut head = Head::of_nothing(&KEY, tenant());
    let mut rows = Vec::new();
    for number in 1..=length {
        let at = Timestamp::from_millis(i64::try_from(number).unwrap());
        let (entry, next) = head.append(&KEY, at, event(number));
        rows.push(Stored::Entry(Box::new(entry)));
        head = next;
    }
    (rows, head)
}

fn check(rows: &[Stored], head: &Head) -> Result<(), Fault> {
    let mut check = Check::begin(&KEY, head.clone())?;
    rows.iter().try_for_each(|row| check.step(row))?;
    check.end()
}

fn entry(rows: &mut [Stored], at: usize) -> &mut Entry {
    match &mut rows[at] {
        Stored::Entry(entry) => entry,
        Stored::Unreadable { .. } => panic!("all are readable"),
    }
}

fn fault(sequence: u64, kind: FaultKind) -> Result<(), Fault> {
    Err(Fault { sequence, kind })
}

#[test]
fn a_chain_as_it_was_written_is_whole() {
    for length in [0, 1, 2, 9] {
        let (rows, head) = chain(length);
        assert_eq!(check(&rows, &head), Ok(()), "{length}");
    }
}

#[test]
fn every_member_that_is_altered_is_found() {
    let alter: [fn(&mut Entry); 12] = [
        |entry| entry.at = Timestamp::from_millis(99),
        |entry| entry.event.actor = Actor::Operator,
        |entry| entry.event.actor = Actor::Credential(CredentialId::random(&SeededEntropy::new(77))),
        |entry| entry.event.action = Action::DocumentRead,
        |entry| entry.event.subject = None,
        |entry| entry.event.subject.as_mut().unwrap().kind = SubjectKind::Identity,
        |entry| entry.event.subject.as_mut().unwrap().id.push('x'),
        |entry| entry.event.outcome = Outcome::Refused,
        |entry| entry.event.code = None,
        |entry| entry.event.count = 2,
        |entry| entry.event.address = None,
        |entry| entry.event.address = Some(Personal::new("192.0.2.8".parse().unwrap())),
    ];
    for (number, alter) in alter.into_iter().enumerate() {
        let (mut rows, head) = chain(5);
        alter(entry(&mut rows, 2));
        assert_eq!(check(&rows, &head), fault(3, FaultKind::Altered), "{number}");
    }
}

#[test]
fn every_flipped_bit_of_a_hash_is_found() {
    let (whole, head) = chain(3);
    for bit in 0..256 {
        let mut rows = whole.clone();
        entry(&mut rows, 1).hash[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(check(&rows, &head), fault(2, FaultKind::Altered), "{bit}");
        let mut rows = whole.clone();
        entry(&mut rows, 1).previous[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(check(&rows, &head), fault(2, FaultKind::Misplaced), "{bit}");
        let mut altered = head.clone();
        altered.hash[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(check(&whole, &altered), fault(3, FaultKind::HeadAltered), "{bit}");
    }
}

#[test]
fn what_is_removed_moved_or_inserted_is_found_where_it_begins() {
    let (whole, head) = chain(6);
    for gone in 0..6 {
        let mut rows = whole.clone();
        rows.remove(gone);
        assert_eq!(check(&rows, &head), fault(gone as u64 + 1, FaultKind::Missing), "{gone}");
    }
    // Numbered anew, so that no gap tells of it.
    let mut rows = whole.clone();
    rows.remove(2);
    for at in 2..5 {
        entry(&mut rows, at).sequence = at as u64 + 1;
    }
    assert_eq!(check(&rows, &head), fault(3, FaultKind::Misplaced));
    let mut rows = whole.clone();
    rows.swap(1, 3);
    entry(&mut rows, 1).sequence = 2;
    entry(&mut rows, 3).sequence = 4;
    assert_eq!(check(&rows, &head), fault(2, FaultKind::Misplaced));
    // Made by somebody who knows everything but the key.
    let (mut rows, _) = chain(3);
    let Stored::Entry(last) = rows[2].clone() else { panic!("readable") };
    let forged = Head { tenant: tenant(), sequence: 3, hash: last.hash, ..head.clone() };
    let (inserted, _) = forged.append(&Toy(8), Timestamp::from_millis(4), event(4));
    rows.push(Stored::Entry(Box::new(inserted)));
    rows.extend_from_slice(&whole[4..]);
    assert_eq!(check(&rows, &head), fault(4, FaultKind::Altered));
    let mut rows = whole.clone();
    rows.push(Stored::Unreadable { sequence: 7, column: "action" });
    assert_eq!(check(&rows, &head), fault(7, FaultKind::Surplus));
    let mut rows = whole;
    rows[4] = Stored::Unreadable { sequence: 5, column: "action" };
    assert_eq!(check(&rows, &head), fault(5, FaultKind::Unreadable("action")));
}

#[test]
fn the_end_cannot_be_cut_off_together_with_its_head() {
    let (rows, head) = chain(6);
    let Stored::Entry(third) = &rows[2] else { panic!("readable") };
    let cut = Head { sequence: 3, hash: third.hash, ..head };
    assert_eq!(check(&rows[..3], &cut), fault(3, FaultKind::HeadAltered));
}

#[test]
fn an_entry_of_another_chain_is_found() {
    let (rows, head) = chain(3);
    let mut other = Head::of_nothing(&KEY, Some(TenantId::random(&SeededEntropy::new(2))));
    for number in 1..=3 {
        let at = Timestamp::from_millis(i64::try_from(number).unwrap());
        other = other.append(&KEY, at, event(number)).1;
    }
    assert_eq!(check(&rows, &head), Ok(()));
    assert_eq!(check(&rows, &other), fault(1, FaultKind::Altered));
}

#[test]
fn what_is_left_after_the_oldest_were_removed_is_checked_from_there() {
    let (rows, head) = chain(6);
    let Stored::Entry(second) = &rows[1] else { panic!("readable") };
    let pruned = head.clone().pruned_to(&KEY, 2, second.hash);
    assert_eq!(check(&rows[2..], &pruned), Ok(()));
    assert_eq!(check(&rows[3..], &pruned), fault(3, FaultKind::Missing));
    assert_eq!(check(&rows, &pruned), fault(1, FaultKind::Surplus));
    let further = Head { pruned: 3, ..pruned };
    assert_eq!(check(&rows[3..], &further), fault(6, FaultKind::HeadAltered));
    let Stored::Entry(last) = &rows[5] else { panic!("readable") };
    assert_eq!(check(&[], &head.pruned_to(&KEY, 6, last.hash)), Ok(()));
}

#[test]
fn what_is_absent_differs_from_what_is_empty() {
    let tag = |event: &Event| entry_tag(&KEY, (None, 1, Timestamp::from_millis(1)), event, &NOTHING);
    let none = Event::new(Origin::SERVER, Action::KeyCreated);
    assert_ne!(tag(&none), tag(&none.clone().coded("")));
}

#[test]
fn names_are_unique_and_read_back() {
    for action in Action::ALL {
        assert_eq!(Action::named(action.name()), Some(*action));
    }
    for kind in SubjectKind::ALL {
        assert_eq!(SubjectKind::named(kind.name()), Some(*kind));
    }
    for outcome in Outcome::ALL {
        assert_eq!(Outcome::named(outcome.name()), Some(*outcome));
    }
    let id = SeededEntropy::new(3).uuid();
    for actor in [
        Actor::Credential(CredentialId::from_uuid(id)),
        Actor::BrowserSession(SessionId::from_uuid(id)),
        Actor::Operator,
        Actor::Server,
        Actor::Stranger,
    ] {
        assert_eq!(Actor::named(actor.kind(), actor.id()), Some(actor));
    }
    assert_eq!(Actor::named("operator", Some(id)), None);
    assert_eq!(Actor::named("credential", None), None);
}
