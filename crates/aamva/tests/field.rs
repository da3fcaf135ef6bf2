//! What cards in people's pockets do: each kind that was reported, and others of the same kind. Persons and numbers are invented.

use selfsame_aamva::{
    Absence, Card, Country, Designator, Element, ElementId, Expiry, Kind, Sex, Warning, parse,
};
use time::macros::date;

fn read(payload: impl AsRef<[u8]>) -> Card {
    parse(payload).expect("the payload is read")
}

fn id(id: &str) -> ElementId {
    ElementId::new(id).expect("an identifier")
}

fn text(field: &Option<String>) -> Option<&str> {
    field.as_deref()
}

/// The elements of a true version 10 card of Virginia.
const ELEMENTS: &str = "DAQT64235789\nDCSTESTER\nDDEN\nDACANN\nDDFN\nDADMARIE\nDDGN\nDCAD\nDCBK\nDCDPH\nDBD06062022\n\
                        DBB06061986\nDBA12102030\nDBC2\nDAU068 in\nDAYBRO\nDAG2300 WEST BROAD STREET\nDAIRICHMOND\n\
                        DAJVA\nDAK232690000  \nDCF2424244747474786102204\nDCGUSA\nDCK123456789\nDDAF\nDDB06062018";

/// A payload with these elements, and with an offset and a length that are true.
fn licence(elements: &str) -> String {
    let body = format!("DL{elements}\r");
    format!("@\n\x1e\rANSI 636000100001DL0031{:04}{body}", body.chars().count())
}

/// What every complete reading of [`ELEMENTS`] says, however it is bent.
fn assert_tester(card: &Card, bend: &str) {
    assert_eq!(card.kind, Some(Kind::Licence), "{bend}");
    for (field, expected) in [
        (&card.number, "T64235789"),
        (&card.name.family, "TESTER"),
        (&card.name.first, "ANN"),
        (&card.name.middle, "MARIE"),
        (&card.address.street, "2300 WEST BROAD STREET"),
        (&card.address.city, "RICHMOND"),
        (&card.address.jurisdiction, "VA"),
        (&card.address.postal_code, "23269"),
        (&card.privileges.vehicle_class, "D"),
        (&card.inventory_control, "123456789"),
    ] {
        assert_eq!(text(field), Some(expected), "{bend}: {:?}", card.warnings);
    }
    assert_eq!(card.birth_date, Some(date!(1986 - 06 - 06)), "{bend}");
    assert_eq!(card.expiry_date(), Some(date!(2030 - 12 - 10)), "{bend}");
    assert_eq!(card.sex, Some(Sex::Female), "{bend}");
}

/// No value holds what other elements say.
fn assert_no_value_holds_the_rest(card: &Card) {
    let all = [
        &card.number,
        &card.name.family,
        &card.name.first,
        &card.name.middle,
        &card.name.undivided,
        &card.address.street,
        &card.address.city,
        &card.document_discriminator,
    ];
    let other = card.other.iter().chain(card.subfiles.iter().flat_map(|subfile| &subfile.elements));
    for value in all.into_iter().flatten().chain(other.map(|element| &element.value)) {
        assert!(value.chars().count() <= 40, "a value of {} characters", value.chars().count());
    }
}

#[test]
fn a_card_that_does_not_run_out_says_so() {
    let reported = licence(&ELEMENTS.replace("DBA12102030", "DBA99999999"));
    let card = read(&reported);
    assert_eq!((card.expiry, card.expiry_date()), (Some(Expiry::Never), None));
    assert_eq!(card.warnings, []);
    for never in
        ["12319999", "99991231", "INDEF", "indefinite", "NON-EXPIRING", "12312999", "PERMANENT", "99999999,"]
    {
        let card = read(licence(&ELEMENTS.replace("DBA12102030", &format!("DBA{never}"))));
        assert_eq!(card.expiry, Some(Expiry::Never), "{never}");
        assert!(
            card.warnings.iter().all(|it| matches!(it, Warning::SubfileLength { .. })),
            "{:?}",
            card.warnings
        );
    }
    // Neither no date nor a date that cannot be read is one that never comes.
    for (value, absent) in
        [("NONE", true), ("unavl", true), ("", true), ("13319999", false), ("00000000", false)]
    {
        let card = read(licence(&ELEMENTS.replace("DBA12102030", &format!("DBA{value}"))));
        assert_eq!(card.expiry, None, "{value}");
        assert_eq!(card.absent.iter().any(|(it, _)| *it == "DBA"), absent, "{value}");
        assert_eq!(card.warnings.contains(&Warning::Unreadable(id("DBA"))), !absent, "{value}");
    }
}

