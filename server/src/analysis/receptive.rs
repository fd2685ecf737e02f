//! What a unit used of a picture: the gradient back to the pixels as shares of one, and how far from the unit these lie.

use super::Array;

/// Absolute gradients summed over red, green and blue and divided by their sum; `None` where no gradient reaches any pixel.
///
/// # Shapes
/// `gradient`: `[3, rows, columns]`, to `[rows, columns]`.
pub fn shares(gradient: &Array) -> Option<Vec<f64>> {
    let pixels = gradient.shape[1..].iter().product::<usize>().max(1);
    let mut sums = vec![0.0; pixels];
    for colour in gradient.values.chunks(pixels) {
        sums.iter_mut().zip(colour).for_each(|(sum, value)| *sum += f64::from(value.abs()));
    }
    let total: f64 = sums.iter().sum();
    if !(total.is_finite() && total > 0.0) {
        return None;
    }
    sums.iter_mut().for_each(|sum| *sum /= total);
    Some(sums)
}

/// The mean of several pictures' shares, which are shares too; nothing for no picture.
pub fn mean(fields: &[Vec<f64>]) -> Vec<f64> {
    let mut mean = vec![0.0; fields.first().map_or(0, Vec::len)];
    for field in fields {
        mean.iter_mut().zip(field).for_each(|(sum, share)| *sum += share / fields.len() as f64);
    }
    mean
}

/// The least distance from a point, given as x and y, within which the centres of pixels lie that hold each of these shares together.
///
/// # Shapes
/// `field`: `[rows, columns]`, of which there are `columns`.
pub fn radii_px<const COUNT: usize>(
    field: &[f64],
    columns: usize,
    centre_px: [f64; 2],
    shares: [f64; COUNT],
) -> [f64; COUNT] {
    let distance_px = |index: usize| {
        let [x, y] = [index % columns, index / columns].map(|position| position as f64 + 0.5);
        (x - centre_px[0]).hypot(y - centre_px[1])
    };
    let mut pixels: Vec<(f64, f64)> =
        field.iter().enumerate().map(|(index, share)| (distance_px(index), *share)).collect();
    pixels.sort_by(|one, other| one.0.total_cmp(&other.0));
    let total: f64 = field.iter().sum();
    let radius_px = |share: f64| {
        let mut held = 0.0;
        let reaches = |(_distance_px, part): &&(f64, f64)| {
            held += part;
            held >= share * total
        };
        pixels.iter().find(reaches).or(pixels.last()).map_or(0.0, |(distance_px, _share)| *distance_px)
    };
    shares.map(radius_px)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_count_all_colours_without_their_signs() {
        let gradient = Array::new(vec![3, 1, 2], vec![1.0, 0.0, -1.0, 0.0, 0.0, 2.0]);
        assert_eq!(shares(&gradient), Some(vec![0.5, 0.5]));
        assert_eq!(shares(&Array::new(vec![3, 1, 2], vec![0.0; 6])), None);
        assert_eq!(shares(&Array::new(vec![3, 1, 1], vec![f32::NAN, 0.0, 0.0])), None);
    }

    #[test]
    fn a_mean_of_shares_is_shares() {
        assert_eq!(mean(&[vec![1.0, 0.0], vec![0.5, 0.5]]), [0.75, 0.25]);
        assert_eq!(mean(&[]), [0.0; 0]);
    }

    #[test]
    fn a_radius_holds_its_share() {
        // Seven pixels in a row; the point is the centre of the third, at x = 2.5.
        let field = [0.1, 0.0, 0.6, 0.1, 0.0, 0.0, 0.2];
        let radii = radii_px(&field, 7, [2.5, 0.5], [0.5, 0.68, 0.75, 0.95]);
        assert_eq!(radii, [0.0, 1.0, 2.0, 4.0]);
        // Between four pixels all are as far.
        let [radius] = radii_px(&[0.25; 4], 2, [1.0, 1.0], [0.68]);
        assert!((radius - 0.5_f64.sqrt()).abs() < 1e-12, "{radius}");
    }
}
