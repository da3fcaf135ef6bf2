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
//! nothing. How [`read`] keeps from that depends on what the recogniser tells.
//!
//! **Calibrated probabilities** ([`ReadParams::calibrated`]) decide alone. Each character costs what it is less probable than the likeliest
//! one in its place, in nats. A reading may cost [`ReadParams::repair_price`] in sum; beyond it the zone is invalid with what is printed as
//! its text, because a digit that is printed wrong is more probable than that. Another reading within [`ReadParams::rival_margin`] makes it
//! ambiguous. Characters that the recogniser all but rules out are never tried.
//!
//! **Probabilities that promise too much** have a price as well, and a few doubts more: of look-alikes whose errors cancel out, and of
//! those that count the same modulo 10, as `G` and `6` or `L` and `1` ([`check::told_apart`]).
//!
//! **Bare text** has no price. The kind of a field decides first: in a date `O` is 0, in a name `0` is O. Where letters and digits may both
//! stand (numbers, optional data), the pairs of [`CONFUSIONS`] are tried, the likeliest first, and kept when all check digits agree. One such
//! swap for a check digit and two for the zone are believed; what needs more is ambiguous.
//!
//! Whatever the recogniser, fields that no check digit covers are never corrected beyond the kind of their characters: issuing state,
//! nationality, names, sex, and the optional data of visas ([`Format::is_protected`]). A letter of a name misread as another letter is valid
//! and wrong: compare it with the printed zone. Lengths are mended inside runs of fillers only.
//!
//! In TD1, TD2 and TD3 the number stands first under its own check digit and under the composite one, with the same weights 7, 3, 1,
//! and so does the optional data of a TD3: the composite digit adds nothing to their protection. Only the dates have two independent
//! digits.
//!
//! Measured by `tests/rates.rs` on invented documents in six formats, a third of them with numbers of arbitrary letters and digits, and a
//! simulated recogniser of bare text that errs by the table only (2026-11-30): with one confusion in the zone no wrong reading of 30,000 was
//! valid; with one in a hundred of all characters that can be confused, 4 of 210,000 were (two errors that cancel out), 98.6 % of the first
//! readings were exact and 91.5 % valid. Without any error every first reading was exact; 1 to 2 % of TD1, TD2 and TD3 and 13 % of visas
//! are ambiguous all the same. By `tests/printed.rs`, on a simulated recogniser of probabilities: of 1,000 zones printed with wrong
//! characters none was valid or ambiguous.
//!
//! A misread that is in no table is another matter. Of 10,000 passports with one character of the number replaced by any other, 19 %
//! were valid and wrong from bare text: most of them by a swap. With the recogniser's probabilities 7 % were: those are the ones that agree
//! with the check digit as they are. So give [`Line`] the probabilities.
//!
//! # What issuers do
//! `profiles.toml` has what issuers do beyond the standard: forms of numbers, letters of a sex, fields left empty, expiries that are none,
//! codes in use. It settles a doubt between readings that all check digits accept ([`SettledBy::Profile`]) and excuses customs. It never
//! makes a wrong check digit right.
//!
//! A zone whose check digits agree but that breaks a rule which none of them covers is read, and says so: [`Mrz::issues`],
//! [`Issue::is_grave`].
//!
//! # Budget
//! The search keeps the eight cheapest ways of each remainder modulo 10, position by position, so that its time depends on the length of the
//! lines alone. A zone of which most characters are anybody's guess takes half a millisecond (`tests/corpus.rs`, one core of 2026-11-30).
//!
//! # Centuries
//! Years have two digits. A birth is in the latest century that does not put it ahead of the day the caller names, and at most 120
//! years back ([`MrzDate::birth`]); of a child it cannot tell somebody a hundred years older ([`MrzDate::births`]). An expiry is from 50 years back to 49 ahead ([`MrzDate::around`]).
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
pub use profile::{DocumentKind, card_sex, document_kind, has_own_spelling};
pub use read::{CONFUSIONS, Line, ReadParams, Reading, Replacement, SettledBy, Verdict, read};
