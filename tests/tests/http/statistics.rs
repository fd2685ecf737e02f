//! `/api/v1/images/{id}/statistics`: every node in order, with what its own tensor says and a time.

use std::time::Instant;

use shared::views::{LayerStatistics, ViewBody};
use shared::{ErrorCode, Graph, ModelSlot, route};
use tests::explorer::{Settings, TestExplorer, picture};

#[tokio::test]
async fn statistics_are_those_of_the_tensors() {
    let explorer = TestExplorer::start(&Settings::default());
    let image = explorer.upload(picture(60, 60, 1)).await.image_id;
    for slot in ModelSlot::ALL {
        let graph: Graph = explorer.get(&route::graph(slot)).await.json();
        let start = Instant::now();
        let path = format!("/api/v1/images/{image}/statistics?model={slot}&passes=3");
        let statistics: ViewBody<LayerStatistics> = explorer.get(&path).await.json();
        let took_ms = start.elapsed().as_secs_f64() * 1e3;
        let about = statistics.about;
        assert!(statistics.arrays.is_empty());
        assert_eq!((about.num_passes, about.device.as_str(), about.model.slot), (3, "CPU", slot));
        assert!(about.nodes.iter().map(|node| &node.node).eq(graph.nodes.iter().map(|node| &node.id)));
        let times: f64 = about.nodes.iter().map(|node| node.time_ms).sum();
        assert!(times > 0.0 && times <= took_ms, "{times} of {took_ms} ms");
        for node in about.nodes {
            assert!(node.time_ms >= 0.0);
            let tensor = explorer.get(&route::tensor(&image, slot, &node.node, None)).await.array();
            let values: Vec<f64> = tensor
                .flatten_all()
                .and_then(|tensor| tensor.to_vec1::<f32>())
                .expect("f32")
                .into_iter()
                .map(f64::from)
                .collect();
            let count = values.len() as f64;
            let mean = values.iter().sum::<f64>() / count;
            let deviation = (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count).sqrt();
            let ends = values.iter().fold([f64::INFINITY, f64::NEG_INFINITY], |[min, max], value| {
                [min.min(*value), max.max(*value)]
            });
            let zeros = values.iter().filter(|value| **value == 0.0).count() as f64 / count;
            let expected = [mean, deviation, ends[0], ends[1], zeros];
            let ours = [node.mean, node.deviation, node.min, node.max, node.zeros].map(f64::from);
            let scale = ends[0].abs().max(ends[1].abs()).max(1e-3);
            assert!(
                ours.iter().zip(expected).all(|(one, other)| (one - other).abs() <= 1e-5 * scale.max(1.0)),
                "{}: {ours:?} {expected:?}",
                node.node
            );
        }
    }
}

#[tokio::test]
async fn bad_questions_are_refused() {
    let explorer = TestExplorer::start(&Settings::default());
    let image = explorer.upload(picture(60, 60, 1)).await.image_id;
    for (query, code) in [
        ("", ErrorCode::RequestInvalid),
        ("?model=cnn", ErrorCode::ModelUnknown),
        ("?model=vit&passes=0", ErrorCode::RequestInvalid),
        ("?model=vit&passes=21", ErrorCode::RequestInvalid),
        ("?model=vit&passes=few", ErrorCode::RequestInvalid),
        ("?model=vit&format=npy", ErrorCode::RequestInvalid),
    ] {
        let answer = explorer.get(&format!("/api/v1/images/{image}/statistics{query}")).await;
        assert_eq!(answer.error().code, code, "{query}");
    }
    let packed =
        explorer.get(&format!("/api/v1/images/{image}/statistics?model=vit&format=packed&passes=1")).await;
    assert!(packed.status.is_success() && packed.body.starts_with(b"BXP1"));
}
