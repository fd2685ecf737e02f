"""Writes small arrays as numpy.save does, in the order of `tests/tests/http/npy.rs`: python make.py"""

import pathlib
import sys

import numpy

folder = pathlib.Path(__file__).parent
shapes = {"scalar": (), "vector": (3,), "matrix": (2, 3), "cube": (1, 2, 3), "four_axes": (2, 3, 1, 2)}
for name, shape in shapes.items():
    count = int(numpy.prod(shape, dtype=int))
    values = (numpy.arange(count, dtype="<f4") - 2) * numpy.float32(0.1)
    numpy.save(folder / f"{name}.npy", values.reshape(shape))
(folder / "versions.txt").write_text(f"python {sys.version.split()[0]}\nnumpy {numpy.__version__}\n")
