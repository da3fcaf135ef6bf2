//! Pictures in base64.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use selfsame_domain::transaction::PictureFormat;

use super::reader::Reader;

/// Padding may be there or not.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What the bytes are, or what is wrong with them.
pub(crate) type Inspect<'a> = &'a dyn Fn(&[u8]) -> Result<PictureFormat, String>;

const TYPES: [(&str, PictureFormat); 2] =
    [("image/jpeg", PictureFormat::Jpeg), ("image/png", PictureFormat::Png)];

/// Takes the member `name` and the announcement beside it. `None` when there is no picture, or a wrong one.
pub(crate) fn picture(
    reader: &mut Reader,
    name: &str,
    max_bytes: usize,
    inspect: Inspect<'_>,
) -> Option<(PictureFormat, Vec<u8>)> {
    let announced = reader.word(&format!("{name}MimeType"), &TYPES);
    let text = reader.raw(name)?;
    match decoded(text, max_bytes).and_then(|bytes| Ok((inspect(&bytes)?, bytes))) {
        Ok((format, bytes)) => {
            // Unannounced it is what its bytes say; announced wrongly something is mixed up.
            if announced.is_some_and(|announced| announced != format) {
                let message = format!("does not agree with the picture, which is {}", mime(format));
                reader.wrong(&format!("{name}MimeType"), message);
                return None;
            }
            Some((format, bytes))
        }
        Err(message) => {
            reader.wrong(name, message);
            None
        }
    }
}

pub(crate) fn mime(format: PictureFormat) -> &'static str {
    match format {
        PictureFormat::Jpeg => "image/jpeg",
        PictureFormat::Png => "image/png",
    }
}

fn decoded(text: String, max_bytes: usize) -> Result<Vec<u8>, String> {
    let mut text = text.into_bytes();
    // Some encoders break lines.
    if text.iter().any(u8::is_ascii_whitespace) {
        text.retain(|byte| !byte.is_ascii_whitespace());
    }
    if text.len() / 4 * 3 > max_bytes + 3 {
        return Err(format!("is larger than {max_bytes} bytes"));
    }
    let bytes = BASE64.decode(&text).map_err(|_| "is not base64 (RFC 4648, section 4)".to_owned())?;
    if bytes.len() > max_bytes {
        return Err(format!("has {} bytes, may have at most {max_bytes}", bytes.len()));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_with_and_without_padding_and_line_breaks() {
        for text in ["aGVsbG8=", "aGVsbG8", "aGVs\r\nbG8=\n"] {
            assert_eq!(decoded(text.to_owned(), 100).unwrap(), b"hello", "{text:?}");
        }
        for text in ["!", "aGVsbG8==", "a", "aGVs-_8=", "data:image/png;base64,aGVsbG8="] {
            assert!(decoded(text.to_owned(), 100).is_err(), "{text:?}");
        }
        assert!(decoded("aGVsbG8=".to_owned(), 5).is_ok());
        assert!(decoded("aGVsbG8=".to_owned(), 4).unwrap_err().contains("at most 4"));
        assert!(decoded("A".repeat(4_000), 100).unwrap_err().contains("larger than 100"));
    }
}
