//! Names.

use std::fmt;

use crate::Truncation;

/// The name of the holder. `Debug` prints no value.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Name {
    /// DCS; in version 1 DAB or the first part of DAA.
    pub family: Option<String>,
    /// DAC; in versions 2 and 3 the part of DCT before its first comma, which holds every given name where an issuer writes no comma; in
    /// version 1 DAC or the second part of DAA.
    pub first: Option<String>,
    /// DAD, several separated by spaces, whatever separates them on the card; in versions 2 and 3 the rest of DCT; in version 1 DAD or the third part of DAA.
    pub middle: Option<String>,
    /// DCU; in version 1 DAE or the fourth part of DAA.
    pub suffix: Option<String>,
    /// DAF, version 1 only.
    pub prefix: Option<String>,
    /// DAA of version 1 as it stands, when it is not divided by commas as it should be: which part is the family name is not known.
    pub undivided: Option<String>,
    /// DDE, whether the family name was cut.
    pub family_truncation: Option<Truncation>,
    /// DDF, whether the first name was cut.
    pub first_truncation: Option<Truncation>,
    /// DDG, whether the middle names were cut.
    pub middle_truncation: Option<Truncation>,
}

impl Name {
    /// First and middle names, separated by a space.
    pub fn given(&self) -> Option<String> {
        match (&self.first, &self.middle) {
            (Some(first), Some(middle)) => Some(format!("{first} {middle}")),
            (one, other) => one.clone().or_else(|| other.clone()),
        }
    }

    /// DAA: `LAST,FIRST,MIDDLE,SUFFIX`, of which the last two may be missing (DL/ID-2000, DAA).
    pub(crate) fn divide(&mut self, full: &str) -> Option<()> {
        let parts: Vec<_> =
            full.split(',').map(|part| Some(part.trim()).filter(|part| !part.is_empty())).collect();
        // A delimiter after the last part is allowed.
        let fifth = parts.get(4).copied().flatten();
        let (Some(family), 2..=5, None) = (parts[0], parts.len(), fifth) else { return None };
        let part = |at: usize| parts.get(at).copied().flatten().map(str::to_owned);
        self.family = Some(family.to_owned());
        self.first = part(1);
        self.middle = part(2);
        self.suffix = part(3);
        Some(())
    }

    /// DAA from the parts.
    pub(crate) fn join(&self) -> Option<String> {
        if let Some(undivided) = &self.undivided {
            return Some(undivided.clone());
        }
        let part = |part: &Option<String>| part.clone().unwrap_or_default();
        self.family.as_ref().map(|family| {
            let full = [family.clone(), part(&self.first), part(&self.middle), part(&self.suffix)].join(",");
            // A family name alone keeps one comma: without any, it could be taken for an undivided name.
            let trimmed = full.trim_end_matches(',');
            if trimmed.contains(',') { trimmed.to_owned() } else { format!("{trimmed},") }
        })
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Name(…)")
    }
}
