"""Requests made from the pages' own OpenAPI description, many of them wrong and some right; for tests and campaigns.

Needs schemathesis, which is a development dependency.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.core.result import Err

from digest.pipeline.workspace import Workspace
from digest.subscriptions.tokens import Purpose

_KNOWN = {
    "newsletter_id": ("denver", "am", "austin"),
    "day": ("latest", "2026-11-22", "2026-11-22-weekly", "9999-99-99"),
    "service": ("ses", "sendgrid", "mailgun", "postmark"),
    "number": ("1", "-1", "٣", "99999999999999999999"),
    "reference": ("samples/../../digest.yaml", "%00", "a/b.png"),
    "newsletter": ("denver", "am"),
    "email": ("ada@example.com", "a@b@c", "x" * 400),
    "do": ("save", "export", "erase"),
    "choice": ("stop", "all", "weekly", "pause"),
    "place": ("all", "one", "embed"),
    "near": ("Boulder, CO", "Paris", "("),
}


_PAGES = {
    "/confirm/{token}": Purpose.CONFIRM,
    "/preferences/{token}": Purpose.PREFERENCES,
    "/unsubscribe/{token}": Purpose.UNSUBSCRIBE,
}

Tokens = Mapping[Purpose, Sequence[str]]


def make_tokens(workspace: Workspace) -> Tokens:
    """Return tokens of every purpose, for a known newsletter, all of them and a gone one, and for known and unknown
    readers.
    """
    expires_at = workspace.clock().replace(year=2100)
    return {
        purpose: [
            workspace.tokens.make(purpose, newsletter, reader, expires_at=expires_at)
            for newsletter in ("denver", "", "gone")
            for reader in (0, 1, 77)
        ]
        for purpose in Purpose
    }


def try_description(url: str, tokens: Tokens, *, examples: int) -> Counter[tuple[str, str, int]]:
    """Send `examples` requests to each operation of the description at `url`; return how often each status came.

    Raises AssertionError for the first answer of 500 or more, with a request that leads to it.
    """
    schema = schemathesis.openapi.from_url(f"{url}/openapi.json")
    seen: Counter[tuple[str, str, int]] = Counter()
    for found in schema.get_all_operations():
        if isinstance(found, Err):
            raise AssertionError(f"an operation is described wrongly: {found.err()}")
        operation = found.ok()
        known = dict(_KNOWN) | {"key": tokens[Purpose.FORM]}
        if operation.path in _PAGES:
            known["token"] = tokens[_PAGES[operation.path]]
        _try_operation(operation, known, seen, examples)
    return seen


def _try_operation(
    operation: Any, known: Mapping[str, Sequence[str]], seen: Counter[tuple[str, str, int]], examples: int
) -> None:
    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(case=operation.as_strategy(), rng=st.randoms(use_true_random=True))
    def send(case: Any, rng: Random) -> None:
        for part in (case.path_parameters, case.query, case.body):
            if isinstance(part, dict):
                _make_right(part, known, rng)
        response = case.call()
        seen[case.method, case.path, response.status_code] += 1
        assert response.status_code < 500, case.as_curl_command()

    send()


def _make_right(values: dict[str, Any], known: Mapping[str, Sequence[str]], rng: Random) -> None:
    """Put known values in place of most of the made-up ones."""
    for name in sorted(values.keys() & known.keys()):
        if rng.random() < 0.7:
            value = rng.choice(known[name])
            values[name] = [value] if isinstance(values[name], list) else value
