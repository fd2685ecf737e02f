"""Where the time of a ResNet goes, here and in ONNX Runtime: medians of each layer over some passes, summed by stage and size of the kernel."""

import json
import statistics
import tempfile
import time
from pathlib import Path

import onnxruntime

PASSES = 10
# A first pass finds nothing in the caches.
WARM_UP_PASSES = 3
PAUSE_S = 0.02

PARTS = ["stem", *[f"layer{stage}, {kind}" for stage in range(1, 5) for kind in ["1x1 and shortcut", "3x3"]], "pool and head"]


def profile(explorer, folder, batch, images, threads):
    """Milliseconds of each part of a pass: `{part: {"explorer": ms, "onnxruntime": ms}}`."""
    ours, theirs = of_explorer(explorer, folder.name, batch), of_onnxruntime(folder, batch, images, threads)
    return {part: {"explorer": ours.get(part, 0.0), "onnxruntime": theirs.get(part, 0.0)} for part in PARTS}


def of_explorer(explorer, model, batch):
    passes = []
    for _ in range(WARM_UP_PASSES + PASSES):
        time.sleep(PAUSE_S)
        passes.append(explorer.tell(model, batch, "times")["nodes"])
    return summed(passes[WARM_UP_PASSES:], part_of_node)


def of_onnxruntime(folder, batch, images, threads):
    with tempfile.TemporaryDirectory() as place:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.add_free_dimension_override_by_name("batch", batch)
        options.enable_profiling = True
        options.profile_file_prefix = str(Path(place) / "profile")
        session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"])
        for _ in range(WARM_UP_PASSES + PASSES):
            time.sleep(PAUSE_S)
            session.run(None, {"images": images[:batch]})
        events = json.loads(Path(session.end_profiling()).read_text())
    nodes = [event for event in events if event.get("cat") == "Node" and event["name"].endswith("_kernel_time")]
    num_nodes = len(nodes) // (WARM_UP_PASSES + PASSES)
    rows = [(event["name"], event["dur"] / 1e3) for event in nodes]
    passes = [rows[start : start + num_nodes] for start in range(0, len(rows), num_nodes)]
    return summed(passes[WARM_UP_PASSES:], part_of_operator)


def summed(passes, part_of):
    """Medians of each node, added up by part. Every pass has the same nodes in the same order."""
    parts = {}
    for nodes in zip(*passes, strict=True):
        part = part_of(nodes[0][0])
        parts[part] = parts.get(part, 0.0) + statistics.median(ms for _name, ms in nodes)
    return parts


def part_of_node(node):
    """A shortcut's convolution is in the time of the block's last one."""
    if not node.startswith("layer"):
        return "stem" if node in ["input", "conv1", "maxpool"] else "pool and head"
    return f"{node.split('.')[0]}, {'3x3' if node.endswith('.conv2') else '1x1 and shortcut'}"


def part_of_operator(name):
    """ONNX Runtime names a convolution by the ReLU that it has taken in: `/layer1/layer1.0/act2/Relu_output_0_nchwc`."""
    words = name.split("/")
    if len(words) < 4 or not words[1].startswith("layer"):
        is_stem = len(words) > 1 and words[1] in ["act1", "conv1", "maxpool"]
        return "stem" if is_stem else "pool and head"
    return f"{words[1]}, {'3x3' if words[3] in ['act2', 'conv2'] else '1x1 and shortcut'}"
