//! Symmetric positive definite systems of equations, in f64: the closed form of a ridge regression comes down to one.

use rayon::prelude::*;

/// Sums that are added up side by side, so that they fill vectors.
const LANES: usize = 8;

/// The matrix is not positive definite: some equations follow from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Singular {
    /// The first equation that does.
    pub row: usize,
}

/// The lower triangle `L` of `L L^T = matrix`, in place; the upper one is left as it was.
///
/// # Shapes
/// `matrix`: `[size, size]`, of which the lower triangle is read.
///
/// # Errors
/// It is not positive definite.
///
/// # Source
/// Golub and Van Loan, "Matrix Computations", 4.2: row by row of what is left, a column at a time.
pub fn factor(matrix: &mut [f64], size: usize) -> Result<(), Singular> {
    for column in 0..size {
        let (done, below) = matrix.split_at_mut((column + 1) * size);
        let own = &mut done[column * size..];
        let pivot = own[column] - dot(&own[..column], &own[..column]);
        if !(pivot.is_finite() && pivot > 0.0) {
            return Err(Singular { row: column });
        }
        let root = pivot.sqrt();
        own[column] = root;
        let own = &*own;
        below.par_chunks_mut(size).with_min_len(64).for_each(|row| {
            row[column] = (row[column] - dot(&row[..column], &own[..column])) / root;
        });
    }
    Ok(())
}

/// The solution of `L L^T x = right_side`, in place.
pub fn solve(factor: &[f64], right_side: &mut [f64]) {
    let size = right_side.len();
    for row in 0..size {
        let known = dot(&factor[row * size..row * size + row], &right_side[..row]);
        right_side[row] = (right_side[row] - known) / factor[row * size + row];
    }
    for row in (0..size).rev() {
        let value = right_side[row] / factor[row * size + row];
        right_side[row] = value;
        // A column of the upper triangle is a row of the lower one.
        let coefficients = &factor[row * size..row * size + row];
        for (other, coefficient) in right_side[..row].iter_mut().zip(coefficients) {
            *other -= coefficient * value;
        }
    }
}

fn dot(left: &[f64], right: &[f64]) -> f64 {
    let (left_lanes, left_rest) = left.as_chunks::<LANES>();
    let (right_lanes, right_rest) = right.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for (left, right) in left_lanes.iter().zip(right_lanes) {
        for (sum, (left, right)) in sums.iter_mut().zip(left.iter().zip(right)) {
            *sum += left * right;
        }
    }
    let rest: f64 = left_rest.iter().zip(right_rest).map(|(left, right)| left * right).sum();
    sums.iter().sum::<f64>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_worked_by_hand() {
        // [[4, 2, 2], [2, 5, 3], [2, 3, 6]] = L L^T with L = [[2, 0, 0], [1, 2, 0], [1, 1, 2]]; x = [1, -1, 2].
        let mut matrix = [4.0, 9.0, 9.0, 2.0, 5.0, 9.0, 2.0, 3.0, 6.0];
        factor(&mut matrix, 3).expect("positive definite");
        assert_eq!([matrix[0], matrix[3], matrix[4]], [2.0, 1.0, 2.0]);
        assert_eq!(matrix[6..], [1.0, 1.0, 2.0]);
        let mut right_side = [6.0, 3.0, 11.0];
        solve(&matrix, &mut right_side);
        assert_eq!(right_side, [1.0, -1.0, 2.0]);
    }

    #[test]
    fn equations_that_follow_from_others_are_found() {
        assert_eq!(factor(&mut [1.0, 1.0, 1.0, 1.0], 2), Err(Singular { row: 1 }));
        assert_eq!(factor(&mut [f64::NAN], 1), Err(Singular { row: 0 }));
    }
}
