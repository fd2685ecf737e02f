//! `GET /images/{image_id}/feature-maps/{node_id}`, `/class-map` and `/receptive-field/{node_id}`.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde::de::DeserializeOwned;
use shared::packed::{self, Header};
use shared::views::{ChannelSort, ClassMapAbout, FeatureMapsAbout, ReceptiveFieldAbout, ViewBody};
use shared::{ErrorCode, ModelSlot, Sample, route};
use tests::explorer::{Settings, TestExplorer, picture};

/// What the project asks of a sum that is a logit, as a part of the logit.
const TOLERANCE: f32 = 1e-4;
/// Half of the last of a 16-bit float's eleven binary digits.
const HALF_TOLERANCE: f32 = 5e-4;
/// Half a step of a byte between the least and the largest value of a part.
const BYTE_TOLERANCE: f32 = 0.51 / 255.0;

/// An explorer and a picture in it.
struct Asked {
    explorer: TestExplorer,
    image_id: String,
}

impl Asked {
    async fn new(seed: u32) -> Self {
        let explorer = TestExplorer::start(&Settings::default());
        let image_id = explorer.upload(picture(90, 90, seed)).await.image_id;
        Self { explorer, image_id }
    }

    fn path(&self, rest: &str) -> String {
        format!("{}/{}/{rest}", route::IMAGES, self.image_id)
    }

    async fn json<About: DeserializeOwned>(&self, rest: &str) -> ViewBody<About> {
        self.explorer.get(&self.path(rest)).await.json()
    }

    async fn about<About: DeserializeOwned>(&self, rest: &str) -> About {
        self.json(rest).await.about
    }

    /// The about of a packed answer and its arrays.
    async fn packed<About: DeserializeOwned>(&self, rest: &str, accept: &str) -> (About, Vec<Vec<f32>>) {
        let request = Request::get(self.path(rest)).header("accept", accept).body(Body::empty());
        let answer = self.explorer.send(request.expect("a valid request")).await;
        assert_eq!(answer.status, StatusCode::OK, "{rest}: {:?}", answer.body);
        assert_eq!(answer.header("content-type"), Some(packed::CONTENT_TYPE), "{rest}");
        let (header, mut numbers) = packed::split(&answer.body).expect("a packed file");
        let header: Header<About> = serde_json::from_slice(header).expect("its header");
        let mut arrays = Vec::new();
        for array in &header.arrays {
            let (own, rest) = numbers.split_at(array.size_bytes());
            arrays.push(array.read(own).expect("as many as the shape says"));
            numbers = rest;
        }
        assert!(numbers.is_empty(), "{rest}: bytes that no array owns");
        (header.about, arrays)
    }

    /// Asks in all forms, which must hold the same array of this shape.
    async fn in_all_forms<About>(&self, rest: &str, shape: &[usize])
    where
        About: DeserializeOwned + PartialEq + std::fmt::Debug,
    {
        let json: ViewBody<About> = self.json(rest).await;
        assert_eq!(json.arrays.len(), 1, "{rest}");
        assert_eq!(json.arrays[0].shape, shape, "{rest}");
        let exact: Vec<f32> =
            json.arrays[0].values.iter().map(|value| value.expect("a finite value")).collect();
        let npy = self.explorer.get(&self.path(&format!("{rest}&format=npy"))).await.array();
        assert_eq!(npy.dims(), shape, "{rest}");
        let npy: Vec<f32> = npy.flatten_all().and_then(|array| array.to_vec1()).expect("its values");
        assert_eq!(npy, exact, "{rest}");
        let scale = tests::difference::largest(exact.iter().copied());
        let bytes = format!("{}; {}", packed::CONTENT_TYPE, packed::AS_BYTES);
        for (accept, tolerance) in
            [(packed::CONTENT_TYPE, HALF_TOLERANCE), (bytes.as_str(), 2.0 * BYTE_TOLERANCE)]
        {
            let (about, arrays) = self.packed::<About>(rest, accept).await;
            assert_eq!(about, json.about, "{rest}");
            assert_eq!(arrays[0].len(), exact.len(), "{rest}");
            let worst = arrays[0].iter().zip(&exact).map(|(one, other)| one - other);
            let worst = tests::difference::largest(worst) / scale;
            assert!(worst <= tolerance, "{rest} as {accept}: {worst}");
        }
    }

