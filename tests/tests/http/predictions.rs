//! `GET /images/{image_id}/predictions`.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use shared::{ErrorCode, ModelSlot, Predictions, Sample, route};
use tests::explorer::{Settings, TestExplorer, picture};

#[tokio::test]
async fn classes_are_ranked_named_and_counted() {
    let explorer = TestExplorer::start(&Settings::default());
    let image = explorer.upload(picture(120, 80, 1)).await;
    for slot in ModelSlot::ALL {
        let all = explorer.predict(&image.image_id, slot).await;
        assert_eq!((all.model.slot, all.model.checkpoint_id), (slot, format!("{slot}-checkpoint")));
        assert_eq!((all.classes.len(), all.model.num_classes), (10, 10));
        assert!(all.classes.windows(2).all(|pair| pair[0].logit >= pair[1].logit));
        let sum: f32 = all.classes.iter().map(|class| class.probability).sum();
        assert!((sum - 1.0).abs() < 1e-5, "{sum}");
        for class in &all.classes {
            let expected =
                if class.index == 9 { "class 9".to_owned() } else { format!("thing {}", class.index + 1) };
            assert_eq!(class.label, expected);
        }
        let path =
            |top_k: &str| format!("{}/{}/predictions?model={slot}{top_k}", route::IMAGES, image.image_id);
        for (query, count) in
            [("", 5), ("&top_k=1", 1), ("&top_k=3", 3), ("&top_k=5000", 10), ("&top_k=all", 10)]
        {
            let some: Predictions = explorer.get(&path(query)).await.json();
            assert_eq!(some.classes, all.classes[..count], "{query}");
        }
    }
}

#[tokio::test]
async fn logits_are_the_nodes_own() {
    let explorer = TestExplorer::start(&Settings::default());
    let image = explorer.upload(picture(120, 80, 2)).await;
    for slot in ModelSlot::ALL {
        let tensor =
            explorer.get(&route::tensor(&image.image_id, slot, &"logits".into(), None)).await.array();
        let logits: Vec<f32> = tensor.to_vec1().expect("a vector");
        let predictions = explorer.predict(&image.image_id, slot).await;
        for class in predictions.classes {
            assert!((class.logit - logits[class.index]).abs() <= f32::EPSILON * class.logit.abs());
        }
    }
}

#[tokio::test]
async fn samples_need_no_upload() {
    let explorer = TestExplorer::start(&Settings::default());
    let samples: Vec<Sample> = explorer.get(route::SAMPLES).await.json();
    assert_eq!(samples.len(), 6);
    for sample in samples {
        let predictions = explorer.predict(&sample.image.image_id, ModelSlot::Vit).await;
        assert_eq!(predictions.classes.len(), 10, "{}", sample.name);
        assert_eq!(explorer.get(&sample.path).await.status, StatusCode::OK);
        assert_eq!(explorer.get(&sample.thumbnail_path).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_second_question_costs_nothing_and_says_what_the_first_cost() {
    let explorer = TestExplorer::start(&Settings::default());
    let image = explorer.upload(picture(120, 80, 3)).await;
    let first = explorer.predict(&image.image_id, ModelSlot::Vit).await;
    let timings = first.timings;
    assert!(
        timings.decode_ms > 0.0 && timings.preprocess_ms > 0.0 && timings.forward_ms > 0.0,
        "{timings:?}"
    );
    let passes = explorer.metric("backbone_explorer_batch_images_count{model=\"vit\"}").await;
    assert_eq!(explorer.predict(&image.image_id, ModelSlot::Vit).await, first);
    assert_eq!(explorer.metric("backbone_explorer_batch_images_count{model=\"vit\"}").await, passes);
}

#[tokio::test]
async fn a_client_that_has_the_answer_does_not_get_it_again() {
    let explorer = TestExplorer::start(&Settings::default());
    let image = explorer.upload(picture(120, 80, 4)).await;
    let path = route::predictions(&image.image_id, ModelSlot::Resnet, Some(5));
    let answer = explorer.get(&path).await;
    let tag = answer.header("etag").expect("a tag").to_owned();
    let ask = |path: &str| {
        Request::get(path).header("if-none-match", &tag).body(Body::empty()).expect("a valid request")
    };
    let again = explorer.send(ask(&path)).await;
    assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0));
    assert_eq!(again.header("etag"), Some(tag.as_str()));
    let other = explorer.send(ask(&route::predictions(&image.image_id, ModelSlot::Vit, Some(5)))).await;
    assert_eq!(other.status, StatusCode::OK, "another model's answer is another answer");
}

#[tokio::test]
async fn bad_questions_are_refused() {
    let explorer = TestExplorer::start(&Settings::default());
    let image = explorer.upload(picture(20, 20, 5)).await;
    for (query, code) in [
        ("", ErrorCode::RequestInvalid),
        ("?model=alexnet", ErrorCode::ModelUnknown),
        ("?model=", ErrorCode::ModelUnknown),
        ("?model=ResNet", ErrorCode::ModelUnknown),
        ("?model=vit&top_k=0", ErrorCode::RequestInvalid),
        ("?model=vit&top_k=-1", ErrorCode::RequestInvalid),
        ("?model=vit&top_k=many", ErrorCode::RequestInvalid),
        ("?model=vit&top_k=99999999999999999999999", ErrorCode::RequestInvalid),
        ("?model=vit&model=resnet", ErrorCode::RequestInvalid),
        ("?model=vit&topk=5", ErrorCode::RequestInvalid),
        ("?model=%ff", ErrorCode::ModelUnknown),
    ] {
        let answer = explorer.get(&format!("{}/{}/predictions{query}", route::IMAGES, image.image_id)).await;
        assert_eq!(answer.error().code, code, "{query}: {}", answer.error());
        assert!(answer.status.is_client_error(), "{query}");
    }
}
