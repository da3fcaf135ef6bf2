//! What decoding allocates. A test of its own: it replaces the allocator of its process.

#![expect(unsafe_code, reason = "an allocator can only be wrapped with unsafe code")]
#![expect(clippy::unwrap_used, reason = "a test may panic; clippy knows only test functions as tests")]

#[path = "support/files.rs"]
mod files;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use files::Png;
use selfsame_vision::image::decode;
use selfsame_vision::{Limits, Picture};

/// The system's allocator, with a count of what is held and the most that was.
struct Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let held = HELD.fetch_add(layout.size(), Ordering::SeqCst) + layout.size();
        MOST.fetch_max(held, Ordering::SeqCst);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        let held = HELD.fetch_add(layout.size(), Ordering::SeqCst) + layout.size();
        MOST.fetch_max(held, Ordering::SeqCst);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Ordering::SeqCst);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Most bytes held at once by decoding, beside what was held before.
fn most_held(bytes: &[u8]) -> (usize, bool) {
    let before = HELD.load(Ordering::SeqCst);
    MOST.store(before, Ordering::SeqCst);
    let read = decode(bytes, &Limits::default()).is_ok();
    (MOST.load(Ordering::SeqCst) - before, read)
}

const MIB: usize = 1024 * 1024;

/// One test, because tests of one process run side by side and share the count.
#[test]
fn decoding_never_holds_more_than_256_mib() {
    for (name, bytes) in [
        ("JPEG 1 x 60000", files::jpeg_header(1, 60_000, 0xc0, 8)),
        ("JPEG 30000 x 30000", files::jpeg_header(30_000, 30_000, 0xc0, 8)),
        ("PNG 1 x 60000", Png::new(1, 60_000, 8, 2).build()),
        ("PNG 30000 x 30000", Png::new(30_000, 30_000, 8, 2).build()),
        ("PNG with the largest sides", Png::new(u32::MAX, u32::MAX, 16, 6).build()),
        ("progressive JPEG 7900 x 5000", files::jpeg_header(7900, 5000, 0xc2, 8)),
        ("WebP 16384 x 16384", files::webp_lossless_header(16_384, 16_384)),
    ] {
        let (most, read) = most_held(&bytes);
        assert!(!read && most < MIB, "{name}: {most} bytes");
    }

    // Sizes just inside the limits whose pixels never come: the memory is taken, and it is within bounds.
    for (name, bytes) in [
        ("JPEG 7900 x 5000", files::jpeg_header(7900, 5000, 0xc0, 8)),
        ("progressive JPEG 5200 x 5200", files::jpeg_header(5200, 5200, 0xc2, 8)),
        ("PNG 16-bit RGBA 5600 x 5600", Png::new(5600, 5600, 16, 6).rows(&[&[0; 8]]).build()),
        ("PNG RGB 7900 x 5000", Png::new(7900, 5000, 8, 2).rows(&[&[0; 8]]).build()),
        ("WebP 5600 x 5600", files::webp_lossless_header(5600, 5600)),
    ] {
        let (most, read) = most_held(&bytes);
        assert!(!read && most < 256 * MIB, "{name}: {} MiB", most / MIB);
    }

    // The largest picture that is read, turned by its EXIF: 40 million pixels, twice.
    let large = Picture::from_rgb(8000, 5000, vec![77; 8000 * 5000 * 3]).unwrap().to_jpeg(30);
    let turned = files::with_exif(&large, &files::orientation_exif(6));
    drop(large);
    let (most, read) = most_held(&turned);
    assert!(read && most < 256 * MIB, "the largest JPEG: {} MiB", most / MIB);
    assert!(most > 200 * MIB, "the count counts: {} MiB", most / MIB);
}
