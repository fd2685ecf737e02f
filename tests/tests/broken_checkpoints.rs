//! Files that must not load: broken, hostile, of something else, or of the other family. Each is refused with a sentence
//! that says what is wrong, without running anything and without taking memory that it merely announces.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use candle_core::{DType, Device, Tensor};
use server::device::Precision;
use server::models::registry::{ModelRequest, load};
use shared::{ModelSlot, Preprocessing};
use tempfile::TempDir;
use tests::checkpoint_files;

fn request(slot: ModelSlot, source: &str) -> ModelRequest {
    let (labels, preprocessing) = (None, None);
    ModelRequest {
        slot,
        source: source.to_owned(),
        labels,
        preprocessing,
        head: None,
        precision: Precision::F32,
        assets: "no/assets".into(),
    }
}

/// What is said of a request that must fail.
fn refusal(request: &ModelRequest) -> String {
    match load(request, &Device::Cpu, "CPU") {
        Ok(model) => panic!("{} loads as {}", request.source, model.info.name),
        Err(error) => error.to_string(),
    }
}

fn assert_refused(path: &Path, expected: &[&str]) {
    let source = path.to_str().expect("a plain name");
    for slot in ModelSlot::ALL {
        let message = refusal(&request(slot, source));
        for expected in expected {
            assert!(message.contains(expected), "{source}: {message}\nlacks {expected:?}");
        }
    }
}

fn written(folder: &TempDir, name: &str, content: &[u8]) -> std::path::PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, content).expect("the folder can be written");
    path
}

#[test]
fn a_hostile_pickle_runs_nothing_and_takes_no_memory() {
    let table: [(&str, &[&str]); 14] = [
        ("call.pth", &["whole object of class posix.system", "Nothing in it was run"]),
        ("call_bare.pth", &["bare pickle", "Nothing in it was run"]),
        ("whole_model.pth", &["torch.nn.modules.linear.Linear", "torch.save(model.state_dict(), path)"]),
        ("legacy.pth", &["before 1.6"]),
        ("expanded.pth", &["fc.weight", "larger than its storage"]),
        ("overlapping.pth", &["together are larger than the file"]),
        ("doubled.pth", &["no state_dict"]),
        ("nested.pth", &["no state_dict"]),
        ("long_string.pth", &["ends too early"]),
        ("many_values.pth", &["data.pkl", "not stored as torch.save stores it"]),
        ("inflated.pth", &["not stored as torch.save stores it"]),
        ("no_pickle.pth", &["has no data.pkl"]),
        ("no_tensors.pth", &["no state_dict"]),
        ("big_endian.pth", &["big-endian"]),
    ];
    for (name, expected) in table {
        assert_refused(&checkpoint_files::folder().join("hostile").join(name), expected);
    }
    // Beside weights the call is passed over as any other object is; that these weights are no model is said.
    let beside = checkpoint_files::folder().join("hostile/call_beside_weights.pth");
    assert_refused(&beside, &["do not make up a"]);
    assert!(!Path::new("pickle-was-run").exists(), "a pickle was run");
}

#[test]
fn what_is_no_checkpoint_is_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n";
    // A header of 2^60 bytes, and one that is no JSON.
    let announced = [&(1_u64 << 60).to_le_bytes()[..], b"{}"].concat();
    let no_json = [&2_u64.to_le_bytes()[..], b"{x"].concat();
    let many_tensors = [&b"GGUF\x03\0\0\0"[..], &u64::MAX.to_le_bytes(), &[0; 8]].concat();
    let table: [(&str, &[u8], &str); 8] = [
        ("empty.pth", b"", "it is empty"),
        ("page.safetensors", b"<!DOCTYPE html><html>", "no checkpoint"),
        ("pointer.safetensors", pointer, "git lfs pull"),
        ("announced.safetensors", &announced, "safetensors header is broken"),
        ("no_json.safetensors", &no_json, "safetensors header is broken"),
        ("version.gguf", b"GGUF\x63\0\0\0\0\0\0\0\0\0\0\0", "GGUF header is broken"),
        ("many_tensors.gguf", &many_tensors, "GGUF header is broken"),
        ("end_of_archive.pth", b"PK\x05\x06\0\0", "zip archive is broken"),
    ];
    for (name, content, expected) in table {
        assert_refused(&written(&folder, name, content), &[name, expected]);
    }
    assert_refused(folder.path(), &["it is a folder"]);
    assert_refused(&folder.path().join("nothing.pth"), &["there is no file"]);
}

