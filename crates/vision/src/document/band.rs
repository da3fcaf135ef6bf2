//! Finds the machine-readable zone without reading anything: two or three long, parallel, close lines of dark strokes.

use super::grey::Grey;

/// How the zone is searched for. Lengths are in pixels of the reduced picture unless said otherwise.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct BandParams {
    /// The longest sides that the picture is reduced to, tried one after another. 760: characters of a card or a passport that fills
    /// the picture are 15 to 25 pixels apart then, those of one that fills half of it 8, and the search costs 15 ms. 1500: documents
    /// that fill a quarter.
    pub(crate) longest: [u32; 2],
    /// What is wider than this counts as paper. 9: the strokes of characters up to 40 pixels high are thinner.
    pub(crate) paper_from: usize,
    /// How much darker than the paper a stroke is, 0..=255, tried one after another: print on a flat page, photographed print,
    /// blurred print.
    pub(crate) darkness: [u8; 3],
    /// Gaps within a line that are closed. 20: beside an `I` or a `1` a fifth of the line's pitch of 24 pixels is ink.
    pub(crate) gap: usize,
    /// What is shorter along the line than this joins nothing. 28: longer than `gap`, so that a speck between lines does not.
    pub(crate) least_run: usize,
    /// Length of a piece of a line against its thickness, at least, before pieces are joined. 3.
    pub(crate) least_piece: f64,
    /// Length of a line against its thickness, at least. 14: thirty characters of a card are 30 times as long as high, and
    /// the mask of a blurred line is up to twice as thick.
    pub(crate) least_aspect: f64,
    /// And at most. 100: forty-four characters of a passport are 46 times as long as high, and half of that height is ink; rules and
    /// the lines of patterns have 200 and more.
    pub(crate) most_aspect: f64,
    /// Length of a line against the picture's width, at least. 0.16.
    pub(crate) least_length: f64,
    /// Distance of neighbouring lines against their thickness. Printed are 6.35 mm for characters of 3 mm, and 4.2 mm on cards.
    pub(crate) pitch: std::ops::Range<f64>,
}

impl Default for BandParams {
    fn default() -> Self {
        Self {
            longest: [760, 1500],
            paper_from: 9,
            darkness: [80, 45, 25],
            gap: 20,
            least_run: 28,
            least_piece: 3.0,
            least_aspect: 14.0,
            most_aspect: 100.0,
            least_length: 0.16,
            pitch: 1.1..4.5,
        }
    }
}

/// A line of text in pixels of the picture: three points on its middle, in the direction of reading, and its thickness at both ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct TextLine {
    pub(crate) from: [f64; 2],
    pub(crate) middle: [f64; 2],
    pub(crate) to: [f64; 2],
    pub(crate) thickness: [f64; 2],
}

impl TextLine {
    /// The line in a picture whose sides are half as long.
    pub(crate) fn halved(&self) -> Self {
        let half = |point: [f64; 2]| point.map(|value| value / 2.0);
        let [from, middle, to, thickness] = [self.from, self.middle, self.to, self.thickness].map(half);
        Self { from, middle, to, thickness }
    }

    pub(crate) fn length(&self) -> f64 {
        (self.to[0] - self.from[0]).hypot(self.to[1] - self.from[1])
    }

    pub(crate) fn mean_thickness(&self) -> f64 {
        f64::midpoint(self.thickness[0], self.thickness[1])
    }

    /// Unit vector of reading.
    pub(crate) fn direction(&self) -> [f64; 2] {
        let length = self.length().max(1e-9);
        [(self.to[0] - self.from[0]) / length, (self.to[1] - self.from[1]) / length]
    }

    /// The same line read from the other end: upside down.
    pub(crate) fn turned(self) -> Self {
        Self {
            from: self.to,
            middle: self.middle,
            to: self.from,
            thickness: [self.thickness[1], self.thickness[0]],
        }
    }

    /// A point of its middle, 0 at its beginning and 1 at its end: on the parabola through the three that are known.
    pub(crate) fn point(&self, t: f64) -> [f64; 2] {
        let (a, b, c) = ((1.0 - t) * (1.0 - 2.0 * t), 4.0 * t * (1.0 - t), t * (2.0 * t - 1.0));
        [0, 1].map(|i| a * self.from[i] + b * self.middle[i] + c * self.to[i])
    }

