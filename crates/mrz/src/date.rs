//! Dates of two-digit years, of which parts may be unknown (ICAO 9303-3, section 4.8), and their century.

use time::{Date, Month};

/// A date as the machine-readable zone writes it: `YYMMDD`, with `<<` for a part that is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct MrzDate {
    /// The last two digits of the year, 0–99.
    pub year: Option<u8>,
    /// 1–12.
    pub month: Option<u8>,
    /// 1–31, at most the longest length of the month.
    pub day: Option<u8>,
}

/// A date with its century, of which month and day may be unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PartialDate {
    /// The year of the Gregorian calendar.
    pub year: i32,
    /// 1–12.
    pub month: Option<u8>,
    /// 1–31.
    pub day: Option<u8>,
}

impl PartialDate {
    /// The day, when all of it is known.
    #[must_use]
    pub fn exact(self) -> Option<Date> {
        let month = Month::try_from(self.month?).ok()?;
        Date::from_calendar_date(self.year, month, self.day?).ok()
    }

    /// The earliest and the latest day that this may be. Both are `None` for a day that the calendar does not have.
    #[must_use]
    pub fn bounds(self) -> Option<(Date, Date)> {
        let first_month = Month::try_from(self.month.unwrap_or(1)).ok()?;
        let last_month = Month::try_from(self.month.unwrap_or(12)).ok()?;
        let first = Date::from_calendar_date(self.year, first_month, self.day.unwrap_or(1)).ok()?;
        let last_day = self.day.unwrap_or_else(|| last_month.length(self.year));
        let last = Date::from_calendar_date(self.year, last_month, last_day).ok()?;
        Some((first, last))
    }
}

impl MrzDate {
    /// Longest age that [`Self::birth`] believes, in years.
    pub const OLDEST: i32 = 120;

    /// Reads six characters. `None` when they are no date: other characters than digits and `<`, a part half known (`1<`), a month 13
    /// or a 31 April. 29 February passes when some century has it.
    #[must_use]
    pub fn parse(text: &[u8]) -> Option<Self> {
        fn part(two: &[u8]) -> Option<Option<u8>> {
            match two {
                [b'<', b'<'] => Some(None),
                [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => Some(Some((tens - b'0') * 10 + (ones - b'0'))),
                _ => None,
            }
        }
        if text.len() != 6 {
            return None;
        }
        let date = Self { year: part(&text[..2])?, month: part(&text[2..4])?, day: part(&text[4..])? };
        date.is_possible().then_some(date)
    }

    /// Whether month and day exist.
    #[must_use]
    pub fn is_possible(self) -> bool {
        let longest = match self.month {
            None => 31,
            Some(month) => match Month::try_from(month) {
                // 1900 had no leap day, 2000 had: of "00" one century does.
                Ok(Month::February) => self.year.map_or(29, |year| if year % 4 == 0 { 29 } else { 28 }),
                Ok(month) => month.length(2000),
                Err(_) => return false,
            },
        };
        self.year.is_none_or(|year| year < 100) && self.day.is_none_or(|day| (1..=longest).contains(&day))
    }

    /// The date as a birth date, seen on `today`: the latest century in which its first possible day is not after `today`, if
    /// that makes the holder at most [`Self::OLDEST`] years old. `None` when the year is not known or the calendar has no such
    /// day.
    ///
    /// Of a holder of 100 years and more the two digits cannot tell the century: the younger age is given. [`Self::births`] has both.
    #[must_use]
    pub fn birth(self, today: Date) -> Option<PartialDate> {
        self.births(today).first().copied()
    }

    /// Every century in which a holder of at most [`Self::OLDEST`] years was born on this date, seen on `today`; the latest first. Two
    /// where the holder may be a child or a hundred years older.
    #[must_use]
    pub fn births(self, today: Date) -> Vec<PartialDate> {
        (0..=2)
            .filter_map(|back| self.in_century(today.year().div_euclid(100) - back))
            .filter(|date| date.bounds().is_some_and(|(first, _)| first <= today))
            .filter(|date| today.year() - date.year <= Self::OLDEST)
            .collect()
    }

    /// The date as an expiry date (or a date of issue), seen on `today`: the century that brings the year nearest, from 50 years
    /// back to 49 years ahead. `None` when the year is not known or the calendar has no such day.
    #[must_use]
    pub fn around(self, today: Date) -> Option<PartialDate> {
        let century = today.year().div_euclid(100);
        [century, century - 1, century + 1]
            .into_iter()
            .filter_map(|century| self.in_century(century))
            .find(|date| (-50..50).contains(&(date.year - today.year())))
            .filter(|date| date.bounds().is_some())
    }

    /// The six characters.
    #[must_use]
    pub fn to_text(self) -> String {
        [self.year, self.month, self.day]
            .map(|part| part.map_or_else(|| "<<".to_owned(), |part| format!("{part:02}")))
            .concat()
    }

    fn in_century(self, century: i32) -> Option<PartialDate> {
        Some(PartialDate { year: century * 100 + i32::from(self.year?), month: self.month, day: self.day })
    }
}

impl From<Date> for MrzDate {
    fn from(date: Date) -> Self {
        Self {
            year: u8::try_from(date.year().rem_euclid(100)).ok(),
            month: Some(u8::from(date.month())),
            day: Some(date.day()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    fn mrz(text: &str) -> MrzDate {
        MrzDate::parse(text.as_bytes()).expect("a date")
    }

    #[test]
    fn the_century_of_a_birth_is_the_latest_not_ahead() {
        let today = date!(2026 - 03 - 10);
        assert_eq!(mrz("740812").birth(today).and_then(PartialDate::exact), Some(date!(1974 - 08 - 12)));
        assert_eq!(mrz("260310").birth(today).and_then(PartialDate::exact), Some(date!(2026 - 03 - 10)));
        assert_eq!(mrz("260311").birth(today).and_then(PartialDate::exact), Some(date!(1926 - 03 - 11)));
        assert_eq!(mrz("26<<<<").birth(today).map(|date| date.year), Some(2026));
        assert_eq!(mrz("<<0812").birth(today), None);
        // 29 February 2000 exists, in 1900 it does not.
        assert_eq!(mrz("000229").birth(today).and_then(PartialDate::exact), Some(date!(2000 - 02 - 29)));
        assert_eq!(mrz("000229").birth(date!(1999 - 01 - 01)), None);
    }

    #[test]
    fn the_century_of_an_expiry_is_the_nearest() {
        let today = date!(2026 - 03 - 10);
        for (text, year) in [("120415", 2012), ("751231", 2075), ("760101", 1976), ("991231", 1999)] {
            assert_eq!(mrz(text).around(today).map(|date| date.year), Some(year), "{text}");
        }
        assert_eq!(mrz("010101").around(date!(1999 - 06 - 01)).map(|date| date.year), Some(2001));
    }

    #[test]
    fn what_is_no_date() {
        for text in ["741312", "740431", "7408<2", "740800", "230229", "74081A", "74081"] {
            assert_eq!(MrzDate::parse(text.as_bytes()), None, "{text}");
        }
        assert_eq!(mrz("<<<<<<"), MrzDate { year: None, month: None, day: None });
        assert_eq!(mrz("74<<<<").to_text(), "74<<<<");
        assert_eq!(MrzDate::from(date!(2005 - 01 - 09)).to_text(), "050109");
        let bounds = PartialDate { year: 2024, month: Some(2), day: None }.bounds();
        assert_eq!(bounds, Some((date!(2024 - 02 - 01), date!(2024 - 02 - 29))));
    }
}