#[test]
fn a_file_that_is_cut_short_is_refused() {
    for name in ["vit.pth", "vit_timm.safetensors", "vit_timm.gguf"] {
        let file = checkpoint_files::build(name);
        let content = fs::read(&file.path).expect("it was written");
        for length in [1, 7, 9, 100, content.len() / 2, content.len() - 64] {
            fs::write(&file.path, &content[..length]).expect("the folder can be written");
            refusal(&request(ModelSlot::Vit, &file.source()));
        }
    }
}

/// A ViT's tensors with a few changed, as safetensors.
fn changed(change: impl Fn(&mut HashMap<String, Tensor>)) -> (checkpoint_files::CheckpointFile, String) {
    let file = checkpoint_files::build("vit_timm.safetensors");
    let mut tensors = candle_core::safetensors::load(&file.path, &Device::Cpu).expect("a golden");
    change(&mut tensors);
    candle_core::safetensors::save(&tensors, &file.path).expect("the folder can be written");
    let message = refusal(&request(ModelSlot::Vit, &file.source()));
    (file, message)
}

fn zeros(shape: &[usize]) -> Tensor {
    Tensor::zeros(shape, DType::F32, &Device::Cpu).expect("a small tensor")
}

#[test]
fn everything_that_does_not_fit_is_in_one_message() {
    let (_file, message) = changed(|tensors| {
        tensors.remove("head.bias");
        tensors.remove("blocks.1.attn.qkv.weight");
        tensors.insert("blocks.0.ls1.gamma".to_owned(), zeros(&[64]));
        tensors.insert("fc_norm.weight".to_owned(), zeros(&[64]));
        tensors.insert("blocks.0.mlp.fc2.weight".to_owned(), zeros(&[64, 255]));
        tensors.insert("blocks.0.attn.qkv.bias".to_owned(), zeros(&[190]));
    });
    let expected = [
        "its tensors (timm names) do not make up a ViT-64x2/32",
        "missing (2): blocks.1.attn.qkv.weight, head.bias",
        "unexpected (2): blocks.0.ls1.gamma, fc_norm.weight",
        "mis-shaped (2): blocks.0.attn.qkv.bias [190] instead of [192], \
         blocks.0.mlp.fc2.weight [64, 255] instead of [64, 256]",
    ];
    for expected in expected {
        assert!(message.contains(expected), "{message}\nlacks {expected:?}");
    }
}

#[test]
fn a_model_that_is_no_plain_vit_is_refused_in_words() {
    type Change = fn(&mut HashMap<String, Tensor>);
    let table: [(Change, &str); 6] = [
        (
            |tensors| drop(tensors.insert("pos_embed".to_owned(), zeros(&[1, 9, 64]))),
            "a square grid of patches",
        ),
        (
            |tensors| drop(tensors.insert("pos_embed".to_owned(), zeros(&[1, 65 * 65 + 1, 64]))),
            "at most 2048",
        ),
        (
            |tensors| drop(tensors.insert("patch_embed.proj.weight".to_owned(), zeros(&[64, 4, 32, 32]))),
            "square patches of three channels",
        ),
        (
            |tensors| {
                let heads =
                    tensors.drain().map(|(name, tensor)| (format!("text_model.{name}"), tensor)).collect();
                *tensors = heads;
            },
            "named like no ResNet or plain ViT",
        ),
        (
            |tensors| {
                let integers = zeros(&[10]).to_dtype(DType::U8).expect("a cast");
                tensors.insert("head.bias".to_owned(), integers);
            },
            "tensor head.bias holds U8",
        ),
        (
            |tensors| {
                let block = tensors.remove("blocks.1.norm1.bias").expect("it is there");
                tensors.insert("blocks.9999.norm1.bias".to_owned(), block);
            },
            "unexpected (1): blocks.9999.norm1.bias",
        ),
    ];
    for (change, expected) in table {
        let (_file, message) = changed(change);
        assert!(message.contains(expected), "{message}\nlacks {expected:?}");
    }
}

