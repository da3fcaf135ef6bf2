//! Whether all pixels of a JPEG are there although its last marker is not.
//!
//! Panoramas of one phone maker end without the marker. A decoder says nothing of it: it paints what is missing grey. So the entropy-coded
//! data (ITU-T T.81, annex F) is walked here, block by block, without making pixels of it.

/// Where the last scan of a sequential Huffman-coded JPEG ends, if every block of every component is in the file. Of a progressive one it is
/// never known without the last marker: how many scans it has is told only there.
pub(super) fn end_of_pixels(bytes: &[u8]) -> Option<usize> {
    File::default().walk(bytes)
}

#[derive(Default)]
struct File {
    /// By class (0 DC, 1 AC) and destination.
    tables: [[Option<Table>; 4]; 2],
    frame: Option<Frame>,
    /// MCUs between restart markers; 0 for none.
    restart: u32,
}

struct Frame {
    width: u32,
    height: u32,
    components: Vec<Component>,
}

struct Component {
    id: u8,
    horizontal: u32,
    vertical: u32,
    seen: bool,
}

/// A canonical Huffman table: per length of code, the first code, how many there are, and where their symbols begin.
struct Table {
    lengths: [(u32, u32, usize); 16],
    symbols: Vec<u8>,
}

fn be16(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?)))
}

impl File {
    /// `None` where the file ends, or where it is none that is walked here.
    fn walk(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 2;
        loop {
            at += bytes.get(at..)?.iter().position(|&byte| byte == 0xff)?;
            at += bytes.get(at..)?.iter().position(|&byte| byte != 0xff)?;
            let code = *bytes.get(at)?;
            at += 1;
            if matches!(code, 0x00 | 0x01 | 0xd0..=0xd8) {
                continue;
            }
            let length = usize::try_from(be16(bytes, at)?).ok()?;
            let segment = bytes.get(at + 2..at + length)?;
            at += length;
            match code {
                0xc4 => self.add_tables(segment)?,
                0xc0 | 0xc1 => self.frame = Some(Frame::read(segment)?),
                0xc2..=0xcf => return None,
                0xdd => self.restart = be16(segment, 0)?,
                0xda => {
                    at += self.walk_scan(segment, bytes.get(at..)?)?;
                    if self.frame.as_ref()?.components.iter().all(|component| component.seen) {
                        return Some(at);
                    }
                }
                _ => {}
            }
        }
    }

    fn add_tables(&mut self, mut segment: &[u8]) -> Option<()> {
        while let Some(&target) = segment.first() {
            let counts = segment.get(1..17)?;
            let mut lengths = [(0, 0, 0); 16];
            let (mut code, mut symbols) = (0_u32, 0);
            for (length, &count) in lengths.iter_mut().zip(counts) {
                *length = (code, u32::from(count), symbols);
                code = (code + u32::from(count)) << 1;
                symbols += usize::from(count);
            }
            let table = Table { lengths, symbols: segment.get(17..17 + symbols)?.to_vec() };
            *self.tables.get_mut(usize::from(target >> 4))?.get_mut(usize::from(target & 15))? = Some(table);
            segment = &segment[17 + symbols..];
        }
        Some(())
    }

    /// Walks one scan and says how many bytes it has.
    fn walk_scan(&mut self, header: &[u8], data: &[u8]) -> Option<usize> {
        let frame = self.frame.as_mut()?;
        let count = usize::from(*header.first()?);
        let chosen: Vec<(usize, &Table, &Table)> = (0..count)
            .map(|n| {
                let (id, tables) = (*header.get(1 + 2 * n)?, *header.get(2 + 2 * n)?);
                let component = frame.components.iter().position(|component| component.id == id)?;
                let table = |class: usize, at: u8| self.tables[class].get(usize::from(at))?.as_ref();
                Some((component, table(0, tables >> 4)?, table(1, tables & 15)?))
            })
            .collect::<Option<_>>()?;
        let units = frame.units(&chosen.iter().map(|(component, ..)| *component).collect::<Vec<_>>())?;
        let mut bits = Bits { data, at: 0, held: 0, count: 0 };
        for unit in 0..units {
            if self.restart > 0 && unit > 0 && unit % u64::from(self.restart) == 0 {
                bits.restart()?;
            }
            for &(component, dc, ac) in &chosen {
                let Component { horizontal, vertical, .. } = frame.components[component];
                let blocks = if chosen.len() == 1 { 1 } else { horizontal * vertical };
                for _ in 0..blocks {
                    bits.block(dc, ac)?;
                }
            }
        }
        for (component, ..) in chosen {
            frame.components[component].seen = true;
        }
        Some(bits.at)
    }
}

