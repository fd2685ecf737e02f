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

/// How well a point is known: an upright line through it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    /// Whose point.
    pub series: usize,
    /// Where it stands.
    pub x: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
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
    /// Places across that are marked and named in place of round numbers, as on an axis that is no even one.
    pub x_marks: Vec<(f64, String)>,
    /// How well points are known.
    pub spans: Vec<Span>,
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
/// Pixels that a name needs upwards, most of them above its baseline.
const NAME_HEIGHT: f64 = 16.0;
/// Pixels of a name that are below its baseline.
const NAME_DEPTH: f64 = 4.0;
/// Pixels that a letter of a name needs, generously.
const LETTER_WIDTH: f64 = 7.3;
/// Where a name may stand below the last point of its curve, the best place first.
const NAME_OFFSETS: [f64; 8] = [-8.0, 18.0, -24.0, 34.0, -40.0, 50.0, -56.0, 66.0];
/// Distance of the places of a curve at which it is seen whether a name hides it, in pixels.
const LOOK_PX: f64 = 4.0;
/// What it costs to stand on another name, in hidden places of curves.
const ON_A_NAME: f64 = 1000.0;
/// What it costs to stand below the name of a curve that ends lower, in hidden places of curves.
const OUT_OF_ORDER: f64 = 12.0;
/// What it costs to stand on a marker, in hidden places of curves.
const ON_A_MARKER: usize = 3;
/// Lines of series after another.
pub const DASHES: [&str; 4] = ["none", "7 4", "2 4", "9 3 2 3"];

/// Where a name stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Name {
    /// Its beginning, or its end.
    pub x: f64,
    /// Its baseline.
    pub y: f64,
    /// Whether it ends at `x`.
    pub is_end: bool,
    letters: usize,
}

impl Name {
    /// Left and right edge.
    fn across(&self) -> (f64, f64) {
        let width = self.letters as f64 * LETTER_WIDTH;
        if self.is_end { (self.x - width, self.x) } else { (self.x, self.x + width) }
    }

    fn is_on(&self, other: &Self) -> bool {
        let ((left, right), (others_left, others_right)) = (self.across(), other.across());
        left < others_right && others_left < right && (self.y - other.y).abs() < NAME_HEIGHT
    }

    fn hides(&self, (x, y): (f64, f64)) -> bool {
        let ((left, right), bottom) = (self.across(), self.y + NAME_DEPTH);
        (left - NAME_DEPTH..=right + NAME_DEPTH).contains(&x) && (bottom - NAME_HEIGHT..=bottom).contains(&y)
    }
}