    /// Its beginning, as a share of it, and as curved.
    pub(crate) fn beginning(&self, share: f64) -> Self {
        let [first, last] = self.thickness;
        Self {
            from: self.from,
            middle: self.point(share / 2.0),
            to: self.point(share),
            thickness: [first, first + (last - first) * share],
        }
    }

    /// The same line elsewhere: its ends are as thick as what stood across them has become.
    fn mapped(&self, map: impl Fn([f64; 2]) -> [f64; 2]) -> Self {
        let [from, middle, to] = [self.from, self.middle, self.to].map(&map);
        let mut line = Self { from, middle, to, thickness: self.thickness };
        let ([dx, dy], [across_x, across_y]) = (self.direction(), line.direction());
        for (end, thickness) in [self.from, self.to].into_iter().zip(&mut line.thickness) {
            let off = *thickness / 2.0;
            let above = map([end[0] + dy * off, end[1] - dx * off]);
            let below = map([end[0] - dy * off, end[1] + dx * off]);
            *thickness = (across_x * (below[1] - above[1]) - across_y * (below[0] - above[0])).abs();
        }
        line
    }

    /// How far the middle of another line is below this one, in pixels, seen in the direction of reading.
    fn below(&self, other: &Self) -> f64 {
        let [dx, dy] = self.direction();
        (other.middle[1] - self.middle[1]) * dx - (other.middle[0] - self.middle[0]) * dy
    }

    /// Where the ends of another line fall along this one, 0 at its beginning and 1 at its end.
    fn along(&self, other: &Self) -> (f64, f64) {
        let ([dx, dy], length) = (self.direction(), self.length().max(1e-9));
        let at = |p: [f64; 2]| ((p[0] - self.from[0]) * dx + (p[1] - self.from[1]) * dy) / length;
        (at(other.from), at(other.to))
    }
}

/// Two or three lines that may be a machine-readable zone, from the top in the direction of reading.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Band {
    pub(crate) lines: Vec<TextLine>,
    /// How much it looks like one; only good for comparison.
    pub(crate) score: f64,
}

impl Band {
    /// The same zone upside down.
    pub(crate) fn turned(&self) -> Self {
        let lines = self.lines.iter().rev().map(|line| line.turned()).collect();
        Self { lines, score: self.score }
    }

    /// The same zone elsewhere.
    pub(crate) fn mapped(&self, map: impl Fn([f64; 2]) -> [f64; 2]) -> Self {
        Self { lines: self.lines.iter().map(|line| line.mapped(&map)).collect(), score: self.score }
    }
}

/// Bands of a picture at one darkness, the likeliest first, in its own pixels with centres at halves: lines along the rows and, read
/// downwards, along the columns.
pub(crate) fn bands(grey: &Grey, strokes: &Strokes, darkness: u8, params: &BandParams) -> Vec<Band> {
    let lines = |strokes: &Grey| {
        let least = params.least_length * grey.width.max(grey.height) as f64;
        let mut lines = joined(text_lines(strokes, darkness, params));
        lines.retain(|line| {
            let aspect = line.length() / line.mean_thickness();
            line.length() >= least && (params.least_aspect..params.most_aspect).contains(&aspect)
        });
        lines
    };
    let mut found = Vec::new();
    for (strokes, columns) in [(&strokes.rows, false), (&strokes.columns, true)] {
        let upright = |[x, y]: [f64; 2]| if columns { [y + 0.5, x + 0.5] } else { [x + 0.5, y + 0.5] };
        let lines: Vec<_> = lines(strokes).iter().map(|line| line.mapped(upright)).collect();
        found.extend(grouped(&lines, params));
    }
    found.sort_by(|one, other| other.score.total_cmp(&one.score));
    found
}

/// The strokes of a reduced picture, and the same with rows and columns exchanged.
pub(crate) struct Strokes {
    rows: Grey,
    columns: Grey,
}

impl Strokes {
    pub(crate) fn of(grey: &Grey, params: &BandParams) -> Self {
        let rows = grey.strokes(params.paper_from);
        let columns = rows.transposed();
        Self { rows, columns }
    }
}

/// A run of marked pixels in a row.
#[derive(Clone, Copy)]
struct Run {
    y: usize,
    from: usize,
    to: usize,
    component: usize,
}