/// As reported from Alberta: `DL` and four letters, then the subfile.
const ALBERTA: &str = "@\n\x1e\rANSI 990876030001DLabacDLDCSTESTER\nDCTANN MARIE\nDABTESTER\nDACANN\nDADMARIE\n\
                       DAG123 MAPLE LEAF TERR SW\nDAQ111111-222\nDAKT4G 7A7\nDAICALGARY\nDAJAB\nDBCF\nDBB19930204\nDAR5\nDATA\n\
                       DBA20300108\nDAU155 CM\nDAW50 KG\nDCE2\nDAZBROWN\nDAYBROWN\n\n";

#[test]
fn a_designator_that_is_no_number() {
    let card = read(ALBERTA);
    assert_eq!(card.kind, Some(Kind::Licence));
    assert_eq!(text(&card.number), Some("111111-222"));
    assert_eq!((text(&card.name.family), card.name.given().as_deref()), (Some("TESTER"), Some("ANN MARIE")));
    assert_eq!(card.birth_date, Some(date!(1993 - 02 - 04)));
    assert_eq!(card.expiry_date(), Some(date!(2030 - 01 - 08)));
    assert_eq!(text(&card.address.postal_code), Some("T4G 7A7"));
    assert_eq!(card.sex, Some(Sex::Female));
    assert_eq!(text(&card.privileges.vehicle_class), Some("5"));
    assert_eq!(card.issuing_country(), Some(Country::Canada));
    assert!(card.warnings.contains(&Warning::DesignatorUnreadable));

    for (designator, kind) in [
        ("DLxxxxyyyyDL", Kind::Licence),
        ("DL0031O27BDL", Kind::Licence),
        ("DL----DL", Kind::Licence),
        ("IDabcdID", Kind::IdentityCard),
        ("IDabcd\nID", Kind::IdentityCard),
        // The digits of the designator are none, and the type of the subfile is missing.
        ("DLabac", Kind::Licence),
        ("IDabac\n", Kind::IdentityCard),
    ] {
        let card = read(ALBERTA.replace("DLabacDL", designator));
        assert_eq!(card.kind, Some(kind), "{designator}");
        assert_eq!(text(&card.name.family), Some("TESTER"), "{designator}");
        assert_eq!(text(&card.number), Some("111111-222"), "{designator}");
        let told = [Warning::DesignatorUnreadable, Warning::SubfileMissing(Designator::IDENTITY_CARD)];
        assert!(told.iter().any(|it| card.warnings.contains(it)), "{designator}: {:?}", card.warnings);
    }
}

#[test]
fn one_of_two_designators_is_no_number() {
    let body = format!("DL{ELEMENTS}\rZVZVA01\r");
    for designators in
        ["DLabcdefghZV02930009", "DL00410263ZVabcdefgh", "DLabcdZVefgh", "DL0041O263ZV02930009"]
    {
        let card = read(format!("@\n\x1e\rANSI 636000100002{designators}{body}"));
        assert_tester(&card, designators);
        assert!(!card.other.iter().any(|element| element.value.contains("ZVA")), "{designators}");
    }
}

/// As reported from Missouri: version 1, no separator in either subfile but the one at the end.
const MISSOURI: &str = "@\nANSI 6360300102DL00390191ZM02300053DLDAQX123456789DAATESTER,ANN, ,DAG123 ABC TEST ADDRESS 2ND FL\
                        DAIST LOUISDAJMODAK633011      DARF   DAS          DAT     DAU508DAW155DAYBRODBA20300101DBB19870101\
                        DBCFDBD20210101\nZMZMAST LOUIS CITYZMB000000000001ZMC          ZMD\n";

