//! Attention over the patches of a picture: which patch lies at a place, and one token's row of attention weights as a map of
//! the patches. Which tokens there are, the graph says: see [`TokenLayout`].

use shared::TokenLayout;

use super::grid::{Cell, Grid};
use crate::api::Array;

/// The patch at a place of the picture, from (0, 0) to (1, 1).
pub fn patch_at(layout: &TokenLayout, place: (f64, f64)) -> Cell {
    let side = layout.patches_per_side;
    Grid { rows: side, columns: side, values: Vec::new() }.cell_at(place)
}

/// The token that asks: whose row of attention is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asker {
    /// The class token.
    ClassToken,
    /// A patch.
    Patch(Cell),
}

impl Asker {
    /// Reads what an address says, `class` or `6-7`; `None` for what is no token of the model.
    pub fn read(text: &str, layout: &TokenLayout) -> Option<Self> {
        if text == "class" {
            return (layout.num_leading() > 0).then_some(Self::ClassToken);
        }
        let (row, column) = text.split_once('-')?;
        let (row, column) = (row.parse().ok()?, column.parse().ok()?);
        let is_inside = |index: usize| index < layout.patches_per_side;
        (is_inside(row) && is_inside(column)).then_some(Self::Patch(Cell { row, column }))
    }

    /// Who asks where nobody is chosen: the class token, or the patch in the middle of a model without one.
    pub fn of_nobody(layout: &TokenLayout) -> Self {
        match layout.num_leading() {
            0 => Self::Patch(patch_at(layout, (0.5, 0.5))),
            _ => Self::ClassToken,
        }
    }

    /// As an address says it.
    pub fn address(self) -> String {
        match self {
            Self::ClassToken => "class".to_owned(),
            Self::Patch(Cell { row, column }) => format!("{row}-{column}"),
        }
    }

    /// As the API says it.
    pub fn query(self) -> String {
        self.address().replace('-', ",")
    }

    /// The patch.
    pub fn patch(self) -> Option<Cell> {
        match self {
            Self::ClassToken => None,
            Self::Patch(patch) => Some(patch),
        }
    }

    /// Position among the tokens.
    pub fn token(self, layout: &TokenLayout) -> usize {
        self.patch().map_or(0, |patch| layout.token_of(patch.row, patch.column))
    }
}

/// What one token attends to.
#[derive(Clone, Debug, PartialEq)]
pub struct AttentionRow {
    /// Weight of each patch.
    pub patches: Grid,
    /// Weight of the tokens that are no patches together, the class token mostly.
    pub to_leading: f32,
}

impl AttentionRow {
    /// Reads a row from the weights `[heads, tokens]` of one query: of one head, or the mean over all.
    pub fn read(array: &Array, layout: &TokenLayout, head: Option<usize>) -> Option<Self> {
        let rows: Vec<&[f32]> = array.values.chunks_exact(layout.tokens).collect();
        let row: Vec<f32> = match head {
            Some(head) => rows.get(head)?.to_vec(),
            None if rows.is_empty() => return None,
            None => {
                let mean = |token: usize| rows.iter().map(|row| row[token]).sum::<f32>() / rows.len() as f32;
                (0..layout.tokens).map(mean).collect()
            }
        };
        let (leading, patches) = row.split_at(layout.num_leading());
        Some(Self { patches: Grid::square(patches.to_vec())?, to_leading: leading.iter().sum() })
    }

    /// Weight of all patches together.
    pub fn to_patches(&self) -> f32 {
        self.patches.values.iter().sum()
    }

    /// The sum of the whole row, which softmax makes 1.
    pub fn sum(&self) -> f32 {
        self.to_leading + self.to_patches()
    }

    /// The fewest patches that hold half of the weight that goes to patches: few where attention is sharp, half of all
    /// where it is even.
    pub fn patches_with_half(&self) -> usize {
        let mut weights = self.patches.values.clone();
        weights.sort_by(|one, other| other.total_cmp(one));
        let half = self.to_patches() / 2.0;
        let mut held = 0.0;
        let enough = weights.iter().position(|weight| {
            held += weight;
            held >= half
        });
        enough.map_or(weights.len(), |position| position + 1)
    }
}

#[cfg(test)]
mod tests {
    use shared::architecture::{Pooling, VitConfig};

    use super::*;

    fn layout() -> TokenLayout {
        let config = VitConfig {
            dim: 8,
            depth: 3,
            num_heads: 2,
            mlp_dim: 16,
            patch_size: 16,
            image_size: 32,
            num_classes: 2,
            layer_norm_epsilon: 1e-6,
            pooling: Pooling::Mean,
        };
        TokenLayout::of(&config.graph()).expect("a ViT has attention")
    }

    #[test]
    fn tokens_are_read_off_the_graph() {
        let layout = layout();
        assert_eq!(
            (layout.heads, layout.tokens, layout.patches_per_side, layout.num_leading()),
            (2, 5, 2, 1)
        );
        assert_eq!(layout.attention[2].as_str(), "encoder.2.attention_weights");
        assert_eq!(layout.streams[2].as_str(), "encoder.2");
        let patch = patch_at(&layout, (0.9, 0.4));
        assert_eq!((patch, layout.token_of(patch.row, patch.column)), (Cell { row: 0, column: 1 }, 2));
        assert_eq!(layout.token_of(1, 0), 3);
    }

    #[test]
    fn who_asks_is_read_back() {
        let patch = Asker::Patch(Cell { row: 1, column: 0 });
        for (asker, query, token) in [(Asker::ClassToken, "class", 0), (patch, "1,0", 3)] {
            assert_eq!(Asker::read(&asker.address(), &layout()), Some(asker));
            assert_eq!((asker.query().as_str(), asker.token(&layout())), (query, token));
        }
        for text in ["2-0", "0-2", "1", "a-b", ""] {
            assert_eq!(Asker::read(text, &layout()), None, "{text}");
        }
        let without = TokenLayout { tokens: 4, ..layout() };
        assert_eq!(Asker::read("class", &without), None);
        assert_eq!(Asker::of_nobody(&without), Asker::Patch(Cell { row: 1, column: 1 }));
    }

    #[test]
    fn a_row_is_one_head_or_the_mean_and_sums_to_one() {
        let values = vec![0.2, 0.5, 0.1, 0.1, 0.1, 0.4, 0.1, 0.1, 0.1, 0.3];
        let array = Array { shape: vec![2, 5], values };
        let first = AttentionRow::read(&array, &layout(), Some(0)).expect("head 0 is there");
        assert_eq!(first.patches.values, [0.5, 0.1, 0.1, 0.1]);
        assert_eq!(first.patches_with_half(), 1);
        let mean = AttentionRow::read(&array, &layout(), None).expect("heads are there");
        for (value, expected) in mean.patches.values.iter().zip([0.3, 0.1, 0.1, 0.2]) {
            assert!((value - expected).abs() < 1e-6);
        }
        assert!((mean.to_leading - 0.3).abs() < 1e-6 && (mean.sum() - 1.0).abs() < 1e-6);
        assert_eq!(mean.patches_with_half(), 2);
        assert_eq!(AttentionRow::read(&array, &layout(), Some(2)), None);
        assert_eq!(AttentionRow::read(&Array { shape: vec![0], values: vec![] }, &layout(), None), None);
    }
}
