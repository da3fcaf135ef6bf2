//! Dates: eight digits in one of two orders.

use time::{Date, Month};

/// The order of the digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// MMDDCCYY: the USA, from version 2.
    MonthFirst,
    /// CCYYMMDD: version 1, and Canada.
    YearFirst,
}

/// Years that can stand on a card. Years in this range begin with 18 to 21, which is no month: no eight digits are a date in both orders.
const YEARS: std::ops::RangeInclusive<i32> = 1800..=2199;

/// How [`crate::compose`] writes that a card does not run out.
pub(crate) const NEVER: &str = "99999999";

/// Words that say that a card does not run out, in capital letters and without what parts them.
const NEVER_WORDS: [&str; 14] = [
    "INDEF",
    "INDEFINITE",
    "NONEXP",
    "NONEXPIRING",
    "NOEXP",
    "NOEXPIRY",
    "NOEXPIRATION",
    "NOTEXPIRING",
    "NEVER",
    "NEVEREXPIRES",
    "DOESNOTEXPIRE",
    "LIFETIME",
    "PERM",
    "PERMANENT",
];

/// The first year that no card can mean as its last one. Issuers that write a day all the same take the year 2999 or 9999.
const FIRST_YEAR_OF_NEVER: u32 = 2900;

/// Whether an expiry says that there is none: one of the words, all nines, or a day in a year that is none.
pub(crate) fn is_never(value: &str) -> bool {
    let packed: String = value.chars().filter(|c| !matches!(c, '/' | '-' | ' ' | '.')).collect();
    if NEVER_WORDS.contains(&packed.to_ascii_uppercase().as_str()) || packed == NEVER {
        return true;
    }
    let Some(digits) = number(&packed).filter(|_| packed.len() == 8) else { return false };
    let day = |year: u32, month: u32, day: u32| {
        year >= FIRST_YEAR_OF_NEVER && (1..=12).contains(&month) && (1..=31).contains(&day)
    };
    day(digits % 10_000, digits / 1_000_000, digits / 10_000 % 100)
        || day(digits / 10_000, digits / 100 % 100, digits % 100)
}

fn number(digits: &str) -> Option<u32> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

/// The date and the order it was found in.
pub(crate) fn read(value: &str) -> Option<(Date, Order)> {
    let digits: Vec<u32> =
        value.chars().filter(|c| !matches!(c, '/' | '-')).map(|c| c.to_digit(10)).collect::<Option<_>>()?;
    if digits.len() != 8 {
        return None;
    }
    let number = |from: usize, to: usize| digits[from..to].iter().fold(0, |sum, digit| sum * 10 + digit);
    let date = |year: u32, month: u32, day: u32| {
        let year = i32::try_from(year).ok().filter(|year| YEARS.contains(year))?;
        let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
        Date::from_calendar_date(year, month, u8::try_from(day).ok()?).ok()
    };
    if let Some(date) = date(number(4, 8), number(0, 2), number(2, 4)) {
        return Some((date, Order::MonthFirst));
    }
    date(number(0, 4), number(4, 6), number(6, 8)).map(|date| (date, Order::YearFirst))
}

pub(crate) fn write(date: Date, order: Order) -> String {
    let (year, month, day) = date.to_calendar_date();
    match order {
        Order::MonthFirst => format!("{:02}{day:02}{year:04}", u8::from(month)),
        Order::YearFirst => format!("{year:04}{:02}{day:02}", u8::from(month)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_date_reads_in_both_orders() {
        for year in YEARS {
            assert!(year / 100 > 12, "{year} could begin with a month");
        }
        let day = Date::from_calendar_date(2000, Month::February, 29).expect("a leap day");
        for order in [Order::MonthFirst, Order::YearFirst] {
            assert_eq!(read(&write(day, order)), Some((day, order)));
        }
    }

    #[test]
    fn what_never_comes_is_told_from_what_cannot_be() {
        for value in [
            "99999999",
            "12319999",
            "99991231",
            "12/31/9999",
            "9999-12-31",
            "12312999",
            "29991231",
            "INDEF",
            "indefinite",
            "NON-EXPIRING",
            "NO EXPIRATION",
            "Does not expire",
            "PERM.",
        ] {
            assert!(is_never(value), "{value}");
            assert_eq!(read(value), None, "{value}");
        }
        for value in [
            "",
            "9999",
            "999999999",
            "00000000",
            "13319999",
            "12329999",
            "12102024",
            "20241210",
            "EXPIRED",
            "NONE",
        ] {
            assert!(!is_never(value), "{value}");
        }
    }

    #[test]
    fn impossible_dates_are_none() {
        for value in [
            "02292023",
            "20230229",
            "00000000",
            "99999999",
            "13011990",
            "1990010",
            "199001011",
            "0101199O",
            "",
        ] {
            assert_eq!(read(value), None, "{value}");
        }
    }
}
