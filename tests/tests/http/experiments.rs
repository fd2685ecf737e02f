//! `/api/v1/images/{id}/experiments/...`: what comes in which order and what it says; the same as JSON, CSV and `.npy`; bad questions. How
//! they run beside other visitors is in `running`.

mod running;

use std::collections::BTreeSet;

use axum::http::StatusCode;
use serde::de::DeserializeOwned;
use shared::views::{ExperimentDone, ExperimentPoint, ExperimentStart, ModelOutcome};
use shared::{ErrorCode, ModelSlot};
use tests::explorer::{Answer, Settings, TestExplorer, picture};

/// Of answers to one and the same input.
const UNCHANGED: f32 = 1e-6;
/// Of logits of about 1 that are the same sums in another order.
const REORDERED: f32 = 1e-5;
/// What an experiment that does something changes.
const CHANGED: f32 = 1e-3;

fn path(image_id: &str, question: &str) -> String {
    format!("/api/v1/images/{image_id}/experiments/{question}")
}

/// The events of a stream, by name.
fn events(text: &str) -> Vec<(&str, &str)> {
    text.split("\n\n").filter(|block| block.contains("event: ")).map(event).collect()
}

fn event(block: &str) -> (&str, &str) {
    let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name));
    (field("event: ").expect("a name"), field("data: ").expect("data"))
}

fn read<T: DeserializeOwned>(data: &str) -> T {
    serde_json::from_str(data).expect("the JSON that was announced")
}

/// A whole experiment: `start`, its points in order, `done`.
async fn experiment(
    explorer: &TestExplorer,
    image_id: &str,
    question: &str,
) -> (ExperimentStart, Vec<ExperimentPoint>) {
    let answer = explorer.get(&path(image_id, question)).await;
    assert_eq!(answer.status, StatusCode::OK, "{question}: {:?}", answer.body);
    let text = std::str::from_utf8(&answer.body).expect("UTF-8");
    let events = events(text);
    let [("start", start), points @ .., ("done", done)] = &events[..] else {
        panic!("{question}: start, points, done, not {text}")
    };
    assert!(read::<ExperimentDone>(done).seconds > 0.0);
    let start: ExperimentStart = read(start);
    assert!(points.iter().all(|(name, _data)| *name == "point"), "{question}");
    let points: Vec<ExperimentPoint> = points.iter().map(|(_name, data)| read(data)).collect();
    assert!(points.iter().map(|point| point.index).eq(0..start.num_points), "{question}: in their order");
    (start, points)
}

fn of(point: &ExperimentPoint, slot: ModelSlot) -> &ModelOutcome {
    point.outcomes.iter().find(|outcome| outcome.slot == slot).expect("an outcome of the model")
}

fn change(point: &ExperimentPoint, slot: ModelSlot) -> f32 {
    of(point, slot).largest_logit_change
}

