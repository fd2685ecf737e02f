//! A linear layer as a fan: every output reads every input. Many more than are drawn; the drawing shows the kind of
//! connection, the numbers beside it their count.

use super::mark::{Mark, Point, Rect};

/// Most inputs and outputs that are drawn.
const MAX_DRAWN: (usize, usize) = (9, 5);
const DOT_RADIUS_PX: f64 = 2.5;

/// The fan of a layer inside a frame: lines first, dots upon them.
pub fn fan(in_features: usize, out_features: usize, frame: Rect) -> Vec<Mark> {
    let inputs = column(in_features.min(MAX_DRAWN.0), frame.x + DOT_RADIUS_PX, frame);
    let outputs = column(out_features.min(MAX_DRAWN.1), frame.right() - DOT_RADIUS_PX, frame);
    let lines = inputs
        .iter()
        .flat_map(|from| outputs.iter().map(|to| Mark::line("fan-line", *from, *to)))
        .collect::<Vec<_>>();
    let dots = inputs.iter().chain(&outputs).map(|centre| Mark::circle("fan-dot", *centre, DOT_RADIUS_PX));
    lines.into_iter().chain(dots).collect()
}

/// Points spread evenly over the frame's height.
fn column(count: usize, x: f64, frame: Rect) -> Vec<Point> {
    let step = frame.height / count.max(1) as f64;
    (0..count).map(|index| Point { x, y: frame.y + step * (index as f64 + 0.5) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_drawn_output_reads_every_drawn_input() {
        let frame = Rect { x: 0.0, y: 0.0, width: 60.0, height: 90.0 };
        for ((inputs, outputs), lines) in [((2048, 102), 45), ((384, 3), 27), ((2, 1), 2)] {
            let marks = fan(inputs, outputs, frame);
            let drawn =
                marks.iter().filter(|mark| matches!(mark, Mark::Path { class: "fan-line", .. })).count();
            assert_eq!(drawn, lines, "{inputs} to {outputs}");
        }
    }
}
