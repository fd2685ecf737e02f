"""Writes the goldens of tests/tests/training/from_scratch.rs, from PyTorch:

    python tests/goldens/from_scratch/make.py

The small CNN and the small ViT written with torch.nn, for 10 classes and photos of 64 pixels. Their first values and the photos are drawn by
splitmix64 and Box-Muller, as server/src/training/from_scratch/network.rs says, so that they need not be kept; the head, which starts at 0, is
drawn here too. Of each: the logits of 6 photos, then the losses of 8 steps of torch.optim.AdamW with label smoothing, and the logits
after them. Writes from_scratch.json and VERSIONS beside itself.
"""

import json
import math
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

FOLDER = Path(__file__).parent
MASK = 2**64 - 1
CLASSES, PHOTOS, SIDE, STEPS = 10, 6, 64, 8
RATE, DECAY, SMOOTHING = 2e-3, 0.05, 0.1
SEED, HEAD_SEED, PHOTO_SEED = 3, 11, 12
LAST_CHANNELS = 97


class Splitmix64:
    def __init__(self, seed):
        self.state = seed

    @classmethod
    def of(cls, seed, *parts):
        for part in parts:
            seed = cls(seed).bits() ^ cls((part + 1) & MASK).bits()
        return cls(seed)

    def bits(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        bits = (self.state ^ (self.state >> 30)) * 0xBF58476D1CE4E5B9 & MASK
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB & MASK
        return bits ^ (bits >> 31)

    def uniform(self):
        return (self.bits() >> 11) / 2**53

    def normal(self):
        radius = math.sqrt(-2 * math.log(1 - self.uniform()))
        return radius * math.cos(math.tau * self.uniform())

    def tensor(self, shape, deviation):
        count = math.prod(shape)
        return torch.tensor([self.normal() * deviation for _ in range(count)], dtype=torch.float64).float().reshape(shape)


class Unit(nn.Module):
    def __init__(self, inputs, outputs, kernel, stride):
        super().__init__()
        self.convolution = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)
        self.norm = nn.GroupNorm(1, outputs)

    def forward(self, x):
        return self.norm(self.convolution(x))

    def draw(self, numbers):
        kernel = self.convolution.weight
        kernel.data = numbers.tensor(kernel.shape, math.sqrt(2 / kernel[0].numel()))


class Stage(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.first, self.second = Unit(inputs, outputs, 3, 2), Unit(outputs, outputs, 3, 1)
        self.shortcut = Unit(inputs, outputs, 1, 2)

    def forward(self, x):
        return F.relu(self.second(F.relu(self.first(x))) + self.shortcut(x))


class Cnn(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = Unit(3, 32, 3, 2)
        self.stages = nn.Sequential(Stage(32, 32), Stage(32, 64), Stage(64, LAST_CHANNELS))
        self.head = nn.Linear(LAST_CHANNELS, CLASSES)

    def forward(self, x):
        return self.head(self.stages(F.relu(self.stem(x))).mean((2, 3)))

    def draw(self, numbers):
        for unit in [self.stem] + [unit for stage in self.stages for unit in (stage.first, stage.second, stage.shortcut)]:
            unit.draw(numbers)


class Block(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.first_norm, self.second_norm = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.attention, self.context = nn.Linear(dim, 3 * dim), nn.Linear(dim, dim)
        self.first, self.second = nn.Linear(dim, 4 * dim), nn.Linear(4 * dim, dim)

    def forward(self, x):
        batch, tokens, dim = x.shape
        joined = self.attention(self.first_norm(x)).reshape(batch, tokens, 3, self.heads, dim // self.heads)
        queries, keys, values = joined.permute(2, 0, 3, 1, 4)
        context = F.scaled_dot_product_attention(queries, keys, values).transpose(1, 2).reshape(batch, tokens, dim)
        x = x + self.context(context)
        return x + self.second(F.gelu(self.first(self.second_norm(x))))


class Vit(nn.Module):
    def __init__(self, dim=64, depth=4, heads=4, patch=8):
        super().__init__()
        self.patch_embedding = nn.Conv2d(3, dim, patch, patch)
        self.position_embedding = nn.Parameter(torch.zeros((SIDE // patch) ** 2, dim))
        self.blocks = nn.Sequential(*[Block(dim, heads) for _ in range(depth)])
        self.norm = nn.LayerNorm(dim)
        self.head = nn.Linear(dim, CLASSES)

    def forward(self, x):
        tokens = self.patch_embedding(x).flatten(2).transpose(1, 2) + self.position_embedding
        return self.head(self.norm(self.blocks(tokens)).mean(1))

    def draw(self, numbers):
        def draw(layer):
            outputs, inputs = layer.weight.shape[0], layer.weight[0].numel()
            layer.weight.data = numbers.tensor(layer.weight.shape, math.sqrt(2 / (inputs + outputs)))
            nn.init.zeros_(layer.bias)

        draw(self.patch_embedding)
        self.position_embedding.data = numbers.tensor(self.position_embedding.shape, 0.02)
        for block in self.blocks:
            for layer in (block.attention, block.context, block.first, block.second):
                draw(layer)


def train(model, slot, photos, labels):
    model.draw(Splitmix64.of(SEED, slot))
    model.head.weight.data = Splitmix64(HEAD_SEED).tensor(model.head.weight.shape, 0.1)
    nn.init.zeros_(model.head.bias)
    decays = lambda name: name.endswith("weight") and "norm" not in name
    groups = [
        {"params": [value for name, value in model.named_parameters() if decays(name)], "weight_decay": DECAY},
        {"params": [value for name, value in model.named_parameters() if not decays(name)], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=RATE)
    first, losses = model(photos).detach(), []
    for _ in range(STEPS):
        loss = F.cross_entropy(model(photos), labels, label_smoothing=SMOOTHING)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return {
        "num_parameters": sum(value.numel() for value in model.parameters()),
        "logits": first.flatten().tolist(),
        "losses": losses,
        "logits_after": model(photos).detach().flatten().tolist(),
    }


def main():
    torch.set_num_threads(1)
    photos = Splitmix64(PHOTO_SEED).tensor((PHOTOS, 3, SIDE, SIDE), 1.0)
    labels = torch.arange(PHOTOS) % CLASSES
    golden = {"cnn": train(Cnn(), 0, photos, labels), "vit": train(Vit(), 1, photos, labels)}
    (FOLDER / "from_scratch.json").write_text(json.dumps(golden, indent=1) + "\n")
    (FOLDER / "VERSIONS").write_text(f"torch {torch.__version__}\n")


main()
