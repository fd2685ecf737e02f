//! Where the points of a chart fall: axes with round ticks, series told apart by dash and marker as well as by hue.

use super::axis::Axis;

/// One curve, or a cloud of points.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Name, written at its end.
    pub name: String,
    /// What gives it its hue: `resnet`, `vit`, or nothing.
    pub hue: Option<&'static str>,
    /// The points, in the order of the curve.
    pub points: Vec<(f64, f64)>,
    /// Whether a line joins the points.
    pub is_line: bool,
}

/// A line across the chart, with its name.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// Name.
    pub name: String,
    /// Where it crosses the vertical axis, or the horizontal one.
    pub at: f64,
    /// Whether it stands upright.
    pub is_vertical: bool,
}

/// What is drawn.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChartData {
    /// Name of the horizontal axis, with its unit.
    pub x_name: String,
    /// Name of the vertical axis, with its unit.
    pub y_name: String,
    /// The curves.
    pub series: Vec<Series>,
    /// Lines to compare with.
    pub references: Vec<Reference>,
    /// Least and largest value across, where the data should not decide.
    pub x_range: Option<(f64, f64)>,
    /// Least and largest value upwards, where the data should not decide.
    pub y_range: Option<(f64, f64)>,
    /// Names of whole numbers across in place of the numbers, such as layers.
    pub x_names: Vec<String>,
}

/// Room around the plot, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    /// Of the whole drawing.
    pub width: f64,
    /// Of the whole drawing.
    pub height: f64,
}

/// Left of the plot: numbers of the vertical axis.
pub const LEFT: f64 = 52.0;
/// Right of the plot.
pub const RIGHT: f64 = 16.0;
/// Above the plot: the name of the vertical axis.
pub const TOP: f64 = 28.0;
/// Below the plot: numbers and name of the horizontal axis.
pub const BOTTOM: f64 = 44.0;
/// Pixels that a number across needs.
const TICK_WIDTH: f64 = 64.0;
/// Pixels that a number upwards needs.
const TICK_HEIGHT: f64 = 36.0;
/// Pixels that a name needs upwards.
const NAME_HEIGHT: f64 = 16.0;
/// Lines of series after another.
pub const DASHES: [&str; 4] = ["none", "7 4", "2 4", "9 3 2 3"];

/// A chart with its axes laid out.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// Across.
    pub x: Axis,
    /// Upwards.
    pub y: Axis,
    frame: Frame,
}

impl Layout {
    /// Fits the axes to the data.
    pub fn of(data: &ChartData, frame: Frame) -> Self {
        let points = || data.series.iter().flat_map(|series| series.points.iter().copied());
        let xs = points()
            .map(|point| point.0)
            .chain(data.references.iter().filter(|line| line.is_vertical).map(|line| line.at));
        let ys = points()
            .map(|point| point.1)
            .chain(data.references.iter().filter(|line| !line.is_vertical).map(|line| line.at));
        Self { x: axis(data.x_range, xs), y: axis(data.y_range, ys), frame }
    }

    /// Where a point falls.
    pub fn place(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let (width, height) = (self.frame.width - LEFT - RIGHT, self.frame.height - TOP - BOTTOM);
        (LEFT + self.x.position(x) * width, TOP + (1.0 - self.y.position(y)) * height)
    }

    /// Round numbers across and where they stand.
    pub fn x_ticks(&self) -> Vec<(f64, f64)> {
        let count = ((self.frame.width - LEFT - RIGHT) / TICK_WIDTH) as usize;
        self.x
            .ticks(count.max(2))
            .into_iter()
            .map(|value| (value, self.place((value, self.y.low)).0))
            .collect()
    }

    /// Round numbers upwards and where they stand.
    pub fn y_ticks(&self) -> Vec<(f64, f64)> {
        let count = ((self.frame.height - TOP - BOTTOM) / TICK_HEIGHT) as usize;
        self.y
            .ticks(count.max(2))
            .into_iter()
            .map(|value| (value, self.place((self.x.low, value)).1))
            .collect()
    }

    /// The path of a curve; it breaks where a value is not finite.
    pub fn path(&self, points: &[(f64, f64)]) -> String {
        let mut path = String::new();
        let mut is_drawing = false;
        for point in points {
            if !point.0.is_finite() || !point.1.is_finite() {
                is_drawing = false;
                continue;
            }
            let (x, y) = self.place(*point);
            path += &format!("{}{x:.1} {y:.1}", if is_drawing { "L" } else { "M" });
            is_drawing = true;
        }
        path
    }

