"""Where reports are fetched from: files, Maildir, IMAP on loopback, and the small mail server of our own."""

from __future__ import annotations

import asyncio
import mailbox
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr

from digest.bounces.files import read_messages
from digest.bounces.listener import BounceListener
from digest.bounces.mailboxes import MailboxError, read_imap, read_maildir
from digest.config.bounces import BounceListener as ListenerSettings
from digest.config.bounces import BounceMailbox

TOKEN = "ab" * 16


def _maildir(folder: Path, *messages: bytes) -> Path:
    for name in ("new", "cur", "tmp"):
        (folder / name).mkdir(parents=True)
    for number, raw in enumerate(messages):
        (folder / "new" / f"{number}.host").write_bytes(raw)
    return folder


def test_maildir_gives_each_message_once(tmp_path: Path) -> None:
    """What was handled is marked as seen, and not given again; flags that were there stay."""
    folder = _maildir(tmp_path / "box", b"one", b"two")
    (folder / "cur" / "3.host:2,F").write_bytes(b"three")
    (folder / "cur" / "4.host:2,S").write_bytes(b"seen before")
    got: list[bytes] = []
    assert read_maildir(folder, got.append) == 3
    assert sorted(got) == [b"one", b"three", b"two"]
    assert read_maildir(folder, got.append) == 0
    assert (folder / "cur" / "3.host:2,FS").exists()


def test_a_message_that_failed_stays_unread(tmp_path: Path) -> None:
    """When handling raises, the message comes again the next time."""
    folder = _maildir(tmp_path / "box", b"one")

    def refuse(raw: bytes) -> None:
        raise RuntimeError(raw.decode())

    with pytest.raises(RuntimeError):
        read_maildir(folder, refuse)
    assert read_maildir(folder, lambda raw: None) == 1


def test_a_folder_that_is_no_maildir_is_named(tmp_path: Path) -> None:
    """The error says what is missing."""
    with pytest.raises(MailboxError, match="new and cur"):
        read_maildir(tmp_path, lambda raw: None)


def test_files_folders_and_mbox(tmp_path: Path) -> None:
    """A file, a folder of files, a Maildir and an mbox give their messages under the names of the files."""
    (tmp_path / "a.eml").write_bytes(b"Subject: a\n\nx")
    assert [m.name for m in read_messages(tmp_path / "a.eml")] == ["a.eml"]
    assert [m.name for m in read_messages(tmp_path)] == ["a.eml"]
    folder = _maildir(tmp_path / "box", b"one", b"two")
    assert [m.raw for m in read_messages(folder)] == [b"one", b"two"]
    box = mailbox.mbox(tmp_path / "old.mbox")
    box.add(b"Subject: b\n\nx\n")
    box.add(b"Subject: c\n\ny\n")
    box.close()
    assert [m.name for m in read_messages(tmp_path / "old.mbox")] == ["old.mbox", "old.mbox"]


class _Imap(socketserver.StreamRequestHandler):
    """As much of an IMAP server as a mailbox of three messages needs."""

    messages: dict[int, bytes]
    seen: set[int]

    def handle(self) -> None:
        self.wfile.write(b"* OK ready\r\n")
        while line := self.rfile.readline():
            tag, _, rest = line.decode().strip().partition(" ")
            verb = rest.split()[0].upper() if rest else ""
            self.wfile.write(self.answer(tag, verb, rest))
            if verb == "LOGOUT":
                return

    def answer(self, tag: str, verb: str, rest: str) -> bytes:
        done = f"{tag} OK done\r\n".encode()
        if verb == "CAPABILITY":
            return b"* CAPABILITY IMAP4rev1\r\n" + done
        if verb == "LOGIN" and "wrong" in rest:
            return f"{tag} NO refused\r\n".encode()
        if verb == "SELECT" and "INBOX" not in rest:
            return f"{tag} NO no such folder\r\n".encode()
        if verb == "SELECT":
            return b"* 3 EXISTS\r\n" + done
        if verb == "UID":
            return self.by_uid(rest.split()) + done
        return (b"* BYE bye\r\n" if verb == "LOGOUT" else b"") + done

    def by_uid(self, words: list[str]) -> bytes:
        if words[1] == "SEARCH":
            return f"* SEARCH {' '.join(str(uid) for uid in self.messages if uid not in self.seen)}\r\n".encode()
        uid = int(words[2])
        if words[1] == "FETCH":
            raw = self.messages[uid]
            return f"* 1 FETCH (UID {uid} BODY[]<0> {{{len(raw)}}}\r\n".encode() + raw + b")\r\n"
        self.seen.add(uid)
        return f"* 1 FETCH (UID {uid} FLAGS (\\Seen))\r\n".encode()


