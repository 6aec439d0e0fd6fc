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
    "templates/brief/partials/note.mjml.j2": "<mj-section><mj-column>\n"
    "<mj-text>{{ edition.note }}</mj-text>\n</mj-column></mj-section>\n",
}
STORIES = (
    (
        "A Denver bakery sells its ovens to its bakers",
        "Flour, rye and 23 owners: the bakery changes hands in Denver tonight.",
    ),
    ("Library fines end across Denver", "Readers returned 4,100 overdue novels once the late fees were struck out."),
    ("Denver repaints its oldest bridge", "Scaffolding hides the ironwork over Cherry Creek until the swallows leave."),
    (
        "Tomatoes grow on a Denver rooftop",
        "A gardener hauled soil up nine floors, and the restaurant below buys it all.",
    ),
    (
        "Night clinic opens its doors in Denver",
        "Nurses treat sprains and fevers between dusk and dawn without an appointment.",
    ),
    ("Denver orchestra hires a tuba player", "Brass auditions drew musicians from eleven states to the concert hall."),
    ("Snowmelt fills the reservoir above Denver", "Engineers opened two spillways after a warm week in the mountains."),
    ("Velodrome racers return to Denver", "Cyclists circle a banked timber track that carpenters rebuilt by hand."),
)
"""Headline and text, the freshest first; no two tell the same event."""


def write_project(folder: Path) -> Path:
    """Write a project of two newsletters and eight stories, `story-1` the freshest; return its `config` folder."""
    for name, text in _FILES.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.lstrip(), encoding="utf-8")
    for number, (headline, text) in enumerate(STORIES, 1):
        write_story(folder / "config", number, headline, text)
    return folder / "config"


def write_story(config: Path, number: int, headline: str, text: str) -> None:
    """Write one story of the desk, so many hours old."""
    file = config / "desk" / f"story-{number}.md"
    file.parent.mkdir(parents=True, exist_ok=True)
    page = f"https://desk.example.com/{number}"
    facts = (f"headline: {headline}", f"guid: story-{number}", f"url: {page}", f"age: {number}h")
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
