//! One token's attention in all blocks and heads: a head's row or all of a block as one, and all of them side by side as one
//! picture, a map for each.

use shared::views::AttentionAbout;

use super::attention::AttentionRow;
use super::grid::{Cell, Grid};
use crate::api::Array;

/// Which of a block's heads is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeadChoice {
    /// One, from 0.
    One(usize),
    /// The mean of all.
    Mean,
    /// The largest weight of any, whose row does not sum to one.
    Max,
}

impl HeadChoice {
    /// Reads what an address says; `None` for what is no head of `heads`.
    pub fn read(text: &str, heads: usize) -> Option<Self> {
        match text {
            "mean" => Some(Self::Mean),
            "max" => Some(Self::Max),
            head => head.parse().ok().filter(|head| *head < heads).map(Self::One),
        }
    }

    /// As an address says it, and the API.
    pub fn address(self) -> String {
        match self {
            Self::One(head) => head.to_string(),
            Self::Mean => "mean".to_owned(),
            Self::Max => "max".to_owned(),
        }
    }

    /// The head, where it is one.
    pub fn head(self) -> Option<usize> {
        match self {
            Self::One(head) => Some(head),
            Self::Mean | Self::Max => None,
        }
    }
}

/// One token's rows in all blocks and heads.
#[derive(Clone, Debug, PartialEq)]
pub struct AttentionRows {
    /// Blocks.
    pub blocks: usize,
    /// Heads of each.
    pub heads: usize,
    num_leading: usize,
    values: Vec<f32>,
}

/// Which maps stand beside each other: the rows and columns of a wall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wall {
    /// Blocks from top to bottom, heads from left to right.
    All,
    /// The heads of one block.
    OfBlock(usize),
    /// One head, or all as one, in every block.
    OfHead(HeadChoice),
}

impl AttentionRows {
    /// Takes the weights `[blocks, heads, tokens]`; `None` unless they are of all heads.
    pub fn read(about: &AttentionAbout, weights: &Array) -> Option<Self> {
        let &[blocks, heads, tokens] = weights.shape.as_slice() else { return None };
        let is_whole = about.fusion.is_none() && tokens > about.num_leading;
        (is_whole && blocks * heads > 0 && weights.values.len() == blocks * heads * tokens).then(|| Self {
            blocks,
            heads,
            num_leading: about.num_leading,
            values: weights.values.clone(),
        })
    }

    /// Tokens.
    pub fn tokens(&self) -> usize {
        self.values.len() / (self.blocks * self.heads)
    }

    /// The weights of all tokens in a block, of one head or of all as one.
    pub fn weights(&self, block: usize, head: HeadChoice) -> Option<Vec<f32>> {
        let (tokens, heads) = (self.tokens(), self.heads);
        let of_block = self.values.chunks_exact(tokens * heads).nth(block)?;
        let rows = || of_block.chunks_exact(tokens);
        let over_heads = |fold: fn(f32, f32) -> f32| {
            (0..tokens).map(|token| rows().map(|row| row[token]).reduce(fold).unwrap_or(0.0)).collect()
        };
        match head {
            HeadChoice::One(head) => rows().nth(head).map(<[f32]>::to_vec),
            HeadChoice::Max => Some(over_heads(f32::max)),
            HeadChoice::Mean => {
                let sums: Vec<f32> = over_heads(|one, other| one + other);
                Some(sums.into_iter().map(|sum| sum / heads as f32).collect())
            }
        }
    }

    /// The same, as a map of the patches and what lies on the other tokens.
    pub fn row(&self, block: usize, head: HeadChoice) -> Option<AttentionRow> {
        let weights = self.weights(block, head)?;
        let (leading, patches) = weights.split_at(self.num_leading);
        Some(AttentionRow { patches: Grid::square(patches.to_vec())?, to_leading: leading.iter().sum() })
    }

    /// Tokens before the first patch.
    pub fn num_leading(&self) -> usize {
        self.num_leading
    }