@contextmanager
def _imap_server(messages: dict[int, bytes]) -> Iterator[tuple[int, set[int]]]:
    seen: set[int] = set()
    handler = type("Handler", (_Imap,), {"messages": messages, "seen": seen})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_address[1], seen
        finally:
            server.shutdown()
            thread.join()


def _settings(port: int, password: str = "right", folder: str = "INBOX") -> BounceMailbox:
    return BounceMailbox(
        host="127.0.0.1", port=port, security="none", username="me", password=SecretStr(password), folder=folder
    )


def test_imap_gives_unread_messages_once() -> None:
    """Each unread message is handed over, then marked as read."""
    messages = {4: b"one", 7: b"two\r\n", 9: b"three"}
    with _imap_server(messages) as (port, seen):
        got: list[bytes] = []
        assert read_imap(_settings(port), got.append) == 3
        assert got == list(messages.values())
        assert seen == {4, 7, 9}
        assert read_imap(_settings(port), got.append) == 0


@pytest.mark.parametrize(("password", "folder"), [("wrong", "INBOX"), ("right", "Nowhere")])
def test_imap_troubles_are_named(password: str, folder: str) -> None:
    """A refused login and a missing folder are told with the server's name, never with the password."""
    with _imap_server({}) as (port, _), pytest.raises(MailboxError) as told:
        read_imap(_settings(port, password, folder), lambda raw: None)
    assert "127.0.0.1" in str(told.value)
    assert "right" not in str(told.value)


async def _talk(port: int, *lines: str) -> list[str]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answers = [(await reader.readline()).decode()]
    for line in lines:
        writer.write(line.encode() + b"\r\n")
        answers.append((await reader.readline()).decode())
    writer.close()
    await writer.wait_closed()
    return [answer[:3] for answer in answers]


@pytest.mark.parametrize(("protocol", "hello"), [("smtp", "HELO x"), ("lmtp", "LHLO x")])
def test_listener_takes_reports_for_our_tokens_only(protocol: str, hello: str) -> None:
    """A report to a token of ours is handed on with the address it went to; other addresses are refused."""
    got: list[bytes] = []
    settings = ListenerSettings(protocol=protocol, port=0)  # type: ignore[arg-type]

    async def scenario() -> list[str]:
        async with BounceListener(settings, handle=got.append, is_ours=lambda token: token == TOKEN) as listener:
            if protocol == "lmtp":  # its greeting answers with several lines; the rest is the same
                return await _talk(listener.port, "NOOP")
            return await _talk(
                listener.port, hello, "MAIL FROM:<>", "RCPT TO:<someone@example.com>",
                f"RCPT TO:<bounce+{'cd' * 16}@news.example.com>", f"RCPT TO:<bounce+{TOKEN}@news.example.com>",
                "DATA", "Subject: failure\r\n\r\ntext\r\n.",
            )  # fmt: skip

    answers = asyncio.run(scenario())
    if protocol == "smtp":
        assert answers == ["220", "250", "250", "550", "550", "250", "354", "250"]
        assert got[0].startswith(f"Delivered-To: bounce+{TOKEN}@news.example.com\r\nSubject: failure".encode())
    else:
        assert answers == ["220", "250"]


def test_listener_asks_to_try_again_when_handling_fails() -> None:
    """While the store is away the other side keeps the report."""

    def refuse(raw: bytes) -> None:
        raise RuntimeError("no store")

    async def scenario() -> list[str]:
        settings = ListenerSettings(protocol="smtp", port=0)
        async with BounceListener(settings, handle=refuse, is_ours=lambda token: True) as listener:
            return await _talk(
                listener.port, "HELO x", "MAIL FROM:<>", f"RCPT TO:<bounce+{TOKEN}@x.example>", "DATA", "a\r\n."
            )

    assert asyncio.run(scenario())[-1] == "451"