/// Long thin components of the strokes, closed along the rows.
fn text_lines(strokes: &Grey, darkness: u8, params: &BandParams) -> Vec<TextLine> {
    let mut runs: Vec<Run> = Vec::new();
    let mut parents: Vec<usize> = Vec::new();
    let mut above = 0..0;
    for y in 0..strokes.height {
        let begin = runs.len();
        let row = &strokes.values[y * strokes.width..(y + 1) * strokes.width];
        closed_runs(row, darkness, params, |from, to| {
            runs.push(Run { y, from, to, component: parents.len() });
            parents.push(parents.len());
        });
        let mut upper = above.start;
        for at in begin..runs.len() {
            while upper < above.end && runs[upper].to <= runs[at].from {
                upper += 1;
            }
            let mut touching = upper;
            while touching < above.end && runs[touching].from < runs[at].to {
                let (a, b) =
                    (root(&mut parents, runs[touching].component), root(&mut parents, runs[at].component));
                parents[a.max(b)] = a.min(b);
                touching += 1;
            }
        }
        above = begin..runs.len();
    }
    for run in &mut runs {
        run.component = root(&mut parents, run.component);
    }
    runs.sort_by_key(|run| run.component);
    runs.chunk_by(|one, other| one.component == other.component)
        .filter_map(|component| fitted(component, params))
        .collect()
}

fn root(parents: &mut [usize], mut at: usize) -> usize {
    while parents[at] != at {
        parents[at] = parents[parents[at]];
        at = parents[at];
    }
    at
}

/// Runs of a row after gaps were closed; short ones are left out.
fn closed_runs(row: &[u8], darkness: u8, params: &BandParams, mut push: impl FnMut(usize, usize)) {
    let mut open: Option<(usize, usize)> = None;
    for (x, &value) in row.iter().enumerate() {
        if value < darkness {
            continue;
        }
        open = match open {
            Some((from, to)) if x - to <= params.gap => Some((from, x + 1)),
            Some((from, to)) => {
                if to - from >= params.least_run {
                    push(from, to);
                }
                Some((x, x + 1))
            }
            None => Some((x, x + 1)),
        };
    }
    if let Some((from, to)) = open
        && to - from >= params.least_run
    {
        push(from, to);
    }
}

/// A line through a component, when it is long, thin and follows a gentle curve.
fn fitted(component: &[Run], params: &BandParams) -> Option<TextLine> {
    let from = component.iter().map(|run| run.from).min()?;
    let to = component.iter().map(|run| run.to).max()?;
    let length = (to - from) as f64;
    // Per column: how many pixels, and the sum of their rows.
    let mut columns = vec![(0.0_f64, 0.0_f64); to - from];
    for run in component {
        for column in &mut columns[run.from - from..run.to - from] {
            column.0 += 1.0;
            column.1 += run.y as f64;
        }
    }
    let thickness = median(columns.iter().map(|column| column.0).filter(|count| *count > 0.0).collect())?;
    if length < params.least_piece * thickness || thickness < 2.0 {
        return None;
    }
    // Columns that are much thicker or thinner than the line are not of it: a stain, a border.
    let points: Vec<[f64; 3]> = columns
        .iter()
        .enumerate()
        .filter(|(_, column)| column.0 > 0.4 * thickness && column.0 < 2.0 * thickness)
        .map(|(x, column)| [(x as f64 + 0.5) / length, column.1 / column.0, column.0])
        .collect();
    if (points.len() as f64) < 0.6 * length {
        return None;
    }
    let middle = quadratic(points.iter().map(|p| (p[0], p[1])))?;
    let off = |p: &[f64; 3]| (p[1] - at(middle, p[0])).abs();
    let near: Vec<_> = points.iter().filter(|p| off(p) < 0.5 * thickness).collect();
    if (near.len() as f64) < 0.8 * points.len() as f64 {
        return None;
    }
    let middle = quadratic(near.iter().map(|p| (p[0], p[1])))?;
    let sag = (at(middle, 0.5) - f64::midpoint(at(middle, 0.0), at(middle, 1.0))).abs();
    if sag > 0.04 * length {
        return None;
    }
    let thick = line(near.iter().map(|p| (p[0], p[2])));
    let end = |t: f64| (thick.0 + thick.1 * t).clamp(0.6 * thickness, 1.6 * thickness);
    let slope = (at(middle, 1.0) - at(middle, 0.0)) / length;
    // Columns are cut upright, the line is thinner across.
    let across = 1.0 / slope.hypot(1.0);
    let point = |t: f64| [from as f64 + t * length - 0.5, at(middle, t)];
    Some(TextLine {
        from: point(0.0),
        middle: point(0.5),
        to: point(1.0),
        thickness: [end(0.0) * across, end(1.0) * across],
    })
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    let middle = values.len() / 2;
    (!values.is_empty()).then(|| *values.select_nth_unstable_by(middle, f64::total_cmp).1)
}

