"""Writes the goldens of what is computed of a picture, from PyTorch in f64, saved as f32.

    python tests/goldens/analysis/make.py

Writes one file per configuration of goldens/models, with its synthetic weights and image; demo_resnet and demo_vit,
with the shipped weights and synthetic.image(224); hsic; and the versions it ran with to VERSIONS. In the keys, NODE is
an internal name and UNIT is ROW_COLUMN. A tensor of more than WHOLE values is stored as models/make_goldens.py does:
evenly spaced values of it under KEY (step max(1, count // 251), the first one included), and under `KEY/max_abs` the
largest magnitude of the whole tensor. All others are stored whole, without a batch axis.

Every file but hsic:
  logits                      [classes]
Every configuration of goldens/models:
  cover/logits, shuffle/2/logits, shift/1, shift/5
                              [classes], of the images of altered.py
Every ViT (synthetic: classes 3 and 7, patches 0_0 and 1_2, blocks 0 and last; demo: what demo_vit says):
  attention/BLOCK             [heads, tokens, tokens], after softmax
  rollout/residual/DISCARD, rollout/plain/DISCARD, rollout/residual/max/0.5, rollout/residual/min/0.5
                              [depth, tokens, tokens], up to and with each block; heads fused by their mean, or as named
  attention_distance          [depth, heads], px
  relevance/CLASS             [tokens, tokens]
  effective/NODE/UNIT         [side, side], not normalised
  logit_lens                  [depth, classes]
  similarity/NODE/UNIT        [grid, grid]
  no_positions/logits         [classes], all position embeddings zero, that of the class token too
  skip/encoder.1/attention, skip/encoder.1/mlp
                              [classes], that branch's output zero before its sum
  skip/encoder.1/shortcut     [classes], both sums of that block without what was there before them
  classes                     demo only, [2], i64: the top class and the second
  attention/BLOCK/row_TOKEN   demo only, [heads, tokens], of the class token and of patch 7_7 (token 106)
  rollout/.../row_0, relevance/CLASS/row_0
                              demo only, [depth, tokens] and [tokens], of the class token
Every ResNet (synthetic: classes 3 and 7; demo: what demo_resnet says):
  cam/CLASS                   [height, width]; cam_bias [classes]: the logit is mean(cam) + cam_bias
  grad_cam/NODE/CLASS         [height, width], after ReLU
  contribution/NODE/CLASS     [channels]
  eigen_cam/NODE              [height, width]
  effective/NODE/UNIT         [side, side], not normalised; conv1 and blocks after their ReLU
  logit_lens/NODE             [classes], blocks of layer4
  skip/BLOCK/residual, skip/BLOCK/shortcut
                              [classes], that one zero before the sum
hsic:
  x, y, z                     [12, 40], [12, 30], [12, 7]; features
  hsic, cka                   [3, 3], in that order
"""

import importlib.metadata
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

FOLDER = Path(__file__).parent
sys.path.insert(0, str(FOLDER.parent / "models"))
import altered  # noqa: E402
import attention  # noqa: E402
import cka  # noqa: E402
import demo  # noqa: E402
import make_goldens  # noqa: E402
import naming  # noqa: E402
import observe  # noqa: E402
import resnet  # noqa: E402
import synthetic  # noqa: E402
from vit import Vit, check  # noqa: E402

WHOLE = 10_000
CLASSES = (3, 7)
PATCHES = ((0, 0), (1, 2))
# Naming, and what the shapes of the parameters do not say.
VITS = {
    "vit_torchvision": (naming.TORCHVISION_VIT, {"num_heads": 3, "epsilon": 1e-6, "pooling": "class_token"}),
    "vit_timm_mean": (naming.TIMM_VIT, {"num_heads": 2, "epsilon": 1e-6, "pooling": "mean"}),
    "vit_transformers": (naming.TRANSFORMERS_VIT, {"num_heads": 3, "epsilon": 1e-12, "pooling": "class_token"}),
}


def save(name, tensors):
    golden = {}
    for key, tensor in tensors.items():
        tensor = tensor.detach()
        if tensor.is_floating_point():
            tensor = tensor.float()
        assert torch.isfinite(tensor).all() and tensor.abs().max() > 0, (name, key)
        if tensor.numel() > WHOLE:
            golden[f"{key}/max_abs"] = tensor.abs().max().reshape(1)
            tensor = make_goldens.sample(tensor)
        golden[key] = tensor.contiguous().clone()
    check_alterations(name, tensors)
    save_file(golden, FOLDER / f"{name}.safetensors")
    print(name, len(golden), "tensors", flush=True)