    /// Block and head of each map of a wall, line by line.
    pub fn wall(&self, wall: Wall) -> Vec<Vec<(usize, HeadChoice)>> {
        let heads = |block: usize| (0..self.heads).map(|head| (block, HeadChoice::One(head))).collect();
        match wall {
            Wall::All => (0..self.blocks).map(heads).collect(),
            Wall::OfBlock(block) => in_lines(heads(block)),
            Wall::OfHead(head) => in_lines((0..self.blocks).map(|block| (block, head)).collect()),
        }
    }

    /// The maps of a wall as one grid with gaps of one cell that are not numbers. With `each_own_scale` every map goes from 0 to
    /// its own largest weight, so that its pattern shows; without, all can be compared.
    pub fn mosaic(&self, lines: &[Vec<(usize, HeadChoice)>], each_own_scale: bool) -> Option<Grid> {
        let side = self.row(0, HeadChoice::Mean)?.patches.rows;
        let lengths = lines.iter().map(Vec::len).max()?;
        let (rows, columns) = (span(side, lines.len()), span(side, lengths));
        let mut values = vec![f32::NAN; rows * columns];
        for (line, maps) in lines.iter().enumerate() {
            for (position, (block, head)) in maps.iter().enumerate() {
                let map = self.row(*block, *head)?.patches;
                let largest = map.range().1;
                let scale = if each_own_scale && largest > 0.0 { 1.0 / largest } else { 1.0 };
                let start = line * (side + 1) * columns + position * (side + 1);
                for (row, weights) in map.values.chunks_exact(side).enumerate() {
                    let target = &mut values[start + row * columns..][..side];
                    target.iter_mut().zip(weights).for_each(|(target, weight)| *target = weight * scale);
                }
            }
        }
        Some(Grid { rows, columns, values })
    }
}

/// Cells along `count` maps with a gap between neighbours.
fn span(side: usize, count: usize) -> usize {
    count * (side + 1) - 1
}

/// A few lines of the same length, wider than high.
fn in_lines(maps: Vec<(usize, HeadChoice)>) -> Vec<Vec<(usize, HeadChoice)>> {
    let columns = columns_of(maps.len());
    maps.chunks(columns).map(<[_]>::to_vec).collect()
}

/// The columns in which `count` maps fill their lines best: of three to six, the most that leave the fewest places empty.
fn columns_of(count: usize) -> usize {
    let empty = |columns: &usize| (count.div_ceil(*columns) * columns - count, usize::MAX - columns);
    if count <= 3 { count.max(1) } else { (3..=6).min_by_key(empty).unwrap_or(1) }
}

/// The place in a wall that a key leads to from another; `None` where it leads nowhere.
pub fn step(lines: &[usize], from: Cell, key: &str) -> Option<Cell> {
    let Cell { row, column } = from;
    let to = match key {
        "ArrowLeft" => Cell { row, column: column.checked_sub(1)? },
        "ArrowRight" => Cell { row, column: column + 1 },
        "ArrowUp" => Cell { row: row.checked_sub(1)?, column },
        "ArrowDown" => Cell { row: row + 1, column },
        "Home" => Cell { row, column: 0 },
        "End" => Cell { row, column: lines.get(row)?.checked_sub(1)? },
        _ => return None,
    };
    (to != from && to.column < *lines.get(to.row)?).then_some(to)
}

#[cfg(test)]
mod tests {
    use shared::views::QueryToken;
    use shared::{ModelSlot, prediction::ModelRef};

    use super::*;

    fn rows() -> AttentionRows {
        let model = ModelRef {
            slot: ModelSlot::Vit,
            name: String::new(),
            checkpoint_id: String::new(),
            num_classes: 1,
        };
        let about = AttentionAbout {
            model,
            query: QueryToken { token: 0, patch: None },
            blocks: vec![0, 1],
            heads: vec![0, 1],
            fusion: None,
            num_leading: 1,
            patches_per_side: 2,
            row_sums: [1.0, 1.0],
        };
        let values = vec![
            0.2, 0.5, 0.1, 0.1, 0.1, 0.4, 0.1, 0.2, 0.2, 0.1, // block 0
            0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, // block 1
        ];
        let array = Array { shape: vec![2, 2, 5], values };
        let fused = AttentionAbout { fusion: Some(Default::default()), ..about.clone() };
        assert_eq!(AttentionRows::read(&fused, &array), None);
        AttentionRows::read(&about, &array).expect("two blocks, two heads, five tokens")
    }