impl Frame {
    fn read(segment: &[u8]) -> Option<Self> {
        let (height, width) = (be16(segment, 1)?, be16(segment, 3)?);
        let count = usize::from(*segment.get(5)?);
        let components: Vec<Component> = (0..count)
            .map(|n| {
                let [id, sampling, _] = *segment.get(6 + 3 * n..9 + 3 * n)? else { return None };
                let (horizontal, vertical) = (u32::from(sampling >> 4), u32::from(sampling & 15));
                let fits = (1..=4).contains(&horizontal) && (1..=4).contains(&vertical);
                fits.then_some(Component { id, horizontal, vertical, seen: false })
            })
            .collect::<Option<_>>()?;
        (width > 0 && height > 0 && !components.is_empty()).then_some(Self { width, height, components })
    }

    /// How many units a scan of these components has: MCUs, or the blocks of the only component (A.2.2, A.2.3).
    fn units(&self, chosen: &[usize]) -> Option<u64> {
        let most = |of: fn(&Component) -> u32| self.components.iter().map(of).max();
        let (across, down) = (most(|it| it.horizontal)?, most(|it| it.vertical)?);
        let (columns, rows) = match chosen {
            [] => return None,
            [one] => {
                let Component { horizontal, vertical, .. } = self.components[*one];
                (
                    (self.width * horizontal).div_ceil(across).div_ceil(8),
                    (self.height * vertical).div_ceil(down).div_ceil(8),
                )
            }
            _ => (self.width.div_ceil(8 * across), self.height.div_ceil(8 * down)),
        };
        Some(u64::from(columns) * u64::from(rows))
    }
}

/// The bits of a scan. Everything is `None` where they end.
struct Bits<'a> {
    data: &'a [u8],
    at: usize,
    held: u32,
    count: u32,
}

impl Bits<'_> {
    fn bit(&mut self) -> Option<u32> {
        if self.count == 0 {
            let byte = *self.data.get(self.at)?;
            // 0xff is a value only before a stuffed zero; before anything else it begins a marker.
            if byte == 0xff && *self.data.get(self.at + 1)? != 0 {
                return None;
            }
            self.at += if byte == 0xff { 2 } else { 1 };
            (self.held, self.count) = (u32::from(byte), 8);
        }
        self.count -= 1;
        Some(self.held >> self.count & 1)
    }

    fn symbol(&mut self, table: &Table) -> Option<u8> {
        let mut code = 0;
        for (first, count, symbols) in table.lengths {
            code = code << 1 | self.bit()?;
            if let Some(offset) = code.checked_sub(first).filter(|offset| *offset < count) {
                return table.symbols.get(symbols + usize::try_from(offset).ok()?).copied();
            }
        }
        None
    }

    /// One block of 64 coefficients (F.2.2).
    fn block(&mut self, dc: &Table, ac: &Table) -> Option<()> {
        for _ in 0..self.symbol(dc)? {
            self.bit()?;
        }
        let mut coefficient = 1;
        while coefficient < 64 {
            let symbol = self.symbol(ac)?;
            let (zeros, size) = (symbol >> 4, symbol & 15);
            match (zeros, size) {
                (15, 0) => coefficient += 16,
                (_, 0) => break,
                _ => coefficient += u32::from(zeros) + 1,
            }
            for _ in 0..size {
                self.bit()?;
            }
        }
        (coefficient <= 64).then_some(())
    }

    /// Passes a restart marker.
    fn restart(&mut self) -> Option<()> {
        self.count = 0;
        let rest = self.data.get(self.at..)?;
        let fill = rest.iter().position(|&byte| byte != 0xff)?;
        let marker = *rest.get(fill)?;
        self.at += fill + 1;
        (fill > 0 && matches!(marker, 0xd0..=0xd7)).then_some(())
    }
}
