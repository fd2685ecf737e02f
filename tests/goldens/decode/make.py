"""Makes the files beside this one: one small picture in many formats, and what Pillow decodes each to.

    python make.py COFFEE.png

COFFEE.png is scikit-image's `coffee` (R. Michetti, CC0). For each `NAME.EXTENSION` there is `NAME.EXTENSION.expected.png`:
upright 8-bit RGB, with transparency laid onto white. The versions that made the committed files are in `versions.txt`,
which this script writes too.
"""

import pathlib
import platform
import sys

import PIL
from PIL import Image, ImageCms, ImageOps

HERE = pathlib.Path(__file__).parent


def as_alpha(size):
    """A ramp from transparent to opaque."""
    return Image.linear_gradient("L").resize(size)


def on_white(image):
    image = ImageOps.exif_transpose(image)
    if "A" in image.getbands() or "transparency" in image.info:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    return image.convert("RGB")


def make_ycck(path, photo):
    """Pillow writes CMYK only. The file says that its first three channels are YCbCr, so they are made so."""
    yellowish = photo.convert("YCbCr").split()
    black = as_alpha(photo.size).point(lambda level: 128 + level // 2)
    # Pillow inverts CMYK when it writes; Adobe's files are inverted too, so the stored values are these.
    inverted = [ImageOps.invert(channel) for channel in [*yellowish, black]]
    Image.merge("CMYK", inverted).save(path, quality=92)
    data = bytearray(path.read_bytes())
    adobe = data.index(b"Adobe")
    data[adobe + 11] = 2
    path.write_bytes(data)


def main():
    photo = Image.open(sys.argv[1]).convert("RGB").crop((250, 60, 303, 101))
    grey = photo.convert("L")
    alpha = as_alpha(photo.size)
    transparent = photo.copy()
    transparent.putalpha(alpha)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    palette = photo.quantize(16)
    exif = Image.Exif()
    exif[0x0112] = 6
    cmyk = Image.merge("CMYK", [*ImageOps.invert(photo).split(), alpha.point(lambda level: level // 3)])
    second = photo.transpose(Image.Transpose.FLIP_LEFT_RIGHT)

    photo.save(HERE / "rgb_444.jpg", quality=92, subsampling=0)
    photo.save(HERE / "rgb_420.jpg", quality=92, subsampling=2)
    photo.save(HERE / "progressive.jpg", quality=92, subsampling=0, progressive=True)
    photo.save(HERE / "profile.jpg", quality=92, subsampling=0, icc_profile=profile)
    photo.save(HERE / "turned.jpg", quality=92, subsampling=0, exif=exif)
    grey.save(HERE / "grey.jpg", quality=92)
    cmyk.save(HERE / "cmyk.jpg", quality=92)
    make_ycck(HERE / "ycck.jpg", photo)
    palette.save(HERE / "palette.png", transparency=3)
    grey.convert("1").save(HERE / "one_bit.png")
    transparent.save(HERE / "transparent.png")
    transparent.convert("LA").save(HERE / "grey_alpha.png")
    photo.save(HERE / "lossless.webp", lossless=True)
    photo.save(HERE / "lossy.webp", quality=90)
    transparent.save(HERE / "transparent.webp", quality=90)
    photo.save(HERE / "animated.webp", save_all=True, append_images=[second], lossless=True)
    palette.save(HERE / "animated.gif", save_all=True, append_images=[second.quantize(16)], disposal=2)
    photo.save(HERE / "animated.png", save_all=True, append_images=[second])
    photo.save(HERE / "rgb.bmp")
    palette.save(HERE / "palette.bmp")
    photo.save(HERE / "lzw.tiff", compression="tiff_lzw")
    grey.convert("1").save(HERE / "fax.tiff", compression="group4")
    cmyk.save(HERE / "cmyk.tiff", compression="tiff_deflate")

    for path in sorted(HERE.iterdir()):
        if path.suffix in {".jpg", ".png", ".webp", ".gif", ".bmp", ".tiff"} and "expected" not in path.name:
            on_white(Image.open(path)).save(f"{path}.expected.png", optimize=True)

    versions = f"Python {platform.python_version()}, Pillow {PIL.__version__}"
    (HERE / "versions.txt").write_text(f"{versions}\n")


main()
