//! How alike two maps of the same patches are: their correlation, and how many of their strongest patches they share.

use super::grid::Grid;

/// Pearson's correlation of the values; `None` where one of them does not vary, or sizes differ.
pub fn correlation(one: &Grid, other: &Grid) -> Option<f64> {
    if one.values.len() != other.values.len() || one.values.is_empty() {
        return None;
    }
    let centred = |grid: &Grid| {
        let mean = grid.values.iter().map(|value| f64::from(*value)).sum::<f64>() / grid.values.len() as f64;
        grid.values.iter().map(|value| f64::from(*value) - mean).collect::<Vec<f64>>()
    };
    let (one, other) = (centred(one), centred(other));
    let dot = |one: &[f64], other: &[f64]| one.iter().zip(other).map(|(one, other)| one * other).sum::<f64>();
    let spread = (dot(&one, &one) * dot(&other, &other)).sqrt();
    (spread > 0.0).then(|| dot(&one, &other) / spread)
}

/// How many of the `count` largest cells two maps share.
pub fn shared_strongest(one: &Grid, other: &Grid, count: usize) -> usize {
    let (one, other) = (strongest(one, count), strongest(other, count));
    one.iter().filter(|cell| other.contains(cell)).count()
}

fn strongest(grid: &Grid, count: usize) -> Vec<usize> {
    let mut cells: Vec<usize> = (0..grid.values.len()).collect();
    cells.sort_by(|one, other| grid.values[*other].total_cmp(&grid.values[*one]));
    cells.truncate(count);
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(values: [f32; 4]) -> Grid {
        Grid { rows: 2, columns: 2, values: values.to_vec() }
    }

    #[test]
    fn maps_agree_with_themselves_and_differ_from_their_opposite() {
        let map = grid([0.0, 1.0, 2.0, 5.0]);
        let opposite = grid([0.0, -2.0, -4.0, -10.0]);
        assert!(correlation(&map, &map).is_some_and(|value| (value - 1.0).abs() < 1e-12));
        assert!(correlation(&map, &opposite).is_some_and(|value| (value + 1.0).abs() < 1e-12));
        assert_eq!(correlation(&map, &grid([3.0; 4])), None);
        assert_eq!(shared_strongest(&map, &grid([9.0, 0.0, 1.0, 8.0]), 2), 1);
        assert_eq!(shared_strongest(&map, &opposite, 4), 4);
    }
}
