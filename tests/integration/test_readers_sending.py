"""The pages while an edition goes out in the same process: they answer, and who leaves meanwhile gets nothing more."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import httpx

from digest.model.delivery import Delivery, DeliverySums
from digest.model.subscriber import Reader, Subscriber
from digest.pipeline.envelope import message_template
from digest.pipeline.mail import open_mail
from digest.pipeline.record import built_from_json
from digest.store import editions
from digest.subscriptions.links import reader_values
from digest.testing.deliveries import subscribe
from digest.testing.editions import sample_edition
from digest.testing.readers import ReadersPages, readers_pages
from digest.testing.smtp import ScriptedServer
from digest.web.server import listen, serve

READERS = 1500


async def send(pages: ReadersPages) -> DeliverySums:
    """Send the sample edition to all readers of Denver."""
    workspace, edition = pages.workspace, sample_edition("denver")
    newsletter = workspace.project.get_newsletter("denver")
    with workspace.store.read() as connection:
        built = built_from_json(editions.find_content(connection, edition.id) or "")

    def make(delivery: Delivery, subscriber: Subscriber) -> Reader:
        values = reader_values(subscriber, newsletter, edition, workspace.links, since_at=delivery.since_at)
        return Reader(subscriber.id, subscriber.email, values, delivery.token)

    async with open_mail(workspace) as mail:
        mail.outbox.enqueue(edition.id, "denver", useful_until=workspace.clock() + timedelta(hours=1))
        template = message_template(workspace, newsletter, built)
        return await mail.outbox.run(edition.id, template, make, mail.pool)


async def scenario(pages: ReadersPages, server: ScriptedServer) -> tuple[list[float], str]:
    """Send, and meanwhile ask for health and let the last reader leave; return the seconds each answer took."""
    sock = listen("127.0.0.1", 0)
    last = READERS
    took: list[float] = []
    loop = asyncio.get_running_loop()
    async with serve(pages.app, sock), httpx.AsyncClient(timeout=30) as client:
        base = f"http://127.0.0.1:{sock.getsockname()[1]}"
        sending = asyncio.create_task(send(pages))
        while not server.accepted and not sending.done():  # noqa: ASYNC110 - a list has no event
            await asyncio.sleep(0)
        path = pages.workspace.links.unsubscribe("denver", last).removeprefix("https://news.example.com")
        left = await client.post(base + path, data={"List-Unsubscribe": "One-Click"})
        assert left.status_code == 200
        while not sending.done():
            began = loop.time()
            answer = await client.get(f"{base}/healthz")
            assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
            took.append(loop.time() - began)
        sums = await sending
    assert (sums.selected, sums.sent) == (READERS, READERS - 1)
    return took, f"reader{last - 1}@example.org"


def test_health_is_answered_and_leaving_takes_effect_while_sending(tmp_path: Path) -> None:
    """`/healthz` answers again and again during a running send; a reader who leaves meanwhile is not mailed."""

    async def run() -> None:
        async with ScriptedServer() as server:
            smtp = {"DIGEST_SMTP__HOST": server.host, "DIGEST_SMTP__PORT": str(server.port)}
            smtp |= {"DIGEST_SMTP__SECURITY": "none", "DIGEST_SMTP__CONNECTIONS": "2"}
            with readers_pages(tmp_path, **smtp) as pages:  # type: ignore[arg-type]
                pages.publish(sample_edition("denver"))
                subscribe(pages.workspace.store, [f"reader{n}@example.org" for n in range(READERS)], "denver")
                took, gone = await scenario(pages, server)
        assert len(took) >= 5
        assert max(took) < 5
        assert gone not in {message.envelope_to for message in server.accepted}
        assert len({message.envelope_to for message in server.accepted}) == READERS - 1

    asyncio.run(run())
