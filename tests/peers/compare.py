"""Compares forward passes of Backbone Explorer, ONNX Runtime, PyTorch and candle-transformers: same weights, same pictures, same
number of threads, one run. Started by `cargo xtask bench --peers`, which installs what this imports. On a GPU, for
`cargo xtask bench --device cuda:0`, compiled PyTorch stands in the place of ONNX Runtime.

    python tests/peers/compare.py --program target/release/measure_forward --folder FOLDER

Before anything is timed, all must give the same outputs. Then they take turns, one pass each and in another order every
round, so that what else the machine does meets all of them.
"""

import argparse
import json
import os
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy
import torch

import checkpoints
import contestants
import report

BATCHES = [1, 8]
# Whose layers are timed one by one.
PROFILED = "resnet50"
WARM_UP_ROUNDS = 3
# max |a - b| / max |reference| from PyTorch in f32: the project's tolerance between two implementations in f32, and what is left where
# every layer's output is rounded to 8 or 11 bits.
TOLERANCES = {"f32": 1e-4, "bf16": 1e-1, "f16": 2e-2}
DTYPES = {"f32": torch.float32, "bf16": torch.bfloat16, "f16": torch.float16}
# Threads that spin for a while after a pass must not slow down whoever is next.
PAUSE_S = 0.02
# Share of the cores that others use above which times mean little, most of all PyTorch's, whose threads wait for each other.
BUSY_PERCENT = 5


def main():
    options = arguments()
    torch.set_num_threads(options.threads)
    # f32 is f32 on either side: PyTorch would round what convolutions on a GPU read to 11 bits.
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    checkpoints.make(options.folder, options.models)
    # Each in a process of its own, so that none finds its memory as another has left it.
    processes = {name: contestants.Explorer(options, options.precision) for name in ["explorer", "candle"]}
    if options.device == "cpu" and options.precision == "f32":
        processes["half"] = contestants.Explorer(options, "bf16")
    images = numpy.load(options.folder / "images.npy")
    busy_before = report.busy_s()
    cases = [case(options, processes, images, name, batch) for name in options.models for batch in BATCHES]
    result = {"cases": cases}
    if options.device == "cpu" and PROFILED in options.models:
        result["profile"] = profiled(options, processes["explorer"], images)
    for process in processes.values():
        process.close()
    result["about"] = report.about(options, busy_before)
    print(report.tables(result))
    others_percent = result["about"]["others_percent"]
    if others_percent and others_percent > BUSY_PERCENT:
        print(f"other programs used {others_percent:.0f} % of the cores; measure again when they rest", file=sys.stderr)
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + "\n")
    if options.write:
        options.write.write_text(report.document(result) + report.serving(options.write))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", type=Path, required=True, help="the measure_forward of the tests crate")
    parser.add_argument("--folder", type=Path, required=True, help="where the models are, or are made")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--models", type=lambda text: text.split(","), default=list(checkpoints.MODELS))
    parser.add_argument("--device", default="cpu", help="cpu, or a GPU such as cuda:0")
    parser.add_argument("--precision", choices=DTYPES, default="f32", help="of both sides; on a CPU f32 is measured beside bf16")
    parser.add_argument("--json", type=Path, help="where all times are written")
    parser.add_argument("--write", type=Path, help="where the tables are written as Markdown")
    options = parser.parse_args()
    unknown = [name for name in options.models if name not in checkpoints.MODELS]
    if unknown:
        parser.error(f"no such model: {', '.join(unknown)}; there are {', '.join(checkpoints.MODELS)}")
    if options.rounds < 1 or options.threads < 1:
        parser.error("rounds and threads are at least 1")
    options.cores = os.cpu_count()
    return options


def case(options, processes, images, name, batch):
    """One model at one batch: checked, then timed."""
    folder = options.folder / name
    explorer, candle, half = [processes.get(name) for name in ["explorer", "candle", "half"]]
    of_torch = (folder, batch, images, options.device, DTYPES[options.precision])
    passes = {
        "explorer": contestants.ExplorerPass(explorer, name, batch, "bare"),
        "torch": contestants.PyTorch(*of_torch),
        "explorer_nodes": contestants.ExplorerPass(explorer, name, batch, "nodes"),
        "explorer_views": contestants.ExplorerPass(explorer, name, batch, "views"),
        "torch_nodes": contestants.PyTorchNodes(*of_torch),
        "torch_views": contestants.PyTorchViews(*of_torch),
    }
    if options.device == "cpu":
        passes["onnxruntime"] = contestants.OnnxRuntime(folder, batch, images, options.threads)
    else:
        passes["torch_compiled"] = contestants.PyTorchCompiled(*of_torch)
    if options.precision == "f32":
        passes["candle_transformers"] = contestants.ExplorerPass(candle, name, batch, "candle-transformers")
    reference = contestants.PyTorchViews(folder, batch, images, options.device)
    expected, what = reference.run(), f"{name}, batch {batch}"
    differences = check(passes, expected, what, TOLERANCES[options.precision])
    if half:
        in_half = {
            "explorer_half": contestants.ExplorerPass(half, name, batch, "bare"),
            "torch_half": contestants.PyTorch(folder, batch, images, options.device, DTYPES["bf16"]),
        }
        differences |= check(in_half, expected, what, TOLERANCES["bf16"])
        passes |= in_half
    times = {contestant: [] for contestant in passes}
    order, shuffle = list(passes), random.Random(0).shuffle
    for round_index in range(WARM_UP_ROUNDS + options.rounds):
        # Whoever comes after a large pass finds the caches cold: not always the same.
        shuffle(order)
        for contestant in order:
            time.sleep(PAUSE_S)
            elapsed_ms = passes[contestant].time()
            if round_index >= WARM_UP_ROUNDS:
                times[contestant].append(elapsed_ms)
        print(f"\r{name}, batch {batch}: round {round_index + 1}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    summary = {
        contestant: {"median_ms": statistics.median(ms), "min_ms": min(ms), "all_ms": ms}
        for contestant, ms in times.items()
    }
    return {"model": name, "batch": batch, "differences": differences, "times": summary}


def profiled(options, explorer, images):
    # Not installed where a GPU is measured.
    import profile_layers

    folder, batch = options.folder / PROFILED, BATCHES[-1]
    parts = profile_layers.profile(explorer, folder, batch, images, options.threads)
    return {"model": PROFILED, "batch": batch, "parts": parts}


def check(passes, reference, what, tolerance):
    """How far everybody is from PyTorch; ends the program if that is too far for the comparison to mean anything."""
    differences = {}
    for name, contestant in passes.items():
        # candle-transformers' models have other weights.
        if name in ["torch_views", "candle_transformers"]:
            continue
        with tempfile.TemporaryDirectory() as folder:
            tensors = contestant.run(Path(folder)) if isinstance(contestant, contestants.ExplorerPass) else contestant.run()
        for output, values in tensors.items():
            if output == "kept":
                continue
            expected, values = on_host(reference[output]), on_host(values)
            difference = float(abs(values - expected).max() / abs(expected).max())
            # A NaN is no difference within any tolerance.
            if not difference <= tolerance:
                raise SystemExit(f"{what}: the {output} of {name} are {difference:.1e} from PyTorch's; {tolerance} is the most")
            differences[f"{name}/{output}"] = difference
    return differences


def on_host(values):
    """One row of f32, wherever and in whatever numbers they were computed."""
    if isinstance(values, torch.Tensor):
        values = values.float().cpu().numpy()
    return numpy.asarray(values).ravel()


if __name__ == "__main__":
    main()