    /// Where the names of curves stand, beside their last points and not over one another; nothing for a curve without points.
    pub fn name_places(&self, data: &ChartData) -> Vec<Option<(f64, f64)>> {
        let is_there = |point: &&(f64, f64)| point.0.is_finite() && point.1.is_finite();
        let last =
            |series: &Series| series.points.iter().rev().find(is_there).map(|point| self.place(*point));
        let mut places: Vec<Option<(f64, f64)>> = data.series.iter().map(last).collect();
        let mut order: Vec<usize> = (0..places.len()).filter(|index| places[*index].is_some()).collect();
        let height = |place: Option<(f64, f64)>| place.map_or(0.0, |place| place.1);
        order.sort_by(|one, other| height(places[*one]).total_cmp(&height(places[*other])));
        let lowest = self.frame.height - BOTTOM - NAME_HEIGHT * order.len().saturating_sub(1) as f64 - 4.0;
        let mut above = f64::NEG_INFINITY;
        for (rank, index) in order.into_iter().enumerate() {
            if let Some((x, y)) = places[index].as_mut() {
                let limit = lowest + NAME_HEIGHT * rank as f64;
                *y = (*y - 8.0).max(TOP + 10.0).min(limit).max(above + NAME_HEIGHT);
                *x = (*x - 6.0).max(LEFT + 60.0);
                above = *y;
            }
        }
        places
    }

    /// Series and position of the point that is nearest to a place of the drawing.
    pub fn nearest(&self, data: &ChartData, (x, y): (f64, f64)) -> Option<(usize, usize)> {
        let distance = |point: &(f64, f64)| {
            let (px, py) = self.place(*point);
            (px - x).powi(2) + (py - y).powi(2)
        };
        let points = data.series.iter().enumerate().flat_map(|(index, series)| {
            series.points.iter().enumerate().map(move |(position, point)| ((index, position), point))
        });
        points.min_by(|one, other| distance(one.1).total_cmp(&distance(other.1))).map(|(place, _point)| place)
    }
}

fn axis(range: Option<(f64, f64)>, values: impl Iterator<Item = f64>) -> Axis {
    let (low, high) = range.unwrap_or_else(|| {
        let finite = values.filter(|value| value.is_finite());
        finite
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)))
    });
    match low.partial_cmp(&high) {
        Some(std::cmp::Ordering::Less) => Axis { low, high },
        Some(std::cmp::Ordering::Equal) => Axis { low: low - 0.5, high: high + 0.5 },
        _ => Axis { low: 0.0, high: 1.0 },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Frame = Frame { width: LEFT + RIGHT + 100.0, height: TOP + BOTTOM + 200.0 };

    fn data() -> ChartData {
        let series = |points: &[(f64, f64)]| Series {
            name: String::new(),
            hue: None,
            points: points.to_vec(),
            is_line: true,
        };
        ChartData {
            series: vec![series(&[(0.0, 1.0), (10.0, 3.0)]), series(&[(5.0, f64::NAN), (5.0, 2.0)])],
            ..ChartData::default()
        }
    }

    #[test]
    fn points_fall_where_they_belong() {
        let layout = Layout::of(&data(), FRAME);
        assert_eq!(layout.place((0.0, 1.0)), (LEFT, TOP + 200.0));
        assert_eq!(layout.place((10.0, 3.0)), (LEFT + 100.0, TOP));
        assert_eq!(layout.place((5.0, 2.0)), (LEFT + 50.0, TOP + 100.0));
        assert_eq!(
            layout.path(&[(0.0, 1.0), (5.0, f64::NAN), (10.0, 3.0)]),
            format!("M{LEFT:.1} {:.1}M{:.1} {TOP:.1}", TOP + 200.0, LEFT + 100.0)
        );
        assert_eq!(layout.nearest(&data(), (LEFT + 90.0, TOP + 10.0)), Some((0, 1)));
    }

    #[test]
    fn names_of_curves_that_end_together_stand_apart() {
        let mut data = data();
        data.series[1].points = vec![(10.0, 3.0)];
        data.series.push(Series { points: vec![(10.0, 1.0)], ..data.series[0].clone() });
        data.series.push(Series { points: vec![], ..data.series[0].clone() });
        let places = Layout::of(&data, FRAME).name_places(&data);
        let heights: Vec<f64> = places.iter().flatten().map(|place| place.1).collect();
        assert_eq!((heights.len(), places[3]), (3, None));
        assert!((heights[0] - heights[1]).abs() >= NAME_HEIGHT && heights[2] > heights[1], "{heights:?}");
        assert!(heights.iter().all(|height| *height <= TOP + 200.0), "{heights:?}");
    }

    #[test]
    fn references_are_inside_and_nothing_gives_an_axis_still() {
        let mut data = data();
        data.references = vec![Reference { name: String::new(), at: 9.0, is_vertical: false }];
        assert_eq!(Layout::of(&data, FRAME).y.high, 9.0);
        assert_eq!(Layout::of(&ChartData::default(), FRAME).x, Axis { low: 0.0, high: 1.0 });
    }
}
