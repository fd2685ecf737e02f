//! The head after each layer, read as a story: which class leads where, how probable a class is by depth, and from which layer on
//! the final answer stays.

use super::grid::Grid;
use crate::api::Array;

/// Probabilities of all classes after each entry of the lens.
#[derive(Clone, Debug, PartialEq)]
pub struct Depths {
    num_classes: usize,
    /// Entry by entry, class by class.
    probabilities: Vec<f32>,
}

impl Depths {
    /// Softmax of the logits `[entries, classes]`; `None` where there are none.
    pub fn of(logits: &Array) -> Option<Self> {
        let &[entries, num_classes] = logits.shape.as_slice() else { return None };
        if entries == 0 || num_classes == 0 || logits.values.len() != entries * num_classes {
            return None;
        }
        let probabilities = logits.values.chunks_exact(num_classes).flat_map(softmax).collect();
        Some(Self { num_classes, probabilities })
    }

    /// Entries.
    pub fn count(&self) -> usize {
        self.probabilities.len() / self.num_classes
    }

    /// A class's probability after an entry; 0 where there is no such class.
    pub fn probability(&self, entry: usize, class: usize) -> f32 {
        let is_there = class < self.num_classes;
        is_there
            .then(|| self.probabilities.get(entry * self.num_classes + class))
            .flatten()
            .copied()
            .unwrap_or(0.0)
    }

    /// A class's probability after each entry.
    pub fn course(&self, class: usize) -> Vec<f32> {
        (0..self.count()).map(|entry| self.probability(entry, class)).collect()
    }

    /// How many classes are more probable after an entry, from 0.
    pub fn rank(&self, entry: usize, class: usize) -> usize {
        let own = self.probability(entry, class);
        let is_before = |(other, probability): (usize, &f32)| {
            *probability > own || (*probability == own && other < class)
        };
        self.row(entry).iter().enumerate().filter(|other| is_before(*other)).count()
    }

    /// The most probable class after an entry.
    pub fn leader(&self, entry: usize) -> usize {
        let better = |best: (usize, f32), (class, probability): (usize, &f32)| match *probability > best.1 {
            true => (class, *probability),
            false => best,
        };
        self.row(entry).iter().enumerate().fold((0, f32::NEG_INFINITY), better).0
    }

    /// The most probable class after the last entry.
    pub fn answer(&self) -> usize {
        self.leader(self.count() - 1)
    }

    /// The entry from which on a class leads to the end; `None` where it does not lead at the end.
    pub fn decided_at(&self, class: usize) -> Option<usize> {
        let led = (0..self.count()).rev().take_while(|entry| self.leader(*entry) == class).count();
        (led > 0).then(|| self.count() - led)
    }

    /// The first entry after which a class leads.
    pub fn first_led_at(&self, class: usize) -> Option<usize> {
        (0..self.count()).find(|entry| self.leader(*entry) == class)
    }

    /// The classes to show together, `max_count` at most: those that ever lead, in the order in which they do, then those that
    /// are the most probable anywhere. `always` is among them.
    pub fn cast(&self, max_count: usize, always: Option<usize>) -> Vec<usize> {
        let mut cast: Vec<usize> = Vec::new();
        let mut add = |class: usize| {
            if !cast.contains(&class) {
                cast.push(class);
            }
        };
        [Some(self.answer()), always].into_iter().flatten().for_each(&mut add);
        let by_peak = {
            let peak = |class: usize| self.course(class).into_iter().fold(0.0, f32::max);
            let mut classes: Vec<(usize, f32)> =
                (0..self.num_classes).map(|class| (class, peak(class))).collect();
            classes.sort_by(|one, other| other.1.total_cmp(&one.1));
            classes
        };
        (0..self.count()).rev().for_each(|entry| add(self.leader(entry)));
        by_peak.into_iter().take(max_count).for_each(|(class, _peak)| add(class));
        cast.truncate(max_count);
        cast
    }

    /// A row for each class, a column for each entry.
    pub fn strip(&self, classes: &[usize]) -> Grid {
        let values = classes.iter().flat_map(|class| self.course(*class)).collect();
        Grid { rows: classes.len(), columns: self.count(), values }
    }

    fn row(&self, entry: usize) -> &[f32] {
        let start = entry * self.num_classes;
        self.probabilities.get(start..start + self.num_classes).unwrap_or_default()
    }
}

fn softmax(logits: &[f32]) -> Vec<f32> {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers: Vec<f64> = logits.iter().map(|logit| f64::from(logit - largest).exp()).collect();
    let sum: f64 = powers.iter().sum();
    powers.into_iter().map(|power| (power / sum) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Class 0 leads first, then 2, then 1, 2, 2.
    fn depths() -> Depths {
        let values = [
            [3.0, 0.0, 1.0, -9.0],
            [0.0, 1.0, 2.0, -9.0],
            [0.0, 4.0, 2.0, -9.0],
            [0.0, 1.0, 5.0, -9.0],
            [0.0, 0.0, 9.0, -9.0],
        ];
        Depths::of(&Array { shape: vec![5, 4], values: values.concat() }).expect("logits")
    }

    #[test]
    fn probabilities_sum_to_one_and_follow_the_logits() {
        let depths = depths();
        for entry in 0..5 {
            let sum: f32 = (0..4).map(|class| depths.probability(entry, class)).sum();
            assert!((sum - 1.0).abs() < 1e-6);
        }
        let ratio = depths.probability(0, 0) / depths.probability(0, 2);
        assert!((ratio - 2.0f32.exp()).abs() < 1e-4, "{ratio}");
        assert_eq!((depths.rank(0, 0), depths.rank(0, 1), depths.rank(4, 1)), (0, 2, 2));
        assert_eq!(depths.probability(0, 7), 0.0);
        assert_eq!(Depths::of(&Array { shape: vec![0, 4], values: vec![] }), None);
    }

    #[test]
    fn an_answer_is_decided_where_it_leads_to_the_end() {
        let depths = depths();
        assert_eq!((depths.answer(), depths.decided_at(2), depths.first_led_at(2)), (2, Some(3), Some(1)));
        assert_eq!(
            (depths.decided_at(0), depths.first_led_at(0), depths.first_led_at(3)),
            (None, Some(0), None)
        );
    }

    #[test]
    fn the_cast_has_the_answer_the_chosen_class_and_all_leaders() {
        let depths = depths();
        assert_eq!(depths.cast(4, Some(3)), [2, 3, 1, 0]);
        assert_eq!(depths.cast(2, None), [2, 1]);
        let strip = depths.strip(&[2, 0]);
        assert_eq!((strip.rows, strip.columns), (2, 5));
        assert_eq!(strip.values[5], depths.probability(0, 0));
    }
}
