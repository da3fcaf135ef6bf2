//! Quarter turns, for pictures that were taken sideways and do not say so.

use super::Picture;

impl Picture {
    /// The same picture turned clockwise by a quarter.
    #[must_use]
    pub fn rotated_quarter(&self) -> Self {
        let (width, height) = (self.width() as usize, self.height() as usize);
        let mut turned = vec![0; self.rgb().len()];
        for (y, row) in self.rgb().chunks_exact(width * 3).enumerate() {
            for (x, pixel) in row.chunks_exact(3).enumerate() {
                // Column x becomes row x; the last row becomes the first column.
                let at = (x * height + (height - 1 - y)) * 3;
                turned[at..at + 3].copy_from_slice(pixel);
            }
        }
        Self::from_rgb(self.height(), self.width(), turned).unwrap_or_else(|| self.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_turn_is_clockwise_and_four_are_none() {
        // a b c
        // d e f
        let rgb: Vec<u8> = (b'a'..=b'f').flat_map(|letter| [letter; 3]).collect();
        let picture = Picture::from_rgb(3, 2, rgb.clone()).unwrap();
        let turned = picture.rotated_quarter();
        assert_eq!((turned.width(), turned.height()), (2, 3));
        let letters: Vec<u8> = turned.rgb().chunks_exact(3).map(|pixel| pixel[0]).collect();
        assert_eq!(letters, b"daebfc");
        assert_eq!(turned.rotated_quarter().rotated_quarter().rotated_quarter().rgb(), rgb);
    }
}
