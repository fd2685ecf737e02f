"""What the comparison found, for people: two tables, and the document around them."""

import datetime
import importlib.metadata
import os
import platform
import re
import subprocess
from pathlib import Path

import torch

import checkpoints

NAMES = {
    "explorer": "Backbone Explorer",
    "onnxruntime": "ONNX Runtime",
    "torch": "PyTorch",
    "torch_compiled": "PyTorch, compiled",
    "candle_transformers": "candle-transformers",
}

INSTRUCTIONS = {"avx512f": "AVX-512", "avx512_bf16": "AVX512-BF16", "amx_bf16": "AMX"}

OF_THEIRS = {
    "onnxruntime": "of ONNX Runtime's",
    "torch": "of PyTorch's",
    "torch_compiled": "of the compiled",
}

DOCUMENT = """# Performance

Forward passes of Backbone Explorer and of its peers, alternated in one run on one machine. `{command}` measures and writes this file.

- **Machine:** {cpu}; {threads} threads of {cores} cores; {system}.
- **Versions:** Backbone Explorer at {revision}, {versions}.
- **Date:** {date}. {rounds} rounds after 3 that do not count, every contestant once a round, in changing order.{others}
- **Same weights:** timm's models of full size with random weights, exported to ONNX for ONNX Runtime. All outputs were compared before anything
  was timed; the largest difference from PyTorch's was {difference:.0e} of the largest magnitude. candle-transformers' models have weights of their own.
- **Same pictures:** random, 224 by 224 pixels, already preprocessed. f32 everywhere.

{tables}

PyTorch runs eagerly in `inference_mode`, ONNX Runtime with the default options of its CPU provider and a fixed batch. *Every node kept* leaves the tensor of every
node of the diagram behind (of a residual block's sum, whose terms are nodes, Backbone Explorer only these), *the views* are the class activation map (ResNet) or attention rollout and attention distances (ViT) of each picture.
PyTorch keeps nodes by hooks and with timm's attention unfused, because the fused kernel never has the attention weights. *In bfloat16* PyTorch keeps
everything in it, Backbone Explorer (`--precision bf16`) the weights and inputs of its products, but not sums, what stands between layers, attention and the head.
Logits are compared with PyTorch's in f32, of the largest magnitude. *Layers* are timed one by one, medians of ten passes, the backbone's with every node
kept, ONNX Runtime's by its own profiler.
{pace}"""


ON_GPU = """# Performance on a GPU

Forward passes of Backbone Explorer and of its peers, alternated in one run on one machine. `{command}` measures and writes this file.

- **Machine:** {gpu}; {system}.
- **Versions:** Backbone Explorer at {revision}, {versions}.
- **Date:** {date}. {rounds} rounds after 3 that do not count, every contestant once a round, in changing order.
- **Same weights:** timm's models of full size with random weights, in {precision}; f32 is never rounded to TF32. All outputs were compared
  before anything was timed; the largest difference from PyTorch's in f32 was {difference:.0e} of the largest magnitude. candle-transformers'
  models have weights of their own.
- **Same pictures:** random, 224 by 224 pixels, already preprocessed and on the GPU. A pass ends when the GPU has ended.

{tables}

PyTorch runs in `inference_mode`, as it is and through `torch.compile(mode="reduce-overhead")`, which starts all kernels as one CUDA graph.
*Every node kept* leaves the tensor of every node of the diagram behind, on the GPU (of a residual block's sum, whose terms are
nodes, Backbone Explorer only these); *the views* are the class activation map (ResNet) or
attention rollout and attention distances (ViT) of each picture, which Backbone Explorer computes on the CPU and PyTorch on the GPU.
"""


def busy_s():
    """What the whole machine has worked so far, this program and those that it waited for, each in seconds of a core."""
    try:
        ticks = [int(word) for word in Path("/proc/stat").read_text().split("\n")[0].split()[1:]]
    except OSError:
        return None
    own = os.times()
    idle, waiting = ticks[3], ticks[4]
    everybody = (sum(ticks) - idle - waiting) / os.sysconf("SC_CLK_TCK")
    return {"everybody": everybody, "own": sum(own[:4]), "at": own.elapsed}


