"""Measured links on the readers' pages: counted for the edition, never for a reader; no way to anywhere else."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from digest.config.measure import Measure
from digest.model.edition import Edition
from digest.model.subscriber import Reader, Subscriber
from digest.pipeline.envelope import message_template
from digest.pipeline.ledger import report_record
from digest.pipeline.measuring import load_figures
from digest.pipeline.record import built_from_json
from digest.store import Store, editions, measures, metadata
from digest.subscriptions.links import reader_values
from digest.testing.editions import SLOT_AT, sample_edition
from digest.testing.messages import check_message
from digest.testing.readers import ReadersPages, Visitor, readers_pages, served_pages

PHONE = {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"}
ASKED: Any = {"opens": True, "clicks": True, "utm": {"source": "{newsletter}"}}
SECRET = {"Authorization": "Basic " + base64.b64encode(b"desk:open sesame").decode()}


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = SLOT_AT + timedelta(hours=2)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Give a clock that stands still."""
    return Clock()


@pytest.fixture
def pages(tmp_path: Path, clock: Clock) -> Iterator[ReadersPages]:
    """The pages, with Denver measured and one edition of it sent."""
    with readers_pages(tmp_path, clock=clock, DIGEST_WEB__FIGURES_PASSWORD="open sesame") as opened:
        measure(opened, ASKED)
        opened.publish(sample_edition("denver"))
        yield opened


def measure(pages: ReadersPages, fields: Any) -> None:
    """Configure what is counted of Denver."""
    project = pages.workspace.project
    denver = project.newsletters["denver"].model_copy(update={"measure": Measure.model_validate(fields)})
    pages.workspace.project = replace(project, newsletters={**project.newsletters, "denver": denver})


def mail(pages: ReadersPages, address: str = "ada@example.com", number: int = 1) -> bytes:
    """Return the message of the sent edition to a reader, as it goes out."""
    workspace, edition = pages.workspace, sample_edition("denver")
    with workspace.store.read() as connection:
        built = built_from_json(editions.find_content(connection, edition.id) or "")
    newsletter = workspace.project.get_newsletter("denver")
    subscriber = Subscriber(id=number, email=address, key=address)
    values = reader_values(subscriber, newsletter, edition, workspace.links)
    template = message_template(workspace, newsletter, built)
    return template.message_for(Reader(number, address, values, "a" * 32)).content


def measured_paths(message: bytes) -> tuple[list[str], str]:
    """Return the paths of the measured links, each once, and that of the picture."""
    part = message_from_bytes(message, policy=default).get_body(("html",))
    assert part is not None
    page = part.get_content().replace("&amp;", "&")
    clicks = re.findall(r'href="https://news\.example\.com(/go/[^"]+)"', page)
    (picture,) = re.findall(r'src="https://news\.example\.com(/seen/[^"]+)"', page)
    return list(dict.fromkeys(clicks)), picture


def follow(*paths: str, method: str = "GET", **headers: str) -> Callable[[Visitor], Any]:
    """Return a visit of these paths, one after the other."""

    async def scenario(visitor: Visitor) -> list[Any]:
        return [await visitor.client.request(method, path, headers=PHONE | headers) for path in paths]

    return scenario


def test_a_message_is_correct_and_the_same_for_all(pages: ReadersPages) -> None:
    """Measured messages pass all checks of their bytes; two readers' links differ in nothing but the random word."""
    ada, bo = mail(pages), mail(pages, "bo@example.com", 2)
    check_message(ada)
    (clicks, picture), (same, other) = measured_paths(ada), measured_paths(bo)
    assert clicks == same
    assert len(clicks) >= 3
    assert picture.rsplit("/", 1)[0] == other.rsplit("/", 1)[0]
    assert picture != other != measured_paths(mail(pages, "bo@example.com", 2))[1]


