"""How fast this machine sends on the real path, alone and beside its peers; measures, never judges."""

from __future__ import annotations

import resource
import tempfile
import time
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
from digest.outbox.outbox import Outbox
from digest.store import Store
from digest.store.subscribers import NewSubscriber, add_subscribers, save_subscriptions

_EDITION = "bench-edition"
_NEWSLETTER = "bench"
_SENTENCE = "The council met on Tuesday to talk about the bridge, and voted to begin work in the spring. "
_STYLE = "@media (max-width: 600px) { td { width: 100% } }"
_OUTLOOK = "<!--[if mso]><table><tr><td>Outlook</td></tr></table><![endif]-->"
_CHUNK = 5000


def bench_send(
    recipients: int, host: str, port: int, *, size: int = 40_000, connections: int = 8, dkim: bool = False
) -> dict[str, object]:
    """Send an edition of about `size` bytes to made-up readers: store, outbox, personalisation, SMTP.

    Returns messages_per_second, seconds, peak_rss_mb and bytes_per_message. The time runs from the first claim to the
    last committed result.

    Raises:
        DeliveryError: the server did not take all of them.
    """
    with tempfile.TemporaryDirectory(prefix="digest-bench-") as name:
        folder = Path(name)
        with Store.open("sqlite:///bench.db", root=folder) as store:
            add_readers(store, recipients)
            template = make_template(size, signer=_make_signer(folder) if dkim else None)
            route = Route(name="bench", host=host, port=port, security="none", connections=connections)
            seconds, sent = run_loop(_send(store, folder, template, route))
    if sent != recipients:
        raise DeliveryError(f"only {sent} of {recipients} messages were taken by {host}:{port}")
    sample = template.message_for(
        make_reader(Delivery(1, _EDITION, 1, "ann@example.com", DeliveryState.SENDING, 0, "t" * 26), _ANN)
    )
    return {
        "messages_per_second": round(sent / seconds, 1),
        "seconds": round(seconds, 3),
        "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "bytes_per_message": len(sample.content),
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
    """Compile an edition whose messages have about `size` bytes, with the slots that a real one has."""
    marker = make_marker(_EDITION)
    link, name = slot_mark(marker, "unsubscribe_url"), slot_mark(marker, "name")
    paragraphs = max(1, size // 2 // (len(_SENTENCE) * 4))
    text = "\n\n".join([_SENTENCE * 4] * (paragraphs // 2)) + f"\n\nGood morning, {name}\nUnsubscribe: {link}\n"
    rows = "".join(f'<tr><td style="padding:8px 16px">{_SENTENCE * 4}</td></tr>\n' for _ in range(paragraphs))
    html = (
        f'<!doctype html><html lang="en"><head><title>Bench</title><style>{_STYLE}</style></head><body>{_OUTLOOK}'
        f"<p>Good morning, {name}</p><table>{rows}</table>"
        f'<a href="{slot_mark(marker, "view_url")}">View</a> <a href="{link}">Unsubscribe</a></body></html>\n'
    )
    html += f"<!-- {'.' * max(0, size - 1400 - int(1.04 * (len(html) + len(text))))} -->"
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


_ANN = Subscriber(1, "ann@example.com", "ann@example.com", "Ann")


async def _send(store: Store, folder: Path, template: MessageTemplate, route: Route) -> tuple[float, int]:
    with Outbox(store, token_keys=[b"bench"], journal_folder=folder / "journal") as outbox:
        outbox.enqueue(_EDITION, _NEWSLETTER, useful_until=datetime.now(UTC) + timedelta(hours=12))
        async with SmtpPool([route]) as pool:
            started = time.perf_counter()
            sums = await outbox.run(_EDITION, template, make_reader, pool)
            return time.perf_counter() - started, sums.sent


def _make_signer(folder: Path) -> DkimSigner:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "dkim.pem").write_bytes(pem)
    return DkimSigner.load(Dkim(domain="example.com", selector="bench", key_file="dkim.pem"), folder)


def bench_peers(
    recipients: int, *, size: int = 40_000, connections: int = 8, delay_s: float = 0.0, rounds: int = 1
) -> dict[str, object]:
    """Compare with Postfix's `smtp-source` and plain aiosmtplib; see `bench_peers.bench_peers`."""
    from digest.outbox.bench_peers import bench_peers as measure

    return measure(recipients, size=size, connections=connections, delay_s=delay_s, rounds=rounds)
