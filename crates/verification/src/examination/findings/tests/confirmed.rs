//! A zone that can be read in two ways.

use selfsame_domain::document::{FieldDisagreement, MrzSettledBy};

use super::*;

/// A passport whose zone can be read in two ways, and whose print says what the zone does.
fn in_two_ways() -> DocumentReading {
    let mut front = page(Mrz, 0.7);
    front.fields.push(DocumentField {
        name: FieldName::Sex,
        value: "F".to_owned(),
        ..front.fields[0].clone()
    });
    let verdict = MrzVerdict::Ambiguous;
    let fields = front.fields.clone();
    front.mrz = Some(MrzReading { format: MrzFormat::Td3, fields, ..zone(verdict) });
    front.document_type = Some(DocumentType::Passport);
    for field in &mut front.fields {
        if field.name != IssuingCountry {
            field.sources.push(VisualZone);
            // Of print that was read with 0.95.
            field.confidence = 1.0 - 0.3 * 0.05;
        }
    }
    front.lines =
        vec![line("SAMPLEMAN", 0.97), line("X 123-456", 0.97), line("W/F", 0.97), line("DEU", 0.97)];
    front
}

#[test]
fn what_is_printed_settles_how_a_zone_is_to_be_read_where_it_says_the_same_to_the_letter() {
    let passport = request(DocumentType::Passport, false);
    let of = |front: DocumentReading| {
        let seen = Seen { back: None, ..seen(front) };
        let (found, _) = findings(&passport.asked(), &seen, &LookParams::default(), now());
        let decision = judge(&passport, &found, &AcceptedDocuments::default(), now());
        assert_eq!(decision.mrz_verified, decision.outcome == Outcome::Approved);
        decision.outcome
    };
    assert_eq!(of(in_two_ways()), Outcome::Approved);
    let in_doubt = unreadable(&[LegibilityDetail::MissingFields]);
    let broken = |what: &str, change: &dyn Fn(&mut DocumentReading)| {
        let mut front = in_two_ways();
        change(&mut front);
        assert_ne!(of(front), Outcome::Approved, "{what}");
    };
    for name in [DocumentNumber, BirthDate, ExpiryDate, Surname] {
        let at = |front: &DocumentReading| front.fields.iter().position(|f| f.name == name).expect("a field");
        broken("not printed", &|front| {
            let at = at(front);
            // Its confidence alone does not tell where it comes from.
            front.fields[at].sources = vec![Mrz];
        });
        broken("another value", &|front| {
            let at = at(front);
            front.fields[at].value.push('1');
        });
        if name != Surname {
            broken("not surely printed", &|front| {
                let at = at(front);
                front.fields[at].confidence = 1.0 - 0.3 * 0.2;
            });
        }
    }
    broken("a date of which the zone knows a part", &|front| {
        for field in front.mrz.iter_mut().flat_map(|zone| &mut zone.fields).chain(&mut front.fields) {
            if field.name == BirthDate {
                field.value = "1974-08".to_owned();
            }
        }
    });
    for other in ["X12345G", "XI23456", "X123456 7"] {
        broken(other, &|front| front.lines[1] = line(other, 0.97));
    }
    broken("a number that was not read surely", &|front| front.lines[1].confidence = 0.8);
    broken("another sex", &|front| front.lines.push(line("M", 0.97)));
    broken("another nationality", &|front| front.lines.push(line("AUT", 0.97)));
    broken("a disagreement", &|front| {
        front.disagreements.push(FieldDisagreement {
            name: FieldName::IssueDate,
            printed: "2020-01-01".to_owned(),
            other: "2021-01-01".to_owned(),
            source: Mrz,
            confidence: 0.95,
            bounds: Rect::default(),
            side: DocumentSide::Front,
        });
    });
    // A digit that was altered, and that the check digits led back to the printed one.
    broken("mended", &|front| {
        for field in front.mrz.iter_mut().flat_map(|zone| &mut zone.fields) {
            field.confidence = 0.3;
        }
        for field in &mut front.fields {
            field.confidence = 1.0 - 0.7 * 0.05;
        }
    });
    // What is wrong stays wrong, whatever is printed.
    broken("invalid", &|front| {
        if let Some(zone) = &mut front.mrz {
            zone.verdict = MrzVerdict::Invalid;
        }
    });
    let mut unprinted = in_two_ways();
    unprinted.fields.iter_mut().for_each(|field| (field.sources, field.confidence) = (vec![Mrz], 0.7));
    assert_eq!(of(unprinted), in_doubt);
}

#[test]
fn a_barcode_settles_how_a_zone_is_to_be_read_as_well() {
    let passport = request(DocumentType::Passport, false);
    let of = |source: &[FieldSource]| {
        let mut front = in_two_ways();
        for field in front.fields.iter_mut().filter(|field| field.name != IssuingCountry) {
            field.sources = source.to_vec();
            field.confidence = 0.995;
        }
        let seen = Seen { back: None, ..seen(front) };
        let (found, _) = findings(&passport.asked(), &seen, &LookParams::default(), now());
        let decision = judge(&passport, &found, &AcceptedDocuments::default(), now());
        (decision.outcome, found.document.mrz_settled_by)
    };
    let by_barcode = of(&[Mrz, FieldSource::Barcode]);
    assert_eq!(by_barcode, (Outcome::Approved, Some(MrzSettledBy::Barcode)));
    assert_eq!(of(&[Mrz]), (unreadable(&[LegibilityDetail::BadQuality]), None));
    let (found, _) = findings(
        &passport.asked(),
        &Seen { back: None, ..seen(in_two_ways()) },
        &LookParams::default(),
        now(),
    );
    assert_eq!(found.document.mrz_settled_by, Some(MrzSettledBy::Print));
}

#[test]
fn the_front_of_a_card_settles_how_the_zone_on_its_back_is_to_be_read() {
    let card = request(DocumentType::IdentityCard, true);
    let side = |source, confidence| DocumentReading {
        document_type: Some(DocumentType::IdentityCard),
        ..page(source, confidence)
    };
    let of = |front: DocumentReading| {
        let mut back = side(Mrz, 0.7);
        let fields = back.fields.clone();
        back.mrz = Some(MrzReading { fields, ..zone(MrzVerdict::Ambiguous) });
        let mut whole = back.clone();
        for field in &mut whole.fields {
            if front.value(field.name) == Some(field.value.as_str()) {
                field.sources.push(VisualZone);
            }
        }
        outcome(&card, &Seen { front: Some(front), back: Some(back), ..seen(whole) })
    };
    assert_eq!(of(side(VisualZone, 0.95)), Outcome::Approved);
    for name in [DocumentNumber, BirthDate, ExpiryDate, IssuingCountry] {
        let mut front = side(VisualZone, 0.95);
        let field = front.fields.iter_mut().find(|field| field.name == name).expect("it is there");
        let other = match name {
            DocumentNumber => "X12345G",
            BirthDate => "1974-08-13",
            ExpiryDate => "2031-01-01",
            _ => "AUT",
        };
        field.value = other.to_owned();
        assert!(matches!(of(front), Outcome::NotReadable { .. }), "{name:?}");
    }
    assert!(matches!(of(side(VisualZone, 0.8)), Outcome::NotReadable { .. }));
}
