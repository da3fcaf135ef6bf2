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

/// What may stand before the comma of a `data:` URL.
const LONGEST_HEAD: usize = 256;

/// Takes the member `name` and the announcement beside it. `None` when there is no picture, or a wrong one.
pub(crate) fn picture(
    reader: &mut Reader,
    name: &str,
    max_bytes: usize,
    inspect: Inspect<'_>,
) -> Option<(PictureFormat, Vec<u8>)> {
    let announced = announced(reader, &format!("{name}MimeType"));
    let text = reader.raw(name)?;
    match decoded(text, max_bytes).and_then(|(in_url, bytes)| Ok((in_url, inspect(&bytes)?, bytes))) {
        Ok((in_url, format, bytes)) => {
            // Unannounced it is what its bytes say; announced wrongly something is mixed up.
            if announced.is_some_and(|announced| announced != format) {
                let message = format!("does not agree with the picture, which is {}", mime(format));
                reader.wrong(&format!("{name}MimeType"), message);
                return None;
            }
            if let Some(other) = in_url.filter(|in_url| *in_url != format) {
                reader.wrong(name, format!("is a data URL of {}, and is {}", mime(other), mime(format)));
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

/// The format of a MIME type. Clients in use put `image/` before the file's extension, as it is written.
pub(crate) fn format_of(mime: &str) -> Option<PictureFormat> {
    let essence = mime.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.strip_prefix("image/")? {
        "jpeg" | "jpg" | "jpe" | "jfif" | "pjpeg" => Some(PictureFormat::Jpeg),
        "png" | "x-png" => Some(PictureFormat::Png),
        _ => None,
    }
}

fn announced(reader: &mut Reader, name: &str) -> Option<PictureFormat> {
    let text = reader.text(name, 255)?;
    let format = format_of(&text);
    if format.is_none() {
        reader.wrong(name, "must be one of image/jpeg, image/png");
    }
    format
}

/// Where the base64 begins, and the format that a `data:` URL announces before it. Browsers read files as such URLs.
fn data_url(text: &[u8]) -> Result<(Option<PictureFormat>, usize), String> {
    if !text.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"data:")) {
        return Ok((None, 0));
    }
    let wrong = || "is a data URL that is not in base64".to_owned();
    let comma = text.iter().take(LONGEST_HEAD).position(|byte| *byte == b',').ok_or_else(wrong)?;
    let head = std::str::from_utf8(&text[5..comma]).map_err(|_| wrong())?;
    match head.rsplit_once(';') {
        Some((mime, encoding)) if encoding.eq_ignore_ascii_case("base64") => Ok((format_of(mime), comma + 1)),
        _ => Err(wrong()),
    }
}

/// The bytes, and the format that a `data:` URL before them announces.
fn decoded(text: String, max_bytes: usize) -> Result<(Option<PictureFormat>, Vec<u8>), String> {
    let mut text = text.into_bytes();
    // Some encoders break lines.
    if text.iter().any(u8::is_ascii_whitespace) {
        text.retain(|byte| !byte.is_ascii_whitespace());
    }
    let (announced, begin) = data_url(&text)?;
    let text = &text[begin..];
    if text.len() / 4 * 3 > max_bytes + 3 {
        return Err(format!("is larger than {max_bytes} bytes"));
    }
    let bytes = BASE64.decode(text).map_err(|_| "is not base64 (RFC 4648, section 4)".to_owned())?;
    if bytes.len() > max_bytes {
        return Err(format!("has {} bytes, may have at most {max_bytes}", bytes.len()));
    }
    Ok((announced, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_with_and_without_padding_and_line_breaks() {
        for text in ["aGVsbG8=", "aGVsbG8", "aGVs\r\nbG8=\n"] {
            assert_eq!(decoded(text.to_owned(), 100), Ok((None, b"hello".to_vec())), "{text:?}");
        }
        for text in ["!", "aGVsbG8==", "a", "aGVs-_8="] {
            assert!(decoded(text.to_owned(), 100).is_err(), "{text:?}");
        }
        assert!(decoded("aGVsbG8=".to_owned(), 5).is_ok());
        assert!(decoded("aGVsbG8=".to_owned(), 4).unwrap_err().contains("at most 4"));
        assert!(decoded("A".repeat(4_000), 100).unwrap_err().contains("larger than 100"));
    }

    #[test]
    fn data_urls_are_taken_for_what_they_hold() {
        use PictureFormat::{Jpeg, Png};
        for (head, announced) in [
            ("data:image/png;base64,", Some(Png)),
            ("DATA:IMAGE/JPG;BASE64,", Some(Jpeg)),
            ("data:image/jpeg;name=a.jpg;base64,", Some(Jpeg)),
            ("data:image/png;base64,\r\n", Some(Png)),
            ("data:application/octet-stream;base64,", None),
            ("data:;base64,", None),
        ] {
            let text = format!("{head}aGVsbG8=");
            assert_eq!(decoded(text, 5), Ok((announced, b"hello".to_vec())), "{head}");
            assert!(decoded(format!("{head}aGVsbG8="), 4).unwrap_err().contains("at most 4"), "{head}");
        }
        for text in [
            "data:image/png,aGVsbG8=",
            "data:image/png;base64",
            "data:",
            "data:image/png;base64,!",
            "image/png;base64,aGVsbG8=",
            "data:image/png;base64,data:image/png;base64,aGVsbG8=",
            &format!("data:{};base64,aGVsbG8=", "x".repeat(LONGEST_HEAD)),
        ] {
            assert!(decoded(text.to_owned(), 100).is_err(), "{text:?}");
        }
    }

    #[test]
    fn formats_have_more_names_than_one() {
        use PictureFormat::{Jpeg, Png};
        for (mime, expected) in [
            ("image/jpeg", Some(Jpeg)),
            ("image/jpg", Some(Jpeg)),
            ("image/JPG", Some(Jpeg)),
            ("IMAGE/Jpeg", Some(Jpeg)),
            ("image/jfif", Some(Jpeg)),
            (" image/png; q=0.5", Some(Png)),
            ("image/PNG", Some(Png)),
            ("image/webp", None),
            ("image/", None),
            ("jpg", None),
            ("text/jpg", None),
        ] {
            assert_eq!(format_of(mime), expected, "{mime}");
        }
    }
}
