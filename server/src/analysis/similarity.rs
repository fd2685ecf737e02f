//! How alike vectors are.

/// The cosine between one vector and every other, itself among them. A vector of zeros has no direction: its cosine is 0.
///
/// # Shapes
/// `vectors`: one slice for each place; the result has as many entries.
pub fn cosines(vectors: &[Vec<f32>], place: usize) -> Vec<f32> {
    let dot = |one: &[f32], other: &[f32]| {
        one.iter().zip(other).map(|(one, other)| f64::from(*one) * f64::from(*other)).sum::<f64>()
    };
    let chosen = vectors.get(place).map(Vec::as_slice).unwrap_or_default();
    let length = dot(chosen, chosen);
    let cosine = |vector: &Vec<f32>| {
        let lengths = (length * dot(vector, vector)).sqrt();
        if lengths > 0.0 { (dot(chosen, vector) / lengths) as f32 } else { 0.0 }
    };
    vectors.iter().map(cosine).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cosine_is_of_directions() {
        let vectors = vec![vec![1.0, 0.0], vec![3.0, 0.0], vec![0.0, 2.0], vec![-1.0, 1.0], vec![0.0, 0.0]];
        let expected = [1.0, 1.0, 0.0, -(0.5_f32.sqrt()), 0.0];
        for (cosine, expected) in cosines(&vectors, 0).iter().zip(expected) {
            assert!((cosine - expected).abs() < 1e-6, "{cosine} {expected}");
        }
    }
}
