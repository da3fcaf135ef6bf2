//! Tests of the attacks on a head.
