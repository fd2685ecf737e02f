"""Writes the goldens of tests/tests/augmentation.rs, from Pillow:

    python tests/goldens/augmentation/make.py

Views of goldens/resize/photo.png: a part cut out (Image.crop), resized with antialiasing (Image.resize, bilinear), mirrored
(ImageOps.mirror), then ImageEnhance.Brightness, Contrast and Color, as torchvision does it to Pillow's pictures. The parameters of the
first views are made up, so that each step is met alone and at its ends; those of the others are drawn as torchvision's RandomResizedCrop
and ColorJitter draw them, from splitmix64 in place of PyTorch's generator. Writes views.json, a PNG a view, and versions.txt beside itself.
"""

import json
import math
from pathlib import Path

import PIL
from PIL import Image, ImageEnhance, ImageOps

FOLDER = Path(__file__).parent
SIDE = 24
MASK = 2**64 - 1
RECIPE = {"min_area": 0.35, "max_aspect": 4 / 3, "flip_probability": 0.5, "jitter": 0.2}


class Splitmix64:
    def __init__(self, seed):
        self.state = seed

    def bits(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        bits = (self.state ^ (self.state >> 30)) * 0xBF58476D1CE4E5B9 & MASK
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB & MASK
        return bits ^ (bits >> 31)

    def uniform(self, low, high):
        return low + (high - low) * ((self.bits() >> 11) / 2**53)


def part(numbers, width, height):
    """torchvision.transforms.RandomResizedCrop.get_params, whose height and top come before width and left."""
    for _ in range(10):
        area = width * height * numbers.uniform(RECIPE["min_area"], 1.0)
        log_ratio = math.log(RECIPE["max_aspect"])
        aspect = math.exp(numbers.uniform(-log_ratio, log_ratio))
        w, h = round(math.sqrt(area * aspect)), round(math.sqrt(area / aspect))
        if 0 < w <= width and 0 < h <= height:
            top = numbers.bits() % (height - h + 1)
            left = numbers.bits() % (width - w + 1)
            return left, top, w, h
    ratio = width / height
    if ratio < 1 / RECIPE["max_aspect"]:
        w, h = width, round(width * RECIPE["max_aspect"])
    elif ratio > RECIPE["max_aspect"]:
        w, h = round(height * RECIPE["max_aspect"]), height
    else:
        w, h = width, height
    return (width - w) // 2, (height - h) // 2, w, h


def draw(seed, width, height):
    numbers = Splitmix64(seed)
    left, top, w, h = part(numbers, width, height)
    is_flipped = numbers.uniform(0, 1) < RECIPE["flip_probability"]
    jitter = RECIPE["jitter"]
    factors = [numbers.uniform(max(0, 1 - jitter), 1 + jitter) for _ in range(3)]
    return view(seed, (left, top, w, h), is_flipped, factors)


def view(seed, box, is_flipped, factors):
    left, top, width, height = box
    names = ("brightness", "contrast", "saturation")
    return {"seed": seed, "left": left, "top": top, "width": width, "height": height, "is_flipped": is_flipped} | dict(
        zip(names, factors)
    )


def apply(photo, drawn):
    left, top = drawn["left"], drawn["top"]
    picture = photo.crop((left, top, left + drawn["width"], top + drawn["height"]))
    picture = picture.resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    if drawn["is_flipped"]:
        picture = ImageOps.mirror(picture)
    picture = ImageEnhance.Brightness(picture).enhance(drawn["brightness"])
    picture = ImageEnhance.Contrast(picture).enhance(drawn["contrast"])
    return ImageEnhance.Color(picture).enhance(drawn["saturation"])


def main():
    photo = Image.open(FOLDER.parent / "resize" / "photo.png").convert("RGB")
    width, height = photo.size
    whole = (0, 0, width, height)
    views = [
        view(0, whole, False, (1.0, 1.0, 1.0)),
        view(0, whole, False, (1.7, 1.0, 1.0)),
        view(0, whole, False, (0.3, 1.0, 1.0)),
        view(0, whole, False, (1.0, 1.7, 1.0)),
        view(0, whole, False, (1.0, 0.0, 1.0)),
        view(0, whole, False, (1.0, 1.0, 2.5)),
        view(0, whole, False, (1.0, 1.0, 0.0)),
        view(0, (3, 5, 17, 11), True, (0.9, 1.1, 1.3)),
    ]
    views += [draw(seed, width, height) for seed in range(8)]
    for index, drawn in enumerate(views):
        apply(photo, drawn).save(FOLDER / f"{index:02}.png")
    # Of other sizes, only what is drawn: elongated ones, where no part fits, among them.
    sizes = [(640, 480), (480, 640), (1000, 100), (100, 1000), (500, 500), (3, 2)]
    drawn = [{"size": size, "drawn": draw(seed, *size)} for size in sizes for seed in (0, 1, 2**63 + 5)]
    (FOLDER / "views.json").write_text(json.dumps({"side": SIDE, "views": views, "drawn": drawn}, indent=1) + "\n")
    (FOLDER / "versions.txt").write_text(f"Pillow {PIL.__version__}\n")


main()
