"""Webhooks of mail services: routes only for configured ones, believed with the right proof only, counted once."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from digest.outbox import Outbox
from digest.outbox.tokens import DeliveryTokens
from digest.pipeline.webhooks import WebhookDesk
from digest.store import bounces, suppressions
from digest.store.tables_delivery import deliveries
from digest.testing.readers import ReadersPages, readers_pages
from digest.testing.webhooks import CERTIFICATE_URL, SIGNED_AT, TOPIC, AmazonKey, SendGridKey, sign_mailgun
from digest.web.api.webhooks import MAX_BYTES

READER = "reader@example.org"
AMAZON, SENDGRID = AmazonKey(), SendGridKey()
POSTMARK = {"authorization": "Basic " + base64.b64encode(b"postmark:s3cret").decode()}
SUBSCRIBE_URL = "https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription&Token=t"


class Amazon:
    """What answers for SNS, and remembers what was asked."""

    def __init__(self) -> None:
        self.visited: list[str] = []

    async def fetch(self, url: str) -> bytes:
        """Return the certificate, or the answer to a confirmation."""
        self.visited.append(url)
        return AMAZON.certificate


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[ReadersPages]:
    """The pages with all four services configured."""
    env = {
        "DIGEST_BOUNCES__WEBHOOKS__SES_TOPICS": json.dumps([TOPIC]),
        "DIGEST_BOUNCES__WEBHOOKS__SENDGRID_PUBLIC_KEY": SENDGRID.public,
        "DIGEST_BOUNCES__WEBHOOKS__MAILGUN_SIGNING_KEY": "secret",
        "DIGEST_BOUNCES__WEBHOOKS__POSTMARK_PASSWORD": "s3cret",
    }
    with readers_pages(tmp_path, clock=lambda: SIGNED_AT, **env) as opened:
        yield opened


def post(pages: ReadersPages, service: str, *requests: tuple[bytes, dict[str, str]]) -> list[httpx.Response]:
    """Post requests to one route, one after the other."""
    url = f"/api/webhooks/{service}"
    return pages.visit(lambda visitor: _each(visitor.client, url, requests))


async def _each(
    client: httpx.AsyncClient, url: str, requests: tuple[tuple[bytes, dict[str, str]], ...]
) -> list[httpx.Response]:
    return [await client.post(url, content=body, headers=headers) for body, headers in requests]


def send_one(pages: ReadersPages) -> str:
    """Send an edition to one reader, as far as the ledger knows; return the delivery's token."""
    workspace, now = pages.workspace, pages.workspace.clock()
    pages.subscribe(READER, "denver")
    with Outbox(workspace.store, token_keys=workspace.delivery_keys) as outbox:
        outbox.enqueue("e1", "denver", useful_until=now)
    with workspace.store.begin() as connection:
        connection.execute(update(deliveries).values(state="sent", finished_at=now, next_try_at=None))
    return DeliveryTokens(workspace.delivery_keys).make(1)


def requests_of(token: str) -> dict[str, tuple[bytes, dict[str, str]]]:
    """Return a hard bounce of the delivery as each service tells of it."""
    gone = "550 5.1.1 no such user"
    recipient = {"emailAddress": READER, "diagnosticCode": f"smtp; {gone}", "status": "5.1.1"}
    bounce = {"bounceType": "Permanent", "bounceSubType": "General", "bouncedRecipients": [recipient]}
    ses = {"mail": {"source": f"bounce+{token}@news.example.com"}, "bounce": bounce}
    sendgrid = {"email": READER, "event": "bounce", "type": "bounce", "reason": gone, "status": "5.1.1"}
    mailgun = {"event": "failed", "severity": "permanent", "reason": "bounce", "recipient": READER}
    mailgun_said: dict[str, Any] = {
        "delivery-status": {"code": 550, "message": "5.1.1 no such user"},
        "message": {"headers": {"message-id": f"{token}@news.example.com"}},
    }
    postmark = {"RecordType": "Bounce", "Type": "HardBounce", "Email": READER, "ID": 7, "Details": gone}
    return {
        "ses": (AMAZON.sign(ses), {}),
        "sendgrid": SENDGRID.sign([sendgrid | {"smtp-id": f"<{token}@news.example.com>", "sg_event_id": "e1"}]),
        "mailgun": (sign_mailgun(mailgun | mailgun_said), {}),
        "postmark": (json.dumps(postmark | {"ReturnPath": f"bounce+{token}@x.example.com"}).encode(), POSTMARK),
    }


