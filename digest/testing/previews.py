"""A small project and a served preview bench for tests; asserts nothing."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from digest.web.preview.server import Place, open_preview

CHROMIUM = Path("/usr/bin/chromium")

_FILES = {
    "config/digest.yaml": """
brand: {name: The Gazette, postal_address: "100 Example Street, Springfield"}
sender: {email: letters@example.com}
store: sqlite:///var/digest.db
templates: templates
web: {public_url: https://letters.example.com/}
""",
    "config/sources.yaml": 'sources:\n  - {id: desk, name: The Desk, path: desk, home: "Denver, CO"}\n',
    "config/regions.yaml": 'regions:\n  denver: {place: "Denver, CO"}\n',
    "config/topics.yaml": "topics:\n  business: {use: default, categories: [Business]}\n",
    "config/newsletters/denver.yaml": """
name: Denver
kind: regional
region: denver
timezone: America/Denver
schedule: {at: "06:30"}
window: {length: 7d, since: fixed}
min_stories: 2
sections:
  - {title: 1 big thing, match: {regions: [$region]}, limit: 1, layout: lead}
  - {title: Around town, match: {regions: [$region]}, limit: 3}
more_headlines: {limit: 2}
""",
    "config/newsletters/money.yaml": """
name: Money
timezone: America/New_York
schedule: {at: "16:45"}
window: {length: 7d, since: fixed}
min_stories: 1
sections:
  - {title: Companies, match: {sources: [desk]}, limit: 3}
""",
    "templates/brief/partials/note.mjml.j2": "<mj-text>{{ edition.note }}</mj-text>\n",
}
_TOLD = ("Bakery", "Library", "Bridge", "Garden", "Clinic", "Orchestra", "Reservoir", "Velodrome")


def write_project(folder: Path) -> Path:
    """Write a project of two newsletters and eight stories, `story-1` the freshest; return its `config` folder."""
    for name, text in _FILES.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.lstrip(), encoding="utf-8")
    for number, subject in enumerate(_TOLD, 1):
        write_story(folder / "config", number, f"{subject} number {number} opens in Denver")
    return folder / "config"


def write_story(config: Path, number: int, headline: str, *, body: str = "") -> None:
    """Write one story of the desk; the higher its number, the older it is."""
    file = config / "desk" / f"story-{number}.md"
    file.parent.mkdir(parents=True, exist_ok=True)
    subject = headline.split()[0].lower()
    text = (
        body or f"Denver, Colorado's {subject} has {number * 17} rooms, {number * 31} doors and one {subject} keeper."
    )
    facts = (
        f"headline: {headline}",
        f"guid: story-{number}",
        f"url: https://desk.example.com/{number}",
        f"age: {number}h",
    )
    file.write_text("\n".join(["---", *facts, "---", text, ""]), encoding="utf-8")


@contextmanager
def served_bench(config: Path, *, host: str = "127.0.0.1") -> Iterator[str]:
    """Serve the bench of a configuration on a free port, in a thread of its own; give the address to open."""
    ready, ended = threading.Event(), threading.Event()
    told: list[str] = []

    async def serve() -> None:
        async with open_preview(config, place=Place(host, 0)) as address:
            told.append(address)
            ready.set()
            await asyncio.to_thread(ended.wait)

    def run() -> None:
        try:
            asyncio.run(serve())
        finally:
            ready.set()

    thread = threading.Thread(target=run, name="bench")
    thread.start()
    ready.wait()
    try:
        if not told:
            raise RuntimeError("the bench could not be served")
        yield told[0]
    finally:
        ended.set()
        thread.join()
