"""Measures how fast messages are made, signed, recorded and sent, beside Postfix's smtp-source and aiosmtplib."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from digest.config.settings import Dkim
from digest.delivery.dkim import DkimSigner
from digest.model.delivery import Delivery, DeliveryState
from digest.model.subscriber import Subscriber
from digest.outbox import Outbox
from digest.outbox.bench import add_readers, make_reader, make_template
from digest.outbox.bench_peers import bench_peers, find_postfix_program
from digest.outbox.turn import GROUP, Results, Turn, take_claims, take_turn
from digest.store import Store
from digest.store.audiences import find_audience

ANN = Subscriber(1, "ann@example.com", "ann@example.com", "Ann")
DELIVERY = Delivery(1, "e", 1, ANN.email, DeliveryState.SENDING, 0, "t" * 32)


def measure_template(count: int = 2000) -> dict[str, object]:
    """Make messages of 40 KB for one reader after another."""
    template, reader = make_template(40_000, signer=None), make_reader(DELIVERY, ANN)
    started = time.perf_counter()
    for _ in range(count):
        template.message_for(reader)
    return {"messages_made_per_second": round(count / (time.perf_counter() - started))}


def measure_dkim(count: int = 500) -> dict[str, object]:
    """Make signed messages, beside the RSA operation alone."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    kind = serialization.PrivateFormat.PKCS8
    with TemporaryDirectory() as folder:
        pem = key.private_bytes(serialization.Encoding.PEM, kind, serialization.NoEncryption())
        Path(folder, "key.pem").write_bytes(pem)
        signer = DkimSigner.load(Dkim(domain="example.com", selector="s", key_file="key.pem"), Path(folder))
    template, reader = make_template(40_000, signer=signer), make_reader(DELIVERY, ANN)
    started = time.perf_counter()
    for _ in range(count):
        template.message_for(reader)
    signed_s = time.perf_counter() - started
    started = time.perf_counter()
    for _ in range(count):
        key.sign(b"x" * 1000, padding.PKCS1v15(), hashes.SHA256())
    alone_s = time.perf_counter() - started
    return {
        "signed_per_second": round(count / signed_s),
        "rsa_alone_per_second": round(count / alone_s),
        "share_of_rsa": round(alone_s / signed_s, 2),
    }


def measure_ledger(readers: int = 100_000) -> dict[str, object]:
    """Fix an audience and take turns: 100 results and 100 claims in each."""
    with TemporaryDirectory() as folder, Store.open("sqlite:///bench.db", root=Path(folder)) as store:
        add_readers(store, readers)
        with Outbox(store, token_keys=[b"bench"]) as outbox:
            started = time.perf_counter()
            outbox.enqueue("bench-edition", "bench", useful_until=datetime.now(UTC) + timedelta(hours=1))
            enqueue_s = time.perf_counter() - started
            with store.read() as connection:
                audience = find_audience(connection, "bench-edition")
            assert audience is not None
            waits: list[float] = []
            ids: list[int] = []
            for _ in range(100):
                started = time.perf_counter()
                now = datetime.now(UTC)
                take_turn(store, audience, Turn(Results(ids)), sender="bench", now=now)
                claimed = take_claims(store, audience, "bench", limit=GROUP, skip=(), now=now)
                waits.append(time.perf_counter() - started)
                ids = [row.id for row in claimed]
    return {
        "readers": readers,
        "enqueue_seconds": round(enqueue_s, 2),
        "turn_ms_mean": round(sum(waits) * 10, 2),
        "turn_ms_worst": round(max(waits) * 1000, 2),
    }


def run() -> Iterator[tuple[str, object]]:
    """Give every figure with what it is."""
    yield "messages of 40 KB made for readers", measure_template()
    yield "signed with RSA-2048, and the operation alone", measure_dkim()
    yield "the ledger of 100,000 readers on SQLite", measure_ledger()
    if find_postfix_program("smtp-source") is None:
        yield "smtp-source of Debian's package postfix", "not installed, so there are no peers to compare with"
        return
    for size in (40_000, 4_000):
        yield f"sent and recorded, {size} bytes, beside peers", bench_peers(5000, size=size, rounds=3)
    yield "the same to a server 50 ms away, 10 connections", bench_peers(500, connections=10, delay_s=0.025)
