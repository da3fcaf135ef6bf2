//! How much memory JSON may become: it is counted before it is read.

/// Values of one body. The largest honest one has some forty.
const MOST_VALUES: usize = 10_000;
/// Arrays and objects in each other.
const MOST_DEPTH: usize = 32;

/// JSON that would take far more memory than its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MisshapenJson {
    #[error("the body holds more than {MOST_VALUES} values")]
    TooMany,
    #[error("the body nests more than {MOST_DEPTH} arrays and objects")]
    TooDeep,
}

/// Counts values and depth without reading anything. What is no JSON may pass: the reader says so.
///
/// # Errors
/// [`MisshapenJson`].
pub fn check_json_shape(text: &[u8]) -> Result<(), MisshapenJson> {
    let (mut values, mut depth) = (1, 0_usize);
    let mut bytes = text.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => {
                // To the end of the string; a backslash takes the next character along.
                while let Some(byte) = bytes.next() {
                    match byte {
                        b'"' => break,
                        b'\\' => {
                            bytes.next();
                        }
                        _ => {}
                    }
                }
            }
            b'[' | b'{' => {
                depth += 1;
                values += 1;
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            b',' => values += 1,
            _ => {}
        }
        if values > MOST_VALUES {
            return Err(MisshapenJson::TooMany);
        }
        if depth > MOST_DEPTH {
            return Err(MisshapenJson::TooDeep);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_becomes_many_values_is_refused_and_text_is_not() {
        for (text, expected) in [
            ("{}".to_owned(), Ok(())),
            (format!("[{}0]", "0,".repeat(9_000)), Ok(())),
            (format!("[{}0]", "0,".repeat(10_000)), Err(MisshapenJson::TooMany)),
            ("[]".repeat(10_000), Err(MisshapenJson::TooMany)),
            (format!("{{\"a\":\"{}\"}}", ",[{".repeat(50_000)), Ok(())),
            (format!("\"\\\"{}\"", ",".repeat(50_000)), Ok(())),
            (format!("\"\\\\\"{}", ",".repeat(50_000)), Err(MisshapenJson::TooMany)),
            (format!("{}{}", "[".repeat(32), "]".repeat(32)), Ok(())),
            ("[".repeat(33), Err(MisshapenJson::TooDeep)),
            ("\"".to_owned(), Ok(())),
            ("\"\\".to_owned(), Ok(())),
        ] {
            assert_eq!(check_json_shape(text.as_bytes()), expected, "{text:.40}");
        }
    }
}
