"""The part `bounces` of `digest.yaml`: where reports come from, and when soft bounces are enough."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field, SecretStr

from digest.config.base import ConfigModel, Duration
from digest.config.rules import Words


class BounceMailbox(ConfigModel):
    """An IMAP mailbox that bounce reports come to."""

    host: str = ""
    """IMAP server; empty means that there is none."""
    port: Annotated[int, Field(ge=1, le=65535)] = 993
    """Port: 993 with TLS, 143 with STARTTLS, as a rule."""
    security: Literal["none", "starttls", "tls"] = "tls"
    """Encryption: none, STARTTLS after connecting, or TLS from the first byte."""
    username: str = ""
    """Login."""
    password: SecretStr = SecretStr("")
    """Password; write `${IMAP_PASSWORD}` and keep the value in the environment."""
    folder: str = "INBOX"
    """Folder of the mailbox; its unread messages are read and marked as read."""


class BounceListener(ConfigModel):
    """A small mail server of the daemon's own for the return path."""

    protocol: Literal["off", "smtp", "lmtp"] = "off"
    """Whether to listen, and which protocol the mail server before us speaks."""
    host: str = "127.0.0.1"
    """Address to listen on."""
    port: Annotated[int, Field(ge=0, le=65535)] = 2525
    """Port to listen on; 0 takes a free one."""


class BounceWebhooks(ConfigModel):
    """What signs the events of mail services; a service without a key is refused."""

    ses_topics: Words = ()
    """Amazon SNS topics (ARN) whose notifications of SES are believed."""
    sendgrid_public_key: str = ""
    """Verification key of SendGrid's signed event webhook, in base64."""
    mailgun_signing_key: SecretStr = SecretStr("")
    """Signing key of Mailgun's webhooks."""
    postmark_password: SecretStr = SecretStr("")
    """Password in the address of Postmark's webhook, as `https://postmark:PASSWORD@…`."""


class Bounces(ConfigModel):
    """Where bounce reports come from, and when soft ones are enough."""

    maildir: str = ""
    """Maildir that reports come to, relative to the project."""
    imap: BounceMailbox = BounceMailbox()
    listen: BounceListener = BounceListener()
    webhooks: BounceWebhooks = BounceWebhooks()
    every: Duration = dt.timedelta(minutes=5)
    """How often the daemon looks into Maildir and mailbox."""
    soft_editions: Annotated[int, Field(ge=1, le=100)] = 5
    """An address is suppressed after soft bounces of so many editions in a row …"""
    soft_span: Duration = dt.timedelta(days=14)
    """… when the first and the last of them lie at least so far apart."""
    keep: Duration = dt.timedelta(days=30)
    """How long messages that were not understood are kept, in `var/bounces`."""
