//! One payload per version, composed by hand by the rules of that version, of people who do not exist.

use selfsame_aamva::{
    Absence, Card, Compliance, Country, EyeColour, HairColour, Height, Kind, Sex, Truncation, Weight, parse,
};
use time::Date;
use time::macros::date;

fn read(payload: &str) -> Card {
    let card = parse(payload).expect("the payload is read");
    assert_eq!(card.warnings, [], "the payload follows its version");
    card
}

fn text(field: &Option<String>) -> Option<&str> {
    field.as_deref()
}

fn dates(card: &Card) -> [Option<Date>; 3] {
    [card.birth_date, card.issue_date, card.expiry_date()]
}

#[test]
fn version_1_of_2000() {
    let card = read(concat!(
        "@\n\x1e\rAAMVA6360250101DL00290235DL",
        "DAQ00111222\nDAAMARBLE,ODELIA,QUINN WREN,JR\nDAG14 THIMBLE LANE\nDAIPUDDLETON\nDAJPA\nDAK170010000\n",
        "DALRURAL ROUTE 7\nDANFENWICK\nDAOPA\nDAP170021234\nDARC\nDASNONE\nDATM\nDAU509\nDAW142\nDAYGRN\nDAZRED\n",
        "DBA20091231\nDBB19760229\nDBCF\nDBD20041115\nDBHY\r",
    ));
    assert_eq!(
        (card.header.version, card.header.jurisdiction_version, card.kind),
        (1, None, Some(Kind::Licence))
    );
    assert_eq!(card.issuer().map(|issuer| issuer.code), Some("PA"));
    assert_eq!(text(&card.number), Some("00111222"));
    assert_eq!(text(&card.name.family), Some("MARBLE"));
    assert_eq!(text(&card.name.first), Some("ODELIA"));
    assert_eq!(text(&card.name.middle), Some("QUINN WREN"));
    assert_eq!(text(&card.name.suffix), Some("JR"));
    assert_eq!(card.name.given().as_deref(), Some("ODELIA QUINN WREN"));
    assert_eq!(
        dates(&card),
        [Some(date!(1976 - 02 - 29)), Some(date!(2004 - 11 - 15)), Some(date!(2009 - 12 - 31))]
    );
    assert_eq!(card.sex, Some(Sex::Female));
    assert_eq!((card.eyes, card.hair), (Some(EyeColour::Green), Some(HairColour::Red)));
    assert_eq!((card.height, card.weight), (Some(Height::Inches(69)), Some(Weight::Pounds(142))));
    assert_eq!(text(&card.address.postal_code), Some("17001"));
    assert_eq!(text(&card.residence.street), Some("RURAL ROUTE 7"));
    assert_eq!(text(&card.residence.postal_code), Some("17002-1234"));
    assert_eq!(text(&card.privileges.vehicle_class), Some("C"));
    assert_eq!(text(&card.privileges.restrictions), None);
    assert_eq!(text(&card.privileges.endorsements), Some("M"));
    assert_eq!(card.absent.first().map(|(_, absence)| *absence), Some(Absence::NoData));
    assert_eq!(card.organ_donor, Some(true));
    assert_eq!((card.country, card.issuing_country()), (None, Some(Country::Usa)));
}

#[test]
fn version_2_of_2003() {
    let card = read(concat!(
        "@\n\x1e\rANSI 636021020001DL00310231DL",
        "DCAD\nDCBNONE\nDCDNONE\nDCHNONE\nDBA08142008\nDCSPEPPERCORN\nDCTALDOUS,FINCH\nDCUIII\nDBD08142004\n",
        "DBB03091961\nDBC1\nDAYBLU\nDAU071 in\nDCE4\nDAG9 QUARRY ROAD\nDAILITTLE FORD\nDAJAR\nDAK722010000  \n",
        "DAQ900000017\nDCF0123456789ABCDEF\nDCGUSA\nDAZSDY\r",
    ));
    assert_eq!((card.header.version, card.header.jurisdiction_version), (2, Some(0)));
    assert_eq!(text(&card.name.first), Some("ALDOUS"));
    assert_eq!(text(&card.name.middle), Some("FINCH"));
    assert_eq!(text(&card.name.suffix), Some("III"));
    assert_eq!(
        dates(&card),
        [Some(date!(1961 - 03 - 09)), Some(date!(2004 - 08 - 14)), Some(date!(2008 - 08 - 14))]
    );
    assert_eq!(card.weight, Some(Weight::Range(4)));
    assert_eq!(card.absent.len(), 3);
    assert_eq!(text(&card.privileges.federal_commercial), None);
    assert_eq!(text(&card.document_discriminator), Some("0123456789ABCDEF"));
}