def check_alterations(name, tensors):
    """An experiment that changes nothing could not show an error."""
    for key, tensor in tensors.items():
        if key.startswith(("skip/", "shift/", "cover/", "shuffle/", "no_positions/")):
            change = (tensor - tensors["logits"]).abs().max() / tensors["logits"].abs().max()
            assert change >= 1e-2, (name, key, change)


def vit_of(model, rules, options):
    """The same parameters in a vit.Vit."""
    parameters = {}

    def record(name, shape):
        parameters[name] = synthetic.parameter(name, shape).double()
        return parameters[name]

    naming.fill(model, rules, record)
    return Vit(parameters, **options)


def vit_effective(trace, image, grid, block, row, column):
    token = trace.stream[block][0, 1 + row * grid + column].mean()
    return torch.autograd.grad(token, image, retain_graph=True)[0].abs().sum(1)[0]


def logit_lens(vit, trace):
    lens = torch.cat([vit.head(tokens) for tokens in trace.stream])
    assert torch.equal(lens[-1], trace.logits[0]), "after the last block they are the logits"
    return lens


def attention_distance(vit, trace):
    return torch.stack([attention.mean_distance(weights[0], vit.grid, vit.patch_size) for weights in trace.weights])


def rollouts(trace):
    for discard in (0.0, 0.5):
        yield f"rollout/residual/{discard}", attention.rollout(trace.weights, "mean", discard, residual=True)
        yield f"rollout/plain/{discard}", attention.rollout(trace.weights, "mean", discard, residual=False)
    for fusion in ("max", "min"):
        yield f"rollout/residual/{fusion}/0.5", attention.rollout(trace.weights, fusion, 0.5, residual=True)


def vit_golden(vit, image):
    image = image.clone().requires_grad_(True)
    trace = vit.forward(image)
    golden = {"logits": trace.logits[0], "logit_lens": logit_lens(vit, trace)}
    golden |= {f"attention/{block}": weights[0] for block, weights in enumerate(trace.weights)}
    golden |= dict(rollouts(trace))
    golden["attention_distance"] = attention_distance(vit, trace)
    golden |= {f"relevance/{index}": attention.relevance(trace, index) for index in CLASSES}
    for block in (0, vit.depth - 1):
        for row, column in PATCHES:
            unit = f"encoder.{block}/{row}_{column}"
            golden[f"effective/{unit}"] = vit_effective(trace, image, vit.grid, block, row, column)
            golden[f"similarity/{unit}"] = attention.similarity(trace.stream[block], vit.grid, row, column)
    return golden | vit_experiments(vit, image)


