//! Randomness as a parameter.

use uuid::Uuid;

/// A source of unpredictable bytes. Identifiers that serve as capabilities (session ids) come from here.
pub trait Entropy: Send + Sync {
    fn fill(&self, bytes: &mut [u8]);

    /// A random (version 4) UUID.
    fn uuid(&self) -> Uuid {
        let mut bytes = [0; 16];
        self.fill(&mut bytes);
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }
}

/// The operating system's generator.
#[derive(Debug, Default, Clone, Copy)]
pub struct OsEntropy;

impl Entropy for OsEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        // Without randomness no id and no key can be trusted; going on would be worse than stopping.
        getrandom::fill(bytes).expect("the operating system's random generator answers");
    }
}
