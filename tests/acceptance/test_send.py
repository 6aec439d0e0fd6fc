"""`digest send`: one-off, to a real mail server, to named addresses and to subscribers."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from digest.testing.messages import check_message
from digest.testing.smtp import ScriptedServer

SMTP_SINK = shutil.which("smtp-sink", path="/usr/sbin:/usr/bin:/usr/local/sbin")


@dataclass(frozen=True, slots=True)
class Sink:
    """Postfix's smtp-sink, which keeps each message as a file behind some lines of its own."""

    port: int
    folder: Path

    def messages(self) -> list[bytes]:
        """Return the messages as they came over the wire."""
        return [self._wire_bytes(path.read_bytes()) for path in sorted(self.folder.glob("message.*"))]

    def _wire_bytes(self, kept: bytes) -> bytes:
        body = kept.split(b"\nReceived: ", 1)[1].split(b"\n", 3)[3]
        return body.rstrip(b"\n").replace(b"\n", b"\r\n") + b"\r\n"


@pytest.fixture
def sink() -> Iterator[Sink]:
    """A running smtp-sink; it keeps messages where its own user may write."""
    if SMTP_SINK is None:
        pytest.skip("needs smtp-sink of Debian's package postfix")
    folder = Path(tempfile.mkdtemp(prefix="digest-sink-"))
    folder.chmod(0o777)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    process = subprocess.Popen([SMTP_SINK, *user, "-d", f"{folder}/message.", f"127.0.0.1:{port}", "50"])
    try:
        wait_for(port)
        yield Sink(port, folder)
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder)


def wait_for(port: int) -> None:
    """Return when the port answers."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
    raise AssertionError("smtp-sink did not start")


def through(sink: Sink) -> dict[str, str]:
    """Return the environment that names the sink as the mail server."""
    return {
        "DIGEST_SMTP__HOST": "127.0.0.1",
        "DIGEST_SMTP__PORT": str(sink.port),
        "DIGEST_SMTP__SECURITY": "none",
    }


@pytest.mark.postfix
def test_send_to_an_address(project, sink):
    """An edition sent to a named address arrives at a real server, and every byte of it is as it should be."""
    report = project.with_env(**through(sink)).json("send", "denver", "--to", "a@example.com")
    assert {name: report[name] for name in ("selected", "sent", "failed", "queued")} == {
        "selected": 1,
        "sent": 1,
        "failed": 0,
        "queued": 0,
    }
    (message,) = sink.messages()
    assert check_message(message, recipient="a@example.com") == []


@pytest.mark.postfix
def test_send_to_subscribers_once(project, sink):
    """A slot goes to every confirmed subscriber once, however often it is asked for."""
    program = project.with_env(**through(sink))
    (project.folder / "list.csv").write_text(
        "email,name\n" + "".join(f"r{n}@example.com,Reader {n}\n" for n in range(5))
    )
    added = program.json("subscribers", "import", "list.csv", "--newsletter", "denver", "--consent", "test")
    assert added == {"added": 5, "updated": 0, "refused": []}
    at = program.json("build", "denver", "--out", "var/build")["slot"]
    reports = [program.json("send", "denver", "--at", at) for _ in range(2)]
    assert [report["sent"] for report in reports] == [5, 5]
    assert reports[0]["edition"] == reports[1]["edition"]
    recipients = sorted(line for m in sink.messages() for line in m.split(b"\r\n") if line.startswith(b"To: "))
    assert recipients == [f"To: Reader {n} <r{n}@example.com>".encode() for n in range(5)]


def test_send_without_a_server_says_what_is_wrong(project):
    """An unreachable mail server ends with status 1, the reason, and every delivery still queued."""
    unreachable = {"DIGEST_SMTP__HOST": "127.0.0.1", "DIGEST_SMTP__PORT": "1", "DIGEST_SMTP__SECURITY": "none"}
    done = project.with_env(**unreachable).run("send", "denver", "--to", "a@example.com", "--json")
    assert done.returncode == 1
    assert '"queued": 1' in done.stdout
    assert "127.0.0.1:1" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.postfix
def test_a_killed_send_is_resumed_at_once(project, sink):
    """After `kill -9` in mid-send, `--resume` goes on without waiting, reaches everybody, and repeats few."""
    program = project.with_env(**through(sink), DIGEST_SMTP__PER_SECOND="150")
    rows = "".join(f"r{n}@example.com\n" for n in range(300))
    (project.folder / "list.csv").write_text("email\n" + rows)
    program.json("subscribers", "import", "list.csv", "--newsletter", "denver", "--consent", "test")
    with program.running("send", "denver") as sending:
        while len(list(sink.folder.glob("message.*"))) < 50:
            assert sending.poll() is None
        sending.kill()
        sending.wait()
    refused = program.run("send", "denver")
    assert refused.returncode == 2
    assert "--resume" in refused.stderr
    report = program.json("send", "denver", "--resume")
    assert (report["selected"], report["sent"], report["state"]) == (300, 300, "done")
    recipients = [line for m in sink.messages() for line in m.split(b"\r\n") if line.startswith(b"To: ")]
    assert len(set(recipients)) == 300
    assert len(recipients) - 300 <= 108


@pytest.mark.postfix
def test_sigterm_ends_a_send_in_good_order(project, sink):
    """SIGTERM in mid-send leaves nothing under way and nobody repeated, and says how to go on; `--resume` does."""
    program = project.with_env(**through(sink), DIGEST_SMTP__PER_SECOND="150")
    (project.folder / "list.csv").write_text("email\n" + "".join(f"r{n}@example.com\n" for n in range(250)))
    program.json("subscribers", "import", "list.csv", "--newsletter", "denver", "--consent", "test")
    with program.running("send", "denver") as sending:
        while len(list(sink.folder.glob("message.*"))) < 50:
            assert sending.poll() is None
        sending.terminate()
        told, _ = sending.communicate(timeout=20)
        assert sending.returncode == 1
    (edition,) = [one for one in program.lines("editions", "list") if one["newsletter"] == "denver"]
    assert edition["queued"] > 0
    assert edition["sent"] == len(sink.messages()) == 250 - edition["queued"]
    assert f"250 selected = {edition['sent']} sent + 0 suppressed + 0 failed + 0 uncertain + 0 deferred" in told
    assert "digest send denver --resume" in told
    assert program.with_env(DIGEST_SMTP__PER_SECOND="5000").json("send", "denver", "--resume")["sent"] == 250
    assert len(sink.messages()) == 250


def test_an_alert_leaves_the_json_alone(project):
    """What a person must mend is told beside the JSON, not inside of it."""

    async def send(port):
        names = {"HOST": "127.0.0.1", "PORT": str(port), "SECURITY": "none", "USERNAME": "digest", "PASSWORD": "wrong"}
        program = project.with_env(**{f"DIGEST_SMTP__{name}": value for name, value in names.items()})
        return await asyncio.to_thread(program.run, "send", "denver", "--to", "a@example.com", "--json")

    async def refused():
        async with ScriptedServer(password="right") as server:
            return await send(server.port)

    done = asyncio.run(refused())
    assert done.returncode == 1
    assert json.loads(done.stdout)["queued"] == 1
    assert "535" in done.stderr
    assert "Traceback" not in done.stderr
