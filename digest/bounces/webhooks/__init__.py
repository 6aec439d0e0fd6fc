"""Events of mail services → reports: each verifies its signature first; pure, no network, no store.

Every `parse` takes the body as it came and gives `ServiceReport` values. It raises `WebhookError` for a signature that
does not hold, an event that is too old, or a body that is none of the service's.
"""

from digest.bounces.webhooks.event import ServiceReport, WebhookError
from digest.bounces.webhooks.mailgun import parse_mailgun
from digest.bounces.webhooks.postmark import parse_postmark
from digest.bounces.webhooks.sendgrid import parse_sendgrid
from digest.bounces.webhooks.ses import Notification, parse_notification, parse_ses, signing_certificate_url

__all__ = [
    "Notification",
    "ServiceReport",
    "WebhookError",
    "parse_mailgun",
    "parse_notification",
    "parse_postmark",
    "parse_sendgrid",
    "parse_ses",
    "signing_certificate_url",
]
