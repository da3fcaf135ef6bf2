//! Printed dates.

use selfsame_domain::document::DOES_NOT_EXPIRE;
use selfsame_mrz::MrzDate;
use time::{Date, Month};

use super::fold::folded;

/// Which of two numbers is the day where both may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DateOrder {
    DayFirst,
    MonthFirst,
}

/// What a date is of: it decides the century of a year of two digits, and which years are believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DateOf {
    /// Not after today, at most 120 years before it.
    Birth,
    /// Of a document: from 50 years before today to 50 after it.
    Document,
}

/// The year that is printed where a document does not run out: 01 01 9999 on Spanish and Italian cards, 31 12 9999 on Portuguese ones.
const NEVER: u16 = 9999;

/// A date as it is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PrintedDate {
    year: u16,
    /// The year has two digits.
    short: bool,
    /// Day and month in the order in which they are printed; a month in letters and dates that begin with the year leave no doubt.
    first: u8,
    second: u8,
    certain: Option<DateOrder>,
    /// One of two numbers is above twelve, so that it can be the day only.
    by_numbers: bool,
}

impl PrintedDate {
    /// Reads a text that holds a date and nothing else. Known are: numbers with blanks, dots, strokes or hyphens between, day, month
    /// and year or year, month and day; eight digits; and months in letters, in one language or two.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let groups = groups(text)?;
        let (numbers, words): (Vec<_>, Vec<_>) = groups.iter().partition(|group| group.is_number());
        if words.is_empty() {
            return Self::of_numbers(&numbers);
        }
        // The words stand between the two numbers.
        let inside = !groups.first()?.is_number() || !groups.last()?.is_number();
        let [day, year] = numbers[..] else { return None };
        if inside || words.len() > 2 {
            return None;
        }
        let mut months = words.iter().map(|word| month(&word.0));
        let month = months.next()??;
        if months.any(|other| other != Some(month)) {
            return None;
        }
        let (year, short) = year.year()?;
        Some(Self {
            year,
            short,
            first: day.small()?,
            second: month,
            certain: Some(DateOrder::DayFirst),
            by_numbers: false,
        })
        .filter(Self::is_possible)
    }

    fn of_numbers(numbers: &[&Group]) -> Option<Self> {
        let digits: String = numbers.iter().map(|group| group.0.as_str()).collect();
        let parts: Vec<&str> = match numbers {
            [_, _, _] => numbers.iter().map(|group| group.0.as_str()).collect(),
            // Blanks that were not seen.
            [_] | [_, _] if digits.len() == 8 => {
                vec![&digits[..2], &digits[2..4], &digits[4..]]
            }
            _ => return None,
        };
        let [a, b, c] = parts[..] else { return None };
        let small = |part: &str| (part.len() <= 2).then(|| part.parse::<u8>().ok()).flatten();
        let found = if a.len() == 4 {
            Self {
                year: a.parse().ok()?,
                short: false,
                first: small(c)?,
                second: small(b)?,
                certain: Some(DateOrder::DayFirst),
                by_numbers: false,
            }
        } else {
            let (year, short) = Group(c.to_owned()).year()?;
            let (first, second) = (small(a)?, small(b)?);
            let certain = match (first > 12, second > 12) {
                (true, false) => Some(DateOrder::DayFirst),
                (false, true) => Some(DateOrder::MonthFirst),
                _ if first == second => Some(DateOrder::DayFirst),
                _ => None,
            };
            let by_numbers = first.max(second) > 12;
            Self { year, short, first, second, certain, by_numbers }
        };
        Some(found).filter(Self::is_possible)
    }

    fn is_possible(&self) -> bool {
        let (one, other) = (self.first.min(self.second), self.first.max(self.second));
        (1..=12).contains(&one)
            && (1..=31).contains(&other)
            && (self.short || self.year == NEVER || (1870..=2120).contains(&self.year))
    }

    /// The order that this date shows other dates to have: a number above twelve can be the day only.
    pub(crate) fn shows_by_numbers(&self) -> Option<DateOrder> {
        self.certain.filter(|_| self.by_numbers)
    }

    /// YYYY-MM-DD, when the calendar has such a day and it is believable; or that a document does not run out.
    pub(crate) fn resolved(&self, of: DateOf, order: DateOrder, today: Date) -> Option<String> {
        if self.year == NEVER {
            return (of == DateOf::Document).then(|| DOES_NOT_EXPIRE.to_owned());
        }
        let (day, month) = match self.certain.unwrap_or(order) {
            DateOrder::DayFirst => (self.first, self.second),
            DateOrder::MonthFirst => (self.second, self.first),
        };
        let year = if self.short {
            let date = MrzDate { year: u8::try_from(self.year).ok(), month: Some(month), day: Some(day) };
            match of {
                DateOf::Birth => date.birth(today)?.year,
                DateOf::Document => date.around(today)?.year,
            }
        } else {
            i32::from(self.year)
        };
        let date = Date::from_calendar_date(year, Month::try_from(month).ok()?, day).ok()?;
        let believed = match of {
            DateOf::Birth => date <= today && today.year() - year <= MrzDate::OLDEST,
            DateOf::Document => (-50..=50).contains(&(year - today.year())),
        };
        believed.then(|| format!("{year:04}-{month:02}-{day:02}"))
    }

    /// Every day that this may mean: one, or two where day and month could be exchanged.
    pub(crate) fn meanings(self, of: DateOf, today: Date) -> impl Iterator<Item = String> {
        [DateOrder::DayFirst, DateOrder::MonthFirst]
            .into_iter()
            .filter_map(move |order| self.resolved(of, order, today))
    }
}