def test_people_are_counted_and_led_on(pages: ReadersPages, clock: Clock) -> None:
    """An opening and two clicks of one reader, one of another: that many, by hour and link, and in the report."""
    clicks, picture = measured_paths(mail(pages))
    answers = pages.visit(follow(picture, clicks[0], clicks[0], clicks[1]))
    assert [answer.status_code for answer in answers] == [200, 302, 302, 302]
    assert answers[0].headers["content-type"] == "image/gif"
    assert answers[1].headers["location"].startswith("https://")
    assert "utm_source=denver" in answers[1].headers["location"]
    assert "set-cookie" not in answers[1].headers
    clock.now += timedelta(hours=3)
    pages.visit(follow(clicks[0]), address="198.51.100.7")
    figures = load_figures(pages.workspace, sample_edition("denver").id)
    assert (figures.opens, figures.clicks) == (1, 3)
    assert (figures.clicks_by_hour[2], figures.clicks_by_hour[5]) == (2, 1)
    report = report_record(pages.workspace, sample_edition("denver").id)
    assert (report["opens"], report["clicks"]) == (1, 3)
    assert report["links"][0]["clicks"] == 2
    assert report["links"][0]["headline"]


def test_programs_are_led_on_and_not_counted(pages: ReadersPages) -> None:
    """HEAD, scanners by name, what fetches ahead, and who follows all links at once count for nothing."""
    clicks, picture = measured_paths(mail(pages))
    answers = [
        *pages.visit(follow(picture, *clicks, method="HEAD")),
        *pages.visit(follow(picture, *clicks, **{"User-Agent": "Barracuda Sentinel (EE)"})),
        *pages.visit(follow(picture, *clicks, **{"Sec-Purpose": "prefetch;prerender"})),
    ]
    assert {answer.status_code for answer in answers} == {200, 302}
    assert answers[0].content == b""
    many = [f"{path}" for path in clicks]
    assert len(many) >= 4
    pages.visit(follow(*many))
    assert load_figures(pages.workspace, sample_edition("denver").id).clicks == 0


def test_there_is_no_open_redirect(pages: ReadersPages) -> None:
    """Another target, edition, number or seal, or none: a page that says so, and nothing is counted."""
    clicks, picture = measured_paths(mail(pages))
    path, _, target = clicks[0].partition("?to=")
    forged = [
        f"{path}?to=https://evil.example.com/",
        f"{path}?to={target}%0d%0aSet-Cookie:x",
        path,
        f"{path}?to=",
        clicks[0].replace("/1/", "/2/"),
        clicks[0].replace("/1/", "/01/"),
        clicks[0].replace("denver", "austin"),
        clicks[0].replace("/go/", "/go/x"),
        re.sub(r"/[^/]{16}\?", "/AAAAAAAAAAAAAAAA?", clicks[0]),
        picture.replace("denver", "austin"),
    ]
    answers = pages.visit(follow(*forged))
    assert {answer.status_code for answer in answers} == {404}
    assert not any("location" in answer.headers for answer in answers)
    assert load_figures(pages.workspace, sample_edition("denver").id).clicks == 0


def test_a_hundred_looks_change_no_readers_state(pages: ReadersPages) -> None:
    """Whoever opens and follows everything adds to the edition's counts and touches no other table."""
    pages.subscribe("ada@example.com", "denver")
    clicks, picture = measured_paths(mail(pages))

    def everything() -> dict[str, list[tuple[Any, ...]]]:
        with pages.workspace.store.read() as connection:
            return {
                table.name: [tuple(row) for row in connection.execute(select(table))]
                for table in metadata.metadata.sorted_tables
                if table.name != "edition_counts"
            }

    before = everything()
    pages.visit(follow(*[picture, *clicks] * 20))
    assert everything() == before


