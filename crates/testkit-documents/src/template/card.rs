//! Cards: TD1 and TD2 identity cards, driving licences.

use super::{Composer, Portrait, ornament, portraits, zone};
use crate::sheet::{Area, Code, Role, Sheet, Text};
use crate::{Document, Field, RenderError, barcode};

/// Country and title in a band along the upper edge.
fn header(sheet: &mut Sheet, document: &Document) {
    let design = &document.design;
    let (width, _) = sheet.size();
    let (band, ink) = (design.colour(0.0, 55.0, 80.0), design.colour(0.0, 75.0, 20.0));
    sheet.background.push_str(&format!(
        r#"<rect x="0" y="0" width="{width}" height="8.6" fill="{band}" fill-opacity="0.8"/>"#
    ));
    ornament::crest(sheet, design, Area { x: 3.6, y: 1.3, width: 5.0, height: 6.0 });
    let country = Text::line(Role::Title, design.country, (10.5, 4.1), 2.8, width * 0.4, "Liberation Serif");
    sheet.texts.push(Text { bold: true, colour: ink.clone(), ..country });
    let mut title = design.languages[0].title(document.kind).to_owned();
    if let Some(second) = design.languages.get(1).map(|language| language.title(document.kind))
        && second != title
    {
        title = format!("{title} / {second}");
    }
    let head = Text::line(Role::Title, &title, (10.5, 7.4), 2.5, width - 15.0, design.label_font);
    sheet.texts.push(Text { bold: true, colour: ink, ..head });
}

/// Left edge of the fields and of the portrait (33 to 43 high) in a card of this width.
fn sides(document: &Document, width: f32, portrait: f32) -> (f32, f32) {
    if document.design.mirrored { (4.0, width - 4.0 - portrait) } else { (portrait + 8.0, 4.0) }
}

pub(crate) fn td1_front(sheet: &mut Sheet, document: &Document, portrait: &Portrait) {
    let design = &document.design;
    let (width, _) = sheet.size();
    header(sheet, document);
    let (x, left) = sides(document, width, 24.0);
    let ghost = Area { x: x + 37.5, y: 36.5, width: 10.5, height: 13.5 };
    portraits(sheet, design, portrait, Area { x: left, y: 12.0, width: 24.0, height: 31.0 }, Some(ghost));
    ornament::signature(sheet, design, Area { x: left + 1.0, y: 45.0, width: 22.0, height: 5.0 });
    let room = width - 24.0 - 15.0;
    let mut page = Composer { sheet, document, label_size: 1.5, value_size: 2.4 };
    let step = page.row() + 0.75;
    let mut y = 10.6;
    page.field(Field::Surname, (x, y), room);
    y += step;
    page.field(Field::GivenNames, (x, y), room);
    y += step;
    page.field(Field::BirthDate, (x, y), room * 0.52 - 1.5);
    page.field(Field::Sex, (x + room * 0.52, y), room * 0.18 - 1.0);
    page.field(Field::Nationality, (x + room * 0.70, y), room * 0.30);
    y += step;
    page.field(Field::BirthPlace, (x, y), room);
    y += step;
    page.field(Field::Number, (x, y), room * 0.5 - 1.5);
    page.field(Field::PersonalNumber, (x + room * 0.5, y), room * 0.5);
    y += step;
    page.field(Field::IssueDate, (x, y), 35.0);
    y += step;
    page.field(Field::ExpiryDate, (x, y), 35.0);
}

pub(crate) fn td1_back(sheet: &mut Sheet, document: &Document) {
    zone::write(sheet, document.kind.format(), &document.mrz);
    let mut page = Composer { sheet, document, label_size: 1.5, value_size: 2.3 };
    let below = page.field(Field::Address, (5.0, 3.4), 44.0);
    page.field(Field::Authority, (5.0, below + 1.0), 44.0);
    page.field(Field::Height, (5.0, below + page.row() + 2.0), 20.0);
    page.field(Field::IssuingState, (28.0, below + page.row() + 2.0), 18.0);
    page.field(Field::Type, (49.0, below + page.row() + 2.0), 14.0);
    ornament::crest(page.sheet, &document.design, Area { x: 66.0, y: 6.0, width: 13.0, height: 16.0 });
}

