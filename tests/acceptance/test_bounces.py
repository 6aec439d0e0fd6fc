"""`digest bounces` as its users run it: without a project, in one, over a Maildir."""

from __future__ import annotations

import json
import subprocess

from digest.testing.mails import complaint_report, ordinary_mails, status_report

KEYS = {"file", "kind", "recipients", "status", "reason"}


def test_reports_are_classified_in_any_folder(empty):
    """Without configuration every file gives one JSON line with kind, recipients, status and reason."""
    messages = {
        "gone.eml": status_report("gone@example.org"),
        "full.eml": status_report("full@example.org", status="5.2.2", diagnostic="smtp; 552 5.2.2 mailbox full"),
        "angry.eml": complaint_report("angry@example.org"),
        "away.eml": b"From: a@example.org\r\nSubject: Automatic reply: News\r\n\r\nBack on Monday.",
        "letter.eml": next(ordinary_mails(1)),
    }
    for name, raw in messages.items():
        (empty.folder / name).write_bytes(raw)
    told = {line["file"]: line for line in empty.lines("bounces", "read", *messages)}
    assert all(set(line) == KEYS for line in told.values())
    kinds = {name: line["kind"] for name, line in told.items()}
    assert kinds == {
        "gone.eml": "hard",
        "full.eml": "soft",
        "angry.eml": "complaint",
        "away.eml": "auto-reply",
        "letter.eml": "none",
    }
    assert told["gone.eml"]["recipients"] == ["gone@example.org"]
    assert told["gone.eml"]["status"] == "5.1.1"
    assert not (empty.folder / "var").exists()


def test_a_missing_file_is_told(empty):
    """A file that is not there ends with status 2 and its name."""
    done = empty.run("bounces", "read", "nowhere.eml")
    assert done.returncode == 2
    assert "nowhere.eml" in done.stderr
    assert "Traceback" not in done.stderr


def test_standard_input(empty):
    """A pipe of the mail server is read as `-`."""
    command = empty.command("bounces", "read", "-", "--json")
    raw = status_report("gone@example.org")
    done = subprocess.run(command, cwd=empty.folder, env=empty.environment(), input=raw, capture_output=True)
    assert json.loads(done.stdout)["kind"] == "hard"


def test_a_report_in_a_project_suppresses_a_reader_of_an_edition(project):
    """An edition goes out, its return path comes back from a Maildir, and the reader is suppressed, once."""
    sent = project.json("send", "denver", "--to", "reader@example.com")
    assert sent["sent"] == 1
    caught = sorted((project.folder / "var" / "caught").glob("*.json"))
    return_path = json.loads(caught[0].read_text())["envelope_from"]
    raw = status_report("reader@example.com", to=return_path)
    (project.folder / "report.eml").write_bytes(raw)
    (dry,) = project.lines("bounces", "read", "--dry-run", "report.eml")
    assert set(dry) == KEYS
    box = project.folder / "var" / "maildir"
    for name in ("new", "cur", "tmp"):
        (box / name).mkdir(parents=True)
    (box / "new" / "1.host").write_bytes(raw)
    (box / "new" / "2.host").write_bytes(next(ordinary_mails(1)))
    configured = project.with_env(DIGEST_BOUNCES__MAILDIR="var/maildir")
    sums = configured.json("bounces", "run")
    assert (sums["read"], sums["suppressed"], sums["nothing"]) == (2, 1, 1)
    assert configured.json("bounces", "run")["read"] == 0
    (again,) = project.lines("bounces", "read", "report.eml")
    assert again["outcome"] == "repeated"
    (suppression,) = project.lines("suppressions", "list")
    assert (suppression["address"], suppression["reason"]) == ("reader@example.com", "hard bounce")
    assert len(list((project.folder / "var" / "bounces").glob("*.eml"))) == 1


def test_a_maildir_that_is_none_is_told(project):
    """A wrong path in the settings ends with one line and status 1."""
    done = project.with_env(DIGEST_BOUNCES__MAILDIR="nowhere").run("bounces", "run")
    assert done.returncode == 1
    assert "no Maildir" in done.stderr
    assert "Traceback" not in done.stderr