/// Digits, or letters in their plain form.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Group(String);

impl Group {
    fn is_number(&self) -> bool {
        self.0.bytes().all(|byte| byte.is_ascii_digit())
    }

    fn small(&self) -> Option<u8> {
        (self.0.len() <= 2).then(|| self.0.parse().ok()).flatten()
    }

    fn year(&self) -> Option<(u16, bool)> {
        matches!(self.0.len(), 2 | 4)
            .then(|| self.0.parse().ok().map(|year| (year, self.0.len() == 2)))
            .flatten()
    }
}

/// Runs of digits and of letters; `None` when something else than separators is between them.
fn groups(text: &str) -> Option<Vec<Group>> {
    let mut groups: Vec<Group> = Vec::new();
    let mut last = ' ';
    for c in text.trim().chars() {
        let kind = |c: char| (c.is_ascii_digit(), c.is_alphabetic());
        if c.is_alphanumeric() {
            match groups.last_mut() {
                Some(group) if kind(last) == kind(c) => group.0.push(c),
                _ => groups.push(Group(c.to_string())),
            }
        } else if !matches!(c, ' ' | '.' | '/' | '-' | '–' | ',' | '·') {
            return None;
        }
        last = c;
    }
    for group in &mut groups {
        if !group.is_number() {
            group.0 = folded(&group.0);
        }
    }
    Some(groups)
}

/// Short names of months, January first, in plain letters; a printed name may be longer. Languages whose short names stand for another
/// month elsewhere (Finnish, Croatian) are left out: their documents print numbers.
#[rustfmt::skip]
const MONTHS: [&[&str]; 12] = [
    &["jan", "jän", "janv", "ene", "gen", "sty", "oca", "ian", "led"],
    &["feb", "fev", "lut", "sub", "uno", "febr"],
    &["mar", "mär", "mrt", "bre", "mac"],
    &["apr", "avr", "abr", "kwi", "nis", "dub"],
    &["may", "mai", "mag", "mei", "maj", "kve"],
    &["jun", "juin", "giu", "cze", "haz", "iun", "cvn", "czerw"],
    &["jul", "juil", "lug", "lip", "tem", "iul", "cvc"],
    &["aug", "aou", "ago", "sie", "agu", "srp", "avg"],
    &["sep", "set", "wrz", "eyl", "zar", "sze", "sept"],
    &["oct", "okt", "ott", "out", "paz", "eki", "rij"],
    &["nov", "lis", "kas"],
    &["dec", "dez", "dic", "gru", "ara", "pro", "des"],
];

