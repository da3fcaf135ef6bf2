//! Machine-readable zones of travel documents (ICAO Doc 9303, parts 3 to 7): parse exact text, repair what an OCR confused without
//! guessing, compose, and compare names. Pure: no I/O, no image code, no clock.
//!
//! ```
//! use selfsame_mrz::{Line, ReadParams, Verdict, read};
//! use time::macros::date;
//!
//! // As a recogniser read it: letters for digits, digits for letters, two fillers lost.
//! let lines = [
//!     Line::from("P<UT0ERIKSS0N<<ANNA<MARIA<<<<<<<<<<<<<<<<<"),
//!     Line::from("L8989O2C36UTO74O8122F12O4159ZE184226B<<<<<1O"),
//! ];
//! let readings = read(&lines, &ReadParams::default());
//! let best = &readings[0];
//! assert_eq!(best.verdict, Verdict::Valid);
//! assert_eq!(best.mrz.primary_identifier, "ERIKSSON");
//! assert_eq!(best.mrz.document_number, "L898902C3");
//! let birth = best.mrz.birth_date.and_then(|birth| birth.birth(date!(2026 - 01 - 01)));
//! assert_eq!(birth.and_then(|birth| birth.exact()), Some(date!(1974 - 08 - 12)));
//! ```
//!
//! # What is here
//! - [`parse`]: exact text to an [`Mrz`]: fields, every [`Check`], every broken rule ([`Issue`])
//! - [`read`]: text with a recogniser's errors, and its alternatives where it has some ([`Line`]), to [`Reading`]s with a [`Verdict`]
//! - [`compose`]: fields to lines, check digits computed, names spelled and cut by the rules
//! - [`names`]: spellings of section 6 of part 3, and whether a printed name and one of a zone are the same
//! - [`state`]: codes of issuers and nationalities
//!
//! [`Format`] lists the layouts: TD1, TD2, TD3, both visas, the old French identity card, the Swiss driving licence.
//!
//! # What `Valid` means, and what it does not
//! A check digit accepts one in ten of random strings. So a repair that tries enough swaps always finds one that agrees, and it means
//! nothing. [`read`] keeps to this:
//!
//! 1. **The kind of a field decides first.** In a date `O` is 0, in a name `0` is O; that is no guess. The pairs are those of
//!    [`CONFUSIONS`] and no others.
//! 2. **Where letters and digits may both stand** (numbers, optional data), swaps are tried, the likeliest first, and kept when all
//!    check digits agree, the composite one too. A swap that the recogniser did not itself name is blind: one for a check digit, two
//!    for the zone; what needs more is reported as ambiguous.
//! 3. **A rival makes it ambiguous.** Another reading that passes as well and is at least a thousandth as likely
//!    ([`ReadParams::rival_odds`]) is a rival. A reading with one swap has readings with two for rivals; one with none has not. A
//!    field of digits but for letters that digits are taken for has the field of digits alone for a rival. So have two or
//!    three look-alikes that cancel out, where the recogniser gave each a thousandth, or read a zero among letters: it is sure of zeros
//!    that were an O.
//! 4. **Fields that no check digit covers are never corrected beyond 1**: issuing state, nationality, names, sex, and the optional
//!    data of visas ([`Format::is_protected`]). Codes must be known, names well-formed; where the recogniser itself is in doubt, or a
//!    zero stands beside letters, the reading is ambiguous. A letter of a name misread as another letter is valid and wrong: compare it with the printed zone.
//! 5. **Lengths** are mended inside runs of fillers only.
//!
//! In TD1, TD2 and TD3 the number stands first under its own check digit and under the composite one, with the same weights 7, 3, 1,
//! and so does the optional data of a TD3: the composite digit adds nothing to their protection. Only the dates have two independent
//! digits.
//!
//! Some pairs have values equal modulo 10 and no check digit sees them, whatever its weight: `G`/`6`, `L`/`1`, `A`/`K`/`U`/`0` …
//! ([`check::told_apart`]). In a number they are as the recogniser read them, unless it named the other one as likely: then the
//! reading is ambiguous.
//!
//! Measured by `tests/rates.rs` on invented documents in six formats, a third of them with numbers of arbitrary letters and digits,
//! and a simulated recogniser that errs by the table only: with one confusion in the zone no wrong reading of 30,000 was valid; with
//! one in a hundred of all characters that can be confused, 12 of 210,000 were (two errors that cancel out), 98.4 % of the first
//! readings were exact and 91.2 % valid. Without any error every first reading was exact; 1 to 2 % of TD1, TD2 and TD3 and 13 % of
//! visas are called ambiguous all the same, by the last sentence of 3 and its like for uncovered fields.
//!
//! A misread that is in no table is another matter. Of 10,000 passports with one character of the number replaced by any other, 19 %
//! were valid and wrong from the bare text: most of them by a blind swap. From the same text with the recogniser's probabilities, where
//! blind swaps never suffice, 7 % were: those are the ones that agree with the check digit as they are. So give [`Line`] the
//! probabilities; without them, rely on `Valid` only for a recogniser whose errors are those of the table, or set
//! [`ReadParams::blind_swaps_per_check`] to 0.
//!
//! # Centuries
//! Years have two digits. A birth is in the latest century that does not put it ahead of the day the caller names, and at most 120
//! years back ([`MrzDate::birth`]); an expiry from 50 years back to 49 ahead ([`MrzDate::around`]).
//!
//! # Sources
//! ICAO Doc 9303, eighth edition: part 3 (alphabet, names, dates, check digits, codes, spellings), part 4 (TD3), part 5 (TD1), part 6
//! (TD2), part 7 (visas). The French and the Swiss form are national; their layouts are as the cards show them.

pub mod check;
pub mod compose;
mod date;
mod format;
pub mod names;
mod parse;
mod profile;
mod read;
pub mod state;

pub use check::check_digit;
pub use date::{MrzDate, PartialDate};
pub use format::{Field, Format};
pub use parse::{Check, Issue, Mrz, ParseError, Sex, parse};
pub use profile::{DocumentKind, document_kind};
pub use read::{CONFUSIONS, Line, ReadParams, Reading, Replacement, SettledBy, Verdict, read};
