"""Makes the pictures beside this file: what Pillow and torchvision make of three small sources.

    python make.py COFFEE.png

COFFEE.png is scikit-image's `coffee` (R. Michetti, CC0), of which a small piece becomes the source `photo`.
The versions that made the committed files are in `versions.txt`, which this script writes too.
"""

import pathlib
import platform
import sys

import numpy
import PIL
import torchvision
from PIL import Image
from torchvision.transforms import CenterCrop, InterpolationMode, Resize

HERE = pathlib.Path(__file__).parent
FILTERS = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}
# Shrunk, shrunk by a lot, grown, one axis each way, one axis kept (`None`).
SIZES = [(17, 13), (3, 5), (67, 49), (53, 11), (None, 19)]


def noise():
    """Black, white and full colours side by side: filters with negative lobes overshoot at every pixel."""
    random = numpy.random.default_rng(20)
    return Image.fromarray(random.choice(numpy.array([0, 255], numpy.uint8), (23, 31, 3)))


def stripes():
    """Stripes of falling width and a ramp."""
    x, y = numpy.meshgrid(numpy.arange(40), numpy.arange(29))
    red = 255 * ((x * x // 24) % 2)
    green = 255 * ((x + 2 * y) // 3 % 2)
    blue = x * 255 // 39
    return Image.fromarray(numpy.stack([red, green, blue], axis=-1).astype(numpy.uint8))


def main():
    photo = Image.open(sys.argv[1]).convert("RGB").crop((250, 60, 321, 113))
    for name, source in {"noise": noise(), "stripes": stripes(), "photo": photo}.items():
        source.save(HERE / f"{name}.png", optimize=True)
        for filter_name, resampling in FILTERS.items():
            for width, height in SIZES:
                size = (width or source.width, height)
                result = source.resize(size, resampling)
                result.save(HERE / f"{name}.{filter_name}.{size[0]}x{size[1]}.png", optimize=True)

    # The whole way of a picture: resized to a shorter side, then the centre, cut or padded.
    for size, crop in [(40, 32), (39, 24), (32, 39), (21, 33)]:
        for name in ["photo", "stripes"]:
            for turned in [False, True]:
                source = Image.open(HERE / f"{name}.png")
                source = source.transpose(Image.Transpose.ROTATE_90) if turned else source
                resized = Resize(size, InterpolationMode.BICUBIC)(source)
                suffix = "turned" if turned else "upright"
                CenterCrop(crop)(resized).save(HERE / f"{name}.{suffix}.resize{size}.crop{crop}.png", optimize=True)

    versions = f"Python {platform.python_version()}, Pillow {PIL.__version__}, torchvision {torchvision.__version__}"
    (HERE / "versions.txt").write_text(f"{versions}, NumPy {numpy.__version__}\n")


main()
