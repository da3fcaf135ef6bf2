//! The closed sets of words that entries are made of. What is written once stays readable: names never change.

macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$of])* $variant,)*
        }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The stable name, as rows and exports have it.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }

            /// What has that name.
            pub fn named(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|known| known.name() == name)
            }
        }
    };
}

named!(
    /// What was done.
    Action {
        /// A caller was not recognised; repetitions are counted in one entry.
        AuthenticationFailed = "authentication.failed",
        /// An address showed too many wrong credentials, and has to wait before another is looked at; counted.
        AuthenticationLockedOut = "authentication.locked_out",
        /// A device or an address failed too often at captures, and has to wait.
        CaptureLockedOut = "capture.locked_out",
        CredentialCreated = "credential.created",
        /// The secret of a pair was set anew.
        CredentialChanged = "credential.changed",
        CredentialRevoked = "credential.revoked",
        TenantCreated = "tenant.created",
        /// A tenant's setting was set, or left to the server again.
        SettingChanged = "setting.changed",
        /// A callback may not go to the address that it names.
        CallbackRefused = "callback.refused",
        /// A picture, a video or a template of a face was given out.
        BiometricRead = "biometric.read",
        /// A picture of a document, or what stands on it, was given out.
        DocumentRead = "document.read",
        /// A session, an identity or a transaction was erased because somebody asked for it.
        SubjectDeleted = "subject.deleted",
        /// Subjects were erased because their term had ended; one entry counts those of a run.
        SubjectExpired = "subject.expired",
        KeyCreated = "key.created",
        KeyRotated = "key.rotated",
        KeyRemoved = "key.removed",
        /// Entries were removed because their term had ended.
        AuditPruned = "audit.pruned",
    }
);

named!(
    /// How it ended.
    Outcome {
        Ok = "ok",
        /// It was not allowed.
        Refused = "refused",
        /// It was allowed and did not succeed.
        Failed = "failed",
    }
);

named!(
    /// What an event is about.
    SubjectKind {
        Tenant = "tenant",
        Credential = "credential",
        Setting = "setting",
        Session = "session",
        Identity = "identity",
        Transaction = "transaction",
        Callback = "callback",
        Key = "key",
        /// The entries before this sequence.
        Entry = "entry",
    }
);
