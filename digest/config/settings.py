"""`digest.yaml`: the settings of the installation; every one can be set from the environment."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import AfterValidator, AnyHttpUrl, Field, SecretStr

from digest.config.alarms import Alarms
from digest.config.base import ConfigModel, Duration, Id, Line
from digest.config.bounces import Bounces
from digest.config.retention import Retention
from digest.config.rules import Words


class Brand(ConfigModel):
    """Who publishes: stands in every masthead and footer."""

    name: Line = "The Brief"
    """Name of the publisher as readers see it."""
    tagline: str = ""
    """One line about it."""
    url: AnyHttpUrl | None = None
    """Its home page."""
    postal_address: str = "100 Example Street, Springfield"
    """Postal address, which the law wants in every message."""


class Sender(ConfigModel):
    """From whom messages come."""

    email: str = "newsletters@example.com"
    """Address in From; its domain is the one DKIM signs for."""
    reply_to: str = ""
    """Address for replies."""
    bounce_domain: str = ""
    """Domain of the return path (VERP); the From address's own unless said."""
    unsubscribe_mailto: Annotated[str, Field(pattern=r"^([A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,190})?$")] = ""
    """Address that mail clients may write to instead of the link; its mail must reach a source of `bounces`."""
    list_domain: str = ""
    """Domain in List-Id; the From address's own unless said."""


class Route(ConfigModel):
    """One way out: a mail server and the limits it wants kept."""

    name: Id = "main"
    """Name of the route in reports."""
    host: str = ""
    """Mail server; empty means the built-in catcher."""
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    """Port: 587 with STARTTLS, 465 with TLS, as a rule."""
    security: Literal["none", "starttls", "tls"] = "starttls"
    """Encryption: none, STARTTLS after connecting, or TLS from the first byte."""
    username: str = ""
    """Login; empty means that none is wanted."""
    password: SecretStr = SecretStr("")
    """Password; write `${SMTP_PASSWORD}` and keep the value in the environment."""
    ca_file: str = ""
    """Certificates to trust besides the system's."""
    verify: bool = True
    """Whether the server's certificate is checked."""
    weight: Annotated[float, Field(gt=0)] = 1.0
    """Its share when there are several routes."""
    connections: Annotated[int, Field(ge=1, le=200)] = 8
    """Most connections at a time."""
    messages_per_connection: Annotated[int, Field(ge=1)] = 100
    """After so many messages a connection is closed and a new one opened."""
    connection_seconds: Annotated[int, Field(ge=10)] = 300
    """After so many seconds a connection is closed and a new one opened."""
    per_second: Annotated[float, Field(gt=0)] | None = None
    """Most messages a second over this route."""
    per_hour: Annotated[int, Field(gt=0)] | None = None
    """Most messages an hour; survives a restart."""
    per_day: Annotated[int, Field(gt=0)] | None = None
    """Most messages a day; survives a restart."""
    source_address: str = ""
    """Local address to connect from."""


class DomainLimit(ConfigModel):
    """Limits for one recipient domain, over all routes and workers."""

    connections: Annotated[int, Field(ge=1)] | None = None
    """Most connections at a time to this domain."""
    per_second: Annotated[float, Field(gt=0)] | None = None
    """Most messages a second to this domain."""


class Smtp(Route):
    """The mail server; with `routes`, several of them."""

    routes: tuple[Route, ...] = ()
    """Further routes, with weights; the first-level settings are the first route where `host` is set."""
    domains: dict[str, DomainLimit] = Field(default_factory=dict)
    """Limits by recipient domain, as `gmail.com: {connections: 4, per_second: 20}`."""
    retry_after: tuple[Duration, ...] = (
        dt.timedelta(minutes=1),
        dt.timedelta(minutes=5),
        dt.timedelta(minutes=15),
        dt.timedelta(minutes=60),
    )
    """Waits between attempts; the last one repeats while the edition is useful."""
    processes: Annotated[int, Field(ge=1, le=64)] | None = None
    """Most processes that deliver a large edition on a SQLite store; one a core, at most four, unless said."""


class Dkim(ConfigModel):
    """Signing keys."""

    domain: str = ""
    """Signing domain, aligned with From; the From address's own unless said."""
    selector: str
    """Selector of the RSA key."""
    key_file: str
    """RSA private key in PEM, relative to the configuration's folder."""
    ed25519_selector: str = ""
    """Selector of an Ed25519 key, for a second signature."""
    ed25519_key_file: str = ""
    """Ed25519 private key in PEM, relative to the configuration's folder."""


