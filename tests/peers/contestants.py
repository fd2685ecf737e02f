"""Who is compared. Each contestant is prepared for one model and one batch; `run` makes a forward pass and gives its outputs,
`time` makes one and gives milliseconds.
"""

import json
import os
import subprocess
import time

import numpy
import torch
from safetensors.torch import load_file

import checkpoints
import views


class Timed:
    """A contestant of this process."""

    def time(self):
        wait()
        started = time.perf_counter()
        outputs = self.run()
        wait()
        elapsed = time.perf_counter() - started
        del outputs
        return elapsed * 1e3


def wait():
    """Until a GPU has done what it was given."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()


class OnnxRuntime(Timed):
    def __init__(self, folder, batch, images, threads):
        # Not installed where a GPU is measured.
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.add_free_dimension_override_by_name("batch", batch)
        path = str(folder / "model.onnx")
        self.session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        self.images = images[:batch]

    def run(self):
        return {"logits": self.session.run(None, {"images": self.images})[0]}


class PyTorch(Timed):
    """timm's model as it is."""

    def __init__(self, folder, batch, images, device="cpu", dtype=torch.float32):
        self.model = checkpoints.create(folder.name)
        self.model.load_state_dict(load_file(folder / "model.safetensors"))
        self.model.to(device, dtype)
        self.images = torch.from_numpy(images[:batch]).to(device, dtype)

    def run(self):
        with torch.inference_mode():
            return {"logits": self.model(self.images)}


class PyTorchCompiled(PyTorch):
    """The same, compiled, its kernels started as one CUDA graph."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.model = torch.compile(self.model, mode="reduce-overhead")


class PyTorchNodes(PyTorch):
    """The same model with hooks that keep every node's tensor."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.hooked = views.Hooked(self.model)

    def run(self):
        with torch.inference_mode():
            return self.hooked.keep(self.images)


class PyTorchViews(PyTorchNodes):
    """And the views that are computed of them."""

    def run(self):
        with torch.inference_mode():
            return self.hooked.look(self.images)


class Explorer:
    """Backbone Explorer, or candle-transformers, in the program `measure_forward`, which runs as long as this does."""

    def __init__(self, options, precision):
        environment = os.environ | {"RAYON_NUM_THREADS": str(options.threads)}
        command = [str(options.program), str(options.folder), "--device", options.device]
        command += ["--precision", precision]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self.process = subprocess.Popen(command, env=environment, text=True, bufsize=1, **pipes)

    def ask(self, *words):
        """Milliseconds of a pass."""
        return self.tell(*words)["forward_ms"]

    def tell(self, *words):
        """All that is said of a pass."""
        self.process.stdin.write(" ".join(str(word) for word in words) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit(f"measure_forward ended at {' '.join(map(str, words))!r}; what it wrote above says why")
        return json.loads(answer)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class ExplorerPass:
    """One kind of forward pass of an `Explorer`."""

    def __init__(self, explorer, model, batch, kind):
        self.explorer, self.words = explorer, (model, batch, kind)

    def time(self):
        return self.explorer.ask(*self.words)

    def run(self, folder):
        self.explorer.ask(*self.words, folder)
        return {path.stem: numpy.load(path) for path in folder.glob("*.npy")}
