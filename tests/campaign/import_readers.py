"""Import a million rows, twice, by the command line: `python -m tests.campaign.import_readers [ROWS]`."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from digest.config.shipped import shipped_config

MOST_S = 60.0
MOST_MB = 200.0
_RUN = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stderr=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(done.returncode, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
"""


def main(rows: int = 1_000_000) -> int:
    """Print seconds, processor seconds and memory of both runs; return 1 where a figure or a count is missed.

    The goal of a minute is asked of processor seconds for each million rows, so that a busy machine does not decide.
    """
    good = True
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(shipped_config(), folder / "config")
        refused = _write(folder / "list.csv", rows)
        for turn, added in (("first", rows - refused), ("again", 0)):
            began = time.monotonic()
            report, used = _import(folder)
            wall = time.monotonic() - began
            print(
                f"{turn}: {wall:.1f} s, {used[0]:.1f} s of processor time, {used[1]:.0f} MB; {report['added']:,} added"
            )
            counts = (report["added"], report["updated"], len(report["refused"]))
            good = good and counts == (added, 0, refused)
            good = good and used[0] * 1_000_000 / rows < MOST_S and used[1] < MOST_MB
    return 0 if good else 1


def _write(file: Path, rows: int) -> int:
    """Write a list as a spreadsheet would, one row in a thousand broken; return how many are."""
    rng, refused = random.Random(8), 0
    with file.open("w", encoding="utf-8") as out:
        out.write("E-Mail;First name;Last name;Plan;City;Time zone\n")
        for number in range(rows):
            is_broken = number % 1000 == 7
            refused += is_broken
            address = f"reader{number}" if is_broken else f"Reader{number}@host{number % 5000}.example.com"
            plan = rng.choice(("pro", "free"))
            out.write(f"{address};Ann;Example{number};{plan};Springfield;America/Denver\n")
    return refused


def _import(folder: Path) -> tuple[dict[str, object], tuple[float, float]]:
    command = [sys.executable, "-m", "digest", "--config", str(folder / "config"), "subscribers", "import"]
    command += [str(folder / "list.csv"), "--newsletter", "denver", "--consent", "campaign", "--json"]
    run = subprocess.run([sys.executable, "-c", _RUN, *command], capture_output=True, text=True, check=True)
    printed, _, last = run.stdout.strip().rpartition("\n")
    status, seconds, megabytes = last.split()
    if status != "0":
        raise SystemExit(f"the import ended with {status}")
    return json.loads(printed), (float(seconds), float(megabytes))


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:2])))
