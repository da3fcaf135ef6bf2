//! Times as this dialect writes them: milliseconds, UTC, and no `Z`.

use selfsame_domain::Timestamp;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::{Date, OffsetDateTime, PrimitiveDateTime, UtcOffset};

const DATE: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");
const DATE_TIME: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second][optional [.[subsecond]]]");
const DAY_MILLIS: i64 = 24 * 60 * 60 * 1_000;

/// `2026-05-18T12:41:09.580`
pub(crate) fn text(at: Timestamp) -> String {
    let mut text = at.to_rfc3339();
    text.truncate(text.len() - 1);
    text
}

/// Which end of a period a date stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// The first moment of the day.
    From,
    /// The last.
    To,
}

/// `2018-01-01`, `2018-01-01T12:00:00`, with or without fraction, with or without `Z` or an offset. `None` for anything else, and for years that no calendar of ours
/// has.
pub(crate) fn parse(text: &str, end: End) -> Option<Timestamp> {
    if let Ok(date) = Date::parse(text, DATE) {
        if !(1..=9999).contains(&date.year()) {
            return None;
        }
        let first = millis(date.midnight().assume_utc());
        return Some(Timestamp::from_millis(match end {
            End::From => first,
            End::To => first + DAY_MILLIS - 1,
        }));
    }
    let moment = OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339)
        .or_else(|_| PrimitiveDateTime::parse(text, DATE_TIME).map(PrimitiveDateTime::assume_utc));
    let moment = moment.ok()?.checked_to_offset(UtcOffset::UTC)?;
    (1..=9999).contains(&moment.year()).then(|| Timestamp::from_millis(millis(moment)))
}

/// A date where the moment is the end of a day that a date stands for, else the moment.
pub(crate) fn period_text(at: Timestamp, end: End) -> String {
    let text = text(at);
    let of_day = at.as_millis().rem_euclid(DAY_MILLIS);
    let whole = match end {
        End::From => of_day == 0,
        End::To => of_day == DAY_MILLIS - 1,
    };
    if whole { text.split('T').next().unwrap_or_default().to_owned() } else { text }
}

fn millis(moment: OffsetDateTime) -> i64 {
    i64::try_from(moment.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_milliseconds_without_a_zone() {
        assert_eq!(text(Timestamp::from_millis(1_495_111_269_580)), "2017-05-18T12:41:09.580");
    }

    #[test]
    fn a_date_is_a_whole_day_and_comes_back_as_it_was() {
        for end in [End::From, End::To] {
            for same in ["2018-01-01", "2024-02-29", "2019-11-13T10:35:38.681", "2019-11-13T10:35:38.000"] {
                assert_eq!(period_text(parse(same, end).unwrap(), end), same);
            }
        }
        let day = parse("2018-01-01", End::To).unwrap().as_millis()
            - parse("2018-01-01", End::From).unwrap().as_millis();
        assert_eq!(day, DAY_MILLIS - 1);
        let noon = parse("2018-01-01T12:00:00", End::From);
        assert_eq!(noon, parse("2018-01-01T14:00:00+02:00", End::To));
        assert_eq!(noon, parse("2018-01-01T12:00:00.000Z", End::To));
    }

    #[test]
    fn refuses_what_is_no_date() {
        for no in ["", "tomorrow", "2018-13-01", "2018-02-30", "01.01.2018", "2018-01-01T25:00:00", "2018"] {
            assert_eq!(parse(no, End::From), None, "{no}");
        }
        // Years that have no four digits, here or in UTC.
        for no in ["-0001-01-01", "0000-12-31", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00"] {
            assert_eq!(parse(no, End::To), None, "{no}");
        }
        assert!(parse("9999-12-31T23:59:59Z", End::To).is_some());
    }
}
