//! Evidence arrives in chunks; here they become whole frames again, within bounds.

/// Most bytes of one full frame.
pub const MAX_FRAME: usize = 2 * 1024 * 1024;
/// Most bytes of one chunk.
pub const MAX_CHUNK: usize = 32 * 1024;

/// A frame that is being put together. One at a time: frames come one after the other.
#[derive(Debug, Default)]
pub(super) struct Assembly {
    seq: u32,
    total: usize,
    bytes: Vec<u8>,
}

/// A chunk that does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum ChunkError {
    #[error("an evidence frame may have 1 to {MAX_FRAME} bytes")]
    FrameSize,
    #[error("an evidence chunk may have 1 to {MAX_CHUNK} bytes and must not reach beyond its frame")]
    ChunkSize,
    #[error("evidence chunks must come in order, frame after frame")]
    Order,
}

impl Assembly {
    /// Takes a chunk; returns the frame when it is whole.
    pub(super) fn chunk(
        &mut self,
        seq: u32,
        offset: usize,
        total: usize,
        chunk: &[u8],
    ) -> Result<Option<Vec<u8>>, ChunkError> {
        if total == 0 || total > MAX_FRAME {
            return Err(ChunkError::FrameSize);
        }
        if chunk.is_empty() || chunk.len() > MAX_CHUNK || offset.saturating_add(chunk.len()) > total {
            return Err(ChunkError::ChunkSize);
        }
        if offset == 0 && self.bytes.is_empty() {
            (self.seq, self.total) = (seq, total);
            // No more is reserved than has been sent: a total is only a claim.
        } else if seq != self.seq || total != self.total || offset != self.bytes.len() {
            return Err(ChunkError::Order);
        }
        self.bytes.extend_from_slice(chunk);
        Ok((self.bytes.len() == self.total).then(|| std::mem::take(&mut self.bytes)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_become_the_frame() {
        let mut assembly = Assembly::default();
        assert_eq!(assembly.chunk(3, 0, 5, b"abc"), Ok(None));
        assert_eq!(assembly.chunk(3, 3, 5, b"de"), Ok(Some(b"abcde".to_vec())));
        assert_eq!(assembly.chunk(4, 0, 1, b"x"), Ok(Some(b"x".to_vec())));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let mut assembly = Assembly::default();
        assert_eq!(assembly.chunk(1, 0, 0, b"a"), Err(ChunkError::FrameSize));
        assert_eq!(assembly.chunk(1, 0, MAX_FRAME + 1, b"a"), Err(ChunkError::FrameSize));
        assert_eq!(assembly.chunk(1, 0, 2, b"abc"), Err(ChunkError::ChunkSize));
        assert_eq!(assembly.chunk(1, 0, 2, b""), Err(ChunkError::ChunkSize));
        assert_eq!(assembly.chunk(1, usize::MAX, 2, b"a"), Err(ChunkError::ChunkSize));
        assert_eq!(assembly.chunk(1, 1, 2, b"a"), Err(ChunkError::Order));
        assert_eq!(assembly.chunk(1, 0, 4, b"ab"), Ok(None));
        assert_eq!(assembly.chunk(2, 2, 4, b"cd"), Err(ChunkError::Order));
        assert_eq!(assembly.chunk(1, 0, 4, b"ab"), Err(ChunkError::Order));
        assert_eq!(assembly.chunk(1, 2, 5, b"cd"), Err(ChunkError::Order));
    }
}