#[test]
fn separators_that_are_missing() {
    let card = read(MISSOURI);
    assert_eq!(text(&card.number), Some("X123456789"));
    assert_eq!((text(&card.name.family), text(&card.name.first)), (Some("TESTER"), Some("ANN")));
    assert_eq!(text(&card.address.street), Some("123 ABC TEST ADDRESS 2ND FL"));
    assert_eq!((text(&card.address.city), text(&card.address.jurisdiction)), (Some("ST LOUIS"), Some("MO")));
    assert_eq!(card.birth_date, Some(date!(1987 - 01 - 01)));
    assert_eq!(card.issue_date, Some(date!(2021 - 01 - 01)));
    assert_eq!(card.expiry_date(), Some(date!(2030 - 01 - 01)));
    assert_eq!(card.sex, Some(Sex::Female));
    assert_eq!(text(&card.privileges.vehicle_class), Some("F"));
    assert!(card.warnings.contains(&Warning::SeparatorsMissing));
    let values = |elements: &[Element]| -> Vec<String> {
        elements.iter().map(|element| format!("{}={}", element.id, element.value)).collect()
    };
    assert_eq!(values(&card.subfiles[0].elements), ["ZMA=ST LOUIS CITY", "ZMB=000000000001", "ZMC=", "ZMD="]);
    assert_no_value_holds_the_rest(&card);

    for (bend, elements) in [
        ("none", ELEMENTS.replace('\n', "")),
        ("blanks", ELEMENTS.replace('\n', " ")),
        ("several blanks", ELEMENTS.replace('\n', "   ")),
        ("bars", ELEMENTS.replace('\n', "|")),
        ("bars and blanks", ELEMENTS.replace('\n', " | ")),
        ("tildes", ELEMENTS.replace('\n', "~")),
        (
            "one line of many",
            ELEMENTS.replacen("\nDBD", "DBD", 1).replacen("\nDBB", "DBB", 1).replacen("\nDBA", "DBA", 1),
        ),
        ("after the name", ELEMENTS.replacen("\nDDE", "DDE", 1)),
        ("after the first name", ELEMENTS.replacen("\nDDF", " DDF", 1)),
        ("before the name", ELEMENTS.replacen("\nDCS", "DCS", 1)),
        ("before the first name", ELEMENTS.replacen("\nDDEN\nDAC", "DAC", 1)),
        ("half of them", ELEMENTS.replacen('\n', "", 12)),
        ("half of them are bars", ELEMENTS.replacen('\n', "|", 12)),
        ("half of them are blanks", ELEMENTS.replacen('\n', " ", 12)),
    ] {
        let card = read(licence(&elements));
        assert_tester(&card, bend);
        assert!(card.warnings.contains(&Warning::SeparatorsMissing), "{bend}");
        assert_no_value_holds_the_rest(&card);
    }
}

#[test]
fn a_jurisdictions_subfile_without_separators() {
    for (body, expected) in [
        ("ZVZVA01ZVBANY TEXTZVC3", vec!["01", "ANY TEXT", "3"]),
        ("ZVZVA01|ZVBANY TEXT|ZVC3", vec!["01", "ANY TEXT", "3"]),
        ("ZVZVA01\nZVBANY ZVC TEXT\nZVC3", vec!["01", "ANY ZVC TEXT", "3"]),
        // Which of the two begins an element cannot be told.
        ("ZVZVA01ZVBANY ZVBTEXT", vec!["01ZVBANY ZVBTEXT"]),
    ] {
        let licence = licence(ELEMENTS);
        let offset = licence.chars().count() + 10;
        let payload = licence.replacen("0001DL0031", "0002DL0041", 1);
        let split = payload.find("DLDAQ").expect("the subfile");
        let payload =
            format!("{}ZV{offset:04}{:04}{}{body}\r", &payload[..split], body.len() + 1, &payload[split..]);
        let card = read(&payload);
        assert_tester(&card, body);
        let values: Vec<&str> = card.subfiles[0].elements.iter().map(|it| it.value.as_str()).collect();
        assert_eq!(values, expected);
    }
}

