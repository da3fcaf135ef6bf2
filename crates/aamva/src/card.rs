//! What a barcode says, typed.

use std::fmt;

use time::Date;

use crate::{
    Compliance, Country, Element, ElementId, EyeColour, HairColour, Header, Height, Issuer, Name, Sex,
    Subfile, Warning, Weight, issuer,
};

/// What the card is: the type of its first subfile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `DL`.
    Licence,
    /// `ID`.
    IdentityCard,
}

/// A postal address. `Debug` prints no value.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Address {
    /// DAG, or DAL of a version 1 residence.
    pub street: Option<String>,
    /// DAH, or DAM.
    pub street_2: Option<String>,
    /// DAI, or DAN.
    pub city: Option<String>,
    /// DAJ, or DAO: the two letters of the state or province.
    pub jurisdiction: Option<String>,
    /// DAK, or DAP, without filler: `23269`, `23269-1234`, `K1A 0B1`; any other form as it stands.
    pub postal_code: Option<String>,
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address(…)")
    }
}

/// What the holder may drive, in the codes of the jurisdiction.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Privileges {
    /// DCA; DAR in version 1.
    pub vehicle_class: Option<String>,
    /// DCB; DAS in version 1.
    pub restrictions: Option<String>,
    /// DCD; DAT in version 1.
    pub endorsements: Option<String>,
    /// DCH, federal commercial vehicle codes (versions 2 and 3).
    pub federal_commercial: Option<String>,
}

/// Until when a card is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Expiry {
    /// Its last day.
    On(Date),
    /// It does not run out: all nines, the year 9999 or another far beyond any card, or a word that says so.
    Never,
}

/// How a card says that it has no value for an element (Annex D, "mandatory data elements for which no data exists").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Absence {
    /// `NONE`: no data exists, such as no middle name.
    NoData,
    /// `unavl`: data exists but was not available.
    Unavailable,
    /// Nothing but padding.
    Empty,
}

/// The data of one card. `Debug` prints the header and the warnings, no personal data.
///
/// A field is `None` when its element was not there, said that it has no value ([`Card::absent`]), or could not be read
/// ([`Warning::Unreadable`]).
#[derive(Clone, PartialEq, Eq)]
pub struct Card {
    /// The header's fields.
    pub header: Header,
    /// Licence or identity card; `None` when the header designates neither.
    pub kind: Option<Kind>,
    /// DAQ, customer number: the number of the licence or identity card.
    pub number: Option<String>,
    /// The name.
    pub name: Name,
    /// DBB, date of birth.
    pub birth_date: Option<Date>,
    /// DBD, date of issue.
    pub issue_date: Option<Date>,
    /// DBA, until when the card is good. See also [`Card::expiry_date`].
    pub expiry: Option<Expiry>,
    /// DBC, sex.
    pub sex: Option<Sex>,
    /// DAY, eye colour.
    pub eyes: Option<EyeColour>,
    /// DAZ, hair colour.
    pub hair: Option<HairColour>,
    /// DAU, or DAV of version 1, height.
    pub height: Option<Height>,
    /// DAW, else DAX, else DCE, weight.
    pub weight: Option<Weight>,
    /// DAG to DAK, address.
    pub address: Address,
    /// DAL to DAP, residence where it is not the address (version 1, and later cards that keep its elements). See also [`Card::home`].
    pub residence: Address,
    /// DCF, document discriminator (from version 2).
    pub document_discriminator: Option<String>,
    /// DCG, country of issue (from version 2). See also [`Card::issuing_country`].
    pub country: Option<Country>,
    /// What the holder may drive.
    pub privileges: Privileges,
    /// DCI, place of birth.
    pub birth_place: Option<String>,
    /// DCJ, audit information.
    pub audit_information: Option<String>,
    /// DCK, inventory control number.
    pub inventory_control: Option<String>,
    /// DDA, compliance with the REAL ID Act (from version 4).
    pub compliance: Option<Compliance>,
    /// DDB, revision date of the card's design (from version 4).
    pub revision_date: Option<Date>,
    /// DDC, expiry of the hazardous materials endorsement (from version 4).
    pub hazmat_expiry_date: Option<Date>,
    /// DDD, limited duration document (from version 4).
    pub limited_duration: Option<bool>,
    /// DDH, the holder is under 18 until this day (from version 5).
    pub under_18_until: Option<Date>,
    /// DDI, the holder is under 19 until this day (from version 5).
    pub under_19_until: Option<Date>,
    /// DDJ, the holder is under 21 until this day (from version 5).
    pub under_21_until: Option<Date>,
    /// DDK (from version 6), DBH in version 1: organ donor.
    pub organ_donor: Option<bool>,
    /// DDL, veteran (from version 7).
    pub veteran: Option<bool>,
    /// DDM, commercial licence or learner's permit (from version 11).
    pub commercial: Option<bool>,
    /// DDN, commercial licence of a holder who does not live in the jurisdiction (from version 11).
    pub non_domiciled: Option<bool>,
    /// DDO, enhanced licence or identity card, which is good for crossing the border (from version 11).
    pub enhanced: Option<bool>,
    /// DDP, learner's permit (from version 11).
    pub permit: Option<bool>,
    /// Elements that say they have no value, in their order.
    pub absent: Vec<(ElementId, Absence)>,
    /// Elements of the licence or identity card subfile without a field here, or whose value could not be read, as they stand.
    pub other: Vec<Element>,
    /// The other subfiles: those of jurisdictions, `Z` and a letter.
    pub subfiles: Vec<Subfile>,
    /// Where the payload departs from the standard.
    pub warnings: Vec<Warning>,
}