#[tokio::test]
async fn a_crop_slides_around_the_ordinary_one() {
    let explorer = TestExplorer::start(&Settings::default());
    let image = explorer.upload(picture(60, 60, 1)).await.image_id;
    // Resized to 72, cropped to 64: four pixels to either side. The ViT's picture is squashed to its input: it has no room.
    let (start, points) = experiment(&explorer, &image, "translation").await;
    assert_eq!(start.models.iter().map(|model| model.slot).collect::<Vec<_>>(), [ModelSlot::Resnet]);
    let shifts: Vec<&[f64]> = points.iter().map(|point| &point.setting[..]).collect();
    assert!(
        shifts.iter().map(|shift| shift[0] as i32).eq(-4..=4) && shifts.iter().all(|shift| shift[1] == 0.0)
    );
    let class = &start.classes[0];
    let predicted = explorer.predict(&image, ModelSlot::Resnet).await.classes[0].clone();
    assert_eq!((class.class, &class.label), (predicted.index, &predicted.label));
    assert!((class.logit - predicted.logit).abs() <= UNCHANGED);
    for point in &points {
        let outcome = of(point, ModelSlot::Resnet);
        let is_unmoved = point.setting == [0.0, 0.0];
        assert_eq!(outcome.largest_logit_change <= UNCHANGED, is_unmoved, "{}", point.name);
        assert!((outcome.logit - class.logit).abs() <= outcome.largest_logit_change + UNCHANGED);
    }
    let (_start, points) = experiment(&explorer, &image, "translation?axis=y&range=5&step=2").await;
    assert_eq!(points.iter().map(|point| point.setting[1]).collect::<Vec<_>>(), [-2.0, 0.0, 2.0]);
    let (_start, points) = experiment(&explorer, &image, "translation?grid=true&model=resnet").await;
    let settings: Vec<(f64, f64)> = points.iter().map(|point| (point.setting[0], point.setting[1])).collect();
    assert_eq!(settings.len(), 9);
    assert_eq!((settings[0], settings[1], settings[4]), ((-4.0, -4.0), (0.0, -4.0), (0.0, 0.0)));
    let wide = explorer.upload(picture(300, 60, 1)).await.image_id;
    assert_eq!(experiment(&explorer, &wide, "translation").await.1.len(), 33, "32 px, where more would fit");
}

/// Of a picture that needs no resizing, a shifted crop is the ordinary crop of a shifted picture.
#[tokio::test]
async fn a_shifted_crop_is_that_of_a_shifted_picture() {
    let explorer = TestExplorer::start(&Settings::default());
    let whole = image::load_from_memory(&picture(80, 80, 1)).expect("a PNG");
    let part = |left: u32, top: u32| {
        let mut file = std::io::Cursor::new(Vec::new());
        let part = whole.crop_imm(left, top, 72, 72);
        part.write_to(&mut file, image::ImageFormat::Png).expect("a small PNG");
        file.into_inner()
    };
    let image = explorer.upload(part(2, 4)).await.image_id;
    for (axis, moved, index) in [("x", part(5, 4), 7), ("y", part(2, 1), 1)] {
        let (start, points) = experiment(&explorer, &image, &format!("translation?axis={axis}")).await;
        let moved = explorer.upload(moved).await.image_id;
        let expected = explorer.predict(&moved, ModelSlot::Resnet).await.classes;
        let expected =
            expected.iter().find(|class| class.index == start.classes[0].class).expect("every class");
        let ours = of(&points[index], ModelSlot::Resnet);
        assert!((ours.logit - expected.logit).abs() <= UNCHANGED, "{axis}: {ours:?} {expected:?}");
        assert!((ours.probability - expected.probability).abs() <= UNCHANGED, "{axis}");
    }
}

#[tokio::test]
async fn whole_patches_may_change_places_where_nothing_says_where_they_were() {
    let explorer = TestExplorer::start(&Settings::default());
    let image = explorer.upload(picture(60, 60, 1)).await.image_id;
    let (start, points) = experiment(&explorer, &image, "shuffle").await;
    assert_eq!(start.models.len(), 2);
    // 7 and 14 do not divide 64.
    assert_eq!(points.iter().map(|point| point.setting[0]).collect::<Vec<_>>(), [1.0, 2.0, 4.0]);
    for slot in ModelSlot::ALL {
        assert!(change(&points[0], slot) <= UNCHANGED, "{slot}");
        assert!(change(&points[2], slot) > CHANGED, "{slot}");
    }
    let (_start, points) = experiment(&explorer, &image, "shuffle?positions=off&grid=2,4,8&seed=3").await;
    let changes: Vec<f32> = points.iter().map(|point| change(point, ModelSlot::Vit)).collect();
    assert!(changes[0] <= UNCHANGED && changes[1] <= REORDERED && changes[2] <= REORDERED, "{changes:?}");
    assert!(changes[3] > CHANGED, "8 x 8 cells cut through the patches: {changes:?}");
    assert!(points[2].name.contains("whole") && points[3].name.contains("cut"), "{}", points[3].name);
    assert!(change(&points[1], ModelSlot::Resnet) > CHANGED);
    let (_start, other) = experiment(&explorer, &image, "shuffle?positions=off&grid=2,4,8&seed=4").await;
    assert_ne!(of(&points[3], ModelSlot::Vit).logit, of(&other[3], ModelSlot::Vit).logit, "another seed");
}

