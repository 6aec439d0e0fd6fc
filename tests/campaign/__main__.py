"""`make campaign` (`python -m tests.campaign [NAME…]`): the long runs; exit status 1 if one fails."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path


def main() -> int:
    """Run every campaign of this folder, or those named."""
    here = Path(__file__).parent
    names = sorted(path.stem for path in here.glob("*.py") if not path.stem.startswith("_"))
    wanted = [name for name in names if not sys.argv[1:] or name in sys.argv[1:]]
    failed = []
    for name in wanted:
        print(f"\n{name}", flush=True)
        if importlib.import_module(f"tests.campaign.{name}").main():
            failed.append(name)
    print(f"\nfailed: {', '.join(failed)}" if failed else "\nall campaigns passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
