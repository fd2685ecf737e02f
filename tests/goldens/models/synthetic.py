"""The weights and images of tests/src/synthetic.rs, bit by bit."""

import math

import numpy as np
import torch


def _uniform(name, count):
    seed = 0xCBF29CE484222325
    for byte in name.encode():
        seed = ((seed ^ byte) * 0x100000001B3) % 2**64
    with np.errstate(over="ignore"):
        bits = np.uint64(seed) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    bits ^= bits >> np.uint64(31)
    return ((bits >> np.uint64(40)).astype(np.float32) - np.float32(2**23)) / np.float32(2**23)


def parameter(name, shape):
    """The parameter of that internal name."""
    if name.endswith("running_var"):
        centre, spread = 1.0, 0.5
    elif name.endswith("norm.weight"):
        centre, spread = 1.0, 0.25
    elif name.startswith("embeddings."):
        centre, spread = 0.0, 0.5
    elif len(shape) > 1:
        centre, spread = 0.0, math.sqrt(6.0 / math.prod(shape[1:]))
    else:
        centre, spread = 0.0, 0.125
    values = np.float32(centre) + np.float32(spread) * _uniform(name, math.prod(shape))
    return torch.from_numpy(values.reshape(shape))


def image(side):
    """Image 0 as [1, 3, side, side]."""
    return torch.from_numpy(np.float32(2) * _uniform("image.0", 3 * side * side)).reshape(1, 3, side, side)
