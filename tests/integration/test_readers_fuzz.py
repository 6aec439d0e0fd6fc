"""The OpenAPI description, tried with whatever fits it and much that does not: no answer is a fault of ours."""

import tempfile
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.testing.editions import sample_edition
from digest.testing.readers import readers_pages

_NAMES = st.sampled_from(["denver", "am", "latest", "2026-11-22", "feed.xml", "9999-99-99", "../..", "%00", "é", ""])
_ANY = st.text(max_size=60)
_VALUES = st.one_of(
    _NAMES, _ANY, st.sampled_from(["all", "one", "embed", "save", "export", "erase", "weekly", "pause"])
)


@pytest.fixture(scope="module")
def pages():
    """The pages with one edition and one reader, for all examples together."""
    with tempfile.TemporaryDirectory() as folder, readers_pages(Path(folder)) as opened:
        opened.publish(sample_edition("denver"))
        opened.subscribe("ada@example.com", "denver")
        yield opened


def operations(pages):
    """Return (method, path, names of path and query parameters, names of form fields) of all operations."""
    found = []
    for path, methods in pages.app.openapi()["paths"].items():
        for method, operation in methods.items():
            body = operation.get("requestBody", {}).get("content", {})
            fields = [name for kind in body.values() for name in kind["schema"].get("properties", ())]
            queries = [one["name"] for one in operation.get("parameters", []) if one["in"] == "query"]
            found.append((method, path, queries, sorted(set(fields))))
    return found


@st.composite
def requests(draw, pages, tokens):
    """Draw a request: an operation of the description, its places filled, its form with right and wrong values."""
    method, path, queries, fields = draw(st.sampled_from(operations(pages)))
    for name in ("newsletter_id", "day", "token", "reference", "service"):
        value = draw(st.one_of(_VALUES, st.sampled_from(tokens) if name == "token" else _NAMES))
        path = path.replace(f"{{{name}}}", quote(value, safe="")).replace(f"{{{name}:path}}", quote(value))
    query = {name: draw(_VALUES) for name in queries}
    form = {name: draw(st.lists(_VALUES, max_size=3)) for name in fields if draw(st.booleans())}
    if "key" in fields and draw(st.booleans()):
        form["key"] = [draw(st.sampled_from(tokens))]
    return method.upper(), path, query, form, draw(st.sampled_from([None, b"\xff\x00%zz", b"a;b=&&=="]))


def test_nothing_of_the_description_ends_in_a_server_error(pages):
    """Whatever is sent to whatever address, the answer is below 500."""
    workspace = pages.workspace
    expires_at = workspace.clock().replace(year=2030)
    tokens = [workspace.tokens.make(purpose, newsletter, reader, expires_at=expires_at)
              for purpose in range(1, 7) for newsletter in ("denver", "", "gone") for reader in (0, 1, 77)]  # fmt: skip
    assert len(operations(pages)) >= 14

    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(
        requests(pages, tokens), st.sampled_from(["application/x-www-form-urlencoded", "multipart/form-data", "x/y"])
    )
    def send(request, kind):
        method, path, query, form, raw = request

        async def scenario(visitor):
            if raw is None or method == "GET":
                return await visitor.client.request(method, path, params=query, data=form or None)
            return await visitor.client.request(method, path, content=raw, headers={"Content-Type": kind})

        assert pages.visit(scenario).status_code < 500

    send()