#[test]
fn version_3_of_2005_identity_card() {
    let card = read(concat!(
        "@\n\x1e\rANSI 636039030102ID00410160ZN02010013ID",
        "DBA11302011\nDCSOAKENSHAW\nDCTBRAM\nDBD11302006\nDBB07041988\nDBC1\nDAYHAZ\nDAU066 in\nDAG3 MILL POND\n",
        "DAIDERRYFIELD\nDAJNH\nDAK031019876  \nDAQNH0042\nDCFA1B2C3D4\nDCGUSA\r",
        "ZNZNAGRANITE\r",
    ));
    assert_eq!(card.kind, Some(Kind::IdentityCard));
    assert_eq!((text(&card.name.first), text(&card.name.middle)), (Some("BRAM"), None));
    assert_eq!(text(&card.address.postal_code), Some("03101-9876"));
    let zn = card.subfiles.first().expect("the jurisdiction's subfile");
    assert_eq!((zn.designator.as_str(), zn.elements[0].id.as_str()), ("ZN", "ZNA"));
    assert_eq!(zn.elements[0].value, "GRANITE");
}

#[test]
fn version_4_of_2009_canadian() {
    let card = read(concat!(
        "@\n\x1e\rANSI 636012040001DL00310281DL",
        "DCAG\nDCBX\nDCDNONE\nDBA20150722\nDCSLARKSPUR\nDACMAEVE\nDADNONE\nDBD20100722\nDBB19900722\nDBC2\nDAYBRO\n",
        "DAU168 cm\nDAG77 HERON CRES\nDAIPORT WILLOW\nDAJON\nDAKK1A0B1     \nDAQL0000-12345-67890\nDCFDD1234567\n",
        "DCGCAN\nDDEN\nDDFN\nDDGN\nDDAN\nDDB20090701\nDAX061\nDCKINV-1\nDCJAUD-1\nDCIPORT WILLOW, CANADA\r",
    ));
    assert_eq!(card.issuer().map(|issuer| (issuer.code, issuer.country)), Some(("ON", Country::Canada)));
    assert_eq!(card.country, Some(Country::Canada));
    assert_eq!(
        dates(&card),
        [Some(date!(1990 - 07 - 22)), Some(date!(2010 - 07 - 22)), Some(date!(2015 - 07 - 22))]
    );
    assert_eq!(card.revision_date, Some(date!(2009 - 07 - 01)));
    assert_eq!((card.height, card.weight), (Some(Height::Centimetres(168)), Some(Weight::Kilograms(61))));
    assert_eq!(text(&card.address.postal_code), Some("K1A 0B1"));
    assert_eq!(text(&card.name.middle), None);
    assert_eq!(card.name.family_truncation, Some(Truncation::Complete));
    assert_eq!(card.compliance, Some(Compliance::None));
    assert_eq!(text(&card.birth_place), Some("PORT WILLOW, CANADA"));
    assert_eq!(text(&card.audit_information), Some("AUD-1"));
    assert_eq!(text(&card.inventory_control), Some("INV-1"));
}

#[test]
fn version_5_of_2010() {
    let card = read(concat!(
        "@\n\x1e\rANSI 636045050001DL00310286DL",
        "DCANONE\nDCBNONE\nDCDNONE\nDBA05052015\nDCSTHISTLEWOOD-VON-HOHENFELD-MONTGOMERY-AS\nDACJUNIPER\nDADunavl\n",
        "DBD05052010\nDBB05051994\nDBC2\nDAYGRY\nDAU064 in\nDAG500 FERN ST\nDAHAPT 12\nDAITALL FIRS\nDAJWA\n",
        "DAK981010000  \nDAQTHISTJ*060RS\nDCFX1\nDCGUSA\nDDET\nDDFN\nDDGU\nDDH05052012\nDDI05052013\nDDJ05052015\r",
    ));
    assert_eq!(card.name.family_truncation, Some(Truncation::Truncated));
    assert_eq!(card.name.middle_truncation, Some(Truncation::Unknown));
    assert_eq!(text(&card.name.middle), None);
    assert!(card.absent.iter().any(|(id, absence)| *id == "DAD" && *absence == Absence::Unavailable));
    assert_eq!(text(&card.address.street_2), Some("APT 12"));
    assert_eq!(text(&card.number), Some("THISTJ*060RS"));
    assert_eq!(card.under_18_until, Some(date!(2012 - 05 - 05)));
    assert_eq!(card.under_19_until, Some(date!(2013 - 05 - 05)));
    assert_eq!(card.under_21_until, Some(date!(2015 - 05 - 05)));
    assert_eq!(card.privileges.vehicle_class, None);
}

