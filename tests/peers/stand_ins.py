"""Lets PyTorch from PyPI be imported without the gigabytes of CUDA that its Linux wheel is linked against.

    python tests/peers/stand_ins.py

A measurement on the CPU calls nothing of CUDA, but the loader wants every library and every symbol of it to exist. For each
library that is missing this compiles an empty one with the names that PyTorch asks for, in torch/lib, where the wheel looks
last. A call of any of them would crash; none is made as long as nobody moves a tensor to a GPU. CUDA's own runtime, which
runs code when PyTorch is loaded, is small and must be installed.
"""

import importlib.util
import re
import subprocess
import tempfile
from pathlib import Path

# What a library's symbols begin with, where they carry no version that names it.
PREFIXES = {"libnccl": "nccl", "libcufile": "cuFile", "libcusparseLt": "cusparseLt", "libcudnn": "cudnn"}


def output(*command):
    try:
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout
    except FileNotFoundError:
        raise SystemExit(f"{command[0]} is missing. Type:\n  apt-get install -y gcc binutils") from None


def needed(library):
    """The libraries that one is linked against, each with the version that its symbols carry."""
    header = output("objdump", "-p", str(library))
    versions = {name: None for name in re.findall(r"NEEDED +(\S+)", header)}
    for name, version in re.findall(r"required from (\S+):\n +\S+ \S+ \S+ (\S+)", header):
        versions[name] = version
    return versions


def undefined(library):
    """The names that a library asks others for, each with its version or nothing."""
    lines = output("nm", "-D", "--undefined-only", str(library)).splitlines()
    for line in lines:
        name, _, version = line.split()[-1].partition("@")
        yield name, version or None


def write(folder, soname, version, names):
    """A library with the names; behind each are some zeros, in case that it is a variable."""
    with tempfile.TemporaryDirectory() as scratch:
        source, script = Path(scratch, "names.c"), Path(scratch, "names.map")
        source.write_text("".join(f"char {name}[64];\n" for name in sorted(names)))
        script.write_text(f"{version or ''} {{ global: *; }};\n")
        options = ["-shared", "-nostdlib", f"-Wl,-soname,{soname}", f"-Wl,--version-script={script}"]
        output("cc", *options, "-o", str(folder / soname), str(source))


def main():
    package = Path(importlib.util.find_spec("torch").origin).parent
    folder, installed = package / "lib", package.parent / "nvidia"
    present = {path.name for path in [*folder.iterdir(), *installed.glob("*/lib/*")]}
    libraries = list(folder.glob("*.so"))
    missing = {}
    for library in libraries:
        for soname, version in needed(library).items():
            if re.match("lib(cu|nv|nccl)", soname) and soname not in present:
                missing[soname] = missing.get(soname) or version
    asked = {pair for library in libraries for pair in undefined(library)}
    for soname, version in missing.items():
        prefix = PREFIXES.get(soname.partition(".")[0])
        is_of = lambda name, tag: tag == version if tag else prefix and name.startswith(prefix)
        write(folder, soname, version, {name for name, tag in asked if is_of(name, tag)})


if __name__ == "__main__":
    main()
