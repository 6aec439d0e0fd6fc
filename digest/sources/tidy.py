"""Drops what feeds put around a story: its headline once more, links to pictures, lines of publishing systems."""

from __future__ import annotations

import re
from collections.abc import Sequence

from digest.sources.blocks import Block, Run
from digest.sources.identity import canonical_url
from digest.sources.parts import label_pattern
from digest.sources.text import strip_teaser

_PICTURE_PATH = re.compile(r"\.(?:jpe?g|png|gif|webp|avif)(?:$|[?#])", re.I)
_DATELINE_CHARACTERS = 80
_SOURCE_LINE_CHARACTERS = 400


def tidy_blocks(blocks: Sequence[Block], *, headline: str, url: str, labels: tuple[str, ...] = ()) -> list[Block]:
    """Return the blocks that tell the story itself.

    Left out are a first block that repeats the headline (perhaps with byline and date), headings before
    the first paragraph, paragraphs that only link to pictures, a last one that only says where the
    story appeared, and teasers such as "Read more".
    """
    kept = [block for block in blocks if not _is_picture_link(block)]
    kept = _without_beginning(kept, headline, labels=labels)
    if kept and _names_its_origin(kept[-1], headline, url=url):
        del kept[-1]
    return _without_teasers(kept)


def _is_picture_link(block: Block) -> bool:
    linked = [run for run in block.runs if run.text.strip()]
    return bool(linked) and all(run.href and _PICTURE_PATH.search(run.href) for run in linked)


def _without_beginning(blocks: list[Block], headline: str, *, labels: tuple[str, ...]) -> list[Block]:
    """Cut repeated headlines and then one heading, as long as something is left after them."""
    start = 0
    while start < len(blocks) - 1 and _repeats(blocks[start], headline):
        start += 1
    is_before_text = start < len(blocks) - 1 and _is_heading(blocks[start]) and blocks[start + 1].kind == "p"
    # A heading may be a label of the brief style; those lead to a part, and there is no lead to hide.
    if is_before_text and label_pattern(labels).find_alone(blocks[start].text) is None:
        start += 1
    rest = blocks[start:]
    if rest and rest[0].kind == "h" and not _is_heading(rest[0]):
        rest[0] = Block("p", rest[0].runs)
    return rest


def _is_heading(block: Block) -> bool:
    """Whether a heading is one: some sites set their first paragraph in the size of a heading."""
    return block.kind == "h" and len(block.text) <= _DATELINE_CHARACTERS and not block.text.endswith((".", "!"))


def _repeats(block: Block, headline: str) -> bool:
    text, title = block.text.casefold(), headline.casefold()
    return bool(title) and text.startswith(title) and len(text) - len(title) <= _DATELINE_CHARACTERS


def _names_its_origin(block: Block, headline: str, *, url: str) -> bool:
    """Whether a short last line links to the story under its own headline, as publishing systems append it."""
    if not url or not headline or len(block.text) > _SOURCE_LINE_CHARACTERS:
        return False
    own = canonical_url(url)
    return any(run.href and canonical_url(run.href) == own and run.text.strip() == headline for run in block.runs)


def _without_teasers(blocks: list[Block]) -> list[Block]:
    while blocks:
        last = blocks[-1].text
        cut = strip_teaser(last)
        if cut == last:
            return blocks
        if cut:
            return [*blocks[:-1], _cut_block(blocks[-1], len(last) - len(cut))]
        blocks = blocks[:-1]
    return blocks


def _cut_block(block: Block, count: int) -> Block:
    """Return the block without its last `count` characters."""
    left = sum(len(run.text) for run in block.runs) - count
    runs: list[Run] = []
    for run in block.runs:
        if left <= 0:
            break
        runs.append(run._replace(text=run.text[:left]))
        left -= len(run.text)
    return Block(block.kind, runs)
