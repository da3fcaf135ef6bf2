//! How a phone is held.

/// Whether a phone is held too far from upright for the face to be seen straight: its screen more than 40 degrees from the
/// vertical to the front or back, or the phone leaning more than 30 to a side, as one held broadside does.
///
/// `beta` and `gamma` are the second and third of the intrinsic turns Z-X'-Y'' of W3C's Device Orientation. Of an upright phone
/// `gamma` alone says nothing: it turns about the axis that points up then, and wanders as sensors tremble. Hence by where up is,
/// in the device's own axes (x to the right of the screen, y to its top, z out of it): the third row of that rotation.
pub(super) fn is_tilted(beta: f64, gamma: f64) -> bool {
    // A laptop has no sensor, and says nothing or zeros.
    if beta == 0.0 && gamma == 0.0 {
        return false;
    }
    let ((sin_beta, cos_beta), (sin_gamma, cos_gamma)) =
        (beta.to_radians().sin_cos(), gamma.to_radians().sin_cos());
    let (right, top, out) = (-cos_beta * sin_gamma, sin_beta, cos_beta * cos_gamma);
    let from_vertical = out.abs().atan2(right.hypot(top)).to_degrees();
    let aside = right.abs().atan2(top.abs()).to_degrees();
    // A fraction more: the angles come rounded, and so do their sines.
    !(from_vertical <= 40.01 && aside <= 30.01)
}

#[cfg(test)]
mod tests {
    use super::is_tilted;

    #[test]
    fn an_upright_phone_may_tremble_and_a_leaning_one_is_told() {
        for (beta, gamma, why) in [
            (90.0, 0.0, "upright"),
            (85.0, 37.0, "3 degrees aside: gamma is large for any lean of an upright phone"),
            (88.0, 90.0, "2 degrees aside"),
            (88.0, -90.0, "2 degrees aside"),
            (90.0, 89.0, "upright, gamma undefined"),
            (95.0, -45.0, "leaning back a little"),
            (50.0, 0.0, "leaning back as far as is allowed"),
            (130.0, 0.0, "leaning forward as far as is allowed"),
            (0.0, 0.0, "no sensor"),
        ] {
            assert!(!is_tilted(beta, gamma), "{beta} {gamma}: {why}");
        }
        for (beta, gamma, why) in [
            (45.0, 90.0, "45 degrees aside"),
            (45.0, -90.0, "45 degrees aside, to the left"),
            (55.0, 80.0, "35 degrees aside"),
            (0.0, 90.0, "broadside"),
            (0.0, -90.0, "broadside, the other way"),
            (48.0, 0.0, "leaning back too far"),
            (133.0, 0.0, "leaning forward too far"),
            (1.0, 1.0, "flat on a table"),
            (179.0, 1.0, "face down"),
        ] {
            assert!(is_tilted(beta, gamma), "{beta} {gamma}: {why}");
        }
    }
}
