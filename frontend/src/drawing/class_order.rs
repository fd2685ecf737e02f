//! The order of a table of classes by one of its columns.

use shared::training::ClassResult;

/// A column that rows can be ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// By the name.
    Name,
    /// By the photos.
    Photos,
    /// By how often it was the answer.
    Answers,
    /// By the share of its answers that are right.
    Precision,
    /// By the share of its photos that are found.
    Recall,
    /// By the harmonic mean of both.
    F1,
}

impl Column {
    /// All, from left to right.
    pub const ALL: [Self; 6] =
        [Self::Name, Self::Photos, Self::Answers, Self::Precision, Self::Recall, Self::F1];
}

/// Positions of the classes in order; what is equal stays in the order of the outputs.
pub fn order(classes: &[ClassResult], column: Column, is_descending: bool) -> Vec<usize> {
    let compare = |left: &usize, right: &usize| {
        let (left, right) = (&classes[*left], &classes[*right]);
        let ordering = match column {
            Column::Name => left.name.to_lowercase().cmp(&right.name.to_lowercase()),
            Column::Photos => left.num_pictures.cmp(&right.num_pictures),
            Column::Answers => left.num_answers.cmp(&right.num_answers),
            Column::Precision => left.precision.total_cmp(&right.precision),
            Column::Recall => left.recall.total_cmp(&right.recall),
            Column::F1 => left.f1.total_cmp(&right.f1),
        };
        if is_descending { ordering.reverse() } else { ordering }
    };
    let mut positions: Vec<usize> = (0..classes.len()).collect();
    positions.sort_by(compare);
    positions
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(name: &str, num_pictures: u64, f1: f64) -> ClassResult {
        ClassResult { name: name.to_owned(), num_pictures, num_answers: 1, precision: f1, recall: f1, f1 }
    }

    #[test]
    fn rows_are_ordered_by_any_column() {
        let classes = [class("bonsai", 3, 0.5), class("Anchor", 9, 0.25), class("Cup", 3, 1.0)];
        assert_eq!(order(&classes, Column::Name, false), [1, 0, 2]);
        assert_eq!(order(&classes, Column::Photos, false), [0, 2, 1], "what is equal keeps its order");
        assert_eq!(order(&classes, Column::Photos, true), [1, 0, 2]);
        assert_eq!(order(&classes, Column::F1, true), [2, 0, 1]);
    }
}