/// 1–12 for a name of a month in plain letters, short or long.
fn month(word: &str) -> Option<u8> {
    // A name in full begins with its short form; none of these is the beginning of another month's name.
    let matches = |name: &str| word.len() > 3 && word.starts_with(name);
    let exact = MONTHS.iter().position(|names| names.contains(&word));
    let found = exact.or_else(|| MONTHS.iter().position(|names| names.iter().any(|name| matches(name))));
    found.and_then(|at| u8::try_from(at + 1).ok())
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    fn read(text: &str, of: DateOf, order: DateOrder) -> Option<String> {
        PrintedDate::parse(text)?.resolved(of, order, date!(2026 - 03 - 01))
    }

    #[test]
    fn common_orders() {
        for text in [
            "12 08 1974",
            "12.08.1974",
            "12/08/1974",
            "12-08-1974",
            "1974-08-12",
            "1974.08.12.",
            "12 AUG 1974",
            "12 AOÛ/AUG 74",
            "12 août 1974",
            "12. August 1974",
            "12 SIE 1974",
            "12081974",
            "12 081974",
            "12AUG1974",
            "12 AGU/AUG 74",
        ] {
            assert_eq!(
                read(text, DateOf::Birth, DateOrder::DayFirst).as_deref(),
                Some("1974-08-12"),
                "{text}"
            );
        }
        assert_eq!(read("08/12/1974", DateOf::Birth, DateOrder::MonthFirst).as_deref(), Some("1974-08-12"));
        // Numbers above twelve decide for themselves.
        for order in [DateOrder::DayFirst, DateOrder::MonthFirst] {
            assert_eq!(read("08/31/1978", DateOf::Birth, order).as_deref(), Some("1978-08-31"));
            assert_eq!(read("31/08/1978", DateOf::Birth, order).as_deref(), Some("1978-08-31"));
        }
        assert_eq!(PrintedDate::parse("08/31/1978").unwrap().shows_by_numbers(), Some(DateOrder::MonthFirst));
        assert_eq!(PrintedDate::parse("08/11/1978").unwrap().shows_by_numbers(), None);
    }

    #[test]
    fn centuries_of_two_digits() {
        assert_eq!(read("01 JAN 30", DateOf::Birth, DateOrder::DayFirst).as_deref(), Some("1930-01-01"));
        assert_eq!(read("01 JAN 30", DateOf::Document, DateOrder::DayFirst).as_deref(), Some("2030-01-01"));
        assert_eq!(read("02.03.26", DateOf::Birth, DateOrder::DayFirst).as_deref(), Some("1926-03-02"));
        assert_eq!(read("01.03.26", DateOf::Birth, DateOrder::DayFirst).as_deref(), Some("2026-03-01"));
    }

    #[test]
    fn the_year_9999_is_none() {
        for text in ["01 01 9999", "31.12.9999", "31/12/9999"] {
            let document = read(text, DateOf::Document, DateOrder::DayFirst);
            assert_eq!(document.as_deref(), Some(DOES_NOT_EXPIRE), "{text}");
            assert_eq!(read(text, DateOf::Birth, DateOrder::DayFirst), None);
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "UTOPIA",
            "12.13.1974.5",
            "31.02.1980",
            "99 99 1999",
            "1234567",
            "L898902C3",
            "12 ABC 1974",
            "12 JAN/FEB 1974",
            "Zenith 12.08.1974",
            "00.01.1990",
            "12.08.1674",
            "20011205",
        ] {
            assert_eq!(read(text, DateOf::Birth, DateOrder::DayFirst), None, "{text}");
        }
        // A birth in the future is not read as one.
        assert_eq!(read("12.08.2030", DateOf::Birth, DateOrder::DayFirst), None);
    }
}
