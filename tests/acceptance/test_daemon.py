"""`digest daemon`: an edition at its time, once, also over a restart."""

from __future__ import annotations

import json
import signal
import subprocess
import threading
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

ZONE = "America/Denver"
LONGEST_S = 120


def events(process: subprocess.Popen[str], *, until: str) -> list[dict[str, object]]:
    """Read log lines up to and with the first one of the event `until`; ends the process when it does not come."""
    assert process.stdout is not None
    deadline = threading.Timer(LONGEST_S, process.kill)
    deadline.start()
    read = []
    try:
        for line in process.stdout:
            if line.startswith("{"):
                read.append(json.loads(line))
                if read[-1].get("event") == until:
                    return read
    finally:
        deadline.cancel()
    raise AssertionError(f"no event {until!r} came: {read}")


def only_denver(folder: Path, slot: datetime) -> None:
    """Leave one newsletter, due at the slot alone."""
    for path in (folder / "config" / "newsletters").glob("[!_]*.yaml"):
        if path.stem != "denver":
            path.unlink()
    path = folder / "config" / "newsletters" / "denver.yaml"
    kept = [line for line in path.read_text().splitlines() if not line.startswith("schedule:")]
    kept.append(f'schedule: {{extra: ["{slot:%Y-%m-%d %H:%M:%S}"]}}')
    path.write_text("\n".join(kept) + "\n")


def test_daemon_sends_a_due_edition_once(project):
    """An edition goes out at its slot; after SIGTERM and a restart it does not go out again."""
    consent = ("--newsletter", "denver", "--consent", "test")
    for name in ("ada", "bo"):
        assert project.run("subscribers", "add", f"{name}@example.com", *consent).returncode == 0
    # Only what the daemon needs to start lies between this moment and the slot.
    only_denver(project.folder, datetime.now(ZoneInfo(ZONE)) + timedelta(seconds=20))
    with project.running("daemon", "--no-web") as daemon:
        edition = events(daemon, until="edition")[-1]
        assert (edition["selected"], edition["sent"]) == (2, 2), edition
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(timeout=40) == 0
    assert len(list((project.folder / "var" / "caught").glob("*.eml"))) == 2

    with project.running("daemon", "--no-web") as daemon:
        events(daemon, until="ready")
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(timeout=40) == 0
    assert len(list((project.folder / "var" / "caught").glob("*.eml"))) == 2
    ledger = project.lines("editions", "list")
    assert [(row["newsletter"], row["state"], row["sent"]) for row in ledger] == [("denver", "done", 2)]
