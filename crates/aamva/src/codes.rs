//! Fields whose values are codes.

/// DBC, sex: 1, 2 and 9 (9 from version 9 on); in version 1 also `M` and `F`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sex {
    /// `1` or `M`.
    Male,
    /// `2` or `F`.
    Female,
    /// `9` or `X`: not specified.
    NotSpecified,
}

impl Sex {
    pub(crate) fn read(value: &str) -> Option<Self> {
        match value {
            "1" | "M" => Some(Self::Male),
            "2" | "F" => Some(Self::Female),
            "9" | "X" => Some(Self::NotSpecified),
            _ => None,
        }
    }

    pub(crate) fn write(self, version: u8) -> &'static str {
        match (self, version) {
            (Self::Male, 1) => "M",
            (Self::Female, 1) => "F",
            (Self::Male, _) => "1",
            (Self::Female, _) => "2",
            (Self::NotSpecified, _) => "9",
        }
    }
}

macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $code:literal $(| $word:literal)*),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* $variant),+
        }

        impl $name {
            /// Every value.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The code of the standard.
            pub fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $code),+
                }
            }

            pub(crate) fn read(value: &str) -> Option<Self> {
                match value.to_ascii_uppercase().as_str() {
                    $($code $(| $word)* => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }
    };
}

codes! {
    /// DAY, eye colour (ANSI D20 codes); words in full, which some issuers print, are understood.
    EyeColour {
        /// Black.
        Black = "BLK" | "BLACK",
        /// Blue.
        Blue = "BLU" | "BLUE",
        /// Brown.
        Brown = "BRO" | "BRN" | "BROWN",
        /// Grey.
        Grey = "GRY" | "GRAY" | "GREY",
        /// Green.
        Green = "GRN" | "GREEN",
        /// Hazel.
        Hazel = "HAZ" | "HAZEL",
        /// Maroon.
        Maroon = "MAR" | "MAROON",
        /// Pink.
        Pink = "PNK" | "PINK",
        /// Of two colours.
        Dichromatic = "DIC",
        /// The issuer states that it does not know.
        Unknown = "UNK",
    }
}

codes! {
    /// DAZ, hair colour (ANSI D20 codes). `BLD`, which stands for bald here and blond there, is not read.
    HairColour {
        /// Bald.
        Bald = "BAL" | "BALD",
        /// Black.
        Black = "BLK" | "BLACK",
        /// Blond.
        Blond = "BLN" | "BLOND" | "BLONDE",
        /// Brown.
        Brown = "BRO" | "BRN" | "BROWN",
        /// Grey.
        Grey = "GRY" | "GRAY" | "GREY",
        /// Red or auburn.
        Red = "RED" | "AUBURN",
        /// Sandy.
        Sandy = "SDY" | "SANDY",
        /// White.
        White = "WHI" | "WHITE",
        /// The issuer states that it does not know.
        Unknown = "UNK",
    }
}

codes! {
    /// DDE, DDF and DDG, whether a name was cut to fit (from version 4).
    Truncation {
        /// `T`: cut.
        Truncated = "T",
        /// `N`: complete.
        Complete = "N",
        /// `U`: the issuer does not know.
        Unknown = "U",
    }
}

codes! {
    /// DDA, compliance with the REAL ID Act (from version 4; `M` until version 7).
    Compliance {
        /// `F`: fully compliant.
        Full = "F",
        /// `M`: materially compliant.
        Material = "M",
        /// `N`: not compliant.
        None = "N",
    }
}

/// An indicator: `1` by the standard, where absence means no; `0`, `Y` and `N` in the wild.
pub(crate) fn indicator(value: &str) -> Option<bool> {
    match value {
        "1" | "Y" => Some(true),
        "0" | "N" => Some(false),
        _ => None,
    }
}