def test_turned_off_is_off(pages: ReadersPages) -> None:
    """Links in old mail lead on when counting was turned off, and nothing is counted any more; copies never are."""
    clicks, picture = measured_paths(mail(pages))
    measure(pages, {})
    assert [answer.status_code for answer in pages.visit(follow(picture, clicks[0]))] == [200, 302]
    assert load_figures(pages.workspace, sample_edition("denver").id).opens == 0
    assert b"/go/" not in mail(pages)
    assert "opens" not in report_record(pages.workspace, sample_edition("denver").id)


def test_the_archive_stays_unmeasured(pages: ReadersPages) -> None:
    """What anybody may read holds no measured link and no picture."""
    page = pages.visit(lambda visitor: visitor.get("/archive/denver/latest"))
    assert page.status_code == 200
    assert "/go/" not in page.text
    assert "/seen/" not in page.text


def test_copies_for_named_addresses_are_not_measured(pages: ReadersPages) -> None:
    """A test message must not change the figures."""
    workspace = pages.workspace
    with workspace.store.read() as connection:
        built = built_from_json(editions.find_content(connection, sample_edition("denver").id) or "")
    copied: Edition = replace(built.rendered.edition, is_copy=True)
    copy = replace(built, rendered=replace(built.rendered, edition=copied))
    newsletter = workspace.project.get_newsletter("denver")
    assert "visit" not in message_template(workspace, newsletter, copy).slots
    assert "visit" in message_template(workspace, newsletter, built).slots
    assert "visit" not in message_template(workspace, newsletter, built, is_trial=True).slots


def test_the_figures_are_for_who_has_the_password(pages: ReadersPages, tmp_path: Path) -> None:
    """Charts and tables behind a password; without one in the settings there is no such page."""
    clicks, picture = measured_paths(mail(pages))
    pages.visit(follow(picture, clicks[0]))
    known = pages.visit(follow("/figures", "/figures/denver", "/figures/am", "/figures/nowhere", **SECRET))
    assert [answer.status_code for answer in known] == [200, 200, 200, 404]
    assert "<svg" in known[1].text
    assert "1 opens, 1 clicks" in known[1].text
    wrong = {"Authorization": "Basic " + base64.b64encode(b"desk:sesame").decode()}
    strangers = [*pages.visit(follow("/figures", "/figures/denver")), *pages.visit(follow("/figures", **wrong))]
    assert {answer.status_code for answer in strangers} == {401}
    assert all("1 opens" not in answer.text for answer in strangers)
    with readers_pages(tmp_path / "other") as closed:
        assert [answer.status_code for answer in closed.visit(follow("/figures", **SECRET))] == [404]


def test_a_clock_before_the_slot_is_no_trouble(pages: ReadersPages, clock: Clock) -> None:
    """Visits before the slot, as after a correction of the clock, count for its first hour; very late ones together."""
    clicks, _ = measured_paths(mail(pages))
    for at in (datetime(2020, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)):
        clock.now = at
        pages.visit(follow(clicks[0]), address=f"192.0.2.{at.year % 100}")
    figures = load_figures(pages.workspace, sample_edition("denver").id)
    assert (figures.clicks_by_hour[0], figures.clicks_by_hour[-1]) == (1, 1)


def test_what_waits_is_written_when_the_pages_end(tmp_path: Path) -> None:
    """A click that still waits to be judged when the daemon stops is counted, by a real server and browser's words."""
    with served_pages(tmp_path) as site:
        measure(site.pages, ASKED)
        site.pages.publish(sample_edition("denver"))
        part = message_from_bytes(mail(site.pages), policy=default).get_body(("html",))
        assert part is not None
        click = re.findall(r'href="(http://127[^"]+/go/[^"]+)"', part.get_content())[0].replace("&amp;", "&")
        answer = httpx.get(click, headers=PHONE, follow_redirects=False)
        assert answer.status_code == 302
    with Store.open("sqlite:///var/digest.db", root=tmp_path) as store, store.read() as connection:
        assert sum(measures.load_counts(connection, sample_edition("denver").id).values()) == 1
