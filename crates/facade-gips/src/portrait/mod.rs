//! `/gips/v1/identities/{id}/attributes/portrait…`

pub(crate) mod capture;
pub(crate) mod live_capture;
pub(crate) mod reference;

use crate::form::Part;

/// The portrait as a part of an answer.
pub(crate) fn part(jpeg: Vec<u8>) -> Part {
    Part {
        name: "Portrait",
        filename: "portrait.jpg",
        // As the original labels it, whatever the picture is.
        content_type: "application/octet-stream",
        body: jpeg,
    }
}
