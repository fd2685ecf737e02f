//! An observer that keeps tensors, and what it kept.

use std::collections::{BTreeMap, BTreeSet};

use candle_core::{Result, Tensor};
use shared::NodeId;

use super::observer::{Observer, Term};

/// Keeps the tensors of the nodes that it was made for.
#[derive(Clone, Debug, Default)]
pub struct Capture {
    wanted: BTreeSet<NodeId>,
    captured: Captured,
}

/// Tensors of nodes. Of a sum whose terms are among them it holds only which these are: added when it is looked at, it has the same
/// bits, and writing it to memory in every pass takes as long as a twentieth of a ResNet's.
#[derive(Clone, Debug, Default)]
pub struct Captured {
    tensors: BTreeMap<NodeId, Tensor>,
    sums: BTreeMap<NodeId, [NodeId; 2]>,
}

impl Capture {
    /// An observer of these nodes.
    pub fn new(wanted: impl IntoIterator<Item = NodeId>) -> Self {
        Self { wanted: wanted.into_iter().collect(), captured: Captured::default() }
    }

    /// What it kept, batch axis first.
    pub fn into_captured(self) -> Captured {
        self.captured
    }

    /// The captured tensors, batch axis first.
    ///
    /// # Errors
    /// If the device fails.
    pub fn into_tensors(self) -> Result<BTreeMap<NodeId, Tensor>> {
        let captured = self.captured;
        let sums = captured.sums.iter().map(|(sum, terms)| Ok((sum.clone(), captured.sum(terms)?)));
        let sums: Vec<_> = sums.collect::<Result<_>>()?;
        Ok(captured.tensors.into_iter().chain(sums).collect())
    }
}

impl Observer for Capture {
    fn wants(&self, node: &NodeId) -> bool {
        self.wanted.contains(node)
    }

    fn observe(&mut self, node: &NodeId, tensor: &Tensor) -> Result<()> {
        self.captured.tensors.insert(node.clone(), tensor.clone());
        Ok(())
    }

    fn tell_sum(&mut self, node: &NodeId, terms: [Term<'_>; 2]) -> Result<Option<Tensor>> {
        if !self.wants(node) {
            return Ok(None);
        }
        let [first, second] = terms;
        if terms.iter().all(|(term, _tensor)| self.captured.tensors.contains_key(term)) {
            self.captured.sums.insert(node.clone(), [first.0.clone(), second.0.clone()]);
        } else {
            self.observe(node, &(first.1 + second.1)?)?;
        }
        Ok(None)
    }
}

impl Captured {
    /// Whether it has a node.
    pub fn holds(&self, node: &NodeId) -> bool {
        self.tensors.contains_key(node) || self.sums.contains_key(node)
    }

    /// The nodes that it has.
    pub fn nodes(&self) -> impl Iterator<Item = &NodeId> {
        self.tensors.keys().chain(self.sums.keys())
    }

    /// A node's tensor, or `None` where it does not have the node.
    ///
    /// # Errors
    /// If the device fails.
    pub fn tensor(&self, node: &NodeId) -> Result<Option<Tensor>> {
        match self.sums.get(node) {
            None => Ok(self.tensors.get(node).cloned()),
            Some(terms) => self.sum(terms).map(Some),
        }
    }

    fn sum(&self, [first, second]: &[NodeId; 2]) -> Result<Tensor> {
        &self.tensors[first] + &self.tensors[second]
    }

    /// What takes memory.
    pub fn kept(&self) -> impl Iterator<Item = &Tensor> {
        self.tensors.values()
    }

    /// The same of a part of each tensor: one picture of the batch, say.
    ///
    /// # Errors
    /// What `part` returns.
    pub fn parts(&self, part: impl Fn(&Tensor) -> Result<Tensor>) -> Result<Self> {
        let parts = self.tensors.iter().map(|(node, tensor)| Ok((node.clone(), part(tensor)?)));
        Ok(Self { tensors: parts.collect::<Result<_>>()?, sums: self.sums.clone() })
    }

    /// The same and what another one has beside.
    #[must_use]
    pub fn with(&self, other: &Self) -> Self {
        let mut both = other.clone();
        both.tensors.extend(self.tensors.clone());
        both.sums.extend(self.sums.clone());
        both
    }
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    fn kept(wanted: &[&str]) -> Captured {
        let node = |name: &str| NodeId::new(name);
        let tensor = |value: f32| Tensor::full(value, (2, 3), &Device::Cpu).expect("a tensor");
        let terms = [(node("a"), tensor(1.5)), (node("b"), tensor(2.0))];
        let mut capture = Capture::new(wanted.iter().map(|name| node(name)));
        for (node, tensor) in &terms {
            capture.tell(node, tensor.clone()).expect("it keeps");
        }
        let told = capture.tell_sum(&node("sum"), terms.each_ref().map(|(node, tensor)| (node, tensor)));
        assert!(told.expect("it keeps").is_none(), "nothing is replaced");
        capture.into_captured()
    }

    fn values(captured: &Captured, node: &str) -> Option<Vec<f32>> {
        let tensor = captured.tensor(&node.into()).expect("a tensor");
        tensor.map(|tensor| tensor.flatten_all().and_then(|flat| flat.to_vec1()).expect("numbers"))
    }

    #[test]
    fn a_sum_is_kept_as_its_terms_where_they_are_kept() {
        let both = kept(&["a", "b", "sum"]);
        assert_eq!(both.kept().count(), 2);
        assert_eq!(both.nodes().count(), 3);
        assert_eq!(values(&both, "sum"), Some(vec![3.5; 6]));
        let part = both.parts(|tensor| tensor.get(0)).expect("parts");
        assert_eq!(values(&part, "sum"), Some(vec![3.5; 3]));
    }

    #[test]
    fn a_sum_without_its_terms_is_kept_itself() {
        let alone = kept(&["a", "sum"]);
        assert_eq!(values(&alone, "sum"), Some(vec![3.5; 6]));
        assert_eq!(values(&alone, "b"), None);
        assert!(!alone.holds(&"b".into()));
        assert!(!kept(&["a", "b"]).holds(&"sum".into()));
    }

    #[test]
    fn what_two_have_is_added_from_the_terms_of_either() {
        let both = kept(&["sum"]).with(&kept(&["a", "b", "sum"]));
        assert_eq!(values(&both, "sum"), Some(vec![3.5; 6]));
        let both = kept(&["a", "b", "sum"]).with(&kept(&["a"]));
        assert_eq!(values(&both, "sum"), Some(vec![3.5; 6]));
        assert_eq!(values(&kept(&["a"]).with(&kept(&["b"])), "sum"), None);
    }
}
