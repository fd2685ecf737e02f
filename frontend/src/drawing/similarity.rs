//! How alike the tokens of a picture are: the cosine between one patch's vector and those of all patches, and where the
//! most similar ones lie.

use shared::TokenLayout;

use super::grid::{Cell, Grid};
use crate::api::Array;

/// The cosine between a patch's vector and every patch's, over the patches. `tokens` is `[tokens, dim]`, or the same with
/// axes of length 1 before it, as checkpoints keep position embeddings.
pub fn patch_similarity(tokens: &Array, layout: &TokenLayout, patch: Cell) -> Option<Grid> {
    let dim = *tokens.shape.last().filter(|dim| **dim > 0)?;
    let vectors: Vec<&[f32]> = tokens.values.chunks_exact(dim).collect();
    if vectors.len() != layout.tokens {
        return None;
    }
    let chosen = vectors.get(layout.token_of(patch.row, patch.column))?;
    let patches = &vectors[layout.num_leading()..];
    Grid::square(patches.iter().map(|vector| cosine(chosen, vector)).collect())
}

/// Mean distance in patches from `patch` to the `count` patches that resemble it most.
pub fn distance_of_most_similar(similarity: &Grid, patch: Cell, count: usize) -> f64 {
    let mut others: Vec<(f32, f64)> = cells(similarity)
        .filter(|(cell, _value)| *cell != patch)
        .map(|(cell, value)| (value, distance(cell, patch)))
        .collect();
    others.sort_by(|one, other| other.0.total_cmp(&one.0));
    others.truncate(count);
    mean(others.iter().map(|(_value, distance)| *distance))
}

/// Mean similarity of the up to eight neighbours of a patch, and of all patches farther away.
pub fn near_and_far(similarity: &Grid, patch: Cell) -> (f64, f64) {
    let is_near = |cell: Cell| cell.row.abs_diff(patch.row) <= 1 && cell.column.abs_diff(patch.column) <= 1;
    let of = |near: bool| {
        let others = cells(similarity).filter(|(cell, _value)| *cell != patch);
        mean(others.filter(|(cell, _value)| is_near(*cell) == near).map(|(_cell, value)| f64::from(value)))
    };
    (of(true), of(false))
}

fn cosine(one: &[f32], other: &[f32]) -> f32 {
    let dot = |one: &[f32], other: &[f32]| {
        one.iter().zip(other).map(|(one, other)| f64::from(*one) * f64::from(*other)).sum::<f64>()
    };
    (dot(one, other) / (dot(one, one) * dot(other, other)).sqrt()) as f32
}

fn cells(grid: &Grid) -> impl Iterator<Item = (Cell, f32)> {
    let columns = grid.columns;
    grid.values
        .iter()
        .enumerate()
        .map(move |(index, value)| (Cell { row: index / columns, column: index % columns }, *value))
}

fn distance(one: Cell, other: Cell) -> f64 {
    (one.row.abs_diff(other.row) as f64).hypot(one.column.abs_diff(other.column) as f64)
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    if count > 0.0 { sum / count } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout() -> TokenLayout {
        TokenLayout {
            heads: 1,
            tokens: 5,
            patches_per_side: 2,
            patch_size_px: 16,
            attention: Vec::new(),
            streams: Vec::new(),
        }
    }

    #[test]
    fn a_cosine_is_of_directions_and_the_class_token_is_left_out() {
        let values = vec![9.0, 9.0, 1.0, 0.0, 3.0, 0.0, 0.0, 2.0, -1.0, 1.0];
        let tokens = Array { shape: vec![1, 5, 2], values };
        let grid = patch_similarity(&tokens, &layout(), Cell { row: 0, column: 0 }).expect("five tokens");
        for (value, expected) in grid.values.iter().zip([1.0, 1.0, 0.0, -0.5f32.sqrt()]) {
            assert!((value - expected).abs() < 1e-6, "{:?}", grid.values);
        }
        let grid = patch_similarity(&tokens, &layout(), Cell { row: 1, column: 0 }).expect("five tokens");
        assert!((grid.values[3] - 0.5f32.sqrt()).abs() < 1e-6);
        let short = Array { shape: vec![4, 2], values: vec![1.0; 8] };
        assert_eq!(patch_similarity(&short, &layout(), Cell { row: 0, column: 0 }), None);
    }

    #[test]
    fn the_most_similar_are_found_wherever_they_lie() {
        let values = vec![1.0, 0.1, 0.9, 0.2, 0.3, 0.2, 0.1, 0.0, 0.8];
        let grid = Grid { rows: 3, columns: 3, values };
        let corner = Cell { row: 0, column: 0 };
        let expected = (2.0 + 8.0f64.sqrt()) / 2.0;
        assert!((distance_of_most_similar(&grid, corner, 2) - expected).abs() < 1e-9);
        let (near, far) = near_and_far(&grid, corner);
        assert!((near - 0.2).abs() < 1e-6 && (far - 0.4).abs() < 1e-6, "{near} {far}");
    }
}
