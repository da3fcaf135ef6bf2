//! PDF417 and QR codes, as rows of modules (`true` is dark), without quiet zones.

use rxing::pdf417::PDF417Writer;
use rxing::qrcode::QRCodeWriter;
use rxing::{BarcodeFormat, EncodeHints, Writer};

use crate::RenderError;

/// A PDF417 of these bytes, one row of modules per row of codewords.
pub(crate) fn pdf417(payload: &[u8]) -> Result<Vec<Vec<bool>>, RenderError> {
    let text: String = payload.iter().map(|&byte| char::from(byte)).collect();
    let hints = EncodeHints {
        Margin: Some("0".to_owned()),
        // The AAMVA standard asks for level 3 at least and recommends 5.
        ErrorCorrection: Some("5".to_owned()),
        CharacterSet: Some("ISO-8859-1".to_owned()),
        ..EncodeHints::default()
    };
    let matrix = PDF417Writer
        .encode_with_hints(&text, &BarcodeFormat::PDF_417, 1, 1, &hints)
        .map_err(|error| RenderError::Barcode(error.to_string()))?;
    let rows =
        (0..matrix.height()).map(|y| (0..matrix.width()).map(|x| matrix.get(x, y)).collect::<Vec<_>>());
    // The writer repeats every row to make them high.
    let mut rows: Vec<_> = rows.collect();
    rows.dedup();
    Ok(rows)
}

/// A QR code of a text.
pub(crate) fn qr(text: &str) -> Result<Vec<Vec<bool>>, RenderError> {
    let hints = EncodeHints { Margin: Some("0".to_owned()), ..EncodeHints::default() };
    let matrix = QRCodeWriter
        .encode_with_hints(text, &BarcodeFormat::QR_CODE, 1, 1, &hints)
        .map_err(|error| RenderError::Barcode(error.to_string()))?;
    Ok((0..matrix.height()).map(|y| (0..matrix.width()).map(|x| matrix.get(x, y)).collect()).collect())
}
