"""Writes tails.safetensors for tests/tests/training/tails.rs, from PyTorch:

    python tests/goldens/training/make_tails.py

The last stage of a ResNet, or the last block and final norm of a ViT, with its head, on made-up inputs, trained for 8 steps with torch.optim.AdamW,
torch.nn.CrossEntropyLoss with label smoothing, and CosineAnnealingLR. Weights decay, parameters with one axis do not; batch-norms keep their
running statistics. Weights and inputs are those of tests/src/synthetic.rs, so that none lie here. Of each parameter it writes the gradient of the
first step and what it is behind the last, each 37 numbers; of each step the loss.
"""

import math
import sys
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

FOLDER = Path(__file__).parent
sys.path.insert(0, str(FOLDER.parent / "models"))
from synthetic import _uniform, parameter  # noqa: E402

STEPS, BATCH, CLASSES = 8, 6, 10
RATE, DECAY, SMOOTHING = 1e-4, 0.05, 0.1
SAMPLES = 37


def conv(params, stats, node, x, stride=1):
    kernel = params[f"{node}.weight"]
    x = F.conv2d(x, kernel, stride=stride, padding=kernel.shape[-1] // 2)
    norm = f"{node}.batch_norm"
    return F.batch_norm(
        x,
        stats[f"{norm}.running_mean"],
        stats[f"{norm}.running_var"],
        params[f"{norm}.weight"],
        params[f"{norm}.bias"],
        training=False,
        eps=1e-5,
    )


def resnet(kernels):
    """kernels: kernel sizes of a block's branch; the stride is on the first 3x3. Two blocks, the first of which halves the map."""
    width, expansion = 512, 4 if len(kernels) == 3 else 1
    channels_in, channels_out = 256 * expansion, 512 * expansion
    shapes, stats = {}, {}

    def unit(node, out, inner, kernel):
        shapes[f"{node}.weight"] = (out, inner, kernel, kernel)
        for name in ("weight", "bias"):
            shapes[f"{node}.batch_norm.{name}"] = (out,)
        for name in ("running_mean", "running_var"):
            stats[f"{node}.batch_norm.{name}"] = parameter(f"{node}.batch_norm.{name}", (out,))

    for block in range(2):
        inner = channels_in if block == 0 else channels_out
        for index, kernel in enumerate(kernels):
            out = channels_out if index == len(kernels) - 1 else width
            unit(f"layer4.{block}.conv{index + 1}", out, inner, kernel)
            inner = out
    unit("layer4.0.shortcut", channels_out, channels_in, 1)

    def features(params, x):
        for block in range(2):
            residual = x
            for index, kernel in enumerate(kernels):
                first_spatial = kernel == 3 and 3 not in kernels[:index]
                stride = 2 if block == 0 and first_spatial else 1
                residual = conv(params, stats, f"layer4.{block}.conv{index + 1}", residual, stride)
                if index < len(kernels) - 1:
                    residual = F.relu(residual)
            shortcut = conv(params, stats, "layer4.0.shortcut", x, 2) if block == 0 else x
            x = F.relu(residual + shortcut)
        return x.mean((2, 3))

    def inputs(name):
        return torch.relu(values(name, (BATCH, channels_in, 4, 4)))

    return shapes, features, inputs, channels_out


def vit(block, dim, heads, mlp_dim, tokens, mean):
    node = f"encoder.{block}"
    shapes = {}
    for name, shape in {
        "attention_norm": (dim,),
        "query": (dim, dim),
        "key": (dim, dim),
        "value": (dim, dim),
        "attention": (dim, dim),
        "mlp_norm": (dim,),
        "mlp_hidden": (mlp_dim, dim),
        "mlp": (dim, mlp_dim),
    }.items():
        shapes[f"{node}.{name}.weight"] = shape
        shapes[f"{node}.{name}.bias"] = shape[:1]
    shapes |= {"norm.weight": (dim,), "norm.bias": (dim,)}

    def features(params, x):
        def linear(name, y):
            return F.linear(y, params[f"{node}.{name}.weight"], params[f"{node}.{name}.bias"])

        def norm(name, y):
            return F.layer_norm(y, (dim,), params[f"{name}.weight"], params[f"{name}.bias"], 1e-6)

        def split(y):
            return y.view(BATCH, tokens, heads, dim // heads).transpose(1, 2)

        y = norm(f"{node}.attention_norm", x)
        context = F.scaled_dot_product_attention(*(split(linear(name, y)) for name in ("query", "key", "value")))
        x = x + linear("attention", context.transpose(1, 2).reshape(BATCH, tokens, dim))
        x = x + linear("mlp", F.gelu(linear("mlp_hidden", norm(f"{node}.mlp_norm", x))))
        x = norm("norm", x)
        return x[:, 1:].mean(1) if mean else x[:, 0]

    return shapes, features, lambda name: values(name, (BATCH, tokens, dim)), dim


def values(name, shape):
    return torch.from_numpy(_uniform(name, math.prod(shape)).reshape(shape))


def sampled(tensor):
    flat = tensor.detach().flatten()
    return flat[:: max(1, len(flat) // SAMPLES)][:SAMPLES].clone()


def train(name, shapes, features, inputs, num_features):
    shapes |= {"logits.weight": (CLASSES, num_features), "logits.bias": (CLASSES,)}
    params = {name: parameter(name, shape).requires_grad_() for name, shape in shapes.items()}
    groups = [
        {"params": [p for p in params.values() if p.ndim > 1], "weight_decay": DECAY},
        {"params": [p for p in params.values() if p.ndim == 1], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=RATE, betas=(0.9, 0.999), eps=1e-8)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=STEPS)
    criterion = torch.nn.CrossEntropyLoss(label_smoothing=SMOOTHING)
    golden, losses = {}, []
    for step in range(STEPS):
        labels = torch.tensor([(7 * picture + step % 2) % CLASSES for picture in range(BATCH)])
        x = inputs(f"tail.{name}.{step % 2}")
        logits = F.linear(features(params, x), params["logits.weight"], params["logits.bias"])
        loss = criterion(logits, labels)
        optimizer.zero_grad()
        loss.backward()
        if step == 0:
            golden |= {f"{name}/gradient/{key}": sampled(p.grad) for key, p in params.items()}
            golden |= {f"{name}/largest/{key}": p.grad.abs().max().reshape(1) for key, p in params.items()}
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
    golden |= {f"{name}/final/{key}": sampled(p) for key, p in params.items()}
    return golden | {f"{name}/losses": torch.tensor(losses, dtype=torch.float64)}


def main():
    golden = train("basic", *resnet([3, 3]))
    golden |= train("bottleneck", *resnet([1, 3, 1]))
    golden |= train("vit_torchvision", *vit(2, 48, 3, 160, 17, mean=False))
    golden |= train("vit_timm_mean", *vit(1, 64, 2, 256, 10, mean=True))
    save_file({name: tensor.contiguous() for name, tensor in golden.items()}, FOLDER / "tails.safetensors")


main()
