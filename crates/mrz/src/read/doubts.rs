//! Why a reading that breaks no rule is not taken as it is.

use std::ops::BitOrAssign;

/// More than check digits can vouch for, or a doubt that they do not reach.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Doubts {
    /// Where the recogniser was in doubt, or more was replaced than it should have been: a bit for each line.
    lines: u8,
    /// The text, however surely it was read, is one in which look-alikes go unnoticed.
    text: bool,
}

impl Doubts {
    pub(super) const OF_TEXT: Self = Self { lines: 0, text: true };
    pub(super) const IN_ANY_LINE: Self = Self { lines: u8::MAX, text: false };

    /// From 0.
    pub(super) fn in_line(line: usize) -> Self {
        Self { lines: 1 << line, text: false }
    }

    pub(super) fn any(self) -> bool {
        self.text || self.lines != 0
    }

    /// The lines of `count` in which another look may settle something.
    pub(super) fn lines(self, count: usize) -> Vec<usize> {
        (0..count).filter(|line| self.lines & (1 << line) != 0).collect()
    }
}

impl BitOrAssign for Doubts {
    fn bitor_assign(&mut self, other: Self) {
        self.lines |= other.lines;
        self.text |= other.text;
    }
}
