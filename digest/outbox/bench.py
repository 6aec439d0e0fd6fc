"""How fast this machine sends on the real path, alone and beside its peers; measures, never judges."""

from __future__ import annotations

import asyncio
import resource
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from digest.config.settings import Dkim, Route
from digest.delivery.dkim import DkimSigner
from digest.delivery.loop import run_loop
from digest.delivery.message import EnvelopeFacts
from digest.delivery.pool import SmtpPool
from digest.delivery.template import MessageTemplate
from digest.errors import DeliveryError
from digest.model.delivery import Delivery, DeliveryState
from digest.model.edition import Edition, RenderedEdition
from digest.model.slots import make_marker, slot_mark
from digest.model.subscriber import Reader, Subscriber, Subscription, SubscriptionState
from digest.outbox.hand import HandSide
from digest.outbox.hands import WORTH_IT, Hands, count_hands
from digest.outbox.outbox import Outbox
from digest.store import Store
from digest.store.subscribers import NewSubscriber, add_subscribers, save_subscriptions

_EDITION = "bench-edition"
_NEWSLETTER = "bench"
_SENTENCE = "The council met on Tuesday to talk about the bridge, and voted to begin work in the spring. "
_STYLE = "@media (max-width: 600px) { td { width: 100% } }"
_OUTLOOK = "<!--[if mso]><table><tr><td>Outlook</td></tr></table><![endif]-->"
_BARE, _PARAGRAPH = 2000, 640  # bytes of a message without text, and of each paragraph in both parts
_CHUNK = 5000
_STORE = "sqlite:///bench.db"
_KEY = "dkim.pem"


def bench_send(
    recipients: int,
    host: str,
    port: int,
    *,
    size: int = 40_000,
    connections: int = 8,
    dkim: bool = False,
    processes: int | None = None,
) -> dict[str, object]:
    """Send an edition of about `size` bytes to made-up readers: store, outbox, personalisation, SMTP.

    Returns messages_per_second, seconds, peak_rss_mb (of all processes together), bytes_per_message and processes: as
    many as a large edition has on this machine, unless given. The time runs from the first claim to the last committed
    result; the processes are up by then.

    Raises:
        DeliveryError: the server did not take all of them.
    """
    with tempfile.TemporaryDirectory(prefix="digest-bench-") as name:
        folder = Path(name)
        with Store.open(_STORE, root=folder) as store:
            add_readers(store, recipients)
            if dkim:
                _make_key(folder)
            route = Route(name="bench", host=host, port=port, security="none", connections=connections)
            plan = _Plan(folder, route, size, dkim)
            sample = plan.make_template().message_for(make_reader(_DELIVERY, _READER))
            seconds, sent, count, memory_mb = run_loop(_send(store, plan, processes))
    if sent != recipients:
        raise DeliveryError(f"only {sent} of {recipients} messages were taken by {host}:{port}")
    return {
        "messages_per_second": round(sent / seconds, 1),
        "seconds": round(seconds, 3),
        "peak_rss_mb": round(memory_mb, 1),
        "bytes_per_message": len(sample.content),
        "processes": count,
    }


def add_readers(store: Store, count: int) -> None:
    """Store made-up confirmed subscribers."""
    now = datetime.now(UTC)
    for start in range(0, count, _CHUNK):
        numbers = range(start, min(start + _CHUNK, count))
        people = [NewSubscriber(f"reader{n}@example.com", f"reader{n}@example.com", f"Reader {n}") for n in numbers]
        with store.begin() as connection:
            ids = add_subscribers(connection, people, now).values()
            rows = [Subscription(one, _NEWSLETTER, SubscriptionState.CONFIRMED, "bench", "bench", now) for one in ids]
            save_subscriptions(connection, rows, now)


