//! A run's curves and classes as CSV, for spreadsheets; everything else is in the report's JSON.

use std::fmt::Write;

use shared::training::{EfficiencyPoint, FromScratch};
use shared::{DataEfficiency, Evaluation, RunReport};

/// Each step, and beside the last of an epoch what the epoch brought.
pub fn curve_csv(report: &RunReport) -> String {
    let mut csv = "step,loss,learning_rate,epoch,train_loss,train_top1_percent,validation_loss,validation_top1_percent\n"
        .to_owned();
    let mut epochs = report.epochs.iter().peekable();
    for point in &report.steps {
        let line = match epochs.next_if(|epoch| epoch.step == point.step) {
            Some(epoch) => format!(
                "{},{},{},{},{}",
                epoch.epoch,
                epoch.train_loss,
                epoch.train_top1_percent,
                number(epoch.validation_loss),
                number(epoch.validation_top1_percent)
            ),
            None => ",,,,".to_owned(),
        };
        writeln!(csv, "{},{},{},{line}", point.step, point.loss, point.learning_rate)
            .expect("a string takes everything");
    }
    csv
}

/// What each class's answers are worth.
pub fn classes_csv(evaluation: &Evaluation) -> String {
    let mut csv = "class,pictures,answers,precision,recall,f1\n".to_owned();
    for class in &evaluation.classes {
        writeln!(
            csv,
            "{},{},{},{},{},{}",
            text(&class.name),
            class.num_pictures,
            class.num_answers,
            class.precision,
            class.recall,
            class.f1
        )
        .expect("a string takes everything");
    }
    csv
}

/// Each point of each backbone's curve.
pub fn efficiency_csv(efficiency: &DataEfficiency) -> String {
    points_csv("backbone", efficiency.backbones.iter().map(|curve| (&curve.name, &curve.points)))
}

/// Each point of each kind of model.
pub fn scratch_csv(outcome: &FromScratch) -> String {
    points_csv("model", outcome.learners.iter().map(|curve| (&curve.name, &curve.points)))
}

fn points_csv<'a>(
    kind: &str,
    curves: impl Iterator<Item = (&'a String, &'a Vec<EfficiencyPoint>)>,
) -> String {
    let mut csv = format!(
        "{kind},photos_per_class,training_photos,seeds,mean_top1_percent,deviation_percent,low_percent,high_percent\n"
    );
    for (name, points) in curves {
        for point in points {
            let photos = point.photos_per_class.map_or("all".to_owned(), |count| count.to_string());
            writeln!(
                csv,
                "{},{photos},{},{},{},{},{},{}",
                text(name),
                point.num_train,
                point.top1_percent.len(),
                point.mean_percent,
                point.deviation_percent,
                point.low_percent,
                point.high_percent
            )
            .expect("a string takes everything");
        }
    }
    csv
}

fn number(value: Option<f64>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// Quoted, so that a name may hold a comma. One that a spreadsheet would compute gets an apostrophe.
fn text(name: &str) -> String {
    let guard = if name.starts_with(['=', '+', '-', '@']) { "'" } else { "" };
    format!("\"{guard}{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_break_a_line_of_csv() {
        assert_eq!(text("cat, dog"), "\"cat, dog\"");
        assert_eq!(text("12\" gun"), "\"12\"\" gun\"");
        assert_eq!(text("=1+1"), "\"'=1+1\"");
    }
}
