"""A day of 22 newsletters in simulated time, with failing sources and outages: sums agree, the right alarms come."""

from __future__ import annotations

import asyncio
from pathlib import Path

from digest.config.load import load_project
from digest.config.shipped import shipped_config
from digest.testing.simulated_day import DAY, READERS, SimulatedDay, day_table

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "simulated-day.md"
AT_THE_LAKES = ("columbus", "chicago", "des-moines", "twin-cities")
PARTS = ("sent", "suppressed", "failed", "uncertain", "deferred", "queued")


def test_a_day_ends_with_the_sums_agreeing_and_the_right_alarms(tmp_path: Path) -> None:
    """Each newsletter has one edition and outcome, each reader one copy, each trouble its alarm; the page says so."""
    report = asyncio.run(SimulatedDay(tmp_path / "day").run())
    newsletters = load_project(shipped_config(), {}).newsletters
    rows = {row["newsletter"]: row for row in report.editions}
    assert len(report.editions) == len(rows) == len(newsletters) == 22

    assert all(row["selected"] == sum(row[part] for part in PARTS) for row in rows.values())
    skipped = {name for name, row in rows.items() if row["state"] == "skipped"}
    assert skipped == {"pro-rata", DAY.lacks_stories, *AT_THE_LAKES}
    assert all(rows[name]["reason"] for name in skipped), "each skipped slot says why"
    done = rows.keys() - skipped
    assert {rows[name]["state"] for name in done} == {"done"}
    assert {name: rows[name]["failed"] for name in done if rows[name]["failed"]} == {DAY.has_gone_readers: 2}

    assert set(report.accepted.values()) == {1}, "nobody got anything twice"
    assert len(report.accepted) == len(done) * READERS - 2 == sum(row["sent"] for row in rows.values())

    raised = [(told.kind, told.subject.partition("-2026")[0]) for told in report.told if not told.is_over]
    assert raised == [
        ("source-failing", DAY.failing_source),
        *(("thin-edition", city) for city in AT_THE_LAKES),
        ("send-slow", "atlanta"),
        ("send-slow", "dc"),
        ("send-slow", "tampa-bay"),
        ("bounce-rate", DAY.has_gone_readers),
        ("edition-missing", "pro-rata"),
        ("thin-edition", DAY.lacks_stories),
    ]
    over = {(told.kind, told.subject.partition("-2026")[0]) for told in report.told if told.is_over}
    assert over == {one for one in raised if one[0] in ("source-failing", "send-slow")}

    zones = {newsletter.id: newsletter.zone for newsletter in newsletters.values()}
    command = "python -m digest.testing.simulated_day docs/reference/simulated-day.md"
    assert PAGE.read_text(encoding="utf-8") == day_table(report, zones), f"run {command}"
