"""The OpenAPI description, tried by schemathesis with what fits it and much that does not: no answer is our fault."""

from __future__ import annotations

import json
from pathlib import Path

from digest.testing.editions import sample_edition
from digest.testing.readers import served_pages
from digest.testing.schema import make_tokens, try_description
from digest.testing.webhooks import TOPIC, SendGridKey

EXAMPLES = 8
"""For each operation; the campaign sends a thousand."""

SERVICES = {
    "DIGEST_BOUNCES__WEBHOOKS__SES_TOPICS": json.dumps([TOPIC]),
    "DIGEST_BOUNCES__WEBHOOKS__SENDGRID_PUBLIC_KEY": SendGridKey().public,
    "DIGEST_BOUNCES__WEBHOOKS__MAILGUN_SIGNING_KEY": "secret",
    "DIGEST_BOUNCES__WEBHOOKS__POSTMARK_PASSWORD": "s3cret",
    "DIGEST_WEB__FIGURES_PASSWORD": "s3cret",
    "DIGEST_WEB__API_TOKEN": "t0ken",
}


def test_nothing_of_the_description_ends_in_a_server_error(tmp_path: Path) -> None:
    """Whatever is sent to whatever operation, by a real server, the answer is below 500."""
    with served_pages(tmp_path, **SERVICES) as site:
        site.pages.publish(sample_edition("denver"))
        site.pages.subscribe("ada@example.com", "denver")
        seen = try_description(site.url, make_tokens(site.pages.workspace), examples=EXAMPLES)
    assert len({(method, path) for method, path, _ in seen}) >= 19
    statuses = {status for _, _, status in seen}
    assert {200, 400, 403, 404} <= statuses