#[test]
fn the_number_of_heads_must_be_known() {
    let file = checkpoint_files::build("vit.pth");
    fs::remove_file(file.folder().join("config.json")).expect("it was written");
    let message = refusal(&request(ModelSlot::Vit, &file.source()));
    assert!(message.contains("how many attention heads share its 48 features"), "{message}");
    fs::write(file.folder().join("config.json"), r#"{"num_attention_heads": 5}"#)
        .expect("the folder can be written");
    let message = refusal(&request(ModelSlot::Vit, &file.source()));
    assert!(message.contains("5 attention heads"), "{message}");
}

#[test]
fn a_config_that_asks_for_another_model_is_refused() {
    let table = [
        (r#"{"model_type": "vit", "num_attention_heads": 3, "hidden_act": "quick_gelu"}"#, "quick_gelu"),
        ("{", "config.json"),
        (r#"{"model_type": "vit", "num_attention_heads": "three"}"#, "config.json"),
    ];
    for (config, expected) in table {
        let file = checkpoint_files::build("vit.pth");
        fs::write(file.folder().join("config.json"), config).expect("the folder can be written");
        let message = refusal(&request(ModelSlot::Vit, &file.source()));
        assert!(message.contains(expected), "{config}: {message}");
    }
    let file = checkpoint_files::build("resnet18_timm.safetensors");
    let path = file.folder().join("config.json");
    let config =
        fs::read_to_string(&path).expect("it was written").replace("\"resnet18\"", "\"resnetblur18\"");
    fs::write(path, config).expect("the folder can be written");
    let message = refusal(&request(ModelSlot::Resnet, &file.source()));
    assert!(message.contains("resnetblur18 is not one of the plain ResNets"), "{message}");
}

#[test]
fn a_slot_refuses_the_other_family() {
    let table =
        [("vit.pth", ModelSlot::Resnet, "use --vit"), ("resnet18.pth", ModelSlot::Vit, "use --resnet")];
    for (name, slot, expected) in table {
        let file = checkpoint_files::build(name);
        let message = refusal(&request(slot, &file.source()));
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn labels_and_preprocessing_of_an_option_must_fit() {
    let file = checkpoint_files::build("vit.pth");
    let path = file.folder().join("option");
    let base = request(ModelSlot::Vit, &file.source());
    let labels = ModelRequest { labels: Some(path.clone()), ..base.clone() };
    let preprocessing = ModelRequest { preprocessing: Some(path.clone()), ..base };
    assert!(refusal(&labels).contains("cannot be read"));
    assert!(refusal(&preprocessing).contains("cannot be read"));
    fs::write(&path, "one\ntwo\n\n").expect("the folder can be written");
    let message = refusal(&labels);
    assert!(message.contains("has 2 names, but the model's head has 10 outputs"), "{message}");
    let message = refusal(&preprocessing);
    assert!(message.contains("is no preprocessing") && message.contains("\"crop_size\":224"), "{message}");
    let usual = serde_json::to_vec(&Preprocessing::default()).expect("numbers are JSON");
    fs::write(&path, usual).expect("the folder can be written");
    let message = refusal(&preprocessing);
    assert!(message.contains("it cuts 224 pixels, but the model's positions are those of 64"), "{message}");
}