def others_percent(before, cores):
    """Share of the cores that other programs used since, or nothing where the system does not tell."""
    after = busy_s()
    if before is None or after is None:
        return None
    passed = {name: after[name] - before[name] for name in after}
    return max(0.0, 100 * (passed["everybody"] - passed["own"]) / (passed["at"] * cores))


def about(options, busy_before):
    on_cpu = options.device == "cpu"
    packages = ["onnxruntime", "torch", "timm"] if on_cpu else ["torch", "timm"]
    return {
        "device": options.device,
        "precision": options.precision,
        "gpu": None if on_cpu else torch.cuda.get_device_name(options.device),
        "date": datetime.date.today().isoformat(),
        "cpu": cpu(),
        "cores": options.cores,
        "threads": options.threads,
        "rounds": options.rounds,
        "others_percent": others_percent(busy_before, options.cores),
        "system": f"{platform.system()} {platform.machine()}",
        "revision": revision(),
        "versions": {name: importlib.metadata.version(name) for name in packages} | {"candle": candle_version()},
    }


def document(result):
    about = result["about"]
    found = [pair for case in result["cases"] for pair in case["differences"].items()]
    differences = [value for name, value in found if "_half/" not in name]
    versions = ", ".join(f"{NAMES.get(name, name)} {version}" for name, version in about["versions"].items())
    facts = about | {"versions": versions, "difference": max(differences), "tables": tables(result)}
    facts["others"] = others(about)
    if about["gpu"]:
        options = f"--device {about['device']} --precision {about['precision']}"
        return ON_GPU.format(command=f"cargo xtask bench {options} --write FILE", **facts)
    facts["pace"] = pace(result["cases"])
    return DOCUMENT.format(command="cargo xtask bench --peers --write FILE", **facts)


def serving(path):
    """What a document says of serving, which another program measures."""
    heading = "\n## Serving"
    before, found, after = path.read_text().partition(heading) if path.exists() else ("", "", "")
    return found + after


def others(about):
    percent = about["others_percent"]
    return "" if percent is None else f" Other programs used {percent:.0f} % of the cores meanwhile."


def tables(result):
    cases = result["cases"]
    kinds = [bare_table, views_table] + ([half_table] if "explorer_half" in cases[0]["times"] else [])
    found = [table(cases) for table in kinds]
    if "profile" in result:
        found.append(profile_table(result["profile"]))
    return "\n\n".join(found)


def pace(cases):
    """How many pictures a second get the answers of both models of the demo, at each one's best batch: what a server may be measured by."""
    names = {"explorer": "Backbone Explorer", "onnxruntime": "ONNX Runtime"}
    found = {}
    for name in names:
        per_picture_ms = {}
        for case in cases:
            if case["model"] in checkpoints.DEMO:
                ms = case["times"][name]["median_ms"] / case["batch"]
                per_picture_ms[case["model"]] = min(ms, per_picture_ms.get(case["model"], ms))
        if len(per_picture_ms) < len(checkpoints.DEMO):
            return ""
        found[name] = 1000 / sum(per_picture_ms.values())
    rates = ", ".join(f"{names[name]} {rate:.1f}" for name, rate in found.items())
    models = " and ".join(checkpoints.MODELS[name] for name in checkpoints.DEMO)
    return f"\nThe answers of {models}, as the demo has them, at each one's better batch, in pictures a second: {rates}.\n"


def bare_table(cases):
    """Everybody's plain forward pass."""
    present = [name for name in NAMES if name in cases[0]["times"]]
    others = [name for name in present if name in ["onnxruntime", "torch", "torch_compiled"]]
    header = ["Forward pass, ms: median (least)", "batch", *[NAMES[name] for name in present]]
    header += [OF_THEIRS[name] for name in others]
    rows = []
    for case in cases:
        times = case["times"]
        ours = times["explorer"]["median_ms"]
        ratios = [percent(ours, times[name]["median_ms"]) for name in others]
        cells = [milliseconds(times[name]) for name in present]
        rows.append([checkpoints.MODELS[case["model"]], str(case["batch"]), *cells, *ratios])
    return markdown(header, rows)


