"""The examples of the how-to pages on rules and schedules load, and their rules and schedules are sound."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.config.load import check_files
from digest.config.shipped import shipped_config
from digest.editions import check_schedule, next_slots
from digest.selection import rules_that_never_match

PAGES = shipped_config().parent / "docs" / "how-to"
pytestmark = pytest.mark.skipif(not PAGES.is_dir(), reason="documentation is part of a checkout, not of a wheel")


@pytest.mark.parametrize(("page", "newsletter_id"), [("sections-and-rules", "foothills"), ("schedules", "porch")])
def test_example_is_a_working_newsletter(page: str, newsletter_id: str, tmp_path: Path) -> None:
    """Written into the shipped configuration, the example has no problem of any kind."""
    folder = tmp_path / "config"
    shutil.copytree(shipped_config(), folder)
    (block,) = re.findall(r"```yaml\n(.*?)```", (PAGES / f"{page}.md").read_text(encoding="utf-8"), re.S)
    head, _, body = block.partition("\n")
    (tmp_path / head.removeprefix("# ")).write_text(body, encoding="utf-8")
    project, problems = check_files(folder, {})
    assert [str(problem) for problem in problems] == []
    assert project is not None
    newsletter = project.get_newsletter(newsletter_id)
    parents = {topic_id: topic.parent for topic_id, topic in project.topics.items() if topic.parent}
    assert not rules_that_never_match(newsletter, topic_parents=parents)
    assert newsletter.schedule is not None
    assert check_schedule(newsletter.schedule) == []


def test_clock_change_is_told_as_the_page_says() -> None:
    """The lines that the page shows for March 2026 are what the schedule gives."""
    project, _ = check_files(shipped_config(), {})
    assert project is not None
    denver = project.get_newsletter("denver")
    assert denver.schedule is not None
    page = (PAGES / "schedules.md").read_text(encoding="utf-8")
    for slot in next_slots(denver.schedule, denver.zone, after=datetime(2026, 3, 5, tzinfo=UTC), count=3):
        line = f"denver  {slot.local.isoformat()}  {slot.at:%Y-%m-%dT%H:%M:%SZ}  {slot.note}".rstrip()
        assert line in page
