//! Weights that cost time and mean nothing are cleared before the engine sees them.
//!
//! An ONNX file is a protobuf message: `ModelProto.graph` (field 7), `GraphProto.initializer` (field 5, repeated),
//! `TensorProto.data_type` (field 2; 1 is float32) and `.raw_data` (field 9). The fields are fixed by the ONNX format, so a
//! walk over tags and lengths finds the weights; they are changed in place and no length changes.

/// Sets float32 initialisers with a magnitude below `limit` to 0 and returns how many there were.
///
/// # Errors
/// A sentence when the bytes are no protobuf message.
pub(super) fn clear_small(model: &mut [u8], limit: f32) -> Result<usize, &'static str> {
    if limit <= 0.0 {
        return Ok(0);
    }
    let mut tensors = Vec::new();
    for graph in fields(model, 0..model.len())?.into_iter().filter(|field| field.number == 7) {
        for tensor in fields(model, graph.span)?.into_iter().filter(|field| field.number == 5) {
            let parts = fields(model, tensor.span)?;
            let float = parts.iter().any(|part| part.number == 2 && part.value == 1);
            tensors.extend(parts.into_iter().filter(|part| float && part.number == 9).map(|part| part.span));
        }
    }
    let mut cleared = 0;
    for span in tensors {
        for bytes in model[span].as_chunks_mut::<4>().0 {
            let weight = f32::from_le_bytes(*bytes);
            if weight != 0.0 && weight.abs() < limit {
                *bytes = [0; 4];
                cleared += 1;
            }
        }
    }
    Ok(cleared)
}

struct Field {
    number: u64,
    /// Of a varint field; 0 otherwise.
    value: u64,
    /// Of a length-delimited field; empty otherwise.
    span: std::ops::Range<usize>,
}

fn fields(model: &[u8], within: std::ops::Range<usize>) -> Result<Vec<Field>, &'static str> {
    const CUT: &str = "the ONNX file ends inside a field";
    let end = within.end;
    let mut at = within.start;
    let mut found = Vec::new();
    while at < end {
        let tag = varint(model, &mut at, end).ok_or(CUT)?;
        let (mut value, mut span) = (0, at..at);
        match tag & 7 {
            0 => value = varint(model, &mut at, end).ok_or(CUT)?,
            1 => at += 8,
            2 => {
                let length = varint(model, &mut at, end).and_then(|n| usize::try_from(n).ok()).ok_or(CUT)?;
                let stop = at.checked_add(length).filter(|stop| *stop <= end).ok_or(CUT)?;
                span = at..stop;
                at = stop;
            }
            5 => at += 4,
            _ => return Err("the ONNX file is no protobuf message"),
        }
        if at > end {
            return Err(CUT);
        }
        found.push(Field { number: tag >> 3, value, span });
    }
    Ok(found)
}

fn varint(model: &[u8], at: &mut usize, end: usize) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        if *at >= end {
            return None;
        }
        let byte = *model.get(*at)?;
        *at += 1;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delimited(number: u8, body: &[u8]) -> Vec<u8> {
        let mut bytes = vec![number << 3 | 2, u8::try_from(body.len()).unwrap()];
        bytes.extend_from_slice(body);
        bytes
    }

    fn model(data_type: u8, weights: &[f32]) -> Vec<u8> {
        let raw: Vec<u8> = weights.iter().flat_map(|weight| weight.to_le_bytes()).collect();
        let tensor = [vec![2 << 3, data_type], delimited(8, b"conv"), delimited(9, &raw)].concat();
        let graph = [delimited(2, b"graph"), delimited(5, &tensor)].concat();
        // A varint field (ir_version) first, as exporters write it.
        [vec![1 << 3, 8], delimited(7, &graph)].concat()
    }

    #[test]
    fn clears_what_is_smaller_than_the_limit_and_nothing_else() {
        let mut bytes = model(1, &[1.0, 1e-12, -3e-39, 0.0, -0.5, 1e-9]);
        assert_eq!(clear_small(&mut bytes, 1e-10), Ok(2));
        assert_eq!(bytes, model(1, &[1.0, 0.0, 0.0, 0.0, -0.5, 1e-9]));
    }

    #[test]
    fn leaves_other_types_alone() {
        let mut bytes = model(7, &[1e-12]);
        assert_eq!(clear_small(&mut bytes, 1e-10), Ok(0));
        assert_eq!(bytes, model(7, &[1e-12]));
    }

    #[test]
    fn refuses_what_is_cut_off() {
        let whole = model(1, &[1.0, 2.0]);
        for length in 3..whole.len() {
            assert!(clear_small(&mut whole[..length].to_vec(), 1e-10).is_err(), "{length}");
        }
    }
}
