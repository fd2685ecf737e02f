"""The altered images of the experiments. Zero is the mean colour, because images are normalised."""

import torch

# Cell i of the shuffled image is cell PERMUTATION[i] of the image, in reading order.
PERMUTATION = [2, 0, 3, 1]
CELLS = 2


def cover(image):
    """A square of zeros, from a quarter of the side to its half."""
    result = image.clone()
    side = image.shape[-1]
    result[..., side // 4 : side // 2, side // 4 : side // 2] = 0.0
    return result


def shift(image, columns):
    """Everything moved to the right; zeros come in at the left."""
    result = torch.zeros_like(image)
    result[..., columns:] = image[..., :-columns]
    return result


def shuffle(image):
    """CELLS x CELLS cells, permuted."""
    cell = image.shape[-1] // CELLS
    assert cell * CELLS == image.shape[-1]
    result = torch.empty_like(image)
    for target, source in enumerate(PERMUTATION):
        result[..., *square(target, cell)] = image[..., *square(source, cell)]
    return result


def square(index, cell):
    row, column = divmod(index, CELLS)
    return slice(row * cell, (row + 1) * cell), slice(column * cell, (column + 1) * cell)


def logits(image, logits_of):
    """The logits [classes] of each, by key. `logits_of` answers for one image [1, 3, side, side]."""
    images = {"cover/logits": cover(image), f"shuffle/{CELLS}/logits": shuffle(image)}
    images |= {f"shift/{columns}": shift(image, columns) for columns in (1, 5)}
    with torch.no_grad():
        return {key: logits_of(altered)[0] for key, altered in images.items()}