/// Where all names of a chart stand.
#[derive(Clone, Debug, PartialEq)]
pub struct Names {
    /// Of each curve.
    pub series: Vec<Option<Name>>,
    /// Of each reference.
    pub references: Vec<Name>,
}

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
            .chain(data.spans.iter().flat_map(|span| [span.low, span.high]))
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

    /// Where all names stand: those of curves near their last points, those of references at their lines, where they hide
    /// least of the curves and not one another. Nothing for a curve without points.
    pub fn names(&self, data: &ChartData) -> Names {
        let (right, bottom) = (self.frame.width - RIGHT, self.frame.height - BOTTOM);
        let seen = self.seen(data);
        let mut taken: Vec<Name> = Vec::new();
        let mut put = |candidates: Vec<Name>, below: f64| {
            let cost = |(rank, name): &(usize, Name)| {
                let on_names = taken.iter().filter(|other| name.is_on(other)).count();
                let hidden = seen.iter().filter(|place| name.hides(**place)).count();
                let out_of_order = if name.y > below { OUT_OF_ORDER } else { 0.0 };
                on_names as f64 * ON_A_NAME + hidden as f64 + out_of_order + *rank as f64 * 0.5
            };
            let best = candidates
                .into_iter()
                .enumerate()
                .min_by(|one, other| cost(one).total_cmp(&cost(other)))
                .map(|(_rank, name)| name);
            taken.extend(best);
            best
        };
        let reference = |line: &Reference| {
            let (x, y) = self.place((line.at, line.at));
            let letters = line.name.chars().count();
            let name = |x: f64, y: f64, is_end: bool| Name { x, y, is_end, letters };
            let mut candidates = match line.is_vertical {
                true => vec![name(x + 4.0, TOP + 12.0, false), name(x - 4.0, TOP + 12.0, true)],
                false => vec![
                    name(LEFT + 6.0, y - 5.0, false),
                    name(right - 2.0, y - 5.0, true),
                    name(LEFT + 6.0, y + 14.0, false),
                    name(right - 2.0, y + 14.0, true),
                ],
            };
            // Beyond the middle a name stands on the left of its line, where there is room.
            if line.is_vertical && x > (LEFT + right) / 2.0 {
                candidates.reverse();
            }
            candidates.retain(|name| name.y <= bottom);
            put(candidates, f64::INFINITY).unwrap_or(name(x, y, false))
        };
        let references = data.references.iter().map(reference).collect();
        let is_there = |point: &&(f64, f64)| point.0.is_finite() && point.1.is_finite();
        let last =
            |series: &Series| series.points.iter().rev().find(is_there).map(|point| self.place(*point));
        let ends: Vec<Option<(f64, f64)>> = data.series.iter().map(last).collect();
        let mut order: Vec<(usize, (f64, f64))> =
            ends.iter().enumerate().filter_map(|(index, end)| Some((index, (*end)?))).collect();
        order.sort_by(|one, other| other.1.1.total_cmp(&one.1.1));
        let mut below = f64::INFINITY;
        let mut series = vec![None; ends.len()];
        for (index, (x, y)) in order {
            let letters = data.series[index].name.chars().count();
            let x = (x - 6.0).max(LEFT + letters as f64 * LETTER_WIDTH);
            let candidates = NAME_OFFSETS
                .map(|offset| Name { x, y: y + offset, is_end: true, letters })
                .into_iter()
                .filter(|name| (TOP + 10.0..=bottom - NAME_DEPTH).contains(&name.y))
                .collect();
            series[index] = put(candidates, below);
            below = series[index].map_or(below, |name| name.y);
        }
        Names { series, references }
    }

    /// Places of the drawing where there is a curve, a marker or a line of reference.
    fn seen(&self, data: &ChartData) -> Vec<(f64, f64)> {
        let mut seen = Vec::new();
        for line in data.references.iter().filter(|line| !line.is_vertical) {
            let (_x, y) = self.place((line.at, line.at));
            let steps = ((self.frame.width - LEFT - RIGHT) / LOOK_PX) as usize;
            seen.extend((0..steps).map(|step| (LEFT + step as f64 * LOOK_PX, y)));
        }
        for series in &data.series {
            let mut before = None;
            for point in &series.points {
                if !point.0.is_finite() || !point.1.is_finite() {
                    before = None;
                    continue;
                }
                let (x, y) = self.place(*point);
                seen.extend([(x, y); ON_A_MARKER]);
                if let Some((from_x, from_y)) = before.filter(|_place| series.is_line) {
                    let steps = (f64::hypot(x - from_x, y - from_y) / LOOK_PX) as usize;
                    seen.extend((1..steps).map(|step| {
                        let part = step as f64 / steps as f64;
                        (from_x + (x - from_x) * part, from_y + (y - from_y) * part)
                    }));
                }
                before = Some((x, y));
            }
        }
        seen
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
        data.series[0].name = "a".to_owned();
        data.series[1] = Series { points: vec![(10.0, 3.0)], ..data.series[0].clone() };
        data.series.push(Series { points: vec![(10.0, 1.0)], ..data.series[0].clone() });
        data.series.push(Series { points: vec![], ..data.series[0].clone() });
        let places = Layout::of(&data, FRAME).names(&data).series;
        let heights: Vec<f64> = places.iter().flatten().map(|name| name.y).collect();
        assert_eq!((heights.len(), places[3]), (3, None));
        assert!((heights[0] - heights[1]).abs() >= NAME_HEIGHT && heights[2] > heights[1], "{heights:?}");
        assert!(heights.iter().all(|height| *height <= TOP + 200.0), "{heights:?}");
    }

    #[test]
    fn names_stand_where_no_curve_is() {
        // A curve along the top that falls to the right: the name of a line just below it goes to where the curve is not.
        let points: Vec<(f64, f64)> =
            (0..=10).map(|x| (f64::from(x), if x > 7 { 0.0 } else { 5.0 })).collect();
        let name = "a curve".to_owned();
        let line = Reference { name: "even".to_owned(), at: 4.6, is_vertical: false };
        let data = ChartData {
            series: vec![Series { name, hue: None, points, is_line: true }],
            references: vec![line],
            y_range: Some((0.0, 6.0)),
            ..ChartData::default()
        };
        let frame = Frame { width: 640.0, ..FRAME };
        let layout = Layout::of(&data, frame);
        let names = layout.names(&data);
        let seen = layout.seen(&data);
        for name in [names.references[0], names.series[0].expect("has points")] {
            assert!(!seen.iter().any(|place| name.hides(*place)), "{name:?}");
        }
        assert!(names.references[0].is_end, "{names:?}");
    }

    #[test]
    fn references_are_inside_and_nothing_gives_an_axis_still() {
        let mut data = data();
        data.references = vec![Reference { name: String::new(), at: 9.0, is_vertical: false }];
        assert_eq!(Layout::of(&data, FRAME).y.high, 9.0);
        assert_eq!(Layout::of(&ChartData::default(), FRAME).x, Axis { low: 0.0, high: 1.0 });
    }
}
