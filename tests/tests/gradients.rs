//! Gradients flow from the logits to the image through the same layers that answer visitors, and are right.

use candle_core::{Device, Tensor, Var};
use server::models::Backbone;
use tests::{configurations, synthetic};

/// Length of the step along the gradient over which the logit is differenced. Small enough that few ReLUs and pooling
/// windows change sides, large enough for f32.
const STEP: f64 = 1e-2;
/// Of a central difference in f32 through ReLUs.
const TOLERANCE: f64 = 2e-2;
const CLASS: usize = 3;

fn logit(model: &Backbone, images: &Tensor) -> Tensor {
    let logits = model.forward(images).expect("a forward pass");
    logits.narrow(1, CLASS, 1).and_then(|logit| logit.sum_all()).expect("the class exists")
}

#[test]
fn the_gradient_of_a_logit_is_its_slope() {
    for (name, config) in configurations::all() {
        let weights = synthetic::weights(&config.graph()).expect("synthetic weights");
        let model = Backbone::load(&config, &weights, &Device::Cpu).expect("weights");
        let image = Var::from_tensor(&synthetic::images(&config, 1).expect("an image")).expect("a variable");
        let gradients = logit(&model, image.as_tensor()).backward().expect("every operation has a backward");
        let gradient = gradients.get(&image).expect("the image has a gradient").detach();
        let norm =
            f64::from(scalar(&gradient.sqr().and_then(|squares| squares.sum_all()).expect("a sum"))).sqrt();
        let step = (gradient * (STEP / norm)).expect("a step");
        let image = image.as_detached_tensor();
        let ahead = scalar(&logit(&model, &(&image + &step).expect("an image")));
        let behind = scalar(&logit(&model, &(&image - &step).expect("an image")));
        let slope = f64::from(ahead - behind) / (2.0 * STEP);
        assert!((slope / norm - 1.0).abs() <= TOLERANCE, "{name}: slope {slope}, gradient {norm}");
    }
}

fn scalar(tensor: &Tensor) -> f32 {
    tensor.to_scalar().expect("one value")
}
