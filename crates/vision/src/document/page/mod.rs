//! Where the page is in a photograph: four straight edges that make a sheet or a card, seen from anywhere.
//!
//! * `edges`: where colour changes, and which way, on a reduced picture;
//! * `lines`: straight edges, and which parts of them are really there;
//! * `quads`: which four of them have the shape of a document;
//! * [`Homography`]: from the photograph to the page as it lies flat, and back;
//! * [`View`]: the page as it lies flat.
//!
//! No network is asked. A page whose edges do not show (a scan that is cut to the page, a white page on a white table) is not found,
//! and is read as it lies.

mod edges;
mod homography;
mod lines;
mod quads;
mod view;

use crate::image::{Picture, Window, rgb_window};

use edges::Edges;
use lines::straight_lines;
use quads::best_quad;

pub(crate) use homography::Homography;
pub(crate) use quads::holds;
pub(crate) use view::{View, sides};

/// How the page is searched for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PageParams {
    /// The longest side that the picture is reduced to. 480: edges of print blend, those of the page stay; a pixel of it is a
    /// hundredth of the height of a page that fills a third of the picture.
    pub(crate) longest: u32,
    /// Share of the pixels that count as edges, the steepest ones. 0.12.
    pub(crate) steepest: f64,
    /// The least steepness of an edge, 0..=255 over two pixels: paper on a table has 20 and more, shadows and noise less than 10.
    pub(crate) least_steepness: f32,
    /// Straight edges that are looked at, at most.
    pub(crate) most_lines: usize,
    /// Share of each side that has to show, and of all four together: thumbs, reflections and rounded corners hide some of it.
    pub(crate) least_of_side: f64,
    pub(crate) least_of_all: f64,
    /// Share of the picture that a page fills at least. 0.06: below, nothing on it could be read.
    pub(crate) least_area: f64,
}

impl Default for PageParams {
    fn default() -> Self {
        Self {
            longest: 480,
            steepest: 0.12,
            least_steepness: 12.0,
            most_lines: 48,
            least_of_side: 0.45,
            least_of_all: 0.68,
            least_area: 0.06,
        }
    }
}

/// The corners of a page in pixels of the picture, clockwise from the one nearest to the picture's upper left; they may lie outside.
pub(crate) type Corners = [[f64; 2]; 4];

/// Finds the page. `inside` are points that are known to be on it, such as the corners of its machine-readable zone.
pub(crate) fn find_page(
    picture: &Picture,
    resizer: &mut fast_image_resize::Resizer,
    inside: &[[f64; 2]],
    params: &PageParams,
) -> Option<Corners> {
    let side = picture.width().max(picture.height());
    let scale = f64::from(side) / f64::from(params.longest.min(side));
    let to = |length: u32| ((f64::from(length) / scale).round() as u32).max(1);
    let (width, height) = (to(picture.width()), to(picture.height()));
    if width.min(height) < 32 {
        return None;
    }
    let rgb = rgb_window(picture, resizer, Window::whole(picture), width, height);
    let edges = Edges::of(&rgb, width as usize, height as usize, params);
    let lines = straight_lines(&edges, params);
    let inside: Vec<[f64; 2]> = inside.iter().map(|point| point.map(|value| value / scale)).collect();
    let quad = best_quad(&lines, (f64::from(width), f64::from(height)), &inside, params)?;
    Some(quad.map(|point| point.map(|value| value * scale)))
}

#[cfg(test)]
mod tests;