#[tokio::test]
async fn what_is_covered_is_felt_where_it_can_be() {
    let explorer = TestExplorer::start(&Settings::default());
    let image = explorer.upload(picture(60, 60, 1)).await.image_id;
    let (_start, points) = experiment(&explorer, &image, "cover?box=10,20,0,0").await;
    for outcome in &points[0].outcomes {
        assert!(outcome.largest_logit_change <= UNCHANGED);
        assert!(outcome.changes.iter().all(|change| change.change.iter().all(|change| *change == 0.0)));
    }
    let (_start, points) = experiment(&explorer, &image, "cover?box=0,0,16,16").await;
    assert_eq!((points.len(), points[0].setting[0]), (1, 1.0 / 16.0));
    let nodes =
        |slot| of(&points[0], slot).changes.iter().map(|change| change.node.as_str()).collect::<Vec<_>>();
    assert_eq!(nodes(ModelSlot::Resnet), ["layer1.0", "layer2.0", "layer3.0", "layer4.0"]);
    assert_eq!(nodes(ModelSlot::Vit), ["encoder.0", "encoder.1", "encoder.2"]);
    let first = &of(&points[0], ModelSlot::Resnet).changes[0];
    assert_eq!((first.map_size, first.change.len()), ([16, 16], 256));
    assert!(first.change[0] > CHANGED && first.change[255] == 0.0, "the far corner has not seen it");
    let elsewhere: Vec<f32> =
        (0..256).filter(|place| place / 16 > 3 || place % 16 > 3).map(|place| first.change[place]).collect();
    let mean = elsewhere.iter().sum::<f32>() / elsewhere.len() as f32;
    assert!((mean - first.mean_elsewhere).abs() <= 1e-5, "{mean} {}", first.mean_elsewhere);
    let tokens = &of(&points[0], ModelSlot::Vit).changes[0];
    assert_eq!((tokens.map_size, tokens.change.len()), ([4, 4], 16));
    assert!(tokens.change.iter().all(|change| *change > 0.0), "attention reaches everywhere in one block");
    let mean = tokens.change[1..].iter().sum::<f32>() / 15.0;
    assert!((mean - tokens.mean_elsewhere).abs() <= 1e-5, "{mean} {}", tokens.mean_elsewhere);
}

#[tokio::test]
async fn patches_are_covered_in_their_order() {
    let explorer = TestExplorer::start(&Settings::default());
    let image = explorer.upload(picture(60, 60, 1)).await.image_id;
    let mut halves = BTreeSet::new();
    let mut ends = BTreeSet::new();
    for region in ["random", "random&seed=9", "most", "least"] {
        let question = format!("cover?region={region}&counts=0,50,100");
        let (_start, points) = experiment(&explorer, &image, &question).await;
        assert_eq!(points.iter().map(|point| point.setting[0]).collect::<Vec<_>>(), [0.0, 0.5, 1.0]);
        for slot in ModelSlot::ALL {
            assert!(change(&points[0], slot) <= UNCHANGED, "{region} {slot}");
        }
        assert!(
            points.iter().all(|point| point.outcomes[0].changes.is_empty()),
            "of several points only if asked"
        );
        halves.insert(of(&points[1], ModelSlot::Vit).logit.to_bits());
        ends.insert(of(&points[2], ModelSlot::Vit).logit.to_bits());
    }
    assert_eq!((halves.len(), ends.len()), (4, 1), "four orders, and all is all");
    let (_start, points) = experiment(&explorer, &image, "cover?region=most&count=1&model=vit").await;
    let changes = &of(&points[0], ModelSlot::Vit).changes[0].change;
    let weights = (0..3)
        .map(|block| format!("/api/v1/images/{image}/tensors/encoder.{block}.attention_weights?model=vit"));
    let mut attended = [0.0; 16];
    for path in weights {
        let weights = explorer.get(&path).await.array();
        let weights = weights.to_vec3::<f32>().expect("[heads, tokens, tokens]");
        for head in weights {
            attended.iter_mut().zip(&head[0][1..]).for_each(|(sum, weight)| *sum += weight);
        }
    }
    let largest =
        |values: &[f32]| (0..values.len()).max_by(|one, other| values[*one].total_cmp(&values[*other]));
    assert_eq!(largest(changes), largest(&attended), "the patch that is attended to most was covered");
    let (_start, points) = experiment(&explorer, &image, "cover?region=random&model=resnet").await;
    assert_eq!(points[0].setting, [0.25], "a quarter of the patches, the ViT's, also for the ResNet alone");
}

