"""A newsletter's readers, edition and outbox in one object, for tests that send; needs no configuration."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import select

from digest.config.settings import DomainLimit, Route
from digest.delivery.connect import Timeouts
from digest.delivery.pool import SmtpPool
from digest.delivery.template import MessageTemplate
from digest.model.delivery import DeliveryState, DeliverySums
from digest.model.subscriber import Subscription, SubscriptionState
from digest.outbox import Outbox, SendProgress
from digest.outbox.bench import make_reader, make_template
from digest.store import Store
from digest.store.subscribers import NewSubscriber, add_subscribers, save_subscriptions
from digest.store.tables_delivery import deliveries

QUICK = Timeouts(connect=2.0, greeting=0.6, command=0.6, data=0.6, final=0.6)
"""Timeouts that let a stalled server be noticed at once."""


@dataclass(slots=True)
class SmallMailing:
    """One edition to a few readers. `open` it on a store, then `run` it against a server as often as needed."""

    store: Store
    outbox: Outbox
    emails: Sequence[str]
    newsletter: str = "denver"
    edition: str = "denver-1"
    template: MessageTemplate = field(default_factory=lambda: make_template(2000, signer=None))
    alerts: list[str] = field(default_factory=list)
    moments: list[SendProgress] = field(default_factory=list)

    @classmethod
    def open(
        cls, store: Store, emails: Sequence[str], *, uncertain: Literal["resend", "hold"] = "resend", folder: Path
    ) -> SmallMailing:
        """Store the readers and fix them as the audience."""
        mailing = cls(store, Outbox(store, token_keys=[b"test"], journal_folder=folder), emails)
        subscribe(store, emails, mailing.newsletter)
        until = datetime.now(UTC) + timedelta(hours=12)
        mailing.outbox.enqueue(mailing.edition, mailing.newsletter, useful_until=until, uncertain=uncertain)
        return mailing

    def pool(
        self,
        *routes: Route,
        domains: dict[str, DomainLimit] | None = None,
        back_off_s: float = 30.0,
        timeouts: Timeouts | None = None,
    ) -> SmtpPool:
        """Make a pool; pass `QUICK` where the server stalls, so that a busy machine is not taken for it elsewhere."""
        return SmtpPool(routes, domains, timeouts=timeouts, alert=self.alerts.append, back_off_s=back_off_s)

    async def run(self, pool: SmtpPool, *, patience_s: float = 0.0) -> DeliverySums:
        """Run the edition once."""
        return await self.outbox.run(
            self.edition,
            self.template,
            make_reader,
            pool,
            progress=self.moments.append,
            patience=timedelta(seconds=patience_s),
        )

    def states(self) -> dict[str, tuple[DeliveryState, int]]:
        """Return state and number of attempts by address."""
        with self.store.read() as connection:
            ids = dict(enumerate(self.emails, 1))
            rows = connection.execute(select(deliveries.c.id, deliveries.c.state, deliveries.c.attempts))
            return {ids[row.id]: (DeliveryState(row.state), row.attempts) for row in rows}


def subscribe(store: Store, emails: Sequence[str], newsletter: str) -> dict[str, int]:
    """Store confirmed subscribers; return their ids by address."""
    now = datetime.now(UTC)
    people = [NewSubscriber(email, email.casefold(), email.partition("@")[0].title()) for email in emails]
    with store.begin() as connection:
        ids = add_subscribers(connection, people, now)
        rows = [Subscription(one, newsletter, SubscriptionState.CONFIRMED, "test", "test", now) for one in ids.values()]
        save_subscriptions(connection, rows, now)
    return {email: ids[email.casefold()] for email in emails}


def local_route(port: int, **settings: object) -> Route:
    """Return a route to a server on this machine, unencrypted unless said."""
    return Route.model_validate({"host": "127.0.0.1", "port": port, "security": "none", "connections": 2} | settings)


def server_tls(folder: Path) -> ssl.SSLContext:
    """Return a server's TLS context with a fresh self-signed certificate for 127.0.0.1; `folder/ca.pem` trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "scripted.example.com")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "ca.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "server.pem").write_bytes(private + (folder / "ca.pem").read_bytes())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    return context
