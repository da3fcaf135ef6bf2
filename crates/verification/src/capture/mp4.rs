//! JPEG pictures as a video: ISO base media file format (ISO/IEC 14496-12, -14), one track of motion JPEG (object type 0x6C).

/// Ticks of a second.
const TIMESCALE: u32 = 1000;
/// How long the last frame is shown, in milliseconds: nobody knows until when it was true.
const LAST: u32 = 125;
/// Rows of the unit matrix, in 16.16 and 2.30.
const UPRIGHT: [u32; 9] = [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000];

/// Frames with the time of each in milliseconds, in their order. A time before its predecessor's counts as one millisecond later. All together
/// stay below 4 GB.
pub(super) fn motion_jpeg(frames: &[(i64, &[u8])], (width, height): (u16, u16)) -> Vec<u8> {
    let shown: Vec<u32> = frames
        .windows(2)
        .map(|pair| u32::try_from((pair[1].0 - pair[0].0).max(1)).unwrap_or(u32::MAX))
        .chain(frames.last().map(|_| LAST))
        .collect();
    let duration = shown.iter().copied().fold(0, u32::saturating_add);
    let head = atom(*b"ftyp", &[b"isom", &be(512), b"isomiso2mp41"]);
    let film = |first: usize| {
        let header = [
            &[0; 12][..],
            &be(TIMESCALE),
            &be(duration),
            &be(0x1_0000),
            &be16(0x100),
            &[0; 10],
            &bes(&UPRIGHT),
            &[0; 24],
            &be(2),
        ];
        let track = track(frames, &shown, duration, (width, height), first);
        atom(*b"moov", &[&atom(*b"mvhd", &header), &track])
    };
    // Where the pictures begin hangs on how long their description is, which does not hang on that.
    let begin = head.len() + film(0).len() + 8;
    let mut video = head;
    video.extend(film(begin));
    let bytes: usize = frames.iter().map(|(_, jpeg)| jpeg.len()).sum();
    video.extend(be(small(bytes + 8)));
    video.extend(b"mdat");
    video.extend(frames.iter().flat_map(|(_, jpeg)| jpeg.iter()));
    video
}

fn track(
    frames: &[(i64, &[u8])],
    shown: &[u32],
    duration: u32,
    (width, height): (u16, u16),
    first: usize,
) -> Vec<u8> {
    let fixed = |side: u16| be(u32::from(side) << 16);
    // Enabled, in the film, in its preview.
    let header = [
        &be(7)[..],
        &[0; 8],
        &be(1),
        &[0; 4],
        &be(duration),
        &[0; 16],
        &bes(&UPRIGHT),
        &fixed(width),
        &fixed(height),
    ];
    // 0x55C4: no language ("und").
    let media_header = atom(*b"mdhd", &[&[0; 12], &be(TIMESCALE), &be(duration), &be16(0x55C4), &[0; 2]]);
    let handler = atom(*b"hdlr", &[&[0; 8], b"vide", &[0; 12], b"camera\0"]);
    let here = atom(*b"dref", &[&be(0), &be(1), &atom(*b"url ", &[&be(1)])]);
    let information = [
        atom(*b"vmhd", &[&be(1), &[0; 8]]),
        atom(*b"dinf", &[&here]),
        samples(frames, shown, (width, height), first),
    ];
    let media = [media_header, handler, atom(*b"minf", &[&information.concat()])];
    atom(*b"trak", &[&atom(*b"tkhd", &header), &atom(*b"mdia", &[&media.concat()])])
}

