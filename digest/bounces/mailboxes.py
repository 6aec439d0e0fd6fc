"""Where reports are fetched from: a Maildir, an IMAP mailbox; each message is given once and marked when handled."""

from __future__ import annotations

import imaplib
import ssl
from collections.abc import Callable
from pathlib import Path

from digest.bounces.message import MAX_BYTES
from digest.config.bounces import BounceMailbox
from digest.errors import DigestError

_TIMEOUT_S = 60
_BATCH = 1000
_SEEN = "S"

Handle = Callable[[bytes], object]
"""Takes one message; what it raises leaves the message unread, for the next time."""


class MailboxError(DigestError):
    """A mailbox that cannot be read: where, and what happened."""

    def __init__(self, place: str, message: str) -> None:
        self.place = place
        self.message = message
        super().__init__(f"bounce mailbox {place}: {message}")


def read_maildir(folder: Path, handle: Handle) -> int:
    """Hand over each message of a Maildir that is not marked as seen, and mark it; return how many.

    Raises MailboxError where the folder is no Maildir.
    """
    if not (folder / "new").is_dir() or not (folder / "cur").is_dir():
        raise MailboxError(str(folder), "no Maildir; it needs the folders new and cur")
    count = 0
    for path in sorted([*(folder / "new").iterdir(), *(folder / "cur").iterdir()]):
        name, _, flags = path.name.partition(":2,")
        if _SEEN in flags or path.name.startswith(".") or not path.is_file():
            continue
        with path.open("rb") as file:
            handle(file.read(MAX_BYTES))
        path.rename(folder / "cur" / f"{name}:2,{''.join(sorted({*flags, _SEEN}))}")
        count += 1
    return count


def read_imap(settings: BounceMailbox, handle: Handle) -> int:
    """Hand over each unread message of a mailbox, at most 1,000, and mark it as read; return how many.

    Raises MailboxError where the server does not answer, refuses the login or has no such folder.
    """
    place = f"{settings.username}@{settings.host}:{settings.port}"
    try:
        with _connect(settings) as server:
            if settings.security == "starttls":
                server.starttls(ssl.create_default_context())
            server.login(settings.username, settings.password.get_secret_value())
            return _read_unread(server, settings.folder, handle)
    except (OSError, imaplib.IMAP4.error) as error:
        raise MailboxError(place, str(error) or type(error).__name__) from error


def _connect(settings: BounceMailbox) -> imaplib.IMAP4:
    if settings.security == "tls":
        context = ssl.create_default_context()
        return imaplib.IMAP4_SSL(settings.host, settings.port, ssl_context=context, timeout=_TIMEOUT_S)
    return imaplib.IMAP4(settings.host, settings.port, timeout=_TIMEOUT_S)


def _read_unread(server: imaplib.IMAP4, folder: str, handle: Handle) -> int:
    answer, _ = server.select(f'"{folder}"')
    if answer != "OK":
        raise imaplib.IMAP4.error(f"no folder {folder}")
    _, found = server.uid("SEARCH", "UNSEEN")
    uids = (found[0] or b"").split()[:_BATCH]
    for uid in uids:
        name = uid.decode("ascii")
        # PEEK leaves it unread until it was handled; only its beginning is needed (RFC 3501 §6.4.5).
        _, parts = server.uid("FETCH", name, f"(BODY.PEEK[]<0.{MAX_BYTES}>)")
        for part in parts:
            if isinstance(part, tuple):
                handle(part[1])
        server.uid("STORE", name, "+FLAGS", r"(\Seen)")
    return len(uids)
