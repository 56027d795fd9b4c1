"""What must be known of the machine before numpy is loaded?"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

CPUS: Final = Path("/proc/cpuinfo")
SLOW: Final = ("AuthenticAMD", "cpu family\t: 25\n")  # Zen 4 compresses to memory in microcode


def sort_fast() -> None:
    """Keep numpy from sorting by AVX-512 where that takes five times as long as AVX2; of no use once it is loaded.

    Measured on Zen 4: 42 ns a float of 131,072 by AVX-512, 8 ns by AVX2. What the owner has set stays.
    """
    if "numpy" in sys.modules or not CPUS.exists():
        return
    with CPUS.open(encoding="utf-8", errors="replace") as file:
        said = file.read(200)
    if all(word in said for word in SLOW):
        os.environ.setdefault("NPY_DISABLE_CPU_FEATURES", "X86_V4")
