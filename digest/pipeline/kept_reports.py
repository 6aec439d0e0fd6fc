"""Messages to the return path that were not understood: kept as files for a while, gone with the reader's erase.

The erase takes along what the built-in catcher holds for the address, too.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path

from digest.bounces.message import ReportMessage
from digest.pipeline.workspace import Workspace

_AT_MOST = 1000


def kept_folder(workspace: Workspace) -> Path:
    """Return where they are kept."""
    return workspace.at_root("var/bounces")


def keep_message(folder: Path, raw: bytes) -> None:
    """Keep a message; the same one is kept once."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / f"{hashlib.sha256(raw).hexdigest()[:32]}.eml").write_bytes(raw)


def forget_old(folder: Path, now: float, keep: timedelta) -> int:
    """Remove messages older than `keep`, and all but the latest thousand; return how many. `now` is in Unix seconds."""
    files = sorted(folder.glob("*.eml"), key=lambda path: path.stat().st_mtime, reverse=True)
    gone = {path for path in files if now - path.stat().st_mtime > keep.total_seconds()} | set(files[_AT_MOST:])
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


def forget_address(folder: Path, address: str) -> int:
    """Remove every kept message that holds the address, also in encoded parts; return how many."""
    found = [path for path in folder.glob("*.eml") if _holds(path.read_bytes(), address.strip().lower())]
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)


def forget_mail(workspace: Workspace, address: str) -> int:
    """Remove what mail there is of an address outside of the store: kept reports, and what the built-in catcher holds.

    Returns how many messages went.
    """
    caught = workspace.at_root(workspace.project.settings.catcher.folder)
    key = address.strip().lower().encode()
    found = {path.with_suffix("") for path in caught.glob("*.*") if path.is_file() and key in path.read_bytes().lower()}
    for stem in found:
        for path in sorted(caught.glob(f"{stem.name}.*")):
            path.unlink(missing_ok=True)
    return len(found) + forget_address(kept_folder(workspace), address)


def _holds(raw: bytes, address: str) -> bool:
    message = ReportMessage(raw)
    read = f"{message.own_text}\n{message.status_text}\n{message.feedback_text}\n{message.returned_text}"
    return address.encode() in raw.lower() or address in read.lower()
