//! Paper, guilloche-like lines, and coats of arms, drawn from the design's numbers.

use std::f32::consts::TAU;
use std::fmt::Write as _;

use crate::Design;
use crate::sheet::{Area, Role, Sheet};

/// Tinted paper under two families of waves and a rosette.
pub(crate) fn background(sheet: &mut Sheet, design: &Design) {
    let (width, height) = sheet.size();
    let (from, to) = (design.colour(0.0, 45.0, 93.0), design.colour(50.0, 50.0, 89.0));
    let mut svg = format!(
        r#"<defs><linearGradient id="paper" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="{from}"/><stop offset="1" stop-color="{to}"/></linearGradient></defs><rect width="{width}" height="{height}" fill="url(#paper)"/>"#
    );
    let [a, b, c] = design.waves;
    for (family, colour) in [(0, design.colour(0.0, 45.0, 78.0)), (1, design.colour(120.0, 40.0, 80.0))] {
        let mut path = String::new();
        let rows = (height / 2.2) as i32 + 4;
        for row in -2..rows {
            for step in 0..=100 {
                let t = step as f32 / 100.0;
                let phase = row as f32 * 0.35 + family as f32 * 1.6;
                let y = row as f32 * 2.2
                    + 1.9 * (TAU * a * t / 2.0 + phase).sin()
                    + 1.1 * (TAU * b * t + phase * 1.7).sin();
                let _ = write!(path, "{}{:.2} {y:.2}", if step == 0 { 'M' } else { 'L' }, t * width);
            }
        }
        let _ = write!(svg, r#"<path d="{path}" fill="none" stroke="{colour}" stroke-width="0.13"/>"#);
    }
    let (cx, cy, r) = (width * 0.62, height * 0.45, height * 0.33);
    let mut path = String::new();
    for ring in 0..7 {
        for step in 0..=360 {
            let angle = TAU * step as f32 / 360.0;
            let wave = (angle * (a + c) + ring as f32 * 0.45).sin();
            let radius = r * (0.62 + 0.05 * ring as f32 + 0.13 * wave);
            let (x, y) = (cx + radius * angle.cos(), cy + radius * angle.sin());
            let _ = write!(path, "{}{x:.2} {y:.2}", if step == 0 { 'M' } else { 'L' });
        }
    }
    let colour = design.colour(200.0, 45.0, 80.0);
    let _ = write!(svg, r#"<path d="{path}" fill="none" stroke="{colour}" stroke-width="0.12"/>"#);
    sheet.background.push_str(&svg);
}

/// A shield with a star.
pub(crate) fn crest(sheet: &mut Sheet, design: &Design, area: Area) {
    let Area { x, y, width, height } = area;
    let (dark, light) = (design.colour(180.0, 65.0, 30.0), design.colour(40.0, 75.0, 60.0));
    let middle = x + width / 2.0;
    let (right, waist) = (x + width, y + height * 0.55);
    let mut star = String::new();
    let corners = u32::from(design.points) * 2;
    for corner in 0..corners {
        let radius = width * if corner % 2 == 0 { 0.34 } else { 0.16 };
        let angle = TAU * corner as f32 / corners as f32 - TAU / 4.0;
        let (px, py) = (middle + radius * angle.cos(), y + height * 0.42 + radius * angle.sin());
        let _ = write!(star, "{}{px:.2} {py:.2}", if corner == 0 { 'M' } else { 'L' });
    }
    sheet.foreground.push_str(&format!(
        r#"<path d="M{x} {y}H{right}V{waist}Q{right} {low} {middle} {bottom}Q{x} {low} {x} {waist}z" fill="{dark}"/><path d="{star}z" fill="{light}"/>"#,
        low = y + height * 0.85,
        bottom = y + height,
    ));
    sheet.ornaments.push((Role::Crest, area));
}

/// A scrawl on a line: the holder's signature, which nobody reads.
pub(crate) fn signature(sheet: &mut Sheet, design: &Design, area: Area) {
    let mut path = String::new();
    for step in 0..=120 {
        let t = step as f32 / 120.0;
        let swing = (TAU * t * design.waves[1]).sin() * (1.0 - 0.6 * t);
        let x = area.x + area.width * (t + 0.04 * (TAU * t * design.waves[0] * 1.5).cos()).clamp(0.0, 1.0);
        let y = area.y + area.height * (0.5 + 0.42 * swing * (TAU * t * 0.7 + 0.6).cos());
        let _ = write!(path, "{}{x:.2} {y:.2}", if step == 0 { 'M' } else { 'L' });
    }
    sheet
        .foreground
        .push_str(&format!(r##"<path d="{path}" fill="none" stroke="#1c2c6c" stroke-width="0.28"/>"##));
}
