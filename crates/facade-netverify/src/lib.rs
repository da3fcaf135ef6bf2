//! The Netverify dialect.
