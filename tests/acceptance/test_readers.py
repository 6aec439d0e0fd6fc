"""The readers' pages as `digest daemon` serves them, and floods of sign-ups."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import threading
import time
from email import message_from_bytes
from email.policy import default
from urllib.parse import urlencode

import pytest

from digest.testing.readers import readers_pages

LONGEST_S = 120
FLOOD = int(os.environ.get("FLOOD", "1000"))
"""Posts of a flood; FLOOD=10000 is the figure that the pages were built for, and takes a minute."""


def wait_until_ready(process: subprocess.Popen[str]) -> None:
    """Read the log until the daemon is ready; ends the process when that does not come."""
    assert process.stdout is not None
    deadline = threading.Timer(LONGEST_S, process.kill)
    deadline.start()
    try:
        ready = any(line.startswith("{") and json.loads(line).get("event") == "ready" for line in process.stdout)
    finally:
        deadline.cancel()
    assert ready


class Site:
    """The pages of a running daemon, visited without cookies."""

    def __init__(self, port: int) -> None:
        self._port = port

    def ask(self, method: str, path: str, **fields: str) -> tuple[int, str]:
        """Send one request; return status and text."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=LONGEST_S)
        headers = {"Content-Type": "application/x-www-form-urlencoded"} if fields else {}
        connection.request(method, path, urlencode(fields) if fields else None, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text

    def find_key(self, path: str) -> str:
        """Return the key of the form on a page."""
        found = re.search(r'name="key" value="([^"]+)"', self.ask("GET", path)[1])
        assert found
        return found[1]


@pytest.fixture
def port():
    """A port that was free a moment ago."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def test_a_reader_of_the_daemon(project, port):
    """Sign up, confirm from the caught mail, get an edition, leave with one POST: on the pages that the daemon serves.

    After an erase no file of the installation and no line of the log holds the address, and no import brings it back.
    """
    for path in (project.folder / "config" / "newsletters").glob("[!_]*.yaml"):
        if path.stem not in ("denver", "am"):
            path.unlink()
    site = Site(port)
    running = project.with_env(DIGEST_WEB__PORT=str(port), DIGEST_WEB__PUBLIC_URL=f"http://127.0.0.1:{port}/")
    with running.running("daemon") as daemon:
        wait_until_ready(daemon)
        assert site.ask("GET", "/healthz") == (200, '{"status":"ok"}')
        key = site.find_key("/n/denver")
        status, text = site.ask(
            "POST", "/subscribe", key=key, newsletter="denver", email="ada.unlikely@example.com", place="one"
        )
        assert (status, "Look into your inbox" in text) == (200, True)
        mail = wait_for_mail(project.folder / "var" / "caught")
        confirm = re.search(r"(/confirm/[\w-]+)", mail)[1]
        assert site.ask("POST", confirm, key=site.find_key(confirm), newsletter="denver")[0] == 200
        shown = project.json("subscribers", "show", "ada.unlikely@example.com")
        assert [one["state"] for one in shown["subscriptions"]] == ["confirmed"]
        assert shown["subscriptions"][0]["consent"].startswith("You agree to get Denver")
        assert project.json("send", "denver")["sent"] == 1
        leave = re.search(r"(/unsubscribe/[\w-]+)", mail)[1]
        for _ in range(2):
            assert site.ask("POST", leave, **{"List-Unsubscribe": "One-Click"}) == (200, "unsubscribed")
        shown = project.json("subscribers", "show", "ada.unlikely@example.com")
        assert [one["state"] for one in shown["subscriptions"]] == ["unsubscribed"]
        assert project.run("subscribers", "erase", "ada.unlikely@example.com").returncode == 0
        daemon.send_signal(signal.SIGTERM)
        log, _ = daemon.communicate(timeout=40)
        assert daemon.returncode == 0
    assert "ada.unlikely" not in log
    files = [file for file in project.folder.rglob("*") if file.is_file()]
    assert len([file for file in files if file.suffix in (".db", ".yaml")]) > 5
    assert not [file for file in files if b"ada.unlikely" in file.read_bytes().lower()]
    (project.folder / "list.csv").write_text("email\nada.unlikely@example.com\n")
    again = project.json("subscribers", "import", "list.csv", "--newsletter", "denver", "--consent", "test")
    assert (again["added"], again["refused"]) == (0, [{"line": 2, "reason": "suppressed: erased"}])


def wait_for_mail(folder) -> str:
    """Return the text of the first message that the catcher keeps."""
    deadline = time.monotonic() + LONGEST_S
    while not (files := list(folder.glob("*.eml"))):
        assert time.monotonic() < deadline, "no mail came"
        threading.Event().wait(0.05)
    message = message_from_bytes(files[0].read_bytes(), policy=default)
    return message.get_body(("plain",)).get_content()


def test_a_flood_for_one_address_sends_one_mail(tmp_path):
    """However many networks ask for a stranger's address, the stranger gets one mail."""

    async def flood(visitor):
        key, answers = await visitor.find_key(), set()
        for number in range(FLOOD):
            visitor.client.headers["X-Forwarded-For"] = f"10.{number // 200}.{number % 200}.7"
            answer = await visitor.post("/subscribe", key=key, newsletter="denver", email="ada@example.com")
            answers.add(answer.status_code)
        return answers

    with readers_pages(tmp_path, DIGEST_WEB__TRUSTED_PROXIES="127.0.0.1") as pages:
        assert pages.visit(flood, address="127.0.0.1") == {200}
        assert [str(mail["to"]) for mail in pages.caught()] == ["ada@example.com"]


def test_a_flood_from_one_network_stays_under_the_cap(tmp_path):
    """One network gets thirty through in an hour; in the middle of its flood, others sign up as always."""

    async def flood(visitor):
        key = await visitor.find_key()
        taken = 0
        for number in range(FLOOD):
            visitor.client.headers["X-Forwarded-For"] = f"203.0.113.{number % 250}"
            email = f"stranger-{number}@example.com"
            answer = await visitor.post("/subscribe", key=key, newsletter="denver", email=email)
            taken += answer.status_code == 200
            if number == FLOOD // 2:
                visitor.client.headers["X-Forwarded-For"] = "198.51.100.20"
                other = await visitor.post("/subscribe", key=key, newsletter="denver", email="bo@example.com")
        return taken, other.status_code

    with readers_pages(tmp_path, DIGEST_WEB__TRUSTED_PROXIES="127.0.0.1") as pages:
        assert pages.visit(flood, address="127.0.0.1") == (30, 200)
        reached = {str(mail["to"]) for mail in pages.caught()}
        assert len(reached) == 31
        assert "bo@example.com" in reached
