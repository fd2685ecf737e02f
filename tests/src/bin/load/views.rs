//! What a visitor looks at after the answers, one of each kind.

use shared::{ModelSlot, route};

/// A view: where it is asked for, and the model.
#[derive(Clone, Copy, Debug)]
pub struct LoadView {
    /// What a failure calls it.
    pub name: &'static str,
    pattern: &'static str,
    part: &'static str,
    query: &'static str,
}

impl LoadView {
    /// Its address for a picture.
    pub fn path(&self, image_id: &str) -> String {
        route::view(self.pattern, image_id, self.part, self.query)
    }
}

const fn view(
    name: &'static str,
    pattern: &'static str,
    part: &'static str,
    query: &'static str,
) -> LoadView {
    LoadView { name, pattern, part, query }
}

/// One of each kind; gradients among them, which have the model to themselves.
pub const VIEWS: [LoadView; 10] = [
    view("feature maps", route::IMAGE_FEATURE_MAPS, "layer2.1", "model=resnet"),
    view("later feature maps", route::IMAGE_FEATURE_MAPS, "layer4.2", "model=resnet"),
    view("class map", route::IMAGE_CLASS_MAP, "", "model=resnet&class=3"),
    view(
        "effective field",
        route::IMAGE_RECEPTIVE_FIELD,
        "layer3.2",
        "model=resnet&row=6&column=6&kind=effective",
    ),
    view("attention", route::IMAGE_ATTENTION, "", "model=vit&block=5&head=all&query=7,7"),
    view("rollout", route::IMAGE_ROLLOUT, "", "model=vit&query=class"),
    view("attention distance", route::IMAGE_ATTENTION_DISTANCE, "", "model=vit"),
    view("relevance", route::IMAGE_RELEVANCE, "", "model=vit&class=3"),
    view("similarity", route::IMAGE_SIMILARITY, "", "model=vit&node=encoder.8&row=3&column=4"),
    view("logit lens", route::IMAGE_LOGIT_LENS, "", "model=vit&top_k=5"),
];

/// Both models, in the order in which they are asked.
pub const MODELS: [ModelSlot; 2] = ModelSlot::ALL;
