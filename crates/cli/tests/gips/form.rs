//! A parser with the rules of the one that the demo uses, found by experiment: it takes lines, not headers. A part begins after the
//! delimiter with one line that has name and file name in this order, then one line with the type, then an empty line; then bytes
//! follow up to the next delimiter. What else a sender may write, it gets wrong.

/// One part.
#[derive(Debug, PartialEq)]
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) filename: String,
    pub(crate) content_type: String,
    pub(crate) data: Vec<u8>,
}

/// What stands behind `boundary=`, quotes and all.
pub(crate) fn boundary(content_type: &str) -> Option<&str> {
    content_type.split(';').find_map(|item| item.trim().strip_prefix("boundary="))
}

pub(crate) fn parse(body: &[u8], boundary: &str) -> Result<Vec<Part>, String> {
    let delimiter = format!("--{boundary}");
    let mut parts = Vec::new();
    let mut rest = after(body, delimiter.as_bytes()).ok_or("no delimiter")?;
    loop {
        if rest.starts_with(b"--") {
            return Ok(parts);
        }
        rest = rest.strip_prefix(b"\r\n").ok_or("something stands behind the delimiter")?;
        let (disposition, after_first) = line(rest)?;
        let (kind, after_second) = line(after_first)?;
        let (empty, data) = line(after_second)?;
        if !empty.is_empty() {
            return Err(format!("a third line: {empty}"));
        }
        let items: Vec<&str> = disposition.split(';').map(str::trim).collect();
        let [_, name, filename] = items[..] else { return Err(format!("not three items: {disposition}")) };
        if !disposition.starts_with("Content-Disposition: form-data;") {
            return Err(format!("not first: {disposition}"));
        }
        let value = |item: &str, name: &str| {
            let quoted = item.strip_prefix(name).and_then(|rest| rest.strip_prefix("=\""));
            quoted
                .and_then(|rest| rest.strip_suffix('"'))
                .map(str::to_owned)
                .ok_or(format!("no {name}: {item}"))
        };
        let (name, filename) = (value(name, "name")?, value(filename, "filename")?);
        let content_type =
            kind.strip_prefix("Content-Type: ").ok_or(format!("not second: {kind}"))?.to_owned();
        let end = format!("\r\n{delimiter}");
        let length = find(data, end.as_bytes()).ok_or("no end")?;
        parts.push(Part { name, filename, content_type, data: data[..length].to_vec() });
        rest = &data[length + end.len()..];
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

fn after<'a>(bytes: &'a [u8], what: &[u8]) -> Option<&'a [u8]> {
    find(bytes, what).map(|at| &bytes[at + what.len()..])
}

fn line(bytes: &[u8]) -> Result<(&str, &[u8]), String> {
    let end = find(bytes, b"\r\n").ok_or("a line without end")?;
    let text = std::str::from_utf8(&bytes[..end]).map_err(|_| "a line that is no text")?;
    Ok((text, &bytes[end + 2..]))
}

#[test]
fn the_parser_is_as_strict_as_the_one_it_stands_for() {
    let head = "Content-Disposition: form-data; name=\"a\"; filename=\"b\"\r\nContent-Type: c\r\n";
    let good = format!("--x\r\n{head}\r\n\r\nbytes\r\n\r\n--x--\r\n");
    let parts = parse(good.as_bytes(), "x").expect("one part");
    assert_eq!(parts[0].data, b"\r\nbytes\r\n");
    for (what, body) in [
        ("no file name", "--x\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Type: c\r\n\r\n1\r\n--x--".to_owned()),
        ("the other order", "--x\r\nContent-Type: c\r\nContent-Disposition: form-data; name=\"a\"; filename=\"b\"\r\n\r\n1\r\n--x--".to_owned()),
        ("a third line", format!("--x\r\n{head}Content-Length: 1\r\n\r\n1\r\n--x--")),
    ] {
        assert!(parse(body.as_bytes(), "x").is_err(), "{what}");
    }
    assert!(parse(good.as_bytes(), "\"x\"").is_err());
}
