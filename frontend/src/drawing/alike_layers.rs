//! Readings of a matrix of similarities between the layers of two models: where one model ends and the other begins, which layer of
//! one is the most like a layer of the other, and how alike the layers of one model are among themselves.

use shared::{CkaMatrix, ModelSlot};

use super::grid::Grid;

/// A layer and the most similar one of the other model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Match {
    /// Position among all layers.
    pub layer: usize,
    /// Position of the other among all layers.
    pub other: usize,
    /// How alike they are.
    pub value: f64,
}

/// The matrix as a picture.
pub fn grid(matrix: &CkaMatrix) -> Grid {
    let values = matrix.matrix.iter().flatten().map(|value| *value as f32).collect();
    Grid { rows: matrix.matrix.len(), columns: matrix.matrix.first().map_or(0, Vec::len), values }
}

/// Layers of the first model, which come before all of the second.
pub fn border(matrix: &CkaMatrix) -> usize {
    let first = matrix.layers.first().map(|layer| layer.model);
    matrix.layers.iter().take_while(|layer| Some(layer.model) == first).count()
}

/// A value of the matrix; not a number outside of it.
pub fn value(matrix: &CkaMatrix, row: usize, column: usize) -> f64 {
    matrix.matrix.get(row).and_then(|row| row.get(column)).copied().unwrap_or(f64::NAN)
}

/// For each layer of a model the most similar layer of the other.
pub fn matches(matrix: &CkaMatrix, model: ModelSlot) -> Vec<Match> {
    let of = |own: bool| {
        let layers = matrix.layers.iter().enumerate();
        layers.filter(move |(_index, layer)| (layer.model == model) == own).map(|(index, _layer)| index)
    };
    let best = |layer: usize| {
        let candidates = of(false).map(|other| Match { layer, other, value: value(matrix, layer, other) });
        candidates.max_by(|one, other| one.value.total_cmp(&other.value))
    };
    of(true).filter_map(best).collect()
}

/// Mean over the pairs of different layers of one model, and over the pairs between the models.
pub fn means(matrix: &CkaMatrix, model: ModelSlot) -> (f64, f64) {
    let count = matrix.layers.len();
    let pairs = |is_within: bool| {
        let pairs = (0..count).flat_map(|row| (0..count).map(move |column| (row, column)));
        let is_kept = move |row: usize, column: usize| {
            let (row_model, column_model) = (matrix.layers[row].model, matrix.layers[column].model);
            row_model == model && row != column && (column_model == model) == is_within
        };
        let values = pairs
            .filter(|(row, column)| is_kept(*row, *column))
            .map(|(row, column)| value(matrix, row, column));
        let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
        if count > 0.0 { sum / count } else { f64::NAN }
    };
    (pairs(true), pairs(false))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix() -> CkaMatrix {
        let checkpoint = |slot: &str| {
            format!(
                r#"{{"slot":"{slot}","name":"{slot}","checkpoint_id":"","preprocessing":{{"resize":{{"mode":"shorter_side","size":256}},"longer_side":"rounded","interpolation":"bicubic","crop_size":224,"mean":[0.5,0.5,0.5],"std":[0.5,0.5,0.5]}}}}"#
            )
        };
        let layer =
            |model: &str, node: &str| format!(r#"{{"model":"{model}","node":"{node}","features":4}}"#);
        let text = format!(
            r#"{{"dataset":"some","models":[{},{}],"layers":[{},{},{}],"num_pictures":96,"batch_size":48,"num_minibatches":2,"seed":0,"matrix":[[1,0.8,0.2],[0.8,1,0.6],[0.2,0.6,1]]}}"#,
            checkpoint("resnet"),
            checkpoint("vit"),
            layer("resnet", "layer1.0"),
            layer("resnet", "layer2.0"),
            layer("vit", "encoder.0")
        );
        serde_json::from_str(&text).expect("a matrix")
    }

    #[test]
    fn the_border_stands_between_the_models_and_cells_are_found() {
        let matrix = matrix();
        assert_eq!(border(&matrix), 2);
        assert_eq!((grid(&matrix).rows, grid(&matrix).columns, grid(&matrix).values[5]), (3, 3, 0.6));
        assert_eq!(value(&matrix, 0, 2), 0.2);
        assert!(value(&matrix, 3, 0).is_nan());
    }

    #[test]
    fn the_most_alike_layer_is_of_the_other_model() {
        let matrix = matrix();
        let expected = [Match { layer: 0, other: 2, value: 0.2 }, Match { layer: 1, other: 2, value: 0.6 }];
        assert_eq!(matches(&matrix, ModelSlot::Resnet), expected);
        assert_eq!(matches(&matrix, ModelSlot::Vit), [Match { layer: 2, other: 1, value: 0.6 }]);
        let (within, between) = means(&matrix, ModelSlot::Resnet);
        assert!((within - 0.8).abs() < 1e-9 && (between - 0.4).abs() < 1e-9);
    }
}
