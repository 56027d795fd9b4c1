"""On which machine was it measured?"""

from __future__ import annotations

import os
import platform
import re
from importlib.metadata import version
from pathlib import Path

PARTS = ("numpy", "pyarrow", "polars", "lightgbm", "deltalake", "starlette", "uvicorn")
CPUS = Path("/proc/cpuinfo")


def machine() -> dict[str, object]:
    """Cores, processor, memory, system, Python, and the parts that matter for speed."""
    return {
        "cores": os.cpu_count(),
        "cpu": _cpu(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 2),  # before the first figure: above the cores, figures are too high
        "parts": {name: version(name) for name in PARTS},
    }


def _cpu() -> str:
    """The processor's own name, where the system tells it."""
    told = re.search(r"model name\s*:\s*(.+)", CPUS.read_text(encoding="utf-8")) if CPUS.exists() else None
    return told[1].strip() if told else platform.processor() or "unknown"
