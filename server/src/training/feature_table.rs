//! Features in memory, by the content of their pictures.

use std::collections::HashMap;

/// Rows of features by the content of their pictures.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FeatureTable {
    num_features: usize,
    contents: Vec<String>,
    rows: HashMap<String, usize>,
    values: Vec<f32>,
}

impl FeatureTable {
    /// Without rows.
    pub fn new(num_features: usize) -> Self {
        Self { num_features, ..Self::default() }
    }

    /// Values of a row.
    pub fn num_features(&self) -> usize {
        self.num_features
    }

    /// The pictures in the order of the rows.
    pub fn contents(&self) -> &[String] {
        &self.contents
    }

    /// `[pictures, features]`
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// A picture's features.
    pub fn row(&self, content: &str) -> Option<&[f32]> {
        let start = self.rows.get(content)? * self.num_features;
        Some(&self.values[start..start + self.num_features])
    }

    /// Adds a row, unless there is one of that picture.
    ///
    /// # Panics
    /// If it has another number of features.
    pub fn insert(&mut self, content: &str, values: impl IntoIterator<Item = f32>) {
        if self.rows.contains_key(content) {
            return;
        }
        self.values.extend(values);
        self.rows.insert(content.to_owned(), self.contents.len());
        self.contents.push(content.to_owned());
        assert_eq!(self.values.len(), self.contents.len() * self.num_features, "a whole row");
    }

    /// Adds the rows of another table, as [`Self::insert`].
    pub fn extend(&mut self, other: &Self) {
        for (row, content) in other.contents.iter().enumerate() {
            let values = &other.values[row * other.num_features..][..other.num_features];
            self.insert(content, values.iter().copied());
        }
    }
}