@pytest.mark.parametrize("service", ["ses", "sendgrid", "mailgun", "postmark"])
def test_a_bounce_suppresses_once(pages: ReadersPages, service: str) -> None:
    """A signed event suppresses the reader it is about; its replay is known and counts for nothing."""
    token = send_one(pages)
    pages.app.state.webhooks = WebhookDesk(pages.workspace, fetch=Amazon().fetch)
    request = requests_of(token)[service]
    first, again = post(pages, service, request, request)
    assert (first.status_code, first.json()) == (200, {"reports": 1, "outcomes": ["suppressed"]})
    assert (again.status_code, again.json()) == (200, {"reports": 1, "outcomes": ["repeated"]})
    with pages.workspace.store.read() as connection:
        found = suppressions.find_suppression(connection, READER)
        counted = bounces.count_reports(connection, since=SIGNED_AT - timedelta(days=1))
    assert found is not None
    assert sum(counted.values()) == 1


@pytest.mark.parametrize("service", ["ses", "sendgrid", "mailgun", "postmark"])
def test_forgeries_change_nothing(pages: ReadersPages, service: str) -> None:
    """A wrong signature, another body, none at all: 403, and nobody is suppressed; too much of it: 413."""
    token = send_one(pages)
    pages.app.state.webhooks = WebhookDesk(pages.workspace, fetch=Amazon().fetch)
    body, headers = requests_of(token)[service]
    forged = {
        "ses": [(body.replace(b"550 5.1.1", b"550 5.1.2"), {})],
        "sendgrid": [(body + b" ", headers), (body, {})],
        "mailgun": [(sign_mailgun({"event": "complained", "recipient": READER}, key="other"), {})],
        "postmark": [(body, {}), (body, {"authorization": "Basic cG9zdG1hcms6b3RoZXI="})],
    }[service]
    answers = post(pages, service, *forged, (b"{}", {}), (b"\xff\x00", {}), (b"", {}), (b"x" * (MAX_BYTES + 1), {}))
    assert [answer.status_code for answer in answers] == [403] * (len(answers) - 1) + [413]
    with pages.workspace.store.read() as connection:
        assert suppressions.find_suppression(connection, READER) is None


def test_only_configured_services_have_a_route(tmp_path: Path) -> None:
    """Without a key there is nothing to believe, so there is no such page; an unknown service has none either."""
    with readers_pages(tmp_path) as pages:
        answers = [post(pages, name, (b"{}", {}))[0] for name in ("ses", "sendgrid", "mailgun", "postmark", "other")]
    assert {answer.status_code for answer in answers} == {404}


def test_a_subscription_of_ours_is_confirmed_and_no_other(pages: ReadersPages) -> None:
    """SNS asks once whether the address wants its events: yes for a configured topic, signed and at SNS itself."""
    amazon = Amazon()
    pages.app.state.webhooks = WebhookDesk(pages.workspace, fetch=amazon.fetch)
    asking = {"Type": "SubscriptionConfirmation", "Token": "t", "SubscribeURL": SUBSCRIBE_URL}
    elsewhere = asking | {"SubscribeURL": "https://evil.example.com/?Action=ConfirmSubscription"}
    (ours,) = post(pages, "ses", (AMAZON.sign({}, fields=asking), {}))
    assert (ours.status_code, amazon.visited) == (200, [CERTIFICATE_URL, SUBSCRIBE_URL])
    refused = post(
        pages,
        "ses",
        (AMAZON.sign({}, fields=elsewhere), {}),
        (AMAZON.sign({}, fields=asking | {"TopicArn": "arn:aws:sns:us-east-1:1:other"}), {}),
        (AMAZON.sign({}, fields=asking, Token="other"), {}),
        (AMAZON.sign({}, SigningCertURL="https://evil.example.com/x.pem"), {}),
    )
    assert {answer.status_code for answer in refused} == {403}
    assert amazon.visited == [CERTIFICATE_URL, SUBSCRIBE_URL]


def test_a_store_that_does_not_answer_makes_the_service_try_again(pages: ReadersPages) -> None:
    """An event is answered when it was carried out, and not before."""
    token = send_one(pages)
    request = requests_of(token)["mailgun"]
    with pages.workspace.store.begin() as connection:
        connection.exec_driver_sql("DROP TABLE bounce_reports")
    (answer,) = post(pages, "mailgun", request)
    assert answer.status_code == 503


def test_visits_to_amazon_are_bounded(pages: ReadersPages) -> None:
    """Whoever knows the topic cannot make us fetch certificates without end."""
    amazon = Amazon()
    desk = pages.app.state.webhooks = WebhookDesk(pages.workspace, fetch=amazon.fetch)
    assert desk.takes("ses")
    for number in range(100):
        url = CERTIFICATE_URL.replace(".pem", f"-{number:x}.pem")
        post(pages, "ses", (AMAZON.sign({}, SigningCertURL=url), {}))
    assert len(amazon.visited) == 60
