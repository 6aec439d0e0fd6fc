"""Telling people of alarms: by mail over connections of its own, by webhook; never with a reader's address."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from typing import Any

import structlog

from digest.delivery.dkim import DkimSigner
from digest.delivery.message import Message
from digest.delivery.replies import Fate
from digest.errors import DigestError
from digest.pipeline.alarms import News
from digest.pipeline.letters import open_way_out
from digest.pipeline.workspace import Workspace
from digest.sources.asking import post_json
from digest.store.alarms import AlarmRow

_WITHIN_S = 60.0


class Messengers:
    """Whoever the settings name: a call tells them, and is True where at least one was reached, or none is named."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._log = structlog.get_logger("alarms")

    async def __call__(self, news: News) -> bool:
        """Tell the news by every way that is set."""
        settings = self._workspace.project.settings.alarms
        ways: list[tuple[str, Awaitable[None]]] = []
        if settings.mail_to:
            ways.append(("mail", self._mail(news, settings.mail_to)))
        if settings.webhook is not None:
            ways.append(("webhook", self._post(news, str(settings.webhook))))
        reached = [await self._try(name, telling) for name, telling in ways]
        return any(reached) or not ways

    async def _try(self, name: str, telling: Awaitable[None]) -> bool:
        try:
            await telling
        except (DigestError, OSError) as error:
            self._log.error("alarm not told", way=name, error=str(error))
            return False
        return True

    async def _mail(self, news: News, addresses: Sequence[str]) -> None:
        settings = self._workspace.project.settings
        sender, brand = settings.sender.email, settings.brand.name
        signer = DkimSigner.load(settings.dkim, self._workspace.project.folder) if settings.dkim else None
        async with asyncio.timeout(_WITHIN_S), open_way_out(self._workspace) as pool:
            for address in addresses:
                content = alarm_mail(news, sender=sender, to=address, brand=brand, now=self._now())
                signed = signer.sign_message(content) if signer else content
                outcome = await pool.send(Message(signed, sender, address))
                if outcome.decision.fate not in (Fate.SENT, Fate.UNCERTAIN):
                    raise DigestError(f"the mail server did not take it: {outcome.answer}")

    async def _post(self, news: News, url: str) -> None:
        allowed = self._workspace.project.settings.fetch.allow_private
        await post_json(url, alarm_json(news, now=self._now()), allow_private=allowed)

    def _now(self) -> datetime:
        return self._workspace.clock()


def alarm_mail(news: News, *, sender: str, to: str, brand: str, now: datetime) -> bytes:
    """Return the mail that tells the news: one line an alarm, in plain text."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = to
    mail["Subject"] = f"[{brand}] {_subject(news)}"
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = make_msgid("alarm", domain=sender.rpartition("@")[2])
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(alarm_text(news) + "\n", cte="quoted-printable")
    return mail.as_bytes().replace(b"\r\n.", b"\r\n=2E")


def alarm_json(news: News, *, now: datetime) -> dict[str, Any]:
    """Return the object that the webhook gets."""
    return {
        "text": f"{_subject(news)}\n{alarm_text(news)}",
        "at": _iso(now),
        "raised": [_as_json(row) for row in news.raised],
        "cleared": [_as_json(row) for row in news.ended],
    }


def alarm_text(news: News) -> str:
    """Return the news in lines."""
    raised = [f"{row.alarm.kind}: {row.alarm.subject}\n    {row.alarm.detail}" for row in news.raised]
    ended = [f"over: {row.alarm.kind}: {row.alarm.subject} (since {row.raised_at:%H:%M} UTC)" for row in news.ended]
    return "\n".join([*raised, *ended])


def _subject(news: News) -> str:
    first, *more = news.raised or news.ended
    rest = f" and {len(more)} more" if more else ""
    return f"{first.alarm.kind}: {first.alarm.subject}{rest}" if news.raised else f"over: {first.alarm.subject}{rest}"


def _as_json(row: AlarmRow) -> dict[str, Any]:
    alarm = row.alarm
    times = {"raised_at": _iso(row.raised_at)} | ({"cleared_at": _iso(row.cleared_at)} if row.cleared_at else {})
    return {"kind": alarm.kind.value, "subject": alarm.subject, "detail": alarm.detail, **times}


def _iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
