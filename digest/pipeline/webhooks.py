"""Events of mail services as use cases: which service is configured, its certificate, its confirmation; no HTTP."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from http import HTTPStatus

import structlog

from digest.bounces.webhooks import (
    ServiceReport,
    WebhookError,
    parse_mailgun,
    parse_notification,
    parse_postmark,
    parse_sendgrid,
    parse_ses,
    signing_certificate_url,
)
from digest.pipeline.bounces import BounceDesk, Handled
from digest.pipeline.workspace import Workspace
from digest.subscriptions.floods import FloodGate

Fetch = Callable[[str], Awaitable[bytes]]
"""GETs an address of SNS; raises DigestError where it does not answer."""

SERVICES = ("ses", "sendgrid", "mailgun", "postmark")
_MOST_FETCHES = 60  # an hour: SNS changes its certificate about once a year
_REMEMBERED = 16


class WebhookDesk:
    """Takes the events of the configured mail services; `fetch` reaches SNS, guarded unless a test gives another."""

    def __init__(self, workspace: Workspace, *, fetch: Fetch | None = None) -> None:
        self._workspace = workspace
        self._settings = workspace.project.settings.bounces.webhooks
        self._fetch = fetch or self._fetch_guarded
        self._fetches = FloodGate(_MOST_FETCHES)
        self._certificates: OrderedDict[str, bytes] = OrderedDict()
        self._log = structlog.get_logger("webhooks")

    def takes(self, service: str) -> bool:
        """Say whether the settings hold what proves the service's events."""
        settings = self._settings
        proofs = {
            "ses": bool(settings.ses_topics),
            "sendgrid": bool(settings.sendgrid_public_key),
            "mailgun": bool(settings.mailgun_signing_key.get_secret_value()),
            "postmark": bool(settings.postmark_password.get_secret_value()),
        }
        return proofs.get(service, False)

    async def take(self, service: str, body: bytes, headers: Mapping[str, str]) -> list[Handled]:
        """Verify a request, carry out what it tells of, and return what that changed; `headers` by lower-case name.

        The same event twice changes nothing. Raises WebhookError for what is not believed, StoreError when the store
        does not answer, SourceError when SNS does not: the service tries again then.
        """
        reports = await self._read(service, body, headers)
        desk = BounceDesk.open(self._workspace)
        handled = [
            await asyncio.to_thread(desk.handle_report, one.report, fingerprint=one.fingerprint) for one in reports
        ]
        for one in handled:
            self._log.info("report", service=service, kind=one.report.kind, outcome=one.outcome)
        return handled

    async def _read(self, service: str, body: bytes, headers: Mapping[str, str]) -> Sequence[ServiceReport]:
        settings, now = self._settings, self._workspace.clock()
        match service:
            case "ses":
                return await self._read_ses(body)
            case "sendgrid":
                return parse_sendgrid(body, headers, public_key=settings.sendgrid_public_key, now=now)
            case "mailgun":
                return parse_mailgun(body, signing_key=settings.mailgun_signing_key.get_secret_value(), now=now)
            case _:
                return parse_postmark(body, headers, password=settings.postmark_password.get_secret_value())

    async def _read_ses(self, body: bytes) -> Sequence[ServiceReport]:
        """Verify a notification; one that asks to confirm the subscription of a configured topic is confirmed."""
        topics = self._settings.ses_topics
        url = signing_certificate_url(body, topics=topics)
        notification = parse_notification(body, certificate=await self._certificate(url), topics=topics)
        if notification.kind == "SubscriptionConfirmation" and notification.subscribe_url:
            await self._visit(notification.subscribe_url)
            self._log.info("subscription confirmed", service="ses")
        return parse_ses(notification)

    async def _certificate(self, url: str) -> bytes:
        if url not in self._certificates:
            self._certificates[url] = await self._visit(url)
            while len(self._certificates) > _REMEMBERED:
                self._certificates.popitem(last=False)
        return self._certificates[url]

    async def _visit(self, url: str) -> bytes:
        if not self._fetches.admits("sns", self._workspace.clock()):
            raise WebhookError("Amazon SNS", "too many addresses to visit within an hour")
        return await self._fetch(url)

    async def _fetch_guarded(self, url: str) -> bytes:
        from digest.sources import open_context
        from digest.sources.fetch import fetch

        async with open_context(self._workspace.project, self._workspace.clock()) as context:
            answer = await fetch(url, context=context)
        if answer.status != HTTPStatus.OK or answer.url != url:
            raise WebhookError("Amazon SNS", f"{url.partition('?')[0]} answered {answer.status}")
        return answer.data