    async fn refused(&self, rest: &str) -> ErrorCode {
        self.explorer.get(&self.path(rest)).await.error().code
    }
}

/// The values of the one array.
fn values<About>(view: &ViewBody<About>) -> Vec<f32> {
    view.arrays[0].values.iter().map(|value| value.expect("a finite value")).collect()
}

#[tokio::test]
async fn every_view_comes_in_every_form() {
    let asked = Asked::new(1).await;
    for (rest, shape) in [
        ("feature-maps/conv1?model=resnet", vec![64, 32, 32]),
        ("feature-maps/layer4.0?model=resnet&sort=mean&from=300&count=256", vec![212, 2, 2]),
        ("feature-maps/layer2.0.conv1?model=resnet&class=9&sort=contribution&count=5", vec![5, 8, 8]),
        ("feature-maps/input?model=vit&class=0", vec![3, 64, 64]),
        ("feature-maps/patch_embedding?model=vit", vec![48, 4, 4]),
        ("feature-maps/encoder.1.mlp_hidden?model=vit&count=256", vec![160, 4, 4]),
        ("feature-maps/encoder.0?model=vit&class=3&sort=contribution&count=7", vec![7, 4, 4]),
    ] {
        asked.in_all_forms::<FeatureMapsAbout>(rest, &shape).await;
    }
    for (rest, shape) in [
        ("class-map?model=resnet&class=3", vec![2, 2]),
        ("class-map?model=resnet&class=3&node=layer4.0&cell=1,0", vec![2, 2]),
        ("class-map?model=resnet&class=3&method=grad-cam", vec![2, 2]),
        ("class-map?model=resnet&class=3&method=grad-cam&node=layer2.0", vec![8, 8]),
        ("class-map?model=resnet&method=eigen-cam&node=layer1.0", vec![16, 16]),
    ] {
        asked.in_all_forms::<ClassMapAbout>(rest, &shape).await;
    }
    for rest in [
        "receptive-field/layer1.0?model=resnet&row=15&column=0&kind=effective",
        "receptive-field/encoder.2?model=vit&row=3&column=1&kind=effective",
    ] {
        asked.in_all_forms::<ReceptiveFieldAbout>(rest, &[64, 64]).await;
    }
    let theoretical = "receptive-field/layer1.0?model=resnet&row=1&column=2";
    let json: ViewBody<ReceptiveFieldAbout> = asked.json(theoretical).await;
    let (about, arrays) = asked.packed::<ReceptiveFieldAbout>(theoretical, packed::CONTENT_TYPE).await;
    assert_eq!((json.arrays.len(), arrays.len(), &about), (0, 0, &json.about));
    assert_eq!(asked.refused(&format!("{theoretical}&format=npy")).await, ErrorCode::RequestInvalid);
}

#[tokio::test]
async fn channels_are_those_of_the_tensor() {
    let asked = Asked::new(2).await;
    let node = "layer3.0".into();
    let tensor = asked.explorer.get(&route::tensor(&asked.image_id, ModelSlot::Resnet, &node, None)).await;
    let tensor: Vec<Vec<f32>> =
        tensor.array().flatten_from(1).and_then(|array| array.to_vec2()).expect("a map of channels");
    let means = |channel: &Vec<f32>| channel.iter().sum::<f32>() / channel.len() as f32;
    let view: ViewBody<FeatureMapsAbout> =
        asked.json("feature-maps/layer3.0?model=resnet&sort=mean&count=256").await;
    let about = &view.about;
    assert_eq!((about.num_channels, about.map_size, about.class), (256, [4, 4], None));
    assert_eq!((about.sort, about.from, about.channels.len()), (ChannelSort::Mean, 0, 256));
    assert!(about.channels.windows(2).all(|pair| pair[0].mean >= pair[1].mean));
    for (channel, map) in about.channels.iter().zip(values(&view).chunks(16)) {
        assert_eq!(map, tensor[channel.index]);
        assert!((channel.mean - means(&tensor[channel.index])).abs() <= 1e-6 * channel.max, "{channel:?}");
        assert_eq!(channel.is_dead, map.iter().all(|value| *value <= 0.0));
        assert_eq!(channel.contribution, None);
    }
    let dead = tensor.iter().filter(|channel| channel.iter().all(|value| *value <= 0.0)).count();
    assert_eq!(about.dead_channels, dead);
    let largest = tensor.iter().flatten().copied().fold(f32::NEG_INFINITY, f32::max);
    assert_eq!((about.min, about.max), (0.0, largest));
    let part: FeatureMapsAbout =
        asked.about("feature-maps/layer3.0?model=resnet&sort=mean&from=10&count=3").await;
    assert_eq!(part.channels, about.channels[10..13], "a part of the same order");
    assert_eq!((part.dead_channels, part.max), (dead, largest), "said of all channels");
}

