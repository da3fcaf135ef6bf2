//! What a test may compare its readings with, as it is written beside each picture.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    Design, Document, Field, Homography, Kind, Photo, Severity, Shot, Side, Sighting, Tampering, Value,
};

/// Everything known about one picture. Serialises to the `.json` that the command `documents` writes.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Truth {
    /// What it is.
    pub kind: Kind,
    /// Which side.
    pub side: Side,
    /// The document's seed.
    pub seed: u64,
    /// How bad the conditions are.
    pub severity: Severity,
    /// What was done to it, if anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tampering: Option<Tampering>,
    /// Where that is in the photo: corners of each part.
    pub tampered: Vec<[[f32; 2]; 4]>,
    /// How the document looks.
    pub design: Design,
    /// The fields as issued; what is printed on this side is in [`Truth::sightings`].
    pub fields: BTreeMap<Field, Value>,
    /// The lines of the machine-readable zone on this side, as printed.
    pub mrz: Vec<String>,
    /// Width and height of the photo, pixels.
    pub size: (u32, u32),
    /// The page's corners in the photo: see [`Photo::corners`].
    pub corners: [[f32; 2]; 4],
    /// From pixels of the page to pixels of the photo, row by row.
    pub homography: Homography,
    /// The page's own width and height, pixels.
    pub page_size: (u32, u32),
    /// All of the page is in the photo.
    pub whole: bool,
    /// Everything on the page, in pixels of the photo.
    pub sightings: Vec<Sighting>,
    /// How the photo was taken.
    pub shot: Shot,
}

impl Truth {
    /// The truth of an honest document's photo.
    #[must_use]
    pub fn new(
        (document, side, seed): (&Document, Side, u64),
        (severity, shot): (Severity, &Shot),
        page_size: (u32, u32),
        photo: &Photo,
    ) -> Self {
        let lines = photo.sightings.iter().filter(|sighting| sighting.role == crate::Role::Mrz);
        Self {
            kind: document.kind,
            side,
            seed,
            severity,
            tampering: None,
            tampered: Vec::new(),
            design: document.design.clone(),
            fields: document.fields.clone(),
            mrz: lines.map(|line| line.text.clone()).collect(),
            size: photo.picture.dimensions(),
            corners: photo.corners,
            homography: photo.homography,
            page_size,
            whole: photo.whole(),
            sightings: photo.sightings.clone(),
            shot: shot.clone(),
        }
    }
}