/// Versions 6 to 10 differ in what may follow the mandatory elements.
fn later(version: &str, sex: &str, optional: &str) -> Card {
    let body = [
        "DLDAQS0000007\nDCSNETTLE\nDDEN\nDACIVO\nDDFN\nDADKESTREL\nDDGN\nDCAC\nDCB01\nDCDNONE\nDBD02282013\n\
         DBB12311980\nDBA12312019\nDBC",
        sex,
        "\nDAU072 in\nDAYBLK\nDAG1 COPPER WAY\nDAISALT FLAT\nDAJUT\nDAK840010000  \nDCF42\nDCGUSA",
        optional,
        "\r",
    ]
    .concat();
    let card = read(&format!("@\n\x1e\rANSI 636040{version}0101DL0031{:04}{body}", body.len()));
    assert_eq!(
        dates(&card),
        [Some(date!(1980 - 12 - 31)), Some(date!(2013 - 02 - 28)), Some(date!(2019 - 12 - 31))]
    );
    assert_eq!(text(&card.name.family), Some("NETTLE"));
    assert_eq!(text(&card.privileges.restrictions), Some("01"));
    assert_eq!(text(&card.number), Some("S0000007"));
    assert_eq!(card.eyes, Some(EyeColour::Black));
    card
}

#[test]
fn version_6_of_2011() {
    let card = later("06", "1", "\nDDAM\nDDD1\nDDK1");
    assert_eq!(card.header.version, 6);
    assert_eq!((card.compliance, card.limited_duration), (Some(Compliance::Material), Some(true)));
    assert_eq!((card.organ_donor, card.veteran), (Some(true), None));
}

#[test]
fn version_7_of_2012() {
    let card = later("07", "2", "\nDDAF\nDDL1");
    assert_eq!((card.header.version, card.sex), (7, Some(Sex::Female)));
    assert_eq!((card.organ_donor, card.veteran, card.limited_duration), (None, Some(true), None));
}

#[test]
fn version_8_of_2013() {
    let card = later("08", "1", "\nDDAF\nDDB06062013\nDDC06062016\nDAW185");
    assert_eq!((card.header.version, card.sex), (8, Some(Sex::Male)));
    assert_eq!(card.hazmat_expiry_date, Some(date!(2016 - 06 - 06)));
    assert_eq!(card.weight, Some(Weight::Pounds(185)));
}

#[test]
fn version_9_of_2016() {
    let card = later("09", "9", "\nDDAN\nDBNNETTLE-ASH");
    assert_eq!((card.header.version, card.sex), (9, Some(Sex::NotSpecified)));
    let alias = card.other.first().expect("the alias has no field");
    assert_eq!((alias.id.as_str(), alias.value.as_str()), ("DBN", "NETTLE-ASH"));
}

/// Literal throughout, with a jurisdiction's subfile whose place is stated.
#[test]
fn version_10_of_2020() {
    let card = read(concat!(
        "@\n\x1e\rANSI 636014100102DL00410257ZC02980014",
        "DLDAQY0000001\nDCSBRAMBLE\nDDEN\nDACWILLA\nDDFN\nDADMOSS\nDDGN\nDCAC\nDCBNONE\nDCDNONE\nDBD01152022\n",
        "DBB09302001\nDBA09302027\nDBC9\nDAU065 in\nDAYHAZ\nDAG12 POPPY HILL\nDAISAN ALDER\nDAJCA\nDAK900010000  \n",
        "DCF01/15/2022000A1/AAFD/27\nDCGUSA\nDAW130\nDAZBRO\nDDAF\nDDB01012019\nDDK1\r",
        "ZCZCABRN\nZCB1\r",
    ));
    assert_eq!(
        (card.header.version, card.header.jurisdiction_version, card.header.entries),
        (10, Some(1), 2)
    );
    assert_eq!(
        dates(&card),
        [Some(date!(2001 - 09 - 30)), Some(date!(2022 - 01 - 15)), Some(date!(2027 - 09 - 30))]
    );
    assert_eq!((card.sex, card.compliance), (Some(Sex::NotSpecified), Some(Compliance::Full)));
    assert_eq!(text(&card.document_discriminator), Some("01/15/2022000A1/AAFD/27"));
    assert_eq!((card.organ_donor, card.limited_duration), (Some(true), None));
    assert_eq!(card.subfiles.len(), 1);
    assert_eq!(card.subfiles[0].elements.len(), 2);
}
