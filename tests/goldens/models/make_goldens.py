"""Writes the goldens of tests/tests/parity.rs: every node of small models with synthetic weights, from PyTorch.

    python tests/goldens/models/make_goldens.py

Writes CONFIGURATION.safetensors beside itself, and the versions it ran with to VERSIONS. For each node it holds the
tensor without its batch axis, or SAMPLES evenly spaced values of it where it is larger, and under `NODE/max_abs` the
largest magnitude of the whole tensor.
"""

from pathlib import Path

import timm
import torch
import torchvision
import transformers
from safetensors.torch import save_file

import naming
import observe
import synthetic

SAMPLES = 251
NUM_CLASSES = 10
FOLDER = Path(__file__).parent


def resnet(build):
    return naming.fill(build(num_classes=NUM_CLASSES), naming.RESNET, synthetic.parameter)


def timm_vit(**options):
    model = timm.models.VisionTransformer(num_classes=NUM_CLASSES, **options)
    return naming.fill(model, naming.TIMM_VIT, synthetic.parameter)


def torchvision_vit(**options):
    model = torchvision.models.VisionTransformer(num_classes=NUM_CLASSES, **options)
    return naming.fill(model, naming.TORCHVISION_VIT, synthetic.parameter)


def transformers_vit(**options):
    config = transformers.ViTConfig(num_labels=NUM_CLASSES, **options)
    model = transformers.ViTForImageClassification(config)
    return naming.fill(model, naming.TRANSFORMERS_VIT, synthetic.parameter)


def configurations():
    """Name, image side and every node's tensor. The Rust test holds the same configurations under the same names."""
    yield "resnet18", 64, observe.torchvision_resnet, resnet(torchvision.models.resnet18)
    yield "resnet50", 64, observe.torchvision_resnet, resnet(torchvision.models.resnet50)
    yield "vit_torchvision", 64, observe.torchvision_vit, torchvision_vit(
        image_size=64, patch_size=16, num_layers=3, num_heads=3, hidden_dim=48, mlp_dim=160
    )
    yield "vit_timm_mean", 96, observe.timm_vit, timm_vit(
        img_size=96, patch_size=32, depth=2, num_heads=2, embed_dim=64, mlp_ratio=4, global_pool="avg", fc_norm=False
    )
    yield "vit_transformers", 70, observe.transformers_vit, transformers_vit(
        image_size=70, patch_size=14, num_hidden_layers=2, num_attention_heads=3, hidden_size=72, intermediate_size=100
    )


def sample(tensor):
    values = tensor.flatten()
    step = max(1, len(values) // SAMPLES)
    return values[::step].contiguous()


def main():
    torch.set_num_threads(1)
    for name, side, nodes_of, model in configurations():
        golden = {}
        for node, tensor in nodes_of(model, synthetic.image(side)).items():
            assert torch.isfinite(tensor).all(), (name, node)
            golden[node] = sample(tensor)
            golden[f"{node}/max_abs"] = tensor.abs().max().reshape(1)
        save_file(golden, FOLDER / f"{name}.safetensors")
    versions = [f"{library.__name__} {library.__version__}" for library in (torch, torchvision, timm, transformers)]
    (FOLDER / "VERSIONS").write_text("\n".join(versions) + "\n")


if __name__ == "__main__":
    main()
