//! What shuffling the pieces of the picture did to the answers, and how the pieces lie.

use shared::ModelSlot;
use shared::permutation::permutation;
use shared::views::{ExperimentPoint, TopClass};

use super::outcome;
use crate::drawing::pixels::Pixels;

/// Cells along a side that are offered, as far as they divide the models' inputs.
const CELLS: [usize; 5] = [1, 2, 4, 7, 14];

/// How a model took it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Loss {
    /// The most cells along a side.
    pub finest: usize,
    /// Probability of what came first, with these.
    pub probability: f32,
    /// Fewest cells along a side at which less than half of the probability is left.
    pub halved_at: Option<usize>,
}

/// A cell that is moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// Where it comes from: row and column.
    pub from: [usize; 2],
    /// Where it goes.
    pub to: [usize; 2],
}

/// The cells along a side that are offered for inputs of these sides.
pub fn offered(sides_px: [usize; 2]) -> Vec<usize> {
    CELLS.into_iter().filter(|cells| sides_px.iter().all(|side| side % cells == 0)).collect()
}

/// Whether cells are cut through patches.
pub fn cuts_patches(cells: usize, side_px: usize, patch_px: usize) -> bool {
    !(side_px / cells.max(1)).is_multiple_of(patch_px.max(1))
}

/// Cells along a side at a point.
pub fn cells(point: &ExperimentPoint) -> usize {
    point.setting.first().map_or(1, |cells| *cells as usize)
}

/// Where each cell goes.
pub fn moves(cells: usize, seed: u64) -> Vec<Move> {
    let place = |index: usize| [index / cells, index % cells];
    let order = permutation(cells * cells, seed);
    order.into_iter().enumerate().map(|(to, from)| Move { from: place(from), to: place(to) }).collect()
}

/// A square picture whose cells have gone where they go; `None` where the cells do not divide it.
pub fn shuffled(picture: &Pixels, cells: usize, seed: u64) -> Option<Pixels> {
    let side = picture.width;
    if cells == 0 || side != picture.height || !side.is_multiple_of(cells) {
        return None;
    }
    let cell = side / cells;
    let mut rgba = vec![0; picture.rgba.len()];
    for Move { from, to } in moves(cells, seed) {
        for row in 0..cell {
            let start = |place: [usize; 2]| 4 * ((place[0] * cell + row) * side + place[1] * cell);
            rgba[start(to)..][..4 * cell].copy_from_slice(&picture.rgba[start(from)..][..4 * cell]);
        }
    }
    Some(Pixels { rgba, ..picture.clone() })
}

/// How a model took it; `None` before anything is shuffled.
pub fn loss(points: &[ExperimentPoint], slot: ModelSlot, unchanged: &TopClass) -> Option<Loss> {
    let answered =
        || points.iter().filter_map(|point| Some((cells(point), outcome(point, slot)?.probability)));
    let shuffled = || answered().filter(|(cells, _probability)| *cells > 1);
    let (finest, probability) = shuffled().max_by_key(|(cells, _probability)| *cells)?;
    let halved = shuffled().filter(|(_cells, probability)| *probability < unchanged.probability / 2.0);
    Some(Loss { finest, probability, halved_at: halved.map(|(cells, _probability)| cells).min() })
}

/// The largest change of any of the ViT's logits where its patches were moved whole. Without positions it is nothing but rounding.
pub fn largest_change_of_whole_patches(
    points: &[ExperimentPoint],
    is_whole: impl Fn(usize) -> bool,
) -> Option<f32> {
    let moved = points.iter().filter(|point| cells(point) > 1 && is_whole(cells(point)));
    moved
        .filter_map(|point| outcome(point, ModelSlot::Vit))
        .map(|outcome| outcome.largest_logit_change)
        .reduce(f32::max)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{answer, class, point};
    use super::*;
    use shared::views::ModelOutcome;

    #[test]
    fn cells_divide_the_picture_and_some_cut_patches() {
        assert_eq!(offered([224, 224]), [1, 2, 4, 7, 14]);
        assert_eq!(offered([224, 384]), [1, 2, 4]);
        let cut = [2, 4, 7, 14].map(|cells| cuts_patches(cells, 224, 16));
        assert_eq!(cut, [false, true, false, false]);
    }

    #[test]
    fn cells_go_where_the_server_puts_them() {
        // The order of the documentation of the permutation: cell `i` of the result is cell `order[i]` of the picture.
        let from: Vec<_> = moves(2, 1).into_iter().map(|cell| cell.from).collect();
        assert_eq!(from, [[1, 0], [0, 0], [1, 1], [0, 1]]);
        assert_eq!(moves(2, 1)[2].to, [1, 0]);
    }

    #[test]
    fn pixels_go_with_their_cells() {
        let rgba = (0..16_u8).flat_map(|pixel| [pixel; 4]).collect();
        let picture = Pixels { width: 4, height: 4, rgba };
        let drawn = shuffled(&picture, 2, 1).expect("two cells divide four pixels");
        let pixels: Vec<u8> = drawn.rgba.chunks(4).map(|pixel| pixel[0]).collect();
        assert_eq!(pixels, [8, 9, 0, 1, 12, 13, 4, 5, 10, 11, 2, 3, 14, 15, 6, 7]);
        assert_eq!(shuffled(&picture, 3, 1), None);
        assert_eq!(shuffled(&picture, 1, 1), Some(picture));
    }

    #[test]
    fn losses_are_read_off_the_points() {
        let vit = |probability| vec![answer(ModelSlot::Vit, probability, 3)];
        let points = [
            point(&[1.0], vit(0.8)),
            point(&[2.0], vit(0.5)),
            point(&[4.0], vit(0.3)),
            point(&[14.0], vit(0.1)),
        ];
        let seen = loss(&points, ModelSlot::Vit, &class(3, 0.8)).expect("shuffled");
        assert_eq!(seen, Loss { finest: 14, probability: 0.1, halved_at: Some(4) });
        assert_eq!(loss(&points[..1], ModelSlot::Vit, &class(3, 0.8)), None);
    }

    #[test]
    fn only_whole_patches_are_held_to_the_check() {
        let vit =
            |change| vec![ModelOutcome { largest_logit_change: change, ..answer(ModelSlot::Vit, 0.5, 3) }];
        let points = [
            point(&[1.0], vit(9.0)),
            point(&[2.0], vit(1e-6)),
            point(&[4.0], vit(3.0)),
            point(&[7.0], vit(2e-6)),
        ];
        let change = largest_change_of_whole_patches(&points, |cells| !cuts_patches(cells, 224, 16));
        assert_eq!(change, Some(2e-6));
    }
}
