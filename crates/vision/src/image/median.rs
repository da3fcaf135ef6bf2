//! The median of 3 x 3: takes single pixels of sensor noise away and leaves edges where they are.

/// Interleaved RGB, each channel for itself; beyond the border the outermost pixels go on. `rgb` of another length than
/// `width` * `height` pixels, or none at all, comes back as it is.
pub(crate) fn median(rgb: &[u8], width: u32, height: u32) -> Vec<u8> {
    let (stride, rows) = (width as usize * 3, height as usize);
    if stride == 0 || rows == 0 || rgb.len() != stride * rows {
        return rgb.to_vec();
    }
    // Of a column of three: the least, the middle, the greatest. The median of the nine is the median of the greatest of the
    // least, the median of the middle ones, and the least of the greatest.
    let mut sorted = [vec![0; stride + 6], vec![0; stride + 6], vec![0; stride + 6]];
    let mut smoothed = vec![0; rgb.len()];
    let row = |index: usize| &rgb[index * stride..(index + 1) * stride];
    for (index, out) in smoothed.chunks_exact_mut(stride).enumerate() {
        let (above, here, below) = (row(index.saturating_sub(1)), row(index), row((index + 1).min(rows - 1)));
        let [low, middle, high] = &mut sorted;
        for (at, ((&a, &b), &c)) in above.iter().zip(here).zip(below).enumerate() {
            let (least, greatest) = (a.min(b), a.max(b));
            low[at + 3] = least.min(c);
            middle[at + 3] = least.max(greatest.min(c));
            high[at + 3] = greatest.max(c);
        }
        for column in &mut sorted {
            column.copy_within(3..6, 0);
            column.copy_within(stride..stride + 3, stride + 3);
        }
        let [low, middle, high] = &sorted;
        for (at, out) in out.iter_mut().enumerate() {
            let low = low[at].max(low[at + 3]).max(low[at + 6]);
            let high = high[at].min(high[at + 3]).min(high[at + 6]);
            *out = of_three(low, of_three(middle[at], middle[at + 3], middle[at + 6]), high);
        }
    }
    smoothed
}

fn of_three(a: u8, b: u8, c: u8) -> u8 {
    a.min(b).max(a.max(b).min(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By sorting, as the word says.
    fn by_hand(rgb: &[u8], width: usize, height: usize) -> Vec<u8> {
        let clamped = |at: usize, by: usize, size: usize| (at + by).saturating_sub(1).min(size - 1);
        let mut out = Vec::new();
        for (y, x, channel) in
            (0..height).flat_map(|y| (0..width).flat_map(move |x| (0..3).map(move |c| (y, x, c))))
        {
            let mut nine: Vec<u8> = (0..9)
                .map(|k| (clamped(y, k / 3, height) * width + clamped(x, k % 3, width)) * 3 + channel)
                .map(|at| rgb[at])
                .collect();
            nine.sort_unstable();
            out.push(nine[4]);
        }
        out
    }

    #[test]
    fn it_is_the_middle_of_nine_everywhere() {
        for (width, height) in [(1, 1), (1, 5), (2, 2), (3, 1), (7, 5), (16, 16)] {
            let mut state = 1_u32;
            let noise: Vec<u8> = (0..width * height * 3)
                .map(|_| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    (state >> 24) as u8
                })
                .collect();
            let found = median(&noise, width as u32, height as u32);
            assert_eq!(found, by_hand(&noise, width, height), "{width} x {height}");
        }
    }

    #[test]
    fn what_is_no_picture_comes_back() {
        assert_eq!(median(&[], 0, 0), Vec::<u8>::new());
        assert_eq!(median(&[1, 2, 3, 4], 2, 2), [1, 2, 3, 4]);
    }
}
