"""`/healthz` and `/metrics`: what programs of operators ask, and the documents that say what they get."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from digest.config.load import load_project
from digest.config.shipped import shipped_config
from digest.model.alarm import Alarm, AlarmKind
from digest.pipeline.workspace import Workspace
from digest.store import alarms, subscribers, suppressions
from digest.web.app import create_app
from digest.web.operations.reference import metric_names, metrics_reference

ROOT = Path(__file__).resolve().parents[2]
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
PROJECT = load_project(shipped_config(), {})


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """The shipped project with an empty store."""
    with Workspace(PROJECT, root=tmp_path, clock=lambda: NOON) as opened:
        yield opened


def ask(workspace: Workspace, path: str) -> httpx.Response:
    """Return the answer to a GET."""

    async def scenario() -> httpx.Response:
        transport = httpx.ASGITransport(create_app(workspace))
        async with httpx.AsyncClient(transport=transport, base_url="http://readers.example.com") as client:
            return await client.get(path)

    return asyncio.run(scenario())


def raise_two(workspace: Workspace) -> None:
    """Leave two alarms."""
    with workspace.store.begin() as connection:
        found = [Alarm(AlarmKind.SOURCE_FAILING, name, f"see {name}") for name in ("desk", "wire")]
        alarms.raise_alarms(connection, found, NOON)


def test_healthz_counts_alarms_and_tells_no_detail(workspace: Workspace) -> None:
    """With alarms the answer is still 200, with their number by kind alone: the page is open to everybody."""
    assert (ask(workspace, "/healthz").status_code, ask(workspace, "/healthz").json()) == (200, {"status": "ok"})
    raise_two(workspace)
    answer = ask(workspace, "/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "alarm", "alarms": {"source-failing": 2}})


def test_healthz_says_when_the_store_is_gone(workspace: Workspace) -> None:
    """A store that does not answer is a 503."""
    workspace.store.close()
    with workspace.store.begin() as connection:
        connection.exec_driver_sql("DROP TABLE alarms")
    assert ask(workspace, "/healthz").status_code == 503


def test_metrics_are_those_of_the_table(workspace: Workspace) -> None:
    """Everything that is shown stands in the reference with its kind, its labels and its words, and the other way."""
    raise_two(workspace)
    with workspace.store.begin() as connection:
        subscribers.add_subscribers(connection, [subscribers.NewSubscriber("a@example.com", "a@example.com")], NOON)
        suppressions.add_suppression(connection, "b@example.com", reason="hard bounce", now=NOON)
    text = ask(workspace, "/metrics").text
    families = {family.name: family for family in text_string_to_metric_families(text)}
    shown = {name for name in families if name.startswith("digest_")}
    parts = ("_bucket", "_sum", "_count")
    named = {name for name in metric_names() if name.startswith("digest_") and not name.endswith(parts)}
    assert shown == {name.removesuffix("_total") for name in named}
    assert families["digest_alarms"].samples[0].labels == {"kind": "source-failing"}
    assert families["digest_suppressions"].samples[0].value == 1
    assert len(families["digest_edition_next_slot_timestamp_seconds"].samples) == len(PROJECT.newsletters)
    assert "@" not in text


def test_the_reference_of_metrics_is_what_the_program_would_write() -> None:
    """The page is made from the table of figures."""
    page = ROOT / "docs" / "reference" / "metrics.md"
    assert page.read_text(encoding="utf-8") == metrics_reference(), "run python -m digest.web.operations.reference"


def test_the_dashboard_asks_for_metrics_that_exist() -> None:
    """Every query of the Grafana dashboard names metrics and labels of the table, and each panel has one."""
    board = json.loads((ROOT / "deploy" / "grafana-dashboard.json").read_text(encoding="utf-8"))
    panels = [panel for panel in board["panels"] if panel["type"] != "row"]
    known = metric_names()
    for panel in panels:
        assert panel["targets"], panel["title"]
        for target in panel["targets"]:
            names = set(re.findall(r"\b(?:digest|process)_[a-z_]+", target["expr"]))
            assert names and names <= known.keys(), (panel["title"], names - known.keys())
            labels = set(re.findall(r"by \(([^)]*)\)", target["expr"]))
            used = {label.strip() for group in labels for label in group.split(",")} - {"le"}
            assert used <= {label for name in names for label in known[name]}, panel["title"]
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
