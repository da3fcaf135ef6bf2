//! Random cards, from a seed.

use selfsame_aamva::{
    Address, Card, Compliance, Country, Designator, Element, ElementId, Expiry, EyeColour, HairColour,
    Height, ISSUERS, Kind, Name, Privileges, Sex, Subfile, Truncation, Weight,
};
use time::Date;

/// SplitMix64: enough for tests, and the same everywhere.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(bound.max(1)).expect("a bound fits"))
            .expect("below the bound")
    }

    pub(crate) fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }

    pub(crate) fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (self.below(4) > 0).then(|| make(self))
    }

    /// One to `longest` characters that a name or an address may have, beginning and ending with a letter.
    pub(crate) fn text(&mut self, longest: usize) -> String {
        const INNER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 -'./#ÉÜÑ";
        let inner: Vec<char> = INNER.chars().collect();
        let length = self.below(longest.saturating_sub(2));
        let mut text = String::from("X");
        text.extend((0..length).map(|_| self.pick(&inner)));
        text.push('Y');
        // Runs of spaces have no meaning on a card.
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    pub(crate) fn date(&mut self) -> Date {
        let year = 1900 + i32::try_from(self.below(200)).expect("a year");
        let days = if time::util::is_leap_year(year) { 366 } else { 365 };
        let day = u16::try_from(1 + self.below(days)).expect("a day");
        Date::from_ordinal_date(year, day).expect("a day of the year")
    }

    fn number(&mut self, from: usize, to: usize) -> u16 {
        u16::try_from(from + self.below(to - from)).expect("small")
    }

    fn postal_code(&mut self) -> String {
        let digit = |random: &mut Self| char::from(b'0' + u8::try_from(random.below(10)).expect("a digit"));
        let zip: String = std::iter::once('9').chain((0..4).map(|_| digit(self))).collect();
        match self.below(3) {
            0 => zip,
            1 => format!("{zip}-1{}", &zip[1..4]),
            _ => format!("K{}A {}B{}", digit(self), digit(self), digit(self)),
        }
    }

    fn address(&mut self) -> Address {
        Address {
            street: self.maybe(|random| random.text(35)),
            street_2: self.maybe(|random| random.text(35)),
            city: self.maybe(|random| random.text(20)),
            jurisdiction: self
                .maybe(|random| random.pick(ISSUERS).code.to_owned())
                .filter(|code| !code.is_empty()),
            postal_code: self.maybe(Self::postal_code),
        }
    }

    fn name(&mut self, version: u8) -> Name {
        let mut name = Name { family: self.maybe(|random| random.text(40)), ..Name::default() };
        // Version 1 writes all parts behind the family name; versions 2 and 3 the middle names behind the first.
        if name.family.is_some() || version > 1 {
            name.first = self.maybe(|random| random.text(40));
            name.suffix = self.maybe(|random| random.pick(&["JR", "SR", "III", "4TH"]).to_owned());
            if version >= 4 || name.first.is_some() {
                name.middle = self.maybe(|random| random.text(40));
            }
        }
        if version == 1 {
            name.prefix = self.maybe(|random| random.text(5));
        }
        if version >= 4 {
            for truncation in
                [&mut name.family_truncation, &mut name.first_truncation, &mut name.middle_truncation]
            {
                *truncation = Some(self.pick(Truncation::ALL));
            }
        }
        name
    }

    /// A card with only such fields as `version` has elements for, so that writing loses nothing.
    pub(crate) fn card(&mut self, version: u8) -> Card {
        let kind = self.pick(&[Kind::Licence, Kind::IdentityCard]);
        let mut card = Card::new(kind, self.pick(ISSUERS).iin);
        card.header.version = version;
        card.header.jurisdiction_version =
            (version > 1).then(|| u8::try_from(self.below(100)).expect("two digits"));
        card.number = self.maybe(|random| random.text(25));
        card.name = self.name(version);
        card.birth_date = self.maybe(Self::date);
        card.issue_date = self.maybe(Self::date);
        card.expiry = self.maybe(|random| match random.below(8) {
            0 => Expiry::Never,
            _ => Expiry::On(random.date()),
        });
        card.sex = self.maybe(|random| random.pick(&[Sex::Male, Sex::Female, Sex::NotSpecified]));
        card.eyes = self.maybe(|random| random.pick(EyeColour::ALL));
        card.hair = self.maybe(|random| random.pick(HairColour::ALL));
        card.height = self.maybe(|random| match random.below(2) {
            0 => Height::Inches(random.number(24, 107)),
            _ => Height::Centimetres(random.number(60, 250)),
        });
        card.weight = self.maybe(|random| match random.below(if version == 1 { 2 } else { 3 }) {
            0 => Weight::Pounds(random.number(60, 600)),
            1 => Weight::Kilograms(random.number(30, 300)),
            _ => Weight::Range(u8::try_from(random.below(10)).expect("a digit")),
        });
        card.address = self.address();
        card.privileges = Privileges {
            vehicle_class: self.maybe(|random| random.text(6)),
            restrictions: self.maybe(|random| random.text(12)),
            endorsements: self.maybe(|random| random.text(5)),
            federal_commercial: None,
        };
        if matches!(version, 2 | 3) {
            card.privileges.federal_commercial = self.maybe(|random| random.text(4));
        }
        if version == 1 {
            card.residence = self.address();
        } else {
            let issued_in = card.issuer().map(|issuer| issuer.country);
            card.country = self.maybe(|_| issued_in.unwrap_or(Country::Usa));
            card.document_discriminator = self.maybe(|random| random.text(25));
            card.birth_place = self.maybe(|random| random.text(33));
            card.audit_information = self.maybe(|random| random.text(25));
            card.inventory_control = self.maybe(|random| random.text(25));
        }
        if version >= 4 {
            card.compliance = self.maybe(|random| random.pick(Compliance::ALL));
            card.revision_date = self.maybe(Self::date);
            if version <= 10 {
                card.hazmat_expiry_date = self.maybe(Self::date);
            }
            card.limited_duration = self.maybe(|random| random.below(2) == 0);
        }
        if version >= 5 {
            card.under_18_until = self.maybe(Self::date);
            card.under_19_until = self.maybe(Self::date);
            card.under_21_until = self.maybe(Self::date);
        }
        if version >= 6 || version == 1 {
            card.organ_donor = self.maybe(|random| random.below(2) == 0);
        }
        if version >= 7 {
            card.veteran = self.maybe(|random| random.below(2) == 0);
        }
        if version >= 11 {
            for indicator in
                [&mut card.commercial, &mut card.non_domiciled, &mut card.enhanced, &mut card.permit]
            {
                *indicator = self.maybe(|random| random.below(2) == 0);
            }
        }
        let element = |random: &mut Self, id: &str| Element {
            id: ElementId::new(id).expect("an identifier"),
            value: random.text(30),
        };
        if self.below(2) == 0 {
            card.other.push(element(self, "DBN"));
        }
        for number in 0..self.below(3) {
            let designator = ["ZV", "ZQ"][number];
            let elements =
                (0..1 + self.below(4)).map(|at| element(self, &format!("{designator}{at}"))).collect();
            let designator = Designator::new(designator).expect("a type");
            card.subfiles.push(Subfile { designator, elements });
        }
        card.header.entries = u8::try_from(1 + card.subfiles.len()).expect("a few");
        card
    }
}
