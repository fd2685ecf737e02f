"""The shipped weights as the program sees them: dequantised by GGUF's own library, in the libraries' modules."""

import json
from pathlib import Path

import gguf
import timm
import torch
import torchvision

import naming

WEIGHTS = Path(__file__).parents[3] / "assets" / "weights"


def read(file):
    """The architecture that the metadata describe, and the parameters by internal name in f32."""
    reader = gguf.GGUFReader(WEIGHTS / file)
    architecture = json.loads(reader.fields["explorer.architecture"].contents())
    parameters = {
        tensor.name: torch.from_numpy(gguf.dequantize(tensor.data, tensor.tensor_type).astype("float32"))
        for tensor in reader.tensors
    }
    return architecture, parameters


def fill(model, rules, parameters):
    """Kernels of eight bits are stored as [rows, rest], which no parameter of the ViT is."""
    unused = set(parameters)

    def parameter(name, shape):
        unused.discard(name)
        return parameters[name].reshape(shape)

    naming.fill(model, rules, parameter)
    assert not unused, unused
    return model


def resnet():
    """torchvision's module."""
    architecture, parameters = read("resnet50_caltech101.gguf")
    assert (architecture["block"], architecture["stage_depths"]) == ("bottleneck", [3, 4, 6, 3])
    model = torchvision.models.resnet50(num_classes=architecture["num_classes"])
    return fill(model, naming.RESNET, parameters)


def vit():
    """timm's module, and its parameters by internal name."""
    architecture, parameters = read("vit_small_patch16_224_caltech101.gguf")
    assert (architecture["pooling"], architecture["layer_norm_epsilon"]) == ("class_token", 1e-6)
    model = timm.models.VisionTransformer(
        img_size=architecture["image_size"],
        patch_size=architecture["patch_size"],
        embed_dim=architecture["dim"],
        depth=architecture["depth"],
        num_heads=architecture["num_heads"],
        mlp_ratio=architecture["mlp_dim"] / architecture["dim"],
        num_classes=architecture["num_classes"],
    )
    return fill(model, naming.TIMM_VIT, parameters), parameters