def make_template(size: int, *, signer: DkimSigner | None) -> MessageTemplate:
    """Compile an edition whose messages have `size` bytes, give or take 1 %, with the slots that a real one has.

    2,000 bytes are the least: headers and links alone take about 1,600.
    """
    paragraphs = max(0, size - _BARE) // _PARAGRAPH
    sample = make_reader(_DELIVERY, _READER)
    missing = size - len(_compile(paragraphs, 0, signer=signer).eml_for(sample))
    return _compile(paragraphs, max(0, missing * 73 // 76), signer=signer)  # a line of 73 takes 76 bytes


def _compile(paragraphs: int, padding: int, *, signer: DkimSigner | None) -> MessageTemplate:
    marker = make_marker(_EDITION)
    link, name = slot_mark(marker, "unsubscribe_url"), slot_mark(marker, "name")
    text = "\n\n".join([_SENTENCE * 4] * (paragraphs // 2)) + f"\n\nGood morning, {name}\nUnsubscribe: {link}\n"
    rows = "".join(f'<tr><td style="padding:8px 16px">{_SENTENCE * 4}</td></tr>\n' for _ in range(paragraphs))
    html = (
        f'<!doctype html><html lang="en"><head><title>Bench</title><style>{_STYLE}</style></head><body>{_OUTLOOK}'
        f"<p>Good morning, {name}</p><table>{rows}</table>"
        f'<a href="{slot_mark(marker, "view_url")}">View</a> <a href="{link}">Unsubscribe</a></body></html>\n'
        f"<!-- {'x' * padding} -->"
    )
    edition = Edition(_EDITION, _NEWSLETTER, datetime.now(UTC), ())
    rendered = RenderedEdition(edition, "Bridge work begins in the spring", "", html, text, "", marker, len(html))
    facts = EnvelopeFacts(
        sender_name="Bench",
        sender_email="news@example.com",
        bounce_domain="bounces.example.com",
        list_id="bench.example.com",
        newsletter=_NEWSLETTER,
        newsletter_name="Bench",
        edition=_EDITION,
        slot_at=edition.slot_at,
        feedback_id="bench:bench:newsletter:example.com",
    )
    return MessageTemplate.compile(rendered, facts, signer=signer)


def make_reader(delivery: Delivery, subscriber: Subscriber) -> Reader:
    """Make a reader with links as long as real ones."""
    values = {
        "name": subscriber.name,
        "unsubscribe_url": f"https://news.example.com/unsubscribe/{delivery.token * 3}",
        "view_url": f"https://news.example.com/archive/bench/2030-01-02?r={delivery.token}",
    }
    return Reader(subscriber.id, subscriber.email, values, delivery.token)


_READER = Subscriber(1, "reader1234@example.com", "reader1234@example.com", "Reader 1234")
_DELIVERY = Delivery(1, _EDITION, 1, "reader1234@example.com", DeliveryState.SENDING, 0, "t" * 32)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What each process of a run needs to know."""

    folder: Path
    route: Route
    size: int
    dkim: bool

    def make_template(self) -> MessageTemplate:
        signed = Dkim(domain="example.com", selector="bench", key_file=_KEY)
        return make_template(self.size, signer=DkimSigner.load(signed, self.folder) if self.dkim else None)

    def open_outbox(self, store: Store) -> Outbox:
        return Outbox(store, token_keys=[b"bench"], journal_folder=self.folder / "journal")


async def _send(store: Store, plan: _Plan, processes: int | None) -> tuple[float, int, int, float]:
    """Return seconds, messages sent, processes and the memory of all of them in MB."""
    with plan.open_outbox(store) as outbox:
        outbox.enqueue(_EDITION, _NEWSLETTER, useful_until=datetime.now(UTC) + timedelta(hours=12))
        async with SmtpPool([plan.route]) as pool:
            count = count_hands(WORTH_IT, pool) if processes is None else processes - 1
            hands = Hands(pool, count, _lend_hand, plan)
            await hands.start()
            try:
                await hands.wait_until_ready()
                started = time.perf_counter()
                hands.begin()
                sums = await outbox.run(_EDITION, plan.make_template(), make_reader, pool)
                seconds = time.perf_counter() - started
            finally:
                await hands.end()
    own, others = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return seconds, sums.sent, 1 + count, (own + count * others) / 1024


def _lend_hand(side: HandSide, plan: _Plan) -> None:
    side.run(lambda stop: _send_beside(side, plan, stop))


async def _send_beside(side: HandSide, plan: _Plan, stop: asyncio.Event) -> None:
    with Store.open(_STORE, root=plan.folder) as store, plan.open_outbox(store) as outbox:
        template = plan.make_template()
        async with SmtpPool([plan.route]) as pool:
            pool.share(side.part)
            if await side.wait_for_start(stop):
                await outbox.run(_EDITION, template, make_reader, pool, stop=stop)


def _make_key(folder: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / _KEY).write_bytes(pem)