/// The sample table: what the samples are, how long each is shown and how long it is, and where the first is.
fn samples(frames: &[(i64, &[u8])], shown: &[u32], (width, height): (u16, u16), first: usize) -> Vec<u8> {
    let count = small(frames.len());
    let largest = frames.iter().map(|(_, jpeg)| small(jpeg.len())).max().unwrap_or(0);
    // An elementary stream descriptor (3) with a decoder's (4: visual stream, no settings of its own) and how it is packed (6: as in MP4).
    let decoder = [&[4, 13, 0x6C, 0x11][..], &be(largest)[1..], &[0; 8]].concat();
    let stream = [&[3, small(3 + decoder.len() + 3) as u8, 0, 1, 0][..], &decoder, &[6, 1, 2]].concat();
    // Data reference 1; 72 dpi; one frame a sample; no name; 24 bits; no table of colours.
    let visual = [
        &[0; 6][..],
        &be16(1),
        &[0; 16],
        &be16(width),
        &be16(height),
        &bes(&[0x48_0000, 0x48_0000, 0]),
        &be16(1),
        &[0; 32],
        &be16(24),
        &[0xFF; 2],
        &atom(*b"esds", &[&be(0), &stream]),
    ];
    let kind = atom(*b"stsd", &[&be(0), &be(1), &atom(*b"mp4v", &visual)]);
    let times: Vec<u32> = shown.iter().flat_map(|shown| [1, *shown]).collect();
    let sizes: Vec<u32> = frames.iter().map(|(_, jpeg)| small(jpeg.len())).collect();
    // All samples are one chunk.
    let table = [
        kind,
        atom(*b"stts", &[&bes(&[0, count]), &bes(&times)]),
        atom(*b"stsc", &[&bes(&[0, 1, 1, count, 1])]),
        atom(*b"stsz", &[&bes(&[0, 0, count]), &bes(&sizes)]),
        atom(*b"stco", &[&bes(&[0, 1, small(first)])]),
    ];
    atom(*b"stbl", &[&table.concat()])
}

/// Length, kind, content.
fn atom(kind: [u8; 4], content: &[&[u8]]) -> Vec<u8> {
    let length = 8 + content.iter().map(|part| part.len()).sum::<usize>();
    [&be(small(length)), &kind[..], &content.concat()].concat()
}

fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn be(number: u32) -> [u8; 4] {
    number.to_be_bytes()
}

fn be16(number: u16) -> [u8; 2] {
    number.to_be_bytes()
}

fn bes(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_be_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Kind and content of each box; nothing may be left over.
    fn boxes(mut bytes: &[u8]) -> Vec<([u8; 4], &[u8])> {
        let mut found = Vec::new();
        while !bytes.is_empty() {
            let length = u32::from_be_bytes(bytes[..4].try_into().unwrap()) as usize;
            found.push((bytes[4..8].try_into().unwrap(), &bytes[8..length]));
            bytes = &bytes[length..];
        }
        found
    }

    fn within<'a>(bytes: &'a [u8], path: &[&[u8; 4]]) -> &'a [u8] {
        path.iter().fold(bytes, |bytes, kind| {
            boxes(bytes).into_iter().find(|(found, _)| found == *kind).expect("a box").1
        })
    }

    fn words(bytes: &[u8]) -> Vec<u32> {
        bytes.chunks_exact(4).map(|word| u32::from_be_bytes(word.try_into().unwrap())).collect()
    }

    #[test]
    fn every_picture_is_where_and_when_the_tables_say() {
        let frames: [(i64, &[u8]); 4] =
            [(5_000, b"one"), (5_140, b"second"), (5_100, b"3"), (5_400, b"the last")];
        let video = motion_jpeg(&frames, (320, 180));
        let kinds: Vec<_> = boxes(&video).iter().map(|(kind, _)| *kind).collect();
        assert_eq!(kinds, [*b"ftyp", *b"moov", *b"mdat"]);
        let table = within(&video, &[b"moov", b"trak", b"mdia", b"minf", b"stbl"]);
        assert_eq!(words(within(table, &[b"stts"])), [0, 4, 1, 140, 1, 1, 1, 300, 1, LAST]);
        assert_eq!(words(within(table, &[b"stsz"])), [0, 0, 4, 3, 6, 1, 8]);
        assert_eq!(words(within(table, &[b"stsc"])), [0, 1, 1, 4, 1]);
        let first = words(within(table, &[b"stco"]))[2] as usize;
        assert_eq!(&video[first..], b"onesecond3the last");
        // Version 0 of each, as their lengths say.
        let length = |path: &[&[u8; 4]]| within(&video, path).len();
        assert_eq!(length(&[b"moov", b"mvhd"]), 100);
        assert_eq!(length(&[b"moov", b"trak", b"tkhd"]), 84);
        assert_eq!(length(&[b"moov", b"trak", b"mdia", b"mdhd"]), 24);
        assert_eq!(words(&within(&video, &[b"moov", b"mvhd"])[12..20]), [TIMESCALE, 140 + 1 + 300 + LAST]);
    }

    #[test]
    fn times_that_make_no_sense_overflow_nothing() {
        let video = motion_jpeg(&[(0, b"a"), (i64::from(u32::MAX) * 2, b"b"), (7, b"c")], (1, 1));
        assert_eq!(words(&within(&video, &[b"moov", b"mvhd"])[16..20]), [u32::MAX]);
    }
}