impl Card {
    /// A card without fields, to be filled in for [`crate::compose`].
    pub fn new(kind: Kind, iin: u32) -> Self {
        Self::empty(Header { version: 11, iin, jurisdiction_version: Some(0), entries: 1 }, Some(kind))
    }

    pub(crate) fn empty(header: Header, kind: Option<Kind>) -> Self {
        Self {
            header,
            kind,
            number: None,
            name: Name::default(),
            birth_date: None,
            issue_date: None,
            expiry: None,
            sex: None,
            eyes: None,
            hair: None,
            height: None,
            weight: None,
            address: Address::default(),
            residence: Address::default(),
            document_discriminator: None,
            country: None,
            privileges: Privileges::default(),
            birth_place: None,
            audit_information: None,
            inventory_control: None,
            compliance: None,
            revision_date: None,
            hazmat_expiry_date: None,
            limited_duration: None,
            under_18_until: None,
            under_19_until: None,
            under_21_until: None,
            organ_donor: None,
            veteran: None,
            commercial: None,
            non_domiciled: None,
            enhanced: None,
            permit: None,
            absent: Vec::new(),
            other: Vec::new(),
            subfiles: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// The authority of the header's issuer identification number.
    pub fn issuer(&self) -> Option<&'static Issuer> {
        issuer(self.header.iin)
    }

    /// DCG where the card has it, else the country of the issuer.
    pub fn issuing_country(&self) -> Option<Country> {
        self.country.or_else(|| self.issuer().map(|issuer| issuer.country))
    }

    /// Whether the payload departs from the standard so far that some of its data had to be looked for, or may be missing.
    pub fn is_bent(&self) -> bool {
        self.warnings.iter().any(|warning| {
            matches!(
                warning,
                Warning::DesignatorUnreadable
                    | Warning::SeparatorsMissing
                    | Warning::ElementAmbiguous(_)
                    | Warning::ElementCut(_)
                    | Warning::Truncated
            )
        })
    }

    /// The last day of a card that has one.
    pub fn expiry_date(&self) -> Option<Date> {
        match self.expiry? {
            Expiry::On(date) => Some(date),
            Expiry::Never => None,
        }
    }

    /// The address, or the residence of a card that has no street and no city in its address. The two are never mixed.
    pub fn home(&self) -> &Address {
        let placed = |address: &Address| address.street.is_some() || address.city.is_some();
        if !placed(&self.address) && placed(&self.residence) { &self.residence } else { &self.address }
    }
}

impl fmt::Debug for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Card")
            .field("header", &self.header)
            .field("kind", &self.kind)
            .field("warnings", &self.warnings)
            .finish_non_exhaustive()
    }
}