#[tokio::test]
async fn contributions_of_the_last_map_are_the_heads() {
    let asked = Asked::new(3).await;
    let about: FeatureMapsAbout =
        asked.about("feature-maps/layer4.0?model=resnet&class=4&sort=contribution&count=256").await;
    assert!(about.channels.windows(2).all(|pair| pair[0].contribution >= pair[1].contribution));
    let weights = asked.explorer.get(&route::weights(ModelSlot::Resnet, "logits.weight", Some("4"))).await;
    let weights: Vec<f32> = weights.array().to_vec1().expect("a row");
    for channel in &about.channels {
        let expected = channel.mean * weights[channel.index];
        let contribution = channel.contribution.expect("a class is given");
        assert!((contribution - expected).abs() <= 1e-5, "{channel:?} {expected}");
    }
}

#[tokio::test]
async fn the_mean_of_a_class_activation_map_and_the_bias_are_the_logit() {
    let asked = Asked::new(4).await;
    let scale = asked.explorer.predict(&asked.image_id, ModelSlot::Resnet).await;
    let scale = tests::difference::largest(scale.classes.iter().map(|class| class.logit));
    for class in 0..10 {
        for (row, column) in [(0, 0), (1, 0), (1, 1)] {
            let rest = format!("class-map?model=resnet&class={class}&cell={row},{column}");
            let view: ViewBody<ClassMapAbout> = asked.json(&rest).await;
            let about = &view.about;
            let (logit, bias) = (about.logit.expect("a logit"), about.bias.expect("a bias"));
            assert!((about.mean + bias - logit).abs() <= TOLERANCE * scale, "{about:?}");
            let check = about.check.as_ref().expect("a cell is asked for");
            assert_eq!(check.place, [row, column]);
            let of_cell = values(&view)[row * 2 + column] / 4.0;
            assert!((check.expected_loss - of_cell).abs() <= 1e-6, "{check:?} {of_cell}");
            assert!((check.measured_loss - check.expected_loss).abs() <= TOLERANCE * scale, "{check:?}");
        }
    }
}

#[tokio::test]
async fn a_grad_cam_of_the_last_map_is_the_positive_part_of_the_cam() {
    let asked = Asked::new(5).await;
    for class in [0, 7] {
        let cam =
            values::<ClassMapAbout>(&asked.json(&format!("class-map?model=resnet&class={class}")).await);
        let rest = format!("class-map?model=resnet&class={class}&method=grad-cam");
        let view: ViewBody<ClassMapAbout> = asked.json(&rest).await;
        assert_eq!((view.about.class, view.about.bias, view.about.check.clone()), (Some(class), None, None));
        let scale = tests::difference::largest(cam.iter().copied()) / 4.0;
        for (one, other) in values(&view).iter().zip(&cam) {
            assert!((one - other.max(0.0) / 4.0).abs() <= TOLERANCE * scale, "{one} {other}");
        }
    }
    let about: ClassMapAbout = asked.about("class-map?model=resnet&method=eigen-cam").await;
    assert_eq!((about.class, about.label, about.logit), (None, None, None), "it knows no class");
    assert!(about.mean > 0.0 && about.node.as_str() == "layer4.0");
}

