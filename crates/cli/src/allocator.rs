//! How the C library's allocator gives memory back.

/// Blocks from this size on are mapped on their own and go back to the system as soon as they are freed. 4 MiB: pictures of documents
/// and what networks compute on them are larger, frames of captures are not, which come several times a second and would each be
/// mapped anew.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const MAPPED_FROM: libc::c_int = 4 << 20;

/// Keeps glibc from raising that size to 32 MiB by itself, as it does after the first large block is freed: heaps of several threads
/// then keep the room of every picture they ever held. With twenty documents in flight it came to 920 MB instead of 470.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(crate) fn give_memory_back() {
    #[expect(unsafe_code, reason = "the one call that sets it; the environment is read before main")]
    // SAFETY: mallopt changes a parameter of the allocator and touches no memory of ours. No other thread runs yet.
    let taken = unsafe { libc::mallopt(libc::M_MMAP_THRESHOLD, MAPPED_FROM) };
    debug_assert_eq!(taken, 1, "glibc takes values up to 32 MiB");
}

/// Other allocators give large blocks back by themselves.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(crate) fn give_memory_back() {}
