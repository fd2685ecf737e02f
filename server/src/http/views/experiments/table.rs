//! The points of an experiment as a table: `.npy` for notebooks, CSV for everything else.

use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use shared::ModelSlot;
use shared::views::{ExperimentPoint, ModelOutcome};

use crate::analysis::Array;

/// Columns that each model has in `.npy`.
const NUM_MODEL_COLUMNS: usize = 3;

/// What the columns are about.
pub struct Table {
    /// The models, in their order.
    pub slots: Vec<ModelSlot>,
    /// What the numbers of a setting are.
    pub setting_names: &'static [&'static str],
}

impl Table {
    /// `[points, columns]`: the numbers of the setting, then for each model the probability of its first class on the unchanged picture,
    /// that class's logit, and the largest change of any logit; NaN where a point is not about a model.
    pub fn array(&self, points: &[ExperimentPoint]) -> Array {
        let row = |point: &ExperimentPoint| {
            let mut row: Vec<f32> = point.setting.iter().map(|value| *value as f32).collect();
            for slot in &self.slots {
                row.extend(outcome(point, *slot).map_or([f32::NAN; NUM_MODEL_COLUMNS], |outcome| {
                    [outcome.probability, outcome.logit, outcome.largest_logit_change]
                }));
            }
            row
        };
        let columns = self.setting_names.len() + NUM_MODEL_COLUMNS * self.slots.len();
        Array::new(vec![points.len(), columns], points.iter().flat_map(row).collect::<Vec<f32>>())
    }

    /// A row for each point, after the names of the columns; empty where a point is not about a model.
    pub fn csv(&self, points: &[ExperimentPoint], name: &str) -> Response {
        let headers = [
            (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
            (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.csv\"")),
        ];
        let lines = [self.head()].into_iter().chain(points.iter().map(|point| self.line(point)));
        let text: String = lines.map(|line| line + "\r\n").collect();
        (headers, text).into_response()
    }

    fn head(&self) -> String {
        let mut names: Vec<String> = vec!["index".to_owned(), "name".to_owned()];
        names.extend(self.setting_names.iter().map(|name| (*name).to_owned()));
        let of_model = [
            "probability",
            "logit",
            "largest_logit_change",
            "first_class",
            "first_label",
            "first_probability",
        ];
        for slot in &self.slots {
            names.extend(of_model.iter().map(|name| format!("{slot}_{name}")));
        }
        names.join(",")
    }

    fn line(&self, point: &ExperimentPoint) -> String {
        let mut fields = vec![point.index.to_string(), quoted(&point.name)];
        fields.extend(point.setting.iter().map(f64::to_string));
        for slot in &self.slots {
            fields.extend(match outcome(point, *slot) {
                None => [(); 6].map(|()| String::new()),
                Some(outcome) => [
                    outcome.probability.to_string(),
                    outcome.logit.to_string(),
                    outcome.largest_logit_change.to_string(),
                    outcome.top.class.to_string(),
                    quoted(&outcome.top.label),
                    outcome.top.probability.to_string(),
                ],
            });
        }
        fields.join(",")
    }
}

fn outcome(point: &ExperimentPoint, slot: ModelSlot) -> Option<&ModelOutcome> {
    point.outcomes.iter().find(|outcome| outcome.slot == slot)
}

/// As RFC 4180 has it: in quotes, and quotes doubled.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}
