"""Imports torch and transformers on the model's thread, and leaves the interpreter to the window meanwhile.

What a thread does inside a library's C code stops all other threads of the process unless that code gives up the interpreter's
lock, and loading torch's own libraries does not. Three things held the window still for a quarter of a second, and now for less
than a tenth (measured by `afterword bench editor`, 2 cores).
"""

from __future__ import annotations

import ctypes
import gc
import importlib.util
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def import_libraries() -> None:
    """Import all that loading a model needs; returns at once the second time. Raises ImportError."""
    if "transformers.modeling_utils" in sys.modules:
        return
    _load_torch_libraries()
    with _no_collection():
        import transformers.modeling_utils
        import transformers.models.auto.modeling_auto  # noqa: F401


def _load_torch_libraries() -> None:
    """Have the system's linker bring torch's libraries in, through a call that gives up the interpreter's lock; on Linux.

    `import torch` does this by `ctypes.CDLL` and by importing its extension, and both keep the lock: 150 ms. A library that is
    there already costs them nothing.
    """
    found = importlib.util.find_spec("torch")
    if sys.platform != "linux" or found is None or found.origin is None:
        return
    try:
        dlopen = ctypes.CDLL(None).dlopen
    except (OSError, AttributeError):
        return
    dlopen.restype, dlopen.argtypes = ctypes.c_void_p, (ctypes.c_char_p, ctypes.c_int)
    # The first is for all to see, as torch itself has it.
    for library, how in (("libtorch_global_deps.so", os.RTLD_NOW | os.RTLD_GLOBAL), ("libtorch_cpu.so", os.RTLD_NOW)):
        dlopen(os.fsencode(Path(found.origin).parent / "lib" / library), how)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Collect no garbage meanwhile, and never look at what is there at the end.

    The libraries make half a million objects that stay: the collector goes through them all several times while they are made
    (100 ms), and would at every full collection after.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_on:
            gc.enable()


def give_back_memory() -> None:
    """Have the C library return what was freed: it keeps half of the memory of a model for itself (glibc; 20 models in turn)."""
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (OSError, AttributeError, TypeError):  # another C library
        return
    trim.argtypes = (ctypes.c_size_t,)
    trim(0)
