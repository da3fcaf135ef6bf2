//! The machine-readable zone (ICAO 9303-3, section 4): OCR-B, ten characters to the inch, six lines to the inch less a bit.

use crate::sheet::{Area, Role, Sheet, Text};
use selfsame_mrz::Format;

/// Advance of a character, millimetres: ten to the inch.
pub(crate) const PITCH: f32 = 2.54;
/// From line to line, millimetres.
const LINES: f32 = 6.35;
/// Ten points in millimetres: OCR-B of size 1, whose own advance is the pitch, with capitals about 2.4 high.
const SIZE: f32 = 10.0 * 25.4 / 72.0;
/// Height of the zone, from the lower edge.
pub(crate) const HEIGHT: f32 = 23.2;

/// Half a capital's height, from the middle of a line to its baseline.
const HALF: f32 = 1.2;

/// Writes the lines into the zone at the lower edge, on a paler ground.
pub(crate) fn write(sheet: &mut Sheet, format: Option<Format>, lines: &[String]) {
    let (width, height) = sheet.size();
    // Distances of the first character from the left edge and of the last line's middle from the lower edge.
    let (left, last) = match format {
        Some(Format::Td1) => (4.0, 5.08),
        Some(Format::MrvA) => (4.0, 9.4),
        _ => (6.0, 9.4),
    };
    let top = height - HEIGHT;
    sheet.background.push_str(&format!(
        r##"<rect x="0" y="{top}" width="{width}" height="{HEIGHT}" fill="#ffffff" fill-opacity="0.62"/>"##
    ));
    for (at, line) in lines.iter().enumerate() {
        let above = (lines.len() - 1 - at) as f32;
        let baseline = height - last - above * LINES + HALF;
        let text = Text::line(Role::Mrz, line, (left, baseline), SIZE, f32::INFINITY, crate::fonts::OCR_B);
        sheet.texts.push(Text { pitch: Some(PITCH), colour: "#0c0c0c".to_owned(), ..text });
    }
}

/// The area of the zone.
pub(crate) fn area(sheet: &Sheet) -> Area {
    let (width, height) = sheet.size();
    Area { x: 0.0, y: height - HEIGHT, width, height: HEIGHT }
}
