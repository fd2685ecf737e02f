"""Makes full-size checkpoints and every node's tensor on a real photo, for `cargo run --release -p tests --bin compare_checkpoints`.

    python tests/goldens/checkpoints/full_size.py FOLDER PHOTO

Too large to commit: torchvision's resnet50 and vit_b_16 with 257 outputs as torch.save(model.state_dict()) writes them,
timm's resnet50 and vit_base_patch16_224 and transformers' ViT-B/16 as safetensors, each in a folder of its own with its
config. Weights are random, as the libraries initialise them, and batch-norms have statistics of their own. Beside each
lies nodes.safetensors: the preprocessed photo under `input`, and PyTorch's tensor of every other node.
"""

import sys
from pathlib import Path

import timm
import torch
import torchvision
import transformers
from PIL import Image
from safetensors.torch import save_file

sys.path.insert(0, str(Path(__file__).parent.parent / "models"))
import observe  # noqa: E402
from lively import give_statistics  # noqa: E402

NUM_CLASSES = 257


def lively(model):
    """Statistics that no layer's fresh ones are, so that no normalisation is the identity; a head that answers."""
    give_statistics(model)
    for name, parameter in model.named_parameters():
        if name.startswith(("heads.", "head.", "classifier.")):
            parameter.data.normal_(0, 0.02)
    return model.eval()


def preprocess(path):
    transform = torchvision.models.ResNet50_Weights.IMAGENET1K_V1.transforms()
    return transform(Image.open(path).convert("RGB"))[None]


def write(folder, nodes_of, model, image):
    nodes = nodes_of(model, image)
    save_file({name: tensor.contiguous().clone() for name, tensor in nodes.items()}, folder / "nodes.safetensors")
    print(folder, len(nodes), "nodes", flush=True)


def made(folder):
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def main(target, photo):
    torch.manual_seed(0)
    image = preprocess(photo)

    model = lively(torchvision.models.resnet50(num_classes=NUM_CLASSES))
    folder = made(target / "torchvision_resnet50")
    torch.save(model.state_dict(), folder / "model.pth")
    write(folder, observe.torchvision_resnet, model, image)

    model = lively(torchvision.models.vit_b_16(num_classes=NUM_CLASSES))
    folder = made(target / "torchvision_vit_b_16")
    torch.save(model.state_dict(), folder / "model.pth")
    write(folder, observe.torchvision_vit, model, image)

    model = lively(timm.create_model("resnet50", num_classes=NUM_CLASSES))
    folder = made(target / "timm_resnet50")
    save_file(model.state_dict(), folder / "model.safetensors")
    write(folder, observe.timm_resnet, model, image)

    model = lively(timm.create_model("vit_base_patch16_224", num_classes=NUM_CLASSES))
    folder = made(target / "timm_vit_base_patch16_224")
    save_file(model.state_dict(), folder / "model.safetensors")
    write(folder, observe.timm_vit, model, image)

    config = transformers.ViTConfig(num_labels=NUM_CLASSES, attn_implementation="eager")
    model = lively(transformers.ViTForImageClassification(config))
    folder = made(target / "transformers_vit_base")
    model.save_pretrained(folder)
    transformers.ViTImageProcessor(do_resize=True, size={"height": 224, "width": 224}).save_pretrained(folder)
    write(folder, observe.transformers_vit, model, image)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
