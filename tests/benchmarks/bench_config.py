"""Measures the start of the program, and `digest check` on a generated project of 500 newsletters."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

NEWSLETTERS = 500
RUNS = 3

_DIGEST = """\
brand: {name: The Brief, postal_address: "100 Example Street, Springfield"}
sender: {email: newsletters@example.com}
"""
_CITIES = {
    "denver": ("Denver, CO", "America/Denver", "US-CO"),
    "chicago": ("Chicago, IL", "America/Chicago", "US-IL"),
    "atlanta": ("Atlanta, GA", "America/New_York", "US-GA"),
    "austin": ("Austin, TX", "America/Chicago", "US-TX"),
    "nashville": ("Nashville, TN", "America/Chicago", "US-TN"),
    "boise": ("Boise, ID", "America/Boise", "US-ID"),
}
_TOPICS = ("business", "sports", "tech", "politics", "health")
_BASE = """\
kind: regional
sections:
  - {title: 1 big thing, match: {regions: [$region]}, limit: 1, layout: lead}
  - {title: Business, match: {all: [{regions: [$region]}, {topics: [business]}]}, limit: 3}
  - {title: In brief, match: {regions: [$region]}, limit: 4, layout: brief}
fallback: [{window: 3d}]
"""


def write_project(folder: Path, count: int) -> Path:
    """Write a configuration of `count` newsletters: four fifths regional with a base file, one fifth of their own."""
    newsletters = folder / "newsletters"
    newsletters.mkdir(parents=True)
    (folder / "digest.yaml").write_text(_DIGEST)
    (folder / "sources.yaml").write_text('sources:\n  - {id: wire, url: "https://news.example.com/feed.xml"}\n')
    regions = "".join(f"  {name}: {{place: '{place}'}}\n" for name, (place, _, _) in _CITIES.items())
    (folder / "regions.yaml").write_text(f"regions:\n{regions}")
    (folder / "topics.yaml").write_text("topics:\n" + "".join(f"  {name}: {{use: default}}\n" for name in _TOPICS))
    (newsletters / "_city.yaml").write_text(_BASE)
    for number in range(count):
        text = _regional(number) if number % 5 else _topical(number)
        (newsletters / f"letter-{number:03}.yaml").write_text(text)
    return folder


def _regional(number: int) -> str:
    region, (_, zone, holidays) = list(_CITIES.items())[number % len(_CITIES)]
    tagline = f"tagline: Number {number}, before the first coffee\n" if number % 2 else ""
    sponsor = "sponsor: {name: A sponsor, text: What it says.}\n" if number % 7 == 0 else ""
    return (
        f"extends: city\nname: Letter {number}\nplace: Place {number}\n{tagline}{sponsor}"
        f'prompt: {{headline: "Letter {number}", blurb: "What changed overnight."}}\n'
        f'accent: {{light: "#b3402a", dark: "#f08a6f"}}\ntimezone: {zone}\n'
        f'schedule: {{at: "06:{number % 60:02}", days: [mon, tue, wed, thu, fri], holidays: {holidays}}}\n'
        f"region: {region}\n"
    )


def _topical(number: int) -> str:
    topic = _TOPICS[number % len(_TOPICS)]
    return (
        f'name: Letter {number}\ntopic: {topic}\nschedule: {{at: "07:{number % 60:02}"}}\nsections:\n'
        f"  - {{title: 1 big thing, match: {{topics: [$topic]}}, limit: 1, layout: lead}}\n"
        f"  - title: Work\n    match: {{topics: [$topic], any: [{{keywords: [wage*, union]}}, {{tags: [jobs]}}]}}\n"
        f"  - {{title: In brief, match: {{topics: [$topic]}}, limit: 4, layout: brief}}\n"
    )


def spend(arguments: list[str]) -> tuple[float, float]:
    """Run the program; return the best wall time and CPU time of some runs, in seconds."""
    runs = []
    for _ in range(RUNS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        began = time.perf_counter()
        subprocess.run([sys.executable, "-m", "digest", *arguments], check=True, capture_output=True)
        wall_s = time.perf_counter() - began
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        runs.append((wall_s, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime))
    return min(wall for wall, _ in runs), min(cpu for _, cpu in runs)


def run() -> list[tuple[str, str]]:
    """Return the figures as (what, value with its goal). Bytecode is written first, as an installation has it."""
    kept = {name: os.environ.pop(name, None) for name in ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX")}
    figures = []
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PYTHONPYCACHEPREFIX"] = f"{folder}/bytecode"
        config = write_project(Path(folder) / "config", NEWSLETTERS)
        try:
            for what, arguments, goal in (
                ("digest --help", ["--help"], "< 0.4 s"),
                (f"digest check on {NEWSLETTERS} newsletters", ["--config", str(config), "check"], "< 2 s"),
            ):
                wall_s, cpu_s = spend(arguments)
                figures.append((what, f"{wall_s:.2f} s, {cpu_s:.2f} s of CPU (goal {goal})"))
        finally:
            del os.environ["PYTHONPYCACHEPREFIX"]
            os.environ.update({name: value for name, value in kept.items() if value is not None})
    return figures


def main() -> None:
    """Print the figures."""
    for what, value in run():
        print(f"{what}: {value}")


if __name__ == "__main__":
    main()