    #[test]
    fn heads_are_taken_one_by_one_or_as_one() {
        let rows = rows();
        let second = rows.row(0, HeadChoice::One(1)).expect("there are two");
        assert_eq!(
            (second.patches.values.as_slice(), second.to_leading),
            ([0.1, 0.2, 0.2, 0.1].as_slice(), 0.4)
        );
        let max = rows.row(0, HeadChoice::Max).expect("always");
        assert_eq!((max.patches.values[0], max.to_leading), (0.5, 0.4));
        assert!((max.sum() - 1.4).abs() < 1e-6);
        let mean = rows.row(0, HeadChoice::Mean).expect("always");
        assert!((mean.patches.values[0] - 0.3).abs() < 1e-6 && (mean.sum() - 1.0).abs() < 1e-6);
        assert_eq!(rows.row(2, HeadChoice::Mean), None);
        assert_eq!(rows.row(0, HeadChoice::One(2)), None);
    }

    #[test]
    fn a_wall_is_one_grid_with_gaps() {
        let rows = rows();
        let lines = rows.wall(Wall::All);
        assert_eq!(lines[1], [(1, HeadChoice::One(0)), (1, HeadChoice::One(1))]);
        let mosaic = rows.mosaic(&lines, true).expect("four maps");
        assert_eq!((mosaic.rows, mosaic.columns), (5, 5));
        assert_eq!(mosaic.values[0], 1.0);
        assert!(mosaic.values[2].is_nan() && mosaic.values[10..15].iter().all(|value| value.is_nan()));
        // Head 1 of block 0, second row: 0.2 and 0.1 of at most 0.2.
        assert_eq!(mosaic.values[8..10], [1.0, 0.5]);
        // A map without any weight on patches is dark, not bright.
        assert_eq!(mosaic.values[18], 0.0);
        assert_eq!(rows.mosaic(&lines, false).map(|mosaic| mosaic.values[0]), Some(0.5));
        assert_eq!(rows.wall(Wall::OfHead(HeadChoice::Max)), [[(0, HeadChoice::Max), (1, HeadChoice::Max)]]);
    }

    #[test]
    fn lines_are_filled_and_keys_stay_inside() {
        assert_eq!([1, 2, 3, 4, 6, 12, 16, 24, 7].map(columns_of), [1, 2, 3, 4, 6, 6, 4, 6, 4]);
        let at = |row, column| Cell { row, column };
        let lines = [4, 3];
        for (from, key, to) in [
            (at(0, 0), "ArrowRight", Some(at(0, 1))),
            (at(0, 3), "ArrowRight", None),
            (at(0, 3), "ArrowDown", None),
            (at(0, 2), "ArrowDown", Some(at(1, 2))),
            (at(1, 2), "ArrowUp", Some(at(0, 2))),
            (at(0, 0), "ArrowUp", None),
            (at(0, 1), "End", Some(at(0, 3))),
            (at(0, 1), "Home", Some(at(0, 0))),
            (at(0, 1), "x", None),
        ] {
            assert_eq!(step(&lines, from, key), to, "{from:?} {key}");
        }
    }

    #[test]
    fn choices_of_heads_are_read_back() {
        for choice in [HeadChoice::One(3), HeadChoice::Mean, HeadChoice::Max] {
            assert_eq!(HeadChoice::read(&choice.address(), 4), Some(choice));
        }
        assert_eq!(HeadChoice::read("4", 4), None);
        assert_eq!(HeadChoice::read("min", 4), None);
    }
}