fn at(curve: [f64; 3], t: f64) -> f64 {
    curve[0] + t * (curve[1] + t * curve[2])
}

/// Least squares of a parabola.
fn quadratic(points: impl Iterator<Item = (f64, f64)>) -> Option<[f64; 3]> {
    let mut normal = nalgebra::Matrix3::<f64>::zeros();
    let mut right = nalgebra::Vector3::<f64>::zeros();
    for (t, value) in points {
        let row = nalgebra::Vector3::new(1.0, t, t * t);
        normal += row * row.transpose();
        right += row * value;
    }
    let solved = normal.lu().solve(&right)?;
    Some([solved[0], solved[1], solved[2]])
}

/// Least squares of a straight line: value at 0, and slope.
fn line(points: impl Iterator<Item = (f64, f64)>) -> (f64, f64) {
    let (mut n, mut t1, mut t2, mut v, mut tv) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (t, value) in points {
        n += 1.0;
        t1 += t;
        t2 += t * t;
        v += value;
        tv += t * value;
    }
    let determinant: f64 = n * t2 - t1 * t1;
    if determinant.abs() < 1e-9 {
        return (if n > 0.0 { v / n } else { 0.0 }, 0.0);
    }
    let slope = (n * tv - t1 * v) / determinant;
    ((v - slope * t1) / n, slope)
}

/// Pieces of one line put together: what lies on one another's continuation, as thick, and not far apart.
fn joined(mut lines: Vec<TextLine>) -> Vec<TextLine> {
    lines.sort_by(|one, other| one.from[0].total_cmp(&other.from[0]));
    let mut whole: Vec<TextLine> = Vec::new();
    for line in lines {
        let fits = |left: &TextLine| {
            let thickness = left.mean_thickness().max(line.mean_thickness());
            let gap = line.from[0] - left.to[0];
            let alike = thickness < 1.7 * left.mean_thickness().min(line.mean_thickness());
            let turn = left.direction()[1] - line.direction()[1];
            let off = line.from[1] - left.to[1] - gap * left.direction()[1];
            alike
                && (-thickness..4.0 * thickness).contains(&gap)
                && turn.abs() < 0.06
                && off.abs() < 0.5 * thickness
        };
        match whole.iter_mut().find(|left| fits(left)) {
            Some(left) => {
                let middle = if left.length() > line.length() { left.to } else { line.from };
                // Its middle by the parabola through both ends and the joint.
                let t =
                    ((middle[0] - left.from[0]) / (line.to[0] - left.from[0]).max(1e-9)).clamp(0.05, 0.95);
                let chord = left.from[1] + (line.to[1] - left.from[1]) * t;
                let sag = (middle[1] - chord) / (4.0 * t * (1.0 - t));
                left.middle =
                    [f64::midpoint(left.from[0], line.to[0]), f64::midpoint(left.from[1], line.to[1]) + sag];
                left.to = line.to;
                left.thickness[1] = line.thickness[1];
            }
            None => whole.push(line),
        }
    }
    whole
}

