"""Names of modules in, a process that has them loaded out. Imports nothing of this project.

For warm_server.py: what a kernel and a lesson load, and how it seems not to be loaded yet.
"""

from __future__ import annotations

import builtins
import gc
import importlib
import logging
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

# Not here, for they look for a running IPython when they are imported: ipywidgets, tqdm.auto,
# matplotlib_inline.
PRELOAD = (
    *("ipykernel.kernelapp", "ipykernel.ipkernel", "ipykernel.zmqshell", "jedi"),
    *("matplotlib.pyplot", "matplotlib.backends.backend_agg"),
    *("PIL.BmpImagePlugin", "PIL.GifImagePlugin", "PIL.JpegImagePlugin", "PIL.PpmImagePlugin"),
    *("PIL.PngImagePlugin", "PIL.ImageFont", "tomllib"),
    *("ai_edge_litert.interpreter", "ai_edge_litert.compiled_model"),
    "ai_edge_litert.tools.flatbuffer_utils",
)
# These speak and set variables when they are imported, and helpers ask whether they are loaded.
SHELVED = ("tensorflow", "keras")

READ_AT_IMPORT = ("PYTHON", "LD_", "TF_", "KERAS_", "MPL", "XLA_", "CUDA_", "OMP_", "OPENBLAS_")
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3"}  # as tfl.quiet sets it before the import
STDERR = 2


def preload() -> None:
    """Import everything, as a kernel would, without starting a thread."""
    gc.disable()  # else it walks through a million lasting objects again and again
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    os.environ.update(QUIET)
    sys.ps1 = ">>> "  # TensorFlow asks whether anybody types
    sys.modules["debugpy"] = None  # type: ignore[assignment]  # ipykernel's debugger, half its start
    for name in PRELOAD:
        importlib.import_module(name)
    Shelf(SHELVED)
    del sys.ps1
    gc.collect()
    gc.freeze()


def settings(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that modules read while they load."""
    return {k: v for k, v in environment.items() if k.startswith(READ_AT_IMPORT) and k not in QUIET}


class Shelf:
    """Modules that are loaded and hidden: their first import finds them here.

    So `import tensorflow` in a fork does to the process what it does in a fresh Python: lines on
    stderr, environment variables, level and stream of a logger, and the names in sys.modules.
    """

    def __init__(self, names: Sequence[str]) -> None:
        before = dict(os.environ)
        self._said = _import_aside(names)
        self._variables = {k: v for k, v in os.environ.items() if before.get(k) != v}
        self._modules = {name: sys.modules.pop(name) for name in names}
        self._specs = {name: module.__spec__ for name, module in self._modules.items()}
        self._logger = logging.getLogger("tensorflow")
        self._logger.setLevel(logging.NOTSET)
        sys.meta_path.insert(0, self)  # type: ignore[arg-type]

    def find_spec(self, name: str, *_: Any) -> ModuleSpec | None:
        """Part of the import system: who loads the module, if it is here."""
        if name not in self._modules:
            return None
        return ModuleSpec(name, self, is_package=True)  # type: ignore[arg-type]

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Part of the import system: the module."""
        return self._modules[spec.name]

    def exec_module(self, _: ModuleType) -> None:
        """Part of the import system: all that the import does besides, for all modules here."""
        sys.meta_path.remove(self)  # type: ignore[arg-type]
        sys.modules.update(self._modules)
        for name, module in self._modules.items():
            module.__spec__ = self._specs[name]
        os.environ.update(self._variables)
        os.write(STDERR, self._said)
        typing = hasattr(sys, "ps1")  # as get_logger in tensorflow/python/platform/tf_logging.py
        self._logger.setLevel(logging.INFO if typing else logging.NOTSET)
        for handler in self._logger.handlers:
            handler.setStream(sys.stdout if typing else sys.stderr)  # type: ignore[attr-defined]
        printing = sys.modules.get("tensorflow.python.ops.logging_ops")
        if printing and hasattr(builtins, "get_ipython"):  # as that module does: tf.print
            printing.enable_interactive_logging()


def _import_aside(names: Sequence[str]) -> bytes:
    """Import the modules; what that writes to stderr."""
    stderr = os.dup(STDERR)
    with tempfile.TemporaryFile() as file:
        os.dup2(file.fileno(), STDERR)
        try:
            for name in names:
                importlib.import_module(name)
        finally:
            os.dup2(stderr, STDERR)
            os.close(stderr)
        file.seek(0)
        return file.read()
