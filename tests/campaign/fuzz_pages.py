"""Send a thousand requests to each operation of the OpenAPI description: `python -m tests.campaign.fuzz_pages [N]`."""

from __future__ import annotations

import logging
import sys
import tempfile
from collections import Counter
from pathlib import Path

import structlog

from digest.testing.editions import sample_edition
from digest.testing.readers import served_pages
from digest.testing.schema import make_tokens, try_description
from digest.testing.webhooks import SendGridKey


def main(examples: int = 1000) -> int:
    """Print how often each status came; return 1 for an answer of 500 or more."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    settings = {
        "DIGEST_BOUNCES__WEBHOOKS__SES_TOPICS": '["arn:aws:sns:us-east-1:123456789012:bounces"]',
        "DIGEST_BOUNCES__WEBHOOKS__SENDGRID_PUBLIC_KEY": SendGridKey().public,
        "DIGEST_BOUNCES__WEBHOOKS__MAILGUN_SIGNING_KEY": "secret",
        "DIGEST_BOUNCES__WEBHOOKS__POSTMARK_PASSWORD": "s3cret",
        "DIGEST_WEB__FIGURES_PASSWORD": "s3cret",
        "DIGEST_WEB__API_TOKEN": "t0ken",
    }
    with tempfile.TemporaryDirectory() as folder, served_pages(Path(folder), **settings) as site:
        site.pages.publish(sample_edition("denver"))
        site.pages.subscribe("ada@example.com", "denver")
        try:
            seen = try_description(site.url, make_tokens(site.pages.workspace), examples=examples)
        except AssertionError as error:
            print(error)
            return 1
    operations: dict[tuple[str, str], Counter[int]] = {}
    for (method, path, status), times in sorted(seen.items()):
        operations.setdefault((method, path), Counter())[status] += times
    for (method, path), statuses in operations.items():
        print(
            f"{method:5} {path:40} " + ", ".join(f"{status}: {times:,}" for status, times in sorted(statuses.items()))
        )
    print(f"{seen.total():,} requests to {len(operations)} operations, no answer of 500 or more")
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:2])))
