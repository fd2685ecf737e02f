"""Writes the goldens of tests/tests/checkpoints.rs: checkpoint files as PyTorch, timm, transformers and gguf write them.

    python tests/goldens/checkpoints/make.py

The models are those of goldens/models, whose weights both sides can compute. So NAME.json holds a file without its
weights: literal bytes in hexadecimal, and between them the parameters whose f32 values stand there, by internal name.
The test puts them in and has the library's file byte for byte, which the SHA-256 proves. The expected tensors of every
node are goldens/models/MODEL.safetensors. `hostile` holds small files that must not load, whole.
"""

import hashlib
import importlib.metadata
import io
import json
import os
import pickle
import sys
import tempfile
import zipfile
from pathlib import Path

import gguf
import timm
import torch
import torchvision
import transformers
from safetensors.torch import save as save_safetensors

FOLDER = Path(__file__).parent
sys.path.insert(0, str(FOLDER.parent / "models"))
import naming  # noqa: E402
import synthetic  # noqa: E402

NUM_CLASSES = 10
TRANSFORMERS_RESNET = [
    (r"^resnet\.embedder\.embedder\.convolution\.", "conv1."),
    (r"^resnet\.embedder\.embedder\.normalization\.", "conv1.batch_norm."),
    (r"^resnet\.encoder\.stages\.(\d)\.layers\.", r"layer<\1>."),
    (r"\.layer\.(\d)\.convolution\.", r".conv<\1>."),
    (r"\.layer\.(\d)\.normalization\.", r".conv<\1>.batch_norm."),
    (r"\.shortcut\.convolution\.", ".shortcut."),
    (r"\.shortcut\.normalization\.", ".shortcut.batch_norm."),
    (r"^classifier\.1\.", "logits."),
]


class Recorder:
    """Hands out synthetic parameters and remembers the bytes of each."""

    def __init__(self):
        self.parameters = {}

    def __call__(self, name, shape):
        for index in range(4):
            name = name.replace(f"<{index}>", str(index + 1))
        tensor = synthetic.parameter(name, shape)
        self.parameters[name] = tensor.numpy().tobytes()
        return tensor


def skeleton(content, parameters):
    """The segments of a file: literal bytes, and parameters where their bytes stand."""
    places = []
    for name, values in parameters.items():
        start = content.find(values)
        assert start >= 0 and content.find(values, start + 1) < 0, name
        places.append((start, start + len(values), name))
    segments, position = [], 0
    for start, end, name in sorted(places):
        assert start >= position, name
        if start > position:
            segments.append({"bytes": content[position:start].hex()})
        segments.append({"parameter": name})
        position = end
    segments.append({"bytes": content[position:].hex()})
    return segments


def write(name, model, content, parameters, companions=None):
    golden = {
        "model": model,
        "sha256": hashlib.sha256(content).hexdigest(),
        "companions": companions or {},
        "segments": skeleton(content, parameters),
    }
    (FOLDER / f"{name}.json").write_text(json.dumps(golden) + "\n")


def saved(thing, **options):
    buffer = io.BytesIO()
    torch.save(thing, buffer, **options)
    return buffer.getvalue()


def torchvision_files():
    recorder = Recorder()
    resnet = naming.fill(torchvision.models.resnet18(num_classes=NUM_CLASSES), naming.RESNET, recorder)
    write("resnet18.pth", "resnet18", saved(resnet.state_dict()), recorder.parameters)

    recorder = Recorder()
    vit = torchvision.models.VisionTransformer(
        image_size=64, patch_size=16, num_layers=3, num_heads=3, hidden_dim=48, mlp_dim=160, num_classes=NUM_CLASSES
    )
    state = naming.fill(vit, naming.TORCHVISION_VIT, recorder).state_dict()
    heads = {"config.json": json.dumps({"num_attention_heads": 3})}
    parallel = {f"module.{name}": tensor for name, tensor in state.items()}
    # Momenta are tensors too, and no part of the model.
    momenta = {"state": {0: {"step": torch.tensor(7.0), "exp_avg": torch.ones(3)}}, "param_groups": [{"lr": 0.1}]}
    variants = {
        "vit.pth": state,
        "vit_state_dict.pth": {"epoch": 12, "arch": "vit", "state_dict": parallel, "optimizer": momenta},
        "vit_model.pth": {"model": state, "best": 0.5, "args": {"lr": 0.1, "tags": ("a", None, True)}},
        "vit_model_state_dict.pth": {"model_state_dict": state, "loss": torch.tensor(0.25)},
        "vit_parameters.pth": dict(vit.named_parameters()),
    }
    for name, thing in variants.items():
        write(name, "vit_torchvision", saved(thing), recorder.parameters, heads)