#[tokio::test]
async fn an_effective_field_lies_in_the_theoretical_one() {
    let asked = Asked::new(6).await;
    for (rest, size_px) in [
        ("receptive-field/conv1?model=resnet&row=0&column=31", Some(7)),
        ("receptive-field/maxpool?model=resnet&row=7&column=7", Some(11)),
        ("receptive-field/layer1.0?model=resnet&row=8&column=3", Some(27)),
        ("receptive-field/patch_embedding?model=vit&row=2&column=1", Some(16)),
        ("receptive-field/encoder.0.attention_norm?model=vit&row=3&column=3", Some(16)),
        ("receptive-field/encoder.0?model=vit&row=3&column=0", None),
    ] {
        let view: ViewBody<ReceptiveFieldAbout> = asked.json(&format!("{rest}&kind=effective")).await;
        let about = &view.about;
        assert_eq!((about.size_px, about.whole.is_some()), (size_px, size_px.is_some()), "{rest}");
        let theoretical: ReceptiveFieldAbout = asked.about(rest).await;
        assert_eq!((about.inside, about.centre_px), (theoretical.inside, theoretical.centre_px), "{rest}");
        let field = values(&view);
        let sum: f64 = field.iter().copied().map(f64::from).sum();
        assert!((sum - 1.0).abs() < 1e-5, "{rest}: {sum}");
        for (index, share) in field.iter().enumerate() {
            let [x, y] = [index % 64, index / 64].map(|position| position as f64 + 0.5);
            let inside = (about.inside.left_px..about.inside.right_px).contains(&x)
                && (about.inside.top_px..about.inside.bottom_px).contains(&y);
            // All shares together are 1; what rounding leaves outside is nothing.
            assert!(inside || *share < 1e-8, "{rest}: {share} at {x}, {y}, outside of {:?}", about.inside);
        }
        let effective = about.effective.as_ref().expect("it was measured");
        assert!(0.0 < effective.radius_68_px && effective.radius_68_px < effective.radius_95_px, "{rest}");
        assert_eq!(effective.num_pictures, 1);
        if let Some(size_px) = size_px {
            assert!(effective.radius_95_px <= size_px as f64 / 2.0_f64.sqrt(), "{rest}: {effective:?}");
        }
    }
}

#[tokio::test]
async fn the_centre_of_a_patch_is_the_middle_of_its_pixels() {
    let asked = Asked::new(7).await;
    for node in ["patch_embedding", "encoder.2"] {
        let about: ReceptiveFieldAbout =
            asked.about(&format!("receptive-field/{node}?model=vit&row=3&column=1")).await;
        assert_eq!(about.centre_px, [24.0, 56.0], "{node}: x and y");
    }
    let about: ReceptiveFieldAbout =
        asked.about("receptive-field/layer3.0?model=resnet&row=3&column=1").await;
    assert_eq!(about.centre_px, [16.5, 48.5], "the jump is 16 and the first unit's centre the first pixel's");
}

#[tokio::test]
async fn an_average_over_the_samples_is_another_than_one_of_a_picture() {
    let asked = Asked::new(8).await;
    let rest = "receptive-field/layer2.0?model=resnet&row=4&column=4&kind=effective";
    let average: ViewBody<ReceptiveFieldAbout> = asked.json(&format!("{rest}&average=samples")).await;
    assert_eq!(average.about.effective.as_ref().map(|field| field.num_pictures), Some(6));
    let samples: Vec<Sample> = asked.explorer.get(route::SAMPLES).await.json();
    let mut mean = vec![0.0; 64 * 64];
    for sample in &samples {
        let path = format!("{}/{}/{rest}", route::IMAGES, sample.image.image_id);
        let one: ViewBody<ReceptiveFieldAbout> = asked.explorer.get(&path).await.json();
        assert_ne!(one.arrays, average.arrays, "{}", sample.name);
        mean.iter_mut().zip(values(&one)).for_each(|(sum, share)| *sum += share / 6.0);
    }
    let worst = mean.iter().zip(values(&average)).map(|(one, other)| one - other);
    assert!(tests::difference::largest(worst) < 1e-6);
}