#[tokio::test]
async fn each_block_is_skipped_in_its_own_model() {
    let explorer = TestExplorer::start(&Settings::default());
    let image = explorer.upload(picture(60, 60, 1)).await.image_id;
    for part in ["shortcut", "residual"] {
        let (start, points) = experiment(&explorer, &image, &format!("skip?part={part}")).await;
        assert_eq!((start.models.len(), points.len()), (2, 4 + 3));
        let blocks: Vec<&str> =
            points.iter().map(|point| point.name.split(' ').next().expect("a block")).collect();
        let expected =
            ["layer1.0", "layer2.0", "layer3.0", "layer4.0", "encoder.0", "encoder.1", "encoder.2"];
        assert_eq!(blocks, expected);
        for (point, slot) in points.iter().zip([ModelSlot::Resnet; 4].into_iter().chain([ModelSlot::Vit; 3]))
        {
            assert_eq!(point.outcomes.len(), 1);
            assert!(change(point, slot) > CHANGED && point.name.contains(part), "{}", point.name);
        }
    }
    let (start, points) =
        experiment(&explorer, &image, "skip?block=layer2.0&part=residual&changes=true").await;
    assert_eq!((start.models.len(), points.len(), points[0].setting[0]), (1, 1, 1.0));
    let means: Vec<f32> =
        of(&points[0], ModelSlot::Resnet).changes.iter().map(|change| change.mean_elsewhere).collect();
    assert!(means[0] == 0.0 && means[1..].iter().all(|mean| *mean > CHANGED), "{means:?}");
}

