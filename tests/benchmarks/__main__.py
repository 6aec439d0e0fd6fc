"""`make benchmark` (`python -m tests.benchmarks [NAME…]`): runs the benchmarks and prints their figures."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path


def main() -> None:
    """Run every benchmark of this folder, or those named, one after the other."""
    here = Path(__file__).parent
    names = sorted(path.stem for path in here.glob("bench_*.py"))
    wanted = [name for name in names if not sys.argv[1:] or any(word in name for word in sys.argv[1:])]
    for name in wanted:
        print(f"\n{name.removeprefix('bench_')}", flush=True)
        for what, value in importlib.import_module(f"tests.benchmarks.{name}").run():
            print(f"  {what:<64} {value}", flush=True)


if __name__ == "__main__":
    main()