def timm_files():
    recorder = Recorder()
    resnet = naming.fill(timm.create_model("resnet18", num_classes=NUM_CLASSES), naming.RESNET, recorder)
    content = save_safetensors(resnet.state_dict(), metadata={"format": "pt"})
    configuration = timm_config("resnet18", resnet, {"input_size": [3, 64, 64], "crop_pct": 0.95})
    write("resnet18_timm.safetensors", "resnet18", content, recorder.parameters, configuration)

    recorder = Recorder()
    vit = timm.models.VisionTransformer(
        num_classes=NUM_CLASSES, img_size=96, patch_size=32, depth=2, num_heads=2, embed_dim=64, mlp_ratio=4,
        global_pool="avg", fc_norm=False,
    )  # fmt: skip
    state = naming.fill(vit, naming.TIMM_VIT, recorder).state_dict()
    options = {"input_size": [3, 96, 96], "crop_pct": 0.9, "mean": [0.5] * 3, "std": [0.5] * 3}
    configuration = timm_config("vit_tiny_patch32_96", vit, options, {"num_heads": 2, "global_pool": "avg"})
    content = save_safetensors(state, metadata={"format": "pt"})
    write("vit_timm.safetensors", "vit_timm_mean", content, recorder.parameters, configuration)
    write("vit_timm.gguf", "vit_timm_mean", gguf_file(recorder.parameters, state), recorder.parameters, configuration)


def timm_config(architecture, model, options, arguments=None):
    """What timm's push_to_hf_hub writes."""
    cfg = timm.get_pretrained_cfg("vit_tiny_patch16_224" if "vit" in architecture else architecture).to_dict()
    cfg |= {"tag": "test", "license": "apache-2.0"} | options
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config.json"
        model.pretrained_cfg = cfg
        config = {"architecture": architecture, "pretrained_cfg": cfg, "num_classes": NUM_CLASSES}
        timm.models._hub.save_config_for_hf(model, path, model_config=config, model_args=arguments)
        return {"config.json": path.read_text()}


def gguf_file(parameters, state):
    """By GGUF's own library, with our names."""
    model = timm.models.VisionTransformer(
        num_classes=NUM_CLASSES, img_size=96, patch_size=32, depth=2, num_heads=2, embed_dim=64, mlp_ratio=4
    )
    shapes = {}
    naming.fill(model, naming.TIMM_VIT, lambda name, shape: shapes.setdefault(name, shape) and torch.zeros(shape))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.gguf"
        writer = gguf.GGUFWriter(path, "vit")
        writer.add_string("general.name", "A ViT by the gguf library")
        writer.add_array("explorer.labels", [f"thing {index}" for index in range(NUM_CLASSES)])
        for name in parameters:
            writer.add_tensor(name, synthetic.parameter(name, shapes[name]).numpy())
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        return path.read_bytes()