pub(crate) fn td2(sheet: &mut Sheet, document: &Document, portrait: &Portrait) {
    let design = &document.design;
    let (width, _) = sheet.size();
    header(sheet, document);
    let ghost = Area { x: 90.5, y: 35.0, width: 11.5, height: 15.0 };
    portraits(sheet, design, portrait, Area { x: 5.0, y: 10.6, width: 29.0, height: 38.0 }, Some(ghost));
    zone::write(sheet, document.kind.format(), &document.mrz);
    let (x, room) = (37.5, width - 37.5 - 4.0);
    let mut page = Composer { sheet, document, label_size: 1.5, value_size: 2.3 };
    let step = page.row() + 0.45;
    let mut y = 9.9;
    page.field(Field::Surname, (x, y), room);
    y += step;
    page.field(Field::GivenNames, (x, y), room);
    y += step;
    page.field(Field::BirthDate, (x, y), 28.0);
    page.field(Field::Sex, (x + 31.0, y), 12.0);
    page.field(Field::Nationality, (x + 45.0, y), 17.0);
    y += step;
    page.field(Field::BirthPlace, (x, y), 28.0);
    page.field(Field::Number, (x + 31.0, y), 30.0);
    y += step;
    page.field(Field::Address, (x, y), 28.0);
    page.field(Field::IssueDate, (x + 31.0, y), 20.0);
    y += step;
    page.field(Field::ExpiryDate, (x + 31.0, y), 20.0);
    y += step;
    page.field(Field::Authority, (x, y), 28.0);
    page.field(Field::PersonalNumber, (x + 31.0, y), 20.0);
    y += step;
    page.field(Field::Height, (x, y), 28.0);
    page.field(Field::Type, (x + 31.0, y), 11.0);
    page.field(Field::IssuingState, (x + 44.0, y), 8.0);
}

/// The numbered fields of ISO/IEC 18013-1, which many countries share.
pub(crate) fn licence_front(sheet: &mut Sheet, document: &Document, portrait: &Portrait) {
    let design = &document.design;
    let (width, _) = sheet.size();
    header(sheet, document);
    let ghost = Area { x: 71.0, y: 34.0, width: 11.0, height: 14.3 };
    portraits(sheet, design, portrait, Area { x: 4.0, y: 12.0, width: 24.0, height: 31.0 }, Some(ghost));
    ornament::signature(sheet, design, Area { x: 5.0, y: 45.0, width: 22.0, height: 5.0 });
    let mut page = Composer { sheet, document, label_size: 2.0, value_size: 2.4 };
    let (x, indent) = (31.0, 5.5);
    let room = width - x - indent - 4.0;
    let mut y = 13.6;
    let mut row = |page: &mut Composer<'_>, label: &str, field: Field, room: f32| {
        let Some(value) = document.fields.get(&field) else { return };
        page.label(field, label, (x, y), indent - 1.0);
        for line in &value.printed {
            page.value(field, line, (x + indent, y), room);
            y += 3.45;
        }
    };
    row(&mut page, "1.", Field::Surname, room);
    row(&mut page, "2.", Field::GivenNames, room);
    row(&mut page, "3.", Field::BirthDate, room);
    row(&mut page, "4a.", Field::IssueDate, room);
    row(&mut page, "4b.", Field::ExpiryDate, room);
    row(&mut page, "4c.", Field::Authority, room);
    row(&mut page, "5.", Field::Number, 33.0);
    row(&mut page, "8.", Field::Address, 33.0);
    row(&mut page, "9.", Field::Categories, 33.0);
    row(&mut page, "15.", Field::Sex, 33.0);
}

pub(crate) fn licence_back(sheet: &mut Sheet, document: &Document) -> Result<(), RenderError> {
    let design = &document.design;
    let (width, height) = sheet.size();
    let pdf417 = barcode::pdf417(&document.barcode)?;
    // Modules of 0.21 mm, rows three times as high: within the AAMVA standard's 0.17 to 0.38 mm.
    let code_width = (pdf417.first().map_or(1, Vec::len) as f32 * 0.21).min(width - 8.0);
    let code_height = (pdf417.len() as f32 * 0.63).min(26.0);
    let area = Area {
        x: (width - code_width) / 2.0,
        y: height - 4.0 - code_height,
        width: code_width,
        height: code_height,
    };
    quiet(sheet, area, 1.6);
    let text = document.barcode.iter().map(|&byte| char::from(byte)).collect();
    sheet.codes.push(Code { role: Role::Pdf417, text, area, modules: pdf417 });
    let cells = barcode::qr(&document.qr)?;
    let side = 16.0;
    let area = Area { x: width - 4.0 - side, y: 3.6, width: side, height: side };
    quiet(sheet, area, 1.4);
    sheet.codes.push(Code { role: Role::Qr, text: document.qr.clone(), area, modules: cells });
    let title = Text::line(Role::Title, design.country, (5.0, 7.0), 3.0, 40.0, "Liberation Serif");
    sheet.texts.push(Text { bold: true, colour: design.colour(0.0, 75.0, 20.0), ..title });
    let mut page = Composer { sheet, document, label_size: 1.7, value_size: 2.4 };
    page.field(Field::Number, (5.0, 9.2), 40.0);
    page.field(Field::Categories, (5.0, 15.2), 40.0);
    Ok(())
}

/// White ground around a code.
fn quiet(sheet: &mut Sheet, area: Area, margin: f32) {
    sheet.background.push_str(&format!(
        r##"<rect x="{}" y="{}" width="{}" height="{}" fill="#ffffff"/>"##,
        area.x - margin,
        area.y - margin,
        area.width + 2.0 * margin,
        area.height + 2.0 * margin,
    ));
}
