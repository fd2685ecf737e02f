"""Writes the goldens of tests/tests/cka.rs, from PyTorch in f64:

    python tests/goldens/cka/make.py

Features of three layers for the same 12 pictures, z a function of x and y a noisy one; HSIC_1 and CKA over all pictures at once, and
over two minibatches of 6. Writes cka.safetensors beside itself, and the versions it ran with to VERSIONS.
"""

from pathlib import Path

import torch
from safetensors.torch import save_file

FOLDER = Path(__file__).parent


def hsic_1(k, l):
    """Song et al., JMLR 2012, equation 5, as it is written there."""
    n = len(k)
    k, l = k - k.diag().diag(), l - l.diag().diag()
    ones = torch.ones(n, dtype=k.dtype)
    trace = torch.trace(k @ l)
    totals = (ones @ k @ ones) * (ones @ l @ ones) / ((n - 1) * (n - 2))
    cross = 2 / (n - 2) * (ones @ k @ l @ ones)
    return (trace + totals - cross) / (n * (n - 3))


def hsic_matrix(layers):
    grams = [layer.double() @ layer.double().T for layer in layers]
    return torch.stack([torch.stack([hsic_1(k, l) for l in grams]) for k in grams])


def cka(hsic):
    own = hsic.diag()
    return hsic / torch.sqrt(own[:, None] * own[None, :])


def main():
    torch.manual_seed(0)
    x = torch.relu(torch.randn(12, 40)) + 3
    y = x @ torch.randn(40, 30) / 6 + torch.randn(12, 30)
    z = torch.tanh(x[:, :7] - 3) * 5
    layers = [x, y, z]
    whole = hsic_matrix(layers)
    halves = sum(hsic_matrix([layer[part] for layer in layers]) for part in (slice(0, 6), slice(6, 12)))
    tensors = {"x": x, "y": y, "z": z, "hsic": whole, "cka": cka(whole), "hsic_halves": halves, "cka_halves": cka(halves)}
    tensors = {name: tensor.float().contiguous() for name, tensor in tensors.items()}
    save_file(tensors, FOLDER / "cka.safetensors")
    (FOLDER / "VERSIONS").write_text(f"torch {torch.__version__}\n")
    print(tensors["cka"], tensors["cka_halves"])


main()