/// Pairs and triples that may be a zone, the likeliest first; a pair within a triple is not given.
fn grouped(lines: &[TextLine], params: &BandParams) -> Vec<Band> {
    let matches = |one: &TextLine, other: &TextLine| -> Option<f64> {
        let thickness = f64::midpoint(one.mean_thickness(), other.mean_thickness());
        let pitch = one.below(other) / thickness;
        let (a, b) = (one.direction(), other.direction());
        let parallel = (a[0] * b[1] - a[1] * b[0]).abs() < 0.05;
        let (start, end) = one.along(other);
        let ratio = one.mean_thickness() / other.mean_thickness();
        let aligned = start.abs() < 0.12 && (end - 1.0).abs() < 0.12;
        (parallel && aligned && (0.55..1.8).contains(&ratio) && params.pitch.contains(&pitch))
            .then_some(pitch)
    };
    let mut bands: Vec<Band> = Vec::new();
    let mut inner = Vec::new();
    // How well the lines' ends agree and how long they are decides.
    let score = |lines: &[TextLine]| -> f64 {
        let first = &lines[0];
        let ragged: f64 = lines[1..]
            .iter()
            .map(|line| first.along(line))
            .map(|(start, end)| start.abs() + (end - 1.0).abs())
            .sum();
        let aspect: f64 = lines.iter().map(|line| line.length() / line.mean_thickness()).sum();
        aspect * (1.0 - ragged)
    };
    for (i, first) in lines.iter().enumerate() {
        for (j, second) in lines.iter().enumerate() {
            let Some(pitch) = matches(first, second) else { continue };
            for (k, third) in lines.iter().enumerate() {
                if let Some(next) = matches(second, third)
                    && (next / pitch - 1.0).abs() < 0.25
                {
                    let group = vec![*first, *second, *third];
                    bands.push(Band { score: score(&group), lines: group });
                    inner.extend([(i, j), (j, k)]);
                }
            }
        }
    }
    for (i, first) in lines.iter().enumerate() {
        for (j, second) in lines.iter().enumerate() {
            if !inner.contains(&(i, j)) && matches(first, second).is_some() {
                let group = vec![*first, *second];
                bands.push(Band { score: score(&group), lines: group });
            }
        }
    }
    bands
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page of `width x height` with lines of strokes: characters of `size` pixels, as tall as wide, at the given left ends.
    fn page(
        width: usize,
        height: usize,
        size: usize,
        count: usize,
        lines: &[(usize, usize)],
        slope: f64,
    ) -> Grey {
        let mut values = vec![220; width * height];
        for &(left, top) in lines {
            for character in 0..count {
                for stroke in [0, size / 2] {
                    for dy in 0..size {
                        for dx in 0..2 {
                            let x = left + character * size + stroke + dx;
                            let y = top + dy + (slope * (x - left) as f64) as usize;
                            values[y * width + x] = 30;
                        }
                    }
                }
            }
        }
        Grey { width, height, values }
    }

    fn found(grey: &Grey) -> Vec<Band> {
        let params = BandParams::default();
        bands(grey, &Strokes::of(grey, &params), 80, &params)
    }

    #[test]
    fn two_lines_are_found_where_they_are() {
        let grey = page(1000, 700, 16, 44, &[(100, 560), (100, 610)], 0.0);
        let bands = found(&grey);
        assert_eq!(bands.len(), 1);
        let [first, second] = &bands[0].lines[..] else { panic!("{bands:?}") };
        assert!((first.from[0] - 100.0).abs() < 3.0 && (first.to[0] - 800.0).abs() < 12.0, "{first:?}");
        assert!((first.middle[1] - 568.0).abs() < 2.0 && (second.middle[1] - 618.0).abs() < 2.0, "{first:?}");
        assert!((first.mean_thickness() - 16.0).abs() < 2.0, "{first:?}");
    }

    #[test]
    fn slanted_lines_and_lines_along_the_columns_are_found_and_read_downwards() {
        let slanted = page(1000, 700, 14, 36, &[(150, 400), (150, 440)], 0.1);
        let bands = found(&slanted);
        let line = bands[0].lines[0];
        assert!((line.direction()[1] / line.direction()[0] - 0.1).abs() < 0.01, "{line:?}");

        let upright = slanted.transposed();
        let bands = found(&upright);
        let [first, second] = &bands[0].lines[..] else { panic!("{bands:?}") };
        assert!(first.direction()[1] > 0.9, "{first:?}");
        // Read downwards, the first line is the one on the right.
        assert!(first.middle[0] > second.middle[0]);
    }

    #[test]
    fn three_lines_are_one_band_and_a_lone_line_is_none() {
        let grey = page(1000, 700, 20, 30, &[(100, 500), (100, 545), (100, 590)], 0.0);
        let bands = found(&grey);
        assert_eq!((bands.len(), bands[0].lines.len()), (1, 3));
        assert!(found(&page(1000, 700, 16, 44, &[(100, 560)], 0.0)).is_empty());
    }
}
