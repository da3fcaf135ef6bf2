//! Identifiers: UUIDs that cannot be mistaken for one another.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Entropy;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            pub fn random(entropy: &dyn Entropy) -> Self {
                Self(entropy.uuid())
            }

            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            pub const fn as_uuid(&self) -> Uuid {
                self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::try_parse(text).map(Self)
            }
        }
    };
}

id!(
    /// A customer of this server; everything stored belongs to exactly one.
    TenantId
);
id!(
    /// One set of API credentials of a tenant.
    CredentialId
);
id!(
    /// A bio-session: one capture, its verdict and its faces. Unguessable: whoever knows it may open the capture once.
    SessionId
);
id!(
    /// A face within a bio-session.
    FaceId
);
id!(
    /// An identity that is being proofed.
    IdentityId
);
id!(
    /// One piece of evidence of an identity.
    EvidenceId
);
id!(
    /// One consent that was recorded for an identity.
    ConsentId
);
id!(
    /// One verification of a document from pictures that were sent. Unguessable.
    TransactionId
);