#[tokio::test]
async fn what_is_not_there_is_refused() {
    let asked = Asked::new(9).await;
    for (rest, code) in [
        ("feature-maps/layer9?model=resnet", ErrorCode::NodeUnknown),
        ("feature-maps/avgpool?model=resnet", ErrorCode::ViewUnavailable),
        ("feature-maps/encoder.0.query?model=vit", ErrorCode::ViewUnavailable),
        ("feature-maps/encoder.0.attention_weights?model=vit", ErrorCode::ViewUnavailable),
        ("feature-maps/conv1", ErrorCode::RequestInvalid),
        ("feature-maps/conv1?model=resnet&sort=best", ErrorCode::RequestInvalid),
        ("feature-maps/conv1?model=resnet&sort=contribution", ErrorCode::RequestInvalid),
        ("feature-maps/conv1?model=resnet&class=10", ErrorCode::RequestInvalid),
        ("feature-maps/conv1?model=resnet&class=cat", ErrorCode::RequestInvalid),
        ("feature-maps/conv1?model=resnet&from=64", ErrorCode::RequestInvalid),
        ("feature-maps/conv1?model=resnet&count=0", ErrorCode::RequestInvalid),
        ("feature-maps/conv1?model=resnet&count=257", ErrorCode::RequestInvalid),
        ("feature-maps/conv1?model=resnet&format=png", ErrorCode::RequestInvalid),
        ("class-map?model=vit&class=1", ErrorCode::ViewUnavailable),
        ("class-map?model=vit&class=1&method=grad-cam&node=encoder.0", ErrorCode::ViewUnavailable),
        ("class-map?model=resnet", ErrorCode::RequestInvalid),
        ("class-map?model=resnet&class=10", ErrorCode::RequestInvalid),
        ("class-map?model=resnet&class=10&method=grad-cam", ErrorCode::RequestInvalid),
        ("class-map?model=resnet&class=1&method=score-cam", ErrorCode::RequestInvalid),
        ("class-map?model=resnet&class=1&node=layer3.0", ErrorCode::ViewUnavailable),
        ("class-map?model=resnet&class=1&node=layer9", ErrorCode::NodeUnknown),
        ("class-map?model=resnet&class=1&method=eigen-cam&node=avgpool", ErrorCode::ViewUnavailable),
        ("class-map?model=resnet&class=1&cell=2,0", ErrorCode::RequestInvalid),
        ("class-map?model=resnet&class=1&cell=0,2", ErrorCode::RequestInvalid),
        ("class-map?model=resnet&class=1&cell=0", ErrorCode::RequestInvalid),
        ("class-map?model=resnet&class=1&cell=0,0&method=grad-cam", ErrorCode::RequestInvalid),
        ("receptive-field/layer9?model=resnet&row=0&column=0", ErrorCode::NodeUnknown),
        ("receptive-field/logits?model=resnet&row=0&column=0", ErrorCode::ViewUnavailable),
        ("receptive-field/logits?model=resnet&row=0&column=0&kind=effective", ErrorCode::ViewUnavailable),
        ("receptive-field/conv1?model=resnet&row=32&column=0", ErrorCode::RequestInvalid),
        ("receptive-field/conv1?model=resnet&row=0&column=32&kind=effective", ErrorCode::RequestInvalid),
        ("receptive-field/encoder.0?model=vit&row=4&column=0", ErrorCode::RequestInvalid),
        ("receptive-field/conv1?model=resnet&row=0", ErrorCode::RequestInvalid),
        ("receptive-field/conv1?model=resnet&row=-1&column=0", ErrorCode::RequestInvalid),
        ("receptive-field/conv1?model=resnet&row=0&column=0&kind=real", ErrorCode::RequestInvalid),
        ("receptive-field/conv1?model=resnet&row=0&column=0&average=samples", ErrorCode::RequestInvalid),
        (
            "receptive-field/conv1?model=resnet&row=0&column=0&kind=effective&average=all",
            ErrorCode::RequestInvalid,
        ),
    ] {
        assert_eq!(asked.refused(rest).await, code, "{rest}");
    }
    let relevance = asked.explorer.get(&asked.path("class-map?model=vit&class=1")).await.error();
    assert!(relevance.message.contains("relevance"), "{relevance}");
}
