//! `/api/v1/images/{id}/logit-lens`: after the last block it says what the model says, and where the head does not fit it says so.

use shared::views::{LogitLensAbout, ViewBody};
use shared::{ErrorCode, ModelSlot};
use tests::explorer::{Settings, TestExplorer, picture};

#[tokio::test]
async fn the_last_entry_is_the_models_own_answer() {
    let explorer = TestExplorer::start(&Settings::default());
    let image = explorer.upload(picture(60, 60, 1)).await.image_id;
    for (slot, nodes, gaps) in [
        (ModelSlot::Resnet, vec!["layer4.0"], vec![("layer1.0", 64), ("layer2.0", 128), ("layer3.0", 256)]),
        (ModelSlot::Vit, vec!["encoder.0", "encoder.1", "encoder.2"], vec![]),
    ] {
        let path = format!("/api/v1/images/{image}/logit-lens?model={slot}");
        let lens: ViewBody<LogitLensAbout> = explorer.get(&format!("{path}&top_k=10")).await.json();
        assert_eq!(lens.about.entries.iter().map(|entry| entry.node.as_str()).collect::<Vec<_>>(), nodes);
        let named: Vec<_> = lens.about.gaps.iter().map(|gap| (gap.node.as_str(), gap.features)).collect();
        assert_eq!(named, gaps);
        assert!(lens.about.gaps.iter().all(|gap| gap.head_features == 512));
        let last = lens.about.entries.last().expect("an entry");
        let predicted = explorer.predict(&image, slot).await.classes;
        for (ours, class) in last.classes.iter().zip(&predicted) {
            assert_eq!((ours.index, &ours.label), (class.index, &class.label));
            assert!(
                (ours.logit - class.logit).abs() <= 1e-5
                    && (ours.probability - class.probability).abs() <= 1e-5
            );
        }
        let array = &lens.arrays[0];
        assert_eq!((array.name.as_str(), &array.shape), ("logits", &vec![nodes.len(), 10]));
        let npy = explorer.get(&format!("{path}&format=npy")).await.array();
        let rows = npy.to_vec2::<f32>().expect("[entries, classes]");
        assert_eq!(rows.concat().into_iter().map(Some).collect::<Vec<_>>(), array.values);
        for (row, entry) in rows.iter().zip(&lens.about.entries) {
            assert!(entry.classes.iter().all(|class| class.logit == row[class.index]));
        }
        let short: ViewBody<LogitLensAbout> = explorer.get(&path).await.json();
        assert!(short.about.entries.iter().all(|entry| entry.classes.len() == 5));
    }
}

#[tokio::test]
async fn bad_questions_are_refused() {
    let explorer = TestExplorer::start(&Settings::default());
    let image = explorer.upload(picture(60, 60, 1)).await.image_id;
    for (query, code) in [
        ("", ErrorCode::RequestInvalid),
        ("?model=cnn", ErrorCode::ModelUnknown),
        ("?model=vit&top_k=0", ErrorCode::RequestInvalid),
        ("?model=vit&top_k=x", ErrorCode::RequestInvalid),
        ("?model=vit&node=encoder.0", ErrorCode::RequestInvalid),
    ] {
        let answer = explorer.get(&format!("/api/v1/images/{image}/logit-lens{query}")).await;
        assert_eq!(answer.error().code, code, "{query}");
    }
}
