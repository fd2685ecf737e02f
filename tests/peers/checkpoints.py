"""The models that are compared: timm's, with random weights of full size, as a checkpoint that Backbone Explorer loads and as
ONNX. Time does not depend on what the weights are, and with the same weights everybody must give the same answer.
"""

import sys
import warnings
from pathlib import Path

import numpy
import timm
import torch
from safetensors.torch import save_file

sys.path.insert(0, str(Path(__file__).parent.parent / "goldens" / "models"))
from lively import give_statistics  # noqa: E402

MODELS = {
    "resnet50": "ResNet-50",
    "vit_base_patch16_224": "ViT-B/16",
    "vit_small_patch16_224": "ViT-S/16",
}
# Those of the demo, whatever their number of classes.
DEMO = ["resnet50", "vit_small_patch16_224"]
NUM_CLASSES = 1000
IMAGE_SIZE = 224
MAX_BATCH = 8
SEED = 0


def make(folder, names):
    """Writes images.npy and a folder for each model, unless they are there."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "images.npy").exists():
        generator = numpy.random.default_rng(SEED)
        images = generator.standard_normal((MAX_BATCH, 3, IMAGE_SIZE, IMAGE_SIZE), dtype=numpy.float32)
        numpy.save(folder / "images.npy", images)
    for name in names:
        # The last file that is written, so that what an interruption left is made again.
        if not (folder / name / "model.onnx").exists():
            print(f"making {name} with random weights", flush=True)
            (folder / name).mkdir(exist_ok=True)
            model = create(name)
            save_file(model.state_dict(), folder / name / "model.safetensors")
            export(model, folder / name / "model.onnx")


def create(name):
    """A model whose normalisations are not the identity and whose head answers."""
    torch.manual_seed(SEED)
    model = timm.create_model(name, num_classes=NUM_CLASSES)
    give_statistics(model)
    model.get_classifier().weight.data.normal_(0, 0.02)
    return model.eval()


def export(model, path):
    """One file for every batch; ONNX Runtime is told the size when it loads it."""
    partial = path.with_suffix(".partial")
    image = torch.zeros(2, 3, IMAGE_SIZE, IMAGE_SIZE)
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model,
            (image,),
            str(partial),
            dynamo=False,
            opset_version=17,
            input_names=["images"],
            output_names=["logits"],
            dynamic_axes={"images": {0: "batch"}, "logits": {0: "batch"}},
        )
    partial.rename(path)