class Fetch(ConfigModel):
    """How feeds are read."""

    contact: str = ""
    """Address or URL in the User-Agent, for site owners."""
    concurrency: Annotated[int, Field(ge=1, le=500)] = 50
    """Most readings at a time."""
    per_host: Annotated[int, Field(ge=1, le=20)] = 2
    """Most readings at a time from one host."""
    connect_timeout: Duration = dt.timedelta(seconds=10)
    """Longest time to connect."""
    timeout: Duration = dt.timedelta(seconds=30)
    """Longest time for one reading in all."""
    max_bytes: Annotated[int, Field(ge=1024)] = 10 * 1024 * 1024
    """Largest feed, on the wire and inflated."""
    every: Duration = dt.timedelta(minutes=30)
    """Least time between two readings of a source."""
    allow_private: Words = ()
    """Networks or hosts that may be read although they are private, as `192.168.1.0/24`."""
    keep: Duration = dt.timedelta(days=30)
    """How long stories stay in the pool after they were last seen."""


class Catcher(ConfigModel):
    """The built-in mail catcher, used where no SMTP host is set."""

    folder: str = "var/caught"
    """Where caught messages are kept, as `.eml`."""
    port: Annotated[int, Field(ge=0, le=65535)] = 0
    """Port on loopback; 0 takes a free one."""


class Web(ConfigModel):
    """The readers' pages."""

    host: str = "127.0.0.1"
    """Address the pages listen on."""
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    """Port the pages listen on; 0 takes a free one."""
    public_url: AnyHttpUrl = AnyHttpUrl("https://news.example.com/")
    """Address under which readers reach the pages; links in messages begin with it. Mailbox providers want https."""
    trusted_proxies: Words = ()
    """Addresses whose X-Forwarded-For is believed."""
    api_token: SecretStr = SecretStr("")
    """Token for `POST /api/stories`; empty turns it off."""
    figures_password: SecretStr = SecretStr("")
    """Password of the page of opens and clicks, `/figures`, with any user name; empty turns the page off."""


class Keys(ConfigModel):
    """Secrets for personal links."""

    secret: SecretStr = SecretStr("")
    """Key of personal links; where empty, one is made once and kept in the store."""
    old: tuple[SecretStr, ...] = ()
    """Earlier keys, whose links still unsubscribe."""


class LintSettings(ConfigModel):
    """Which mail clients matter, and what the lint says of them."""

    clients: Words = ("gmail", "apple-mail", "outlook", "yahoo", "samsung-email")
    """Client families of caniemail."""
    max_bytes: Annotated[int, Field(ge=10_000, le=200_000)] = 100_000
    """Largest HTML of a message; Gmail clips at about 102 KB."""
    ignore: Words = ()
    """Rule names that are not reported."""


def _known_store(value: str) -> str:
    if not value.startswith(("sqlite:///", "postgresql://")):
        kind = value.partition(":")[0]
        raise ValueError(f"{kind!r} is no store; write sqlite:///FILE or postgresql://USER@HOST/NAME")
    return value


class Settings(ConfigModel):
    """The file `digest.yaml`."""

    brand: Brand = Brand()
    sender: Sender = Sender()
    smtp: Smtp = Smtp()
    dkim: Dkim | None = None
    """Signing keys; without them messages are not signed."""
    store: Annotated[str, AfterValidator(_known_store)] = "sqlite:///var/digest.db"
    """Where the ledger lives: `sqlite:///FILE` (relative to the project) or `postgresql://…`."""
    fetch: Fetch = Fetch()
    catcher: Catcher = Catcher()
    web: Web = Web()
    bounces: Bounces = Bounces()
    keys: Keys = Keys()
    lint: LintSettings = LintSettings()
    alarms: Alarms = Alarms()
    retention: Retention = Retention()
    keep_deliveries: Duration = dt.timedelta(days=90)
    """How long the row of each reader's delivery is kept after an edition ended; its sums and reasons stay."""
    pictures: Literal["embedded", "hosted"] = "embedded"
    """How messages show pictures of folder sources: inside the message, or loaded from the readers' pages."""
    labels: Words = ()
    """Further labels of parts, beside "Why it matters" and the other built-in ones."""
    home_country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "US"
    """Country whose places are meant unless another is named."""
    templates: str = ""
    """Folder of own templates, relative to the project; its files come before the built-in ones."""
