//! Photos of each class as bars, the largest first: many classes side by side, one path for all.

/// A class and how many photos it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClassCount {
    /// Position among the outputs.
    pub index: usize,
    /// Photos.
    pub count: u64,
}

/// The classes, the largest first; classes of one size in the order of the outputs.
pub fn sorted(counts: impl IntoIterator<Item = u64>) -> Vec<ClassCount> {
    let mut sorted: Vec<ClassCount> =
        counts.into_iter().enumerate().map(|(index, count)| ClassCount { index, count }).collect();
    sorted.sort_by_key(|class| std::cmp::Reverse(class.count));
    sorted
}

/// Height of the drawing, in units of which a class is one wide.
pub const HEIGHT: f64 = 100.0;

/// All bars as one path; a bar leaves a little room to the next, none where there are so many that it would be all room.
pub fn bars(classes: &[ClassCount]) -> String {
    let gap = if classes.len() > 400 { 0.0 } else { 0.12 };
    classes
        .iter()
        .enumerate()
        .map(|(position, class)| bar(position, class.count, most(classes), gap))
        .collect()
}

/// The bar of one class, over its whole width.
pub fn bar_at(classes: &[ClassCount], position: usize) -> String {
    classes.get(position).map(|class| bar(position, class.count, most(classes), 0.0)).unwrap_or_default()
}

/// The class below a place from 0 to 1.
pub fn position_at(classes: &[ClassCount], place: f64) -> Option<usize> {
    let last = classes.len().checked_sub(1)?;
    Some(((place.clamp(0.0, 1.0) * classes.len() as f64) as usize).min(last))
}

/// Photos of the largest class.
pub fn most(classes: &[ClassCount]) -> u64 {
    classes.iter().map(|class| class.count).max().unwrap_or_default()
}

fn bar(position: usize, count: u64, most: u64, gap: f64) -> String {
    // A class with any photo can be seen.
    let height = (count as f64 / most.max(1) as f64 * HEIGHT).max(if count > 0 { 1.0 } else { 0.0 });
    let (left, width) = (position as f64 + gap / 2.0, 1.0 - gap);
    format!("M{left:.2} {HEIGHT}v-{height:.2}h{width:.2}v{height:.2}z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_class_comes_first_and_fills_the_height() {
        let classes = sorted([3, 0, 12, 3]);
        assert_eq!(classes.iter().map(|class| class.index).collect::<Vec<_>>(), [2, 0, 3, 1]);
        let path = bars(&classes);
        assert!(path.starts_with("M0.06 100v-100.00h0.88v100.00z"), "{path}");
        assert!(path.ends_with("v-0.00h0.88v0.00z"), "a class without photos has no bar: {path}");
        assert_eq!(path.matches('M').count(), 4);
    }

    #[test]
    fn each_place_belongs_to_a_class() {
        let classes = sorted([1; 257]);
        assert_eq!(position_at(&classes, -1.0), Some(0));
        assert_eq!(position_at(&classes, 0.5), Some(128));
        assert_eq!(position_at(&classes, 1.0), Some(256));
        assert_eq!(position_at(&[], 0.5), None);
    }
}