#[test]
fn names_that_hold_identifiers_stay_whole_where_separators_are_there() {
    for family in [
        "MADDEN",
        "ADDISON",
        "MEDADLEY",
        "ADAIR",
        "SADDAM",
        "VANDAGRIFF",
        "DADE DACOSTA",
        "GOLDBERG",
        "DDANDDBE",
    ] {
        let card = read(licence(&ELEMENTS.replace("TESTER", family)));
        assert_eq!(text(&card.name.family), Some(family));
        assert_eq!(text(&card.name.middle), Some("MARIE"));
        assert!(!card.warnings.contains(&Warning::SeparatorsMissing), "{family}");
    }
    // Issuers that leave out what many names hold.
    for (family, left_out) in
        [("MADDEN", "\nDDEN"), ("MEDADLEY", "\nDADMARIE"), ("ADDISON", ""), ("JORDAN", "")]
    {
        let sparse = ELEMENTS
            .replace(left_out, "")
            .replace("\nDDFN", "")
            .replace("\nDDGN", "")
            .replace("TESTER", family);
        assert_eq!(text(&read(licence(&sparse)).name.family), Some(family));
    }
}

#[test]
fn names_that_hold_identifiers_without_separators_are_read_or_left_out() {
    for (family, expected, without_truncations) in [
        // No date follows, and the later versions do not know DAN and DBE.
        ("ADDISON", Some("ADDISON"), Some("ADDISON")),
        ("JORDAN", Some("JORDAN"), Some("JORDAN")),
        ("GOLDBERG", Some("GOLDBERG"), Some("GOLDBERG")),
        // The true DDE stands behind a whole name. Where an issuer writes none, it cannot be told. No name is empty.
        ("MADDEN", Some("MADDEN"), None),
        ("DAHLIN", Some("DAHLIN"), Some("DAHLIN")),
        ("MCDAHL", None, None),
    ] {
        let bare = ELEMENTS.replace("\nDDEN", "").replace("\nDDFN", "").replace("\nDDGN", "");
        for (elements, expected) in [(ELEMENTS, expected), (&bare, without_truncations)] {
            let card = read(licence(&elements.replace('\n', "").replace("TESTER", family)));
            assert_eq!(text(&card.name.family), expected, "{family}");
            assert_eq!(text(&card.number), Some("T64235789"), "{family}");
        }
    }
}

/// As reported from Ontario: values padded with blanks, some ended by commas.
const ONTARIO: &str = "@\n\x1e\rANSI 636012030001DL00000367DLDCAG   \nDCBNONE      \nDCDNONE \nDBA20300603\n\
    DCSTESTER,                               \nDCTANN,MARIE                                                     \nDBD20220607\n\
    DBB19960603\nDBC2\nDAYNONE\nDAU170 CM\nDAG123 ST GEORGE ST E,                   \nDAIFERGUS              \nDAJON\n\
    DAKN1M 3J6    \nDAQT1234-56789-00102\nDCFDV0000001\nDCGCAN\nDCHNONE\nDCK000000001\r";

#[test]
fn values_that_commas_pad() {
    let card = read(ONTARIO);
    assert_eq!(text(&card.name.family), Some("TESTER"));
    assert_eq!((text(&card.name.first), text(&card.name.middle)), (Some("ANN"), Some("MARIE")));
    assert_eq!(text(&card.address.street), Some("123 ST GEORGE ST E"));
    assert_eq!(text(&card.address.city), Some("FERGUS"));
    assert_eq!(card.expiry_date(), Some(date!(2030 - 06 - 03)));

    let card = read(
        ONTARIO.replace("DCTANN,MARIE", "DCTANN,").replace("DBC2", "DBC2,").replace("DAJON", "DAJON, ,"),
    );
    assert_eq!((text(&card.name.first), text(&card.name.middle)), (Some("ANN"), None));
    assert_eq!((card.sex, text(&card.address.jurisdiction)), (Some(Sex::Female), Some("ON")));
    let card = read(ONTARIO.replace("FERGUS  ", "FERGUS,,").replace("19960603", "19960603,"));
    assert_eq!(text(&card.address.city), Some("FERGUS"));
    assert_eq!(card.birth_date, Some(date!(1996 - 06 - 03)));
    // Nothing but commas is no value.
    let card = read(ONTARIO.replace("DCSTESTER,", "DCS,"));
    assert_eq!(card.name.family, None);
    assert!(card.absent.contains(&(id("DCS"), Absence::Empty)));
}

