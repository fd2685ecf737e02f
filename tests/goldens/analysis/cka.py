"""Unbiased HSIC (Song et al. 2012, equation 5) and linear CKA (Kornblith et al. 2019; Nguyen et al. 2021)."""

import itertools

import torch

EXAMPLES = 12
WIDTHS = {"x": 40, "y": 30, "z": 7}


def features():
    """Three made-up matrices [EXAMPLES, width] in f32, which have something in common."""
    generator = torch.Generator().manual_seed(0)
    cause = torch.randn(EXAMPLES, 5, generator=generator)
    made = {}
    for name, width in WIDTHS.items():
        mixture = torch.randn(5, width, generator=generator)
        noise = torch.randn(EXAMPLES, width, generator=generator)
        made[name] = (cause @ mixture + 2 * noise).relu()
    return made


def gram(matrix):
    return matrix.double() @ matrix.double().T


def hsic(first, second):
    """Of two Gram matrices."""
    count = len(first)
    first, second = first.clone().fill_diagonal_(0), second.clone().fill_diagonal_(0)
    ones = torch.ones(count, dtype=first.dtype)
    trace = (first @ second).trace()
    product = (ones @ first @ ones) * (ones @ second @ ones) / ((count - 1) * (count - 2))
    crossed = 2 / (count - 2) * (ones @ first @ second @ ones)
    return (trace + product - crossed) / (count * (count - 3))


def hsic_by_definition(first, second):
    """The mean over all ordered four different examples of K_ij (L_ij + L_qr - 2 L_iq): slow, and needs no algebra."""
    four = torch.tensor(list(itertools.permutations(range(len(first)), 4))).T
    i, j, q, r = four
    return (first[i, j] * (second[i, j] + second[q, r] - 2 * second[i, q])).mean()


def golden():
    made = features()
    grams = [gram(matrix) for matrix in made.values()]
    matrix = torch.stack([torch.stack([hsic(first, second) for second in grams]) for first in grams])
    for row, first in enumerate(grams):
        for column, second in enumerate(grams):
            assert torch.isclose(matrix[row, column], hsic_by_definition(first, second), rtol=1e-9), (row, column)
    scale = matrix.diagonal().sqrt()
    return made | {"hsic": matrix, "cka": matrix / (scale[:, None] * scale[None])}