#[tokio::test]
async fn tables_say_what_the_events_say() {
    let explorer = TestExplorer::start(&Settings::default());
    let image = explorer.upload(picture(60, 60, 1)).await.image_id;
    for (question, settings) in [("shuffle?seed=2", 1), ("skip?part=residual", 1), ("translation?axis=y", 2)]
    {
        let (start, points) = experiment(&explorer, &image, question).await;
        let with = |format: &str| path(&image, &format!("{question}&format={format}"));
        let json: Vec<ExperimentPoint> = explorer.get(&with("json")).await.json();
        assert_eq!(json, points, "{question}");
        let npy = explorer.get(&with("npy")).await;
        assert!(npy.header("content-disposition").is_some_and(|name| name.contains(".npy")));
        let columns = settings + 3 * start.models.len();
        let array = npy.array();
        assert_eq!(array.dims(), [points.len(), columns], "{question}");
        let csv = explorer.get(&with("csv")).await;
        assert_eq!(csv.header("content-type"), Some("text/csv; charset=utf-8"));
        let text = String::from_utf8(csv.body.to_vec()).expect("UTF-8");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), points.len() + 1);
        assert!(lines[0].starts_with("index,name,"), "{}", lines[0]);
        let rows = array.to_vec2::<f32>().expect("f32");
        for ((point, row), line) in points.iter().zip(rows).zip(&lines[1..]) {
            assert!(row[..settings].iter().zip(&point.setting).all(|(one, other)| f64::from(*one) == *other));
            let (_before, fields) = line.split_once(&format!("\"{}\",", point.name)).expect("the name");
            let fields: Vec<&str> = fields.split(',').collect();
            assert_eq!(fields.len(), settings + 6 * start.models.len(), "{line}");
            for (index, model) in start.models.iter().enumerate() {
                let values = &row[settings + 3 * index..][..3];
                let fields = &fields[settings + 6 * index..][..6];
                match point.outcomes.iter().find(|outcome| outcome.slot == model.slot) {
                    None => assert!(values.iter().all(|value| value.is_nan()) && fields.concat().is_empty()),
                    Some(outcome) => {
                        let expected = [outcome.probability, outcome.logit, outcome.largest_logit_change];
                        assert_eq!(values, expected, "{question}");
                        assert!(fields.iter().zip(expected).all(|(field, value)| field.parse() == Ok(value)));
                        assert_eq!(fields[4], format!("\"{}\"", outcome.top.label));
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn bad_questions_are_refused_before_anything_runs() {
    let explorer = TestExplorer::start(&Settings::default());
    let image = explorer.upload(picture(60, 60, 1)).await.image_id;
    let invalid = [
        "translation?axis=z",
        "translation?range=9",
        "translation?range=0",
        "translation?step=0",
        "translation?step=-1",
        "translation?grid=maybe",
        "translation?axis=x&grid=true",
        "translation?seed=1",
        "translation?format=png",
        "shuffle?grid=7",
        "shuffle?grid=0",
        "shuffle?grid=",
        "shuffle?grid=2,x",
        "shuffle?seed=-1",
        "shuffle?positions=no",
        "shuffle?box=0,0,1,1",
        "cover",
        "cover?box=1,2,3",
        "cover?box=1,2,3,-4",
        "cover?box=60,0,5,5",
        "cover?box=0,64,1,1",
        "cover?region=middle",
        "cover?region=most&count=17",
        "cover?region=most&count=x",
        "cover?region=most&counts=101",
        "cover?region=most&counts=NaN",
        "cover?region=most&count=1&counts=1",
        "cover?region=most&box=0,0,1,1",
        "cover?box=0,0,1,1&count=3",
        "cover?box=0,0,1,1&seed=3",
        "cover?box=0,0,1,1&changes=2",
        "skip?part=all",
        "skip?block=layer9.9",
        "skip?block=encoder.0&model=resnet",
        "skip?block=encoder.0.mlp",
        "skip?changes=maybe",
        "skip?axis=x",
        "skip?colour=red",
        "cover?box=18446744073709551615,0,1,1",
    ];
    for question in invalid {
        let answer = explorer.get(&path(&image, question)).await;
        assert_eq!(
            (answer.status, answer.error().code),
            (StatusCode::BAD_REQUEST, ErrorCode::RequestInvalid),
            "{question}"
        );
    }
    let others = [
        ("shuffle?model=cnn", ErrorCode::ModelUnknown),
        ("translation?model=vit", ErrorCode::ViewUnavailable),
        ("sleep", ErrorCode::RouteUnknown),
    ];
    for (question, code) in others {
        assert_eq!(explorer.get(&path(&image, question)).await.error().code, code, "{question}");
    }
    assert_eq!(explorer.get(&path(&"0".repeat(64), "shuffle")).await.error().code, ErrorCode::ImageUnknown);
    let loading = TestExplorer::without_models(&Settings::default());
    assert_eq!(loading.get(&path(&image, "shuffle")).await.error().code, ErrorCode::NotReady);
    let held: Vec<_> = (0..4).map(|_| explorer.explorer.begin_experiment().is_ok()).collect();
    assert_eq!(held, [true; 4], "no refused question keeps a place");
}

/// An answer of an experiment that could not begin.
fn code(answer: &Answer) -> (StatusCode, ErrorCode) {
    (answer.status, answer.error().code)
}