def transformers_files():
    recorder = Recorder()
    config = transformers.ViTConfig(
        num_labels=NUM_CLASSES, image_size=70, patch_size=14, num_hidden_layers=2, num_attention_heads=3,
        hidden_size=72, intermediate_size=100, id2label={index: f"kind_{index}" for index in range(NUM_CLASSES)},
    )  # fmt: skip
    vit = naming.fill(transformers.ViTForImageClassification(config), naming.TRANSFORMERS_VIT, recorder)
    processor = transformers.ViTImageProcessor(size={"height": 70, "width": 70}, resample=2)
    pretrained("vit_transformers.safetensors", "vit_transformers", vit, recorder, processor)
    # As the modules are called, and as a state_dict of them is saved.
    content = save_safetensors(vit.state_dict(), metadata={"format": "pt"})
    companions = {"config.json": config.to_json_string()}
    write("vit_transformers_modules.safetensors", "vit_transformers", content, recorder.parameters, companions)

    recorder = Recorder()
    config = transformers.ResNetConfig(
        num_labels=NUM_CLASSES, depths=[2, 2, 2, 2], hidden_sizes=[64, 128, 256, 512], layer_type="basic"
    )
    resnet = naming.fill(transformers.ResNetForImageClassification(config), TRANSFORMERS_RESNET, recorder)
    processor = transformers.ConvNextImageProcessor(size={"shortest_edge": 64}, crop_pct=0.875, resample=3)
    pretrained("resnet18_transformers.safetensors", "resnet18", resnet, recorder, processor)


def pretrained(name, golden, model, recorder, processor):
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        processor.save_pretrained(folder)
        folder = Path(folder)
        companions = {name: (folder / name).read_text() for name in ("config.json", "preprocessor_config.json")}
        content = (folder / "model.safetensors").read_bytes()
    write(name, golden, content, recorder.parameters, companions)


class Hostile:
    """What unpickling would call."""

    def __reduce__(self):
        return os.system, ("touch pickle-was-run",)


def archive(pickled, members=(), compression=zipfile.ZIP_STORED, byte_order=b"little"):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive_file:
        for name, content in [("archive/data.pkl", pickled), ("archive/byteorder", byte_order), *members]:
            archive_file.writestr(zipfile.ZipInfo(name), content, compression)
    return buffer.getvalue()


def hostile_files():
    """Small files that want to run something, or much memory."""
    storage = torch.zeros(4096)
    weights = {"conv1.weight": torch.zeros(64, 3, 7, 7), "fc.bias": torch.zeros(10)}
    doubled = b"\x80\x02]q\x00" + b"h\x00h\x00\x86q\x00" * 60 + b"."
    files = {
        "call.pth": saved({"state_dict": Hostile()}),
        "call_beside_weights.pth": saved({"state_dict": weights, "args": Hostile()}),
        "call_bare.pth": pickle.dumps(Hostile(), protocol=0),
        "whole_model.pth": saved(torch.nn.Linear(2, 2)),
        "legacy.pth": saved(weights, _use_new_zipfile_serialization=False),
        "expanded.pth": saved({"fc.weight": torch.zeros(1).expand(1 << 40, 2048)}),
        "overlapping.pth": saved({f"layer1.{index}.conv1.weight": storage for index in range(1000)}),
        "doubled.pth": archive(doubled),
        "nested.pth": archive(b"\x80\x02" + b"(" * 50_000 + b"t" * 50_000 + b"."),
        "long_string.pth": archive(b"\x80\x02X\xff\xff\xff\xff."),
        "many_values.pth": archive(b"\x80\x02" + b"N" * 1_100_000 + b".", compression=zipfile.ZIP_DEFLATED),
        "inflated.pth": archive(b"\x80\x02}.", [("archive/data/0", bytes(50_000_000))], zipfile.ZIP_DEFLATED),
        "no_pickle.pth": zip_of("readme.txt"),
        "no_tensors.pth": saved({"epoch": 3, "loss": 0.5}),
        "big_endian.pth": archive(b"\x80\x02}.", byte_order=b"big"),
    }
    for name, content in files.items():
        (FOLDER / "hostile" / name).write_bytes(content)


def zip_of(name):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive_file:
        archive_file.writestr(zipfile.ZipInfo(name), "nothing")
    return buffer.getvalue()


def main():
    torchvision_files()
    timm_files()
    transformers_files()
    hostile_files()
    libraries = ("torch", "torchvision", "timm", "transformers", "gguf")
    versions = [f"{library} {importlib.metadata.version(library)}" for library in libraries]
    (FOLDER / "VERSIONS").write_text("\n".join(versions) + "\n")


if __name__ == "__main__":
    main()
