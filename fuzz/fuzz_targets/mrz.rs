//! Any text, as exact lines and as what an OCR might have read. What `read` calls valid has to be valid as exact text too.
#![no_main]

use libfuzzer_sys::fuzz_target;
use selfsame_mrz::{Line, ReadParams, Verdict, parse, read};

fuzz_target!(|text: &str| {
    let lines: Vec<&str> = text.lines().take(8).collect();
    let _ = parse(&lines);
    let lines: Vec<Line> = lines.into_iter().map(Line::from).collect();
    for reading in read(&lines, &ReadParams::default()) {
        if reading.verdict == Verdict::Valid {
            let again = parse(&reading.mrz.lines).expect("a valid reading is a zone");
            assert!(again.is_valid());
        }
    }
});
