"""What the numbers were measured on."""

from __future__ import annotations

import importlib.metadata
import platform
from pathlib import Path
from typing import Any

import psutil

from afterword import __version__


def describe() -> dict[str, Any]:
    """Processor, physical cores, memory in GB, and operating system."""
    return {
        "processor": _processor(),
        "cores": cores(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30),
        "os": f"{platform.system()} {platform.release()}",
    }


def cores() -> int:
    """Physical cores."""
    return psutil.cpu_count(logical=False) or psutil.cpu_count() or 1


def versions() -> dict[str, str]:
    """Of Afterword, Python and what the engine stands on; nothing is imported for it."""
    packages = {name: importlib.metadata.version(name) for name in ("torch", "transformers")}
    return {"afterword": __version__, "python": platform.python_version(), **packages}


def peak_memory_mb() -> float:
    """The most memory that this process has held so far (resident), in millions of bytes."""
    status = Path("/proc/self/status")
    if status.exists():
        # getrusage's maximum is inherited from the process that started this one; the kernel's own mark is not (proc(5)).
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024 / 1e6
    memory = psutil.Process().memory_info()
    if hasattr(memory, "peak_wset"):  # Windows
        return float(memory.peak_wset / 1e6)
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6  # macOS counts bytes


def _processor() -> str:
    known = Path("/proc/cpuinfo")
    for line in known.read_text("utf-8", "replace").splitlines() if known.exists() else ():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