def views_table(cases):
    """What it costs to keep every node and to look at them."""
    names = ["every node kept", "more", "and the views", "more"]
    header = ["Keeping and looking, ms", "batch", NAMES["explorer"], *names, NAMES["torch"], *names, "of PyTorch's"]
    rows = []
    for case in cases:
        cells = []
        for name in ["explorer", "torch"]:
            bare, nodes, views = [case["times"][name + kind]["median_ms"] for kind in ["", "_nodes", "_views"]]
            cells += [f"{bare:.1f}", f"{nodes:.1f}", more(nodes, bare), f"{views:.1f}", more(views, bare)]
        ratio = percent(*[case["times"][name]["median_ms"] for name in ["explorer_views", "torch_views"]])
        rows.append([checkpoints.MODELS[case["model"]], str(case["batch"]), *cells, ratio])
    return markdown(header, rows)


def half_table(cases):
    """Numbers of half the width, and how far they lead."""
    names = [NAMES["explorer"], "of its f32", "logits off by", NAMES["torch"], "logits off by", "of PyTorch's"]
    rows = []
    for case in cases:
        ours, theirs, full = [case["times"][name] for name in ["explorer_half", "torch_half", "explorer"]]
        our_error, their_error = [f"{case['differences'][name + '_half/logits']:.1e}" for name in ["explorer", "torch"]]
        cells = [milliseconds(ours), percent(ours["median_ms"], full["median_ms"]), our_error, milliseconds(theirs)]
        cells += [their_error, percent(ours["median_ms"], theirs["median_ms"])]
        rows.append([checkpoints.MODELS[case["model"]], str(case["batch"]), *cells])
    return markdown(["In bfloat16, ms: median (least)", "batch", *names], rows)


def profile_table(profile):
    """Where the time goes."""
    names = ["explorer", "onnxruntime"]
    rows = [[part, *[times[name] for name in names]] for part, times in profile["parts"].items()]
    rows.append(["all", *[sum(row[index] for row in rows) for index in [1, 2]]])
    cells = [[part, f"{ours:.1f}", f"{theirs:.1f}", f"{ours - theirs:+.1f}"] for part, ours, theirs in rows]
    title = f"Layers of {checkpoints.MODELS[profile['model']]}, batch {profile['batch']}, ms"
    return markdown([title, *[NAMES[name] for name in names], "more"], cells)


def milliseconds(times):
    return f"{times['median_ms']:.1f} ({times['min_ms']:.1f})"


def percent(ours, theirs):
    return f"{100 * ours / theirs:.0f} %"


def more(whole, bare):
    return f"{100 * (whole / bare - 1):+.0f} %"


def markdown(header, rows):
    """Columns as wide as their widest cell, so that it can be read in a terminal too; numbers to the right."""
    widths = [max(len(row[index]) for row in [header, *rows]) for index in range(len(header))]
    line = lambda cells: "| " + " | ".join(pad(cells[i], widths[i], i) for i in range(len(cells))) + " |"
    rule = "|" + "|".join("-" * (width + 1) + ("-" if index == 0 else ":") for index, width in enumerate(widths)) + "|"
    return "\n".join([line(header), rule, *map(line, rows)])


def pad(cell, width, index):
    return cell.ljust(width) if index == 0 else cell.rjust(width)


def cpu():
    """As Linux names it, with the numbers that tell generations of one name apart, and its widest vectors."""
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor() or platform.machine()
    fields = dict(re.findall(r"^([^\t\n]+)\t*: (.+)$", text, re.MULTILINE))
    name = fields.get("model name", platform.machine())
    if "cpu family" in fields:
        name += f" (family {fields['cpu family']}, model {fields['model']})"
    flags = fields.get("flags", "").split()
    return name + "".join(f", {said}" for flag, said in INSTRUCTIONS.items() if flag in flags)


def revision():
    root = Path(__file__).parent
    describe = ["git", "-C", str(root), "describe", "--always", "--dirty=, changed", "--exclude=*"]
    done = subprocess.run(describe, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "an unknown revision"


def candle_version():
    lock = Path(__file__).parents[2] / "Cargo.lock"
    found = re.search(r'name = "candle-core"\nversion = "([^"]+)"', lock.read_text())
    return found[1] if found else "unknown"
