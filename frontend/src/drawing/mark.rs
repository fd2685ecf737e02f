//! What every drawing is made of: paths and texts in the drawing's own pixels, coloured by their class alone.

/// A place in a drawing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// From the left edge.
    pub x: f64,
    /// From the top edge.
    pub y: f64,
}

/// A rectangle in a drawing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rect {
    /// Left edge.
    pub x: f64,
    /// Top edge.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

impl Rect {
    /// Right edge.
    pub fn right(&self) -> f64 {
        self.x + self.width
    }

    /// Bottom edge.
    pub fn bottom(&self) -> f64 {
        self.y + self.height
    }

    /// Whether two rectangles share more than a border.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.x < other.right() && other.x < self.right() && self.y < other.bottom() && other.y < self.bottom()
    }
}

/// A piece of a drawing.
#[derive(Clone, Debug, PartialEq)]
pub enum Mark {
    /// A path.
    Path {
        /// What it is; the style sheet gives it its colour.
        class: &'static str,
        /// The path's data.
        d: String,
    },
    /// A text, anchored in its middle.
    Text {
        /// What it is.
        class: &'static str,
        /// The middle of its base line.
        at: Point,
        /// The words.
        text: String,
    },
}

impl Mark {
    /// A path of that data.
    pub fn path(class: &'static str, d: String) -> Self {
        Self::Path { class, d }
    }

    /// A closed polygon.
    pub fn polygon(class: &'static str, corners: &[Point]) -> Self {
        let mut d = String::new();
        for (index, corner) in corners.iter().enumerate() {
            let command = if index == 0 { 'M' } else { 'L' };
            d += &format!("{command}{} {}", short(corner.x), short(corner.y));
        }
        Self::Path { class, d: d + "Z" }
    }

    /// A straight line.
    pub fn line(class: &'static str, from: Point, to: Point) -> Self {
        Self::Path {
            class,
            d: format!("M{} {}L{} {}", short(from.x), short(from.y), short(to.x), short(to.y)),
        }
    }

    /// A full circle.
    pub fn circle(class: &'static str, centre: Point, radius: f64) -> Self {
        let (r, x, y) = (short(radius), short(centre.x - radius), short(centre.y));
        let diameter = short(2.0 * radius);
        Self::Path { class, d: format!("M{x} {y}a{r} {r} 0 1 0 {diameter} 0a{r} {r} 0 1 0 -{diameter} 0Z") }
    }

    /// A text around a middle.
    pub fn text(class: &'static str, at: Point, text: impl Into<String>) -> Self {
        Self::Text { class, at, text: text.into() }
    }
}

/// A coordinate to a tenth of a pixel, which is finer than a screen shows.
pub fn short(value: f64) -> f64 {
    // Adding zero turns a negative zero into a plain one.
    (value * 10.0).round() / 10.0 + 0.0
}
