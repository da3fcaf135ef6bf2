//! Data pages of passports and visas: portrait on the left, fields on the right, the zone below (ICAO 9303-4 and -7).

use super::{Composer, Portrait, ornament, portraits, zone};
use crate::sheet::{Area, Role, Sheet, Text};
use crate::{Document, Field};

pub(crate) fn passport(sheet: &mut Sheet, document: &Document, portrait: &Portrait) {
    let design = &document.design;
    let dark = design.colour(0.0, 70.0, 22.0);
    ornament::crest(sheet, design, Area { x: 6.0, y: 3.0, width: 7.0, height: 8.5 });
    let mut title = design.languages[0].title(document.kind).to_owned();
    if let Some(second) = design.languages.get(1).map(|language| language.title(document.kind))
        && second != title
    {
        title = format!("{title} / {second}");
    }
    let head = Text::line(Role::Title, &title, (15.5, 6.6), 3.6, 46.0, design.label_font);
    sheet.texts.push(Text { bold: true, colour: dark.clone(), ..head });
    let country = Text::line(Role::Title, design.country, (15.5, 10.8), 3.2, 46.0, "Liberation Serif");
    sheet.texts.push(Text { bold: true, colour: dark, ..country });
    portraits(
        sheet,
        design,
        portrait,
        Area { x: 6.0, y: 16.0, width: 34.0, height: 43.7 },
        Some(Area { x: 103.0, y: 34.0, width: 16.0, height: 20.6 }),
    );
    zone::write(sheet, document.kind.format(), &document.mrz);
    let mut page = Composer { sheet, document, label_size: 1.9, value_size: 2.9 };
    let step = page.row() + 0.85;
    // The first row stands beside the titles.
    page.field(Field::Type, (65.0, 3.2), 10.0);
    page.field(Field::IssuingState, (78.0, 3.2), 12.0);
    page.field(Field::Number, (93.0, 3.2), 28.0);
    let x = 44.0;
    let mut y = 12.6;
    page.field(Field::Surname, (x, y), 74.0);
    y += step;
    page.field(Field::GivenNames, (x, y), 74.0);
    y += step;
    page.field(Field::Nationality, (x, y), 27.0);
    page.field(Field::PersonalNumber, (x + 30.0, y), 27.0);
    y += step;
    page.field(Field::BirthDate, (x, y), 36.0);
    page.field(Field::Sex, (x + 39.0, y), 18.0);
    y += step;
    page.field(Field::BirthPlace, (x, y), 56.0);
    y += step;
    page.field(Field::IssueDate, (x, y), 27.0);
    page.field(Field::Authority, (x + 30.0, y), 27.0);
    y += step;
    page.field(Field::ExpiryDate, (x, y), 27.0);
    let design = &document.design;
    ornament::signature(sheet, design, Area { x: x + 32.0, y: y + 0.6, width: 26.0, height: 4.4 });
}

pub(crate) fn visa(sheet: &mut Sheet, document: &Document, portrait: &Portrait) {
    let design = &document.design;
    let (width, _) = sheet.size();
    let dark = design.colour(0.0, 70.0, 22.0);
    ornament::crest(sheet, design, Area { x: width - 12.0, y: 2.6, width: 6.0, height: 7.4 });
    let mut title = design.languages[0].title(document.kind).to_owned();
    if let Some(second) = design.languages.get(1).map(|language| language.title(document.kind))
        && second != title
    {
        title = format!("{title} / {second}");
    }
    let head = Text::line(Role::Title, &title, (6.0, 7.4), 4.4, 36.0, design.label_font);
    sheet.texts.push(Text { bold: true, colour: dark.clone(), ..head });
    let country = Text::line(Role::Title, design.country, (45.0, 7.4), 3.4, width - 62.0, "Liberation Serif");
    sheet.texts.push(Text { bold: true, colour: dark, ..country });
    let top = zone::area(sheet).y;
    let height = (top - 13.0).min(40.0);
    portraits(sheet, design, portrait, Area { x: 6.0, y: 11.0, width: height * 0.77, height }, None);
    zone::write(sheet, document.kind.format(), &document.mrz);
    let x = 6.0 + height * 0.77 + 4.0;
    let room = width - x - 5.0;
    let mut page = Composer { sheet, document, label_size: 1.6, value_size: 2.4 };
    let step = page.row() + 0.7;
    let mut y = 11.4;
    let third = room / 3.0;
    page.field(Field::VisaCategory, (x, y), third - 2.0);
    page.field(Field::Entries, (x + third, y), third - 2.0);
    page.field(Field::Stay, (x + 2.0 * third, y), third - 2.0);
    y += step;
    page.field(Field::ValidFrom, (x, y), room / 2.0 - 2.0);
    page.field(Field::ExpiryDate, (x + room / 2.0, y), room / 2.0 - 2.0);
    y += step;
    page.field(Field::Number, (x, y), room / 2.0 - 2.0);
    page.field(Field::PassportNumber, (x + room / 2.0, y), room / 2.0 - 2.0);
    y += step;
    page.field(Field::Surname, (x, y), room);
    y += step;
    page.field(Field::GivenNames, (x, y), room);
    y += step;
    page.field(Field::BirthDate, (x, y), room * 0.45 - 2.0);
    page.field(Field::Sex, (x + room * 0.45, y), room * 0.2 - 2.0);
    page.field(Field::Nationality, (x + room * 0.65, y), room * 0.35);
    y += step;
    if y + page.row() < top {
        page.field(Field::IssueDate, (x, y), room / 2.0 - 2.0);
    }
}