@torch.no_grad()
def vit_experiments(vit, image):
    golden = altered.logits(image, lambda altered_image: vit.forward(altered_image).logits)
    unplaced = vit.without_positions()
    golden["no_positions/logits"] = unplaced.forward(image).logits[0]
    if (image.shape[-1] // altered.CELLS) % vit.patch_size == 0:
        shuffled = unplaced.forward(altered.shuffle(image)).logits[0]
        assert torch.allclose(shuffled, golden["no_positions/logits"], rtol=1e-10, atol=1e-10)
        print("without positions, shuffled whole patches leave the logits as they are")
    for part in ("attention", "mlp", "shortcut"):
        golden[f"skip/encoder.1/{part}"] = vit.forward(image, skip=(1, part)).logits[0]
    return golden


def resnet_golden(model, image):
    trace = resnet.Trace(model, image)
    golden = {"logits": trace.logits[0], "cam_bias": model.fc.bias}
    golden |= {f"cam/{index}": resnet.cam(trace, index) for index in CLASSES}
    stages = {stage: resnet.last_block(model, stage) for stage in (2, 3, 4)}
    target = CLASSES[0]
    for node in stages.values():
        golden[f"grad_cam/{node}/{target}"] = resnet.grad_cam(trace, node, target)
    check_last_grad_cam(golden[f"cam/{target}"], golden[f"grad_cam/{stages[4]}/{target}"])
    for stage in (3, 4):
        golden[f"contribution/{stages[stage]}/{target}"] = resnet.contribution(trace, stages[stage], target)
        golden[f"eigen_cam/{stages[stage]}"] = resnet.eigen_cam(trace, stages[stage])
    for node in ("conv1", stages[2], stages[4]):
        for row, column in corner_and_centre(trace.maps[node]):
            golden[f"effective/{node}/{row}_{column}"] = resnet.effective(trace, node, row, column)
    golden |= lens_of_last_stage(trace)
    for block in ("layer1.1", "layer3.0"):
        for part in ("residual", "shortcut"):
            golden[f"skip/{block}/{part}"] = resnet.skip(model, image, block, part)
    return golden | altered.logits(image, model)


def corner_and_centre(feature_map):
    height, width = feature_map.shape[2:]
    return (0, 0), (height // 2, width // 2)


def lens_of_last_stage(trace):
    nodes = [node for node in trace.maps if node.startswith("layer4.")]
    lens = {f"logit_lens/{node}": resnet.logit_lens(trace, node) for node in nodes}
    assert torch.allclose(lens[f"logit_lens/{nodes[-1]}"], trace.logits[0], rtol=1e-10, atol=1e-10)
    return lens


def check_last_grad_cam(cam, grad_cam):
    expected = cam.clamp(min=0) / cam.numel()
    assert torch.allclose(grad_cam, expected, rtol=1e-9, atol=1e-12), "at the end Grad-CAM is ReLU(CAM), scaled"


def demo_resnet(image):
    model = demo.resnet().double()
    trace = resnet.Trace(model, image)
    classes = trace.logits[0].topk(2).indices
    top = classes[0].item()
    golden = {"classes": classes, "logits": trace.logits[0], "cam_bias": model.fc.bias}
    golden |= {f"cam/{index}": resnet.cam(trace, index) for index in classes.tolist()}
    golden[f"grad_cam/layer3.5/{top}"] = resnet.grad_cam(trace, "layer3.5", top)
    golden["effective/layer3.5/7_7"] = resnet.effective(trace, "layer3.5", 7, 7)
    golden["effective/layer4.2/3_3"] = resnet.effective(trace, "layer4.2", 3, 3)
    return golden | lens_of_last_stage(trace)


def demo_vit(image):
    model, parameters = demo.vit()
    model = model.double()
    parameters = {name: tensor.double() for name, tensor in parameters.items()}
    vit = Vit(parameters, num_heads=model.blocks[0].attn.num_heads, epsilon=1e-6, pooling="class_token")
    check(vit, image, observe.timm_vit(model, image))
    image = image.clone().requires_grad_(True)
    trace = vit.forward(image)
    classes = trace.logits[0].topk(2).indices
    top = classes[0].item()
    golden = {"classes": classes, "logits": trace.logits[0], "logit_lens": logit_lens(vit, trace)}
    for block, weights in enumerate(trace.weights):
        golden[f"attention/{block}"] = weights[0]
        golden |= {f"attention/{block}/row_{token}": weights[0, :, token] for token in (0, 1 + 7 * vit.grid + 7)}
    for kind in ("residual", "plain"):
        golden[f"rollout/{kind}/0.0"] = attention.rollout(trace.weights, "mean", 0.0, residual=kind == "residual")
        golden[f"rollout/{kind}/0.0/row_0"] = golden[f"rollout/{kind}/0.0"][:, 0]
    golden["attention_distance"] = attention_distance(vit, trace)
    golden[f"relevance/{top}"] = attention.relevance(trace, top)
    golden[f"relevance/{top}/row_0"] = golden[f"relevance/{top}"][0]
    golden["effective/encoder.5/7_7"] = vit_effective(trace, image, vit.grid, 5, 7, 7)
    return golden


def main():
    torch.set_num_threads(1)
    attention.check_reference_lines()
    for name, side, nodes_of, model in make_goldens.configurations():
        model, image = model.double(), synthetic.image(side).double()
        if name in VITS:
            vit = vit_of(model, *VITS[name])
            check(vit, image, nodes_of(model, image))
            save(name, vit_golden(vit, image))
        else:
            save(name, resnet_golden(model, image))
    save("demo_resnet", demo_resnet(synthetic.image(224).double()))
    save("demo_vit", demo_vit(synthetic.image(224).double()))
    save("hsic", cka.golden())
    libraries = ("torch", "torchvision", "timm", "transformers", "gguf")
    versions = [f"{library} {importlib.metadata.version(library)}" for library in libraries]
    (FOLDER / "VERSIONS").write_text("\n".join(versions) + "\n")


if __name__ == "__main__":
    main()
