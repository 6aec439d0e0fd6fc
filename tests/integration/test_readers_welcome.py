"""Welcome editions: once, after the owner's yes, with what the latest edition told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from digest.config.welcome import Welcome
from digest.pipeline.welcome import build_welcome
from digest.testing.editions import sample_edition
from digest.testing.messages import check_message
from digest.testing.readers import ReadersPages, Visitor, readers_pages

ADA = "ada@example.com"


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[ReadersPages]:
    """The pages, where Denver has a welcome edition and AM has none."""
    with readers_pages(tmp_path) as opened:
        project = opened.workspace.project
        welcome = Welcome(subject="Hello from {name}", note="Good to have you. <strong>Mornings at 6:30.</strong>")
        denver = project.newsletters["denver"].model_copy(update={"welcome": welcome})
        opened.workspace.project = replace(project, newsletters={**project.newsletters, "denver": denver})
        yield opened


def welcomes(pages: ReadersPages) -> list[Any]:
    """Return the welcome editions among the caught mail."""
    return [message for message in pages.caught() if message["Subject"].startswith("Hello")]


def test_once_after_confirmation(pages: ReadersPages) -> None:
    """Nothing before the yes; then one, correct on its bytes, with the latest stories; none after coming back."""
    pages.publish(sample_edition("denver"))

    async def ask(visitor: Visitor) -> None:
        await visitor.fill_in("/", email=ADA, newsletter=["denver", "am"])

    pages.visit(ask)
    assert welcomes(pages) == []
    (confirmation,) = pages.caught()
    confirm = next(path for path in pages.links_of(confirmation) if path.startswith("/confirm/"))

    async def say_yes(visitor: Visitor) -> None:
        key = await visitor.find_key(confirm)
        for _ in range(2):
            assert (await visitor.post(confirm, key=key, newsletter=["denver", "am"])).status_code == 200

    pages.visit(say_yes)
    (welcome,) = welcomes(pages)
    assert welcome["Subject"] == "Hello from Denver"
    assert welcome["To"] == ADA
    text = welcome.get_body(("plain",)).get_content()
    assert "Good to have you." in text
    assert "tram loop" in text
    check_message(next(file for file in sorted(pages.workspace.at_root("var/caught").glob("*.eml"))
                       if b"Hello from Denver" in file.read_bytes()).read_bytes())  # fmt: skip
    unsubscribe, preferences = (
        next(path for path in pages.links_of(welcome) if path.startswith(f"/{page}/"))
        for page in ("unsubscribe", "preferences")
    )

    async def leave_and_return(visitor: Visitor) -> None:
        await visitor.post(unsubscribe, **{"List-Unsubscribe": "One-Click"})
        await visitor.fill_in(preferences, do="save", shown=["denver", "am"], on=["denver", "am"])

    pages.visit(leave_and_return)
    assert pages.subscriptions(1)["denver"].state.value == "confirmed"
    assert len(welcomes(pages)) == 1


def test_turning_one_on_is_a_yes_and_saving_is_not(pages: ReadersPages) -> None:
    """Who adds the newsletter on the preferences page is welcomed; who had it before, by an import, is not."""
    ada, bo = pages.subscribe(ADA, "am"), pages.subscribe("bo@example.com", "denver", "am")
    links = pages.workspace.links

    async def save(visitor: Visitor) -> None:
        for reader in (ada, bo):
            path = links.preferences("am", reader).removeprefix("https://news.example.com")
            await visitor.fill_in(path, do="save", shown=["denver", "am"], on=["denver", "am"], name="A")

    pages.visit(save)
    assert [message["To"] for message in welcomes(pages)] == ["A <ada@example.com>"]


def test_a_newsletter_without_editions_welcomes_with_its_note(pages: ReadersPages) -> None:
    """Before the first edition there is the note alone, and no link to a page that is not there."""
    built = build_welcome(pages.workspace, pages.workspace.project.get_newsletter("denver"), None)
    assert "Good to have you." in built.rendered.html
    assert "/archive/denver/2" not in built.rendered.html + built.rendered.text
    assert "/n/denver" in built.rendered.text


def test_an_erased_or_suppressed_reader_gets_none(pages: ReadersPages) -> None:
    """What became of the reader between the yes and the mail is looked at when its turn comes."""
    ada, bo = pages.subscribe(ADA, "denver"), pages.subscribe("bo@example.com", "denver")
    denver = pages.workspace.project.get_newsletter("denver")

    async def be_quick(visitor: Visitor) -> None:
        path = pages.workspace.links.preferences("denver", ada).removeprefix("https://news.example.com")
        await visitor.fill_in(path, do="erase", sure="yes")
        await visitor.post(
            pages.workspace.links.unsubscribe("denver", bo).removeprefix("https://news.example.com"), choice="stop"
        )
        pages.app.state.welcomes.mail_soon(ada, [denver])
        pages.app.state.welcomes.mail_soon(bo, [denver])

    pages.visit(be_quick)
    assert welcomes(pages) == []
