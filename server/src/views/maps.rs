//! Feature maps: what the channels of a node hold, in an order, and what each adds to a class.

use shared::NodeId;
use shared::views::{ChannelSort, FeatureMapsAbout};

use super::places::Places;
use super::{Subject, View, ViewError, check_position, on_a_thread};
use crate::analysis::{Array, maps};
use crate::inference::array;
use crate::models::gradients;

/// Which channels of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Channels {
    /// In which order.
    pub sort: ChannelSort,
    /// To which class contributions are.
    pub class: Option<usize>,
    /// Position in the order of the first.
    pub from: usize,
    /// At most so many.
    pub count: usize,
}

/// Some channels of a node as maps; the features of tokens as maps over the patches.
///
/// # Errors
/// The node has no places, or not so many channels, or contributions are to no class; or the model could not be asked.
pub async fn feature_maps(
    subject: Subject<'_>,
    node: &NodeId,
    asked: Channels,
) -> Result<View<FeatureMapsAbout>, ViewError> {
    let model = subject.model();
    let places = Places::of(model, node)?;
    check_position("channel", asked.from, places.channels)?;
    let (values, gradients) = match asked.class {
        Some(class) => {
            subject.check_class(class)?;
            let (values, gradients) = with_gradients(&subject, node, class).await?;
            (values, Some(gradients))
        }
        None if asked.sort == ChannelSort::Contribution => {
            let message = "Contributions are to a class: add class=, its position among the logits.";
            return Err(ViewError::OutOfRange(message.to_owned()));
        }
        None => (subject.observe(node).await?, None),
    };
    let (all, channels, shown) = on_a_thread(move || {
        let values = places.maps(&values);
        let gradients = gradients.map(|gradients| places.maps(&gradients));
        let mut all = maps::summaries(&values, gradients.as_ref());
        maps::sort(&mut all, asked.sort);
        let channels: Vec<_> = all.iter().skip(asked.from).take(asked.count).cloned().collect();
        let shown = maps::select(&values, &channels);
        (all, channels, shown)
    })
    .await?;
    let about = FeatureMapsAbout {
        model: model.reference(),
        node: node.clone(),
        num_channels: places.channels,
        map_size: [places.rows, places.columns],
        sort: asked.sort,
        from: asked.from,
        channels,
        dead_channels: all.iter().filter(|channel| channel.is_dead).count(),
        min: all.iter().map(|channel| channel.min).fold(f32::INFINITY, f32::min),
        max: all.iter().map(|channel| channel.max).fold(f32::NEG_INFINITY, f32::max),
        class: asked.class,
    };
    Ok(View { about, arrays: vec![("maps", shown)] })
}

/// A node's tensor and the gradient of a class's logit with respect to it.
async fn with_gradients(
    subject: &Subject<'_>,
    node: &NodeId,
    class: usize,
) -> Result<(Array, Array), ViewError> {
    let node = node.clone();
    let compute = move |backbone: &_, image: &_| {
        let (pairs, _logits) = gradients::of_logit(backbone, image, class, std::slice::from_ref(&node))?;
        let pair = &pairs[&node];
        Ok((array(&pair.value)?, array(&pair.gradient)?))
    };
    Ok(subject.inference.compute(subject.slot, subject.input(), compute).await?)
}