#[test]
fn middle_names_that_commas_part() {
    for (middle, expected) in [
        ("MARIE,LOUISE", Some("MARIE LOUISE")),
        ("MARIE, LOUISE", Some("MARIE LOUISE")),
        ("MARIE,LOUISE,JO,", Some("MARIE LOUISE JO")),
        (",", None),
        ("MARIE-LOUISE", Some("MARIE-LOUISE")),
    ] {
        let card = read(licence(&ELEMENTS.replace("DADMARIE", &format!("DAD{middle}"))));
        assert_eq!(text(&card.name.middle), expected, "{middle}");
    }
    let card = read(licence(&ELEMENTS.replace("DACANN", "DACANN,JO").replace("DADMARIE", "DADNONE")));
    assert_eq!(card.name.given().as_deref(), Some("ANN JO"));
}

#[test]
fn a_residence_is_the_address_where_there_is_no_other() {
    let old = |address: &str| {
        let body = format!("DLDAQX1\nDAATESTER,ANN\n{address}DBB19870101\r");
        read(format!("@\n\x1e\rANSI 6360300101DL0029{:04}{body}", body.len()))
    };
    let residence = "DAL12 RURAL ROUTE\nDAM3\nDANST LOUIS\nDAOMO\nDAP633011234\n";
    let card = old(residence);
    assert_eq!(text(&card.home().street), Some("12 RURAL ROUTE"));
    assert_eq!(
        (text(&card.home().city), text(&card.home().postal_code)),
        (Some("ST LOUIS"), Some("63301-1234"))
    );
    // Where mail goes to comes first, and a half of each is no address.
    let card = old(&format!("{residence}DAGPO BOX 7\nDAIROLLA\nDAJMO\nDAK65401\n"));
    assert_eq!((text(&card.home().street), text(&card.home().city)), (Some("PO BOX 7"), Some("ROLLA")));
    let card = old(&format!("{residence}DAIROLLA\n"));
    assert_eq!((text(&card.home().street), text(&card.home().city)), (None, Some("ROLLA")));
    // A state alone is no place to live at.
    let card = old(&format!("{residence}DAGNONE\nDAINONE\nDAJMO\n"));
    assert_eq!(text(&card.home().city), Some("ST LOUIS"));
    // Later cards that keep the elements.
    let later =
        ELEMENTS.replace("DAG2300 WEST BROAD STREET\nDAIRICHMOND", "DAL2300 WEST BROAD STREET\nDANRICHMOND");
    assert_eq!(text(&read(licence(&later)).home().street), Some("2300 WEST BROAD STREET"));
}

#[test]
fn the_newest_version() {
    let body = format!("DL{ELEMENTS}\nDDM1\nDDN0\nDDO1\nDDP1\r");
    let card = read(format!("@\n\x1e\rANSI 636000110101DL0031{:04}{body}", body.len()));
    assert_tester(&card, "version 11");
    assert_eq!((card.header.version, card.warnings.len()), (11, 0));
    assert_eq!(
        [card.commercial, card.non_domiciled, card.enhanced, card.permit],
        [Some(true), Some(false), Some(true), Some(true)]
    );
    let card = read(format!("@\n\x1e\rANSI 636000120101DL0031{:04}{body}", body.len()));
    assert_eq!(card.warnings, [Warning::UnknownVersion(12)]);
}
