import asyncio
import sys
from pathlib import Path

import httpx
import pytest

from digest.config.sources import SourceConfig
from digest.model.source import Reading, ReadingStatus, SourceState
from digest.sources import read_source
from digest.testing.feeds import make_context

GUIDE = Path(__file__).parents[3] / "docs" / "how-to" / "sources.md"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on the path with the worked example of the guide, installed as a package would be."""
    code = GUIDE.read_text().split("```python\n", 1)[1].split("```", 1)[0]
    (tmp_path / "council_minutes.py").write_text(code)
    about = tmp_path / "council_minutes-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: council-minutes\nVersion: 1.0\n")
    points = GUIDE.read_text().split('[project.entry-points."digest.sources"]\n', 1)[1].split("```", 1)[0]
    (about / "entry_points.txt").write_text(
        "[digest.sources]\n" + points.replace('"', "") + "broken = council_minutes:missing\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "council_minutes", raising=False)
    return tmp_path


def _read(source: SourceConfig, answer: httpx.Response) -> Reading:
    async def run() -> Reading:
        async with make_context(lambda _: answer) as context:
            return await read_source(source, SourceState(source.id), context=context)

    return asyncio.run(run())


def test_the_worked_example_of_the_guide(installed: Path) -> None:
    """The plug-in in the guide works as it stands there, and its HTML is cleaned."""
    source = SourceConfig(id="council", type="council-minutes", options={"board": "harbour"})
    minutes = [
        {
            "number": 12,
            "title": "Budget <b>passed</b>",
            "text": "<p>Seven to two.<script>x</script></p>",
            "day": "2024-05-30",
        }
    ]
    reading = _read(source, httpx.Response(200, json=minutes))
    assert reading.error == ""
    assert [(story.guid, story.lead) for story in reading.stories] == [("harbour-12", ("Seven to two.",))]
    assert installed.exists()


def test_a_failing_plugin_is_an_error_of_its_source(installed: Path) -> None:
    """What a plug-in raises, or cannot import, is one line."""
    source = SourceConfig(id="council", type="council-minutes", options={"board": "harbour"})
    reading = _read(source, httpx.Response(200, text="no json"))
    assert reading.status is ReadingStatus.ERROR
    assert "council-minutes" in reading.error
    broken = _read(SourceConfig(id="b", type="broken"), httpx.Response(200))
    assert broken.status is ReadingStatus.ERROR
    assert installed.exists()


def test_an_unknown_type_names_the_known_ones(installed: Path) -> None:
    """A misspelt type is told with what is installed."""
    reading = _read(SourceConfig(id="x", type="council-minute"), httpx.Response(200))
    assert "council-minutes" in reading.error
    assert installed.exists()
