"""The lint: each rule finds its fault, and says nothing of what is well."""

from __future__ import annotations

from dataclasses import replace

import pytest

from digest.config.newsletter import Accent
from digest.config.settings import Brand, LintSettings, Settings, Web
from digest.model.edition import Edition, RenderedEdition
from digest.model.finding import Finding
from digest.model.slots import slot_mark
from digest.rendering import Renderer, lint
from digest.testing.editions import denver, entry, pro_rata, right_to_left, sample_edition, sample_story, section, thin

_SETTINGS = Settings(web=Web(public_url="https://news.example.com/"))  # type: ignore[arg-type]
_RENDERER = Renderer([], _SETTINGS)


def _rendered() -> RenderedEdition:
    return _RENDERER.render(*denver(), picture_url=lambda url: "cid:tram@digest")


def _findings(
    rendered: RenderedEdition | None = None, settings: Settings = _SETTINGS, previous: Edition | None = None
) -> list[Finding]:
    edition, newsletter = denver()
    return lint(rendered or _rendered(), edition, newsletter, settings=settings, previous=previous)


def _with_html(old: str, new: str) -> RenderedEdition:
    rendered = _rendered()
    assert old in rendered.html
    return replace(rendered, html=rendered.html.replace(old, new))


@pytest.mark.parametrize("template", ["brief", "plain"])
@pytest.mark.parametrize("made", [denver(), pro_rata(), right_to_left()], ids=lambda made: made[1].id)
def test_shipped_templates_have_no_findings(made: tuple[Edition, object], template: str) -> None:
    """For Gmail, Apple Mail, Outlook, Yahoo and Samsung nothing lacks a fallback, and all else is well."""
    edition, newsletter = made[0], made[1].model_copy(update={"template": template})  # type: ignore[attr-defined]
    rendered = _RENDERER.render(edition, newsletter, picture_url=lambda url: "https://pictures.example.com/1.png")
    assert lint(rendered, edition, newsletter, settings=_SETTINGS) == []


@pytest.mark.parametrize(
    ("old", "new", "rule", "level"),
    [
        ("<!doctype html>\n", "", "doctype", "error"),
        (' lang="en"', "", "lang", "error"),
        ("@media", "@never", "media", "warning"),
        ("<!--[if ", "<!--[when ", "mso", "warning"),
        ('href="https://front-range.example.com/parking"', 'href="/parking"', "link", "error"),
        ('href="https://front-range.example.com/parking"', 'href="#"', "link", "error"),
        ('href="https://front-range.example.com/parking"', 'href=""', "link", "error"),
        ('href="https://front-range.example.com/parking"', 'href="ftp://a.example/x"', "link", "error"),
        ('href="https://front-range.example.com/parking"', 'href="http://localhost/x"', "link", "error"),
        ('href="https://front-range.example.com/parking"', 'href="https://[x"', "link", "error"),
        ('alt="A red tram in front of dusky hills"', 'alt=""', "alt", "error"),
        ('src="cid:tram@digest"', 'src="tram.png"', "picture", "warning"),
        ("Branch libraries", "{{ story.headline }}", "unresolved", "error"),
        ("812 words", "None words", "unresolved", "error"),
        ("100 Example Street", "Somewhere", "address", "error"),
        ("color:#5d6470", "color:#b0b4ba", "contrast", "warning"),
        ('<h1 class="n"', '<h1 class="n" style="position:fixed"', "client-support", "warning"),
    ],
)
def test_faults_of_the_markup_are_found(old: str, new: str, rule: str, level: str) -> None:
    """One fault, one finding of its rule, with place or cure."""
    found = [finding for finding in _findings(_with_html(old, new)) if finding.rule == rule]
    assert [finding.level for finding in found[:1]] == [level]
    assert all(finding.cure for finding in found)


def test_a_missing_way_out_is_an_error() -> None:
    """Without the link to unsubscribe nothing is sent: neither part may lack it."""
    rendered = _rendered()
    mark = slot_mark(rendered.marker, "unsubscribe_url")
    for part in ("html", "text"):
        broken = replace(rendered, **{part: getattr(rendered, part).replace(mark, "https://news.example.com/")})
        assert [f.rule for f in _findings(broken) if f.level == "error"] == ["unsubscribe"]


def test_unknown_slots_are_errors() -> None:
    """A mark that nobody fills in would reach the reader."""
    rendered = _rendered()
    broken = replace(rendered, html=rendered.html.replace("</h1>", slot_mark(rendered.marker, "shoe_size") + "</h1>"))
    assert "slot" in {finding.rule for finding in _findings(broken)}


def test_a_missing_postal_address_is_an_error() -> None:
    """The law wants one in every message."""
    settings = _SETTINGS.model_copy(update={"brand": Brand(postal_address="")})
    assert [f.rule for f in _findings(settings=settings) if f.level == "error"] == ["address"]


@pytest.mark.parametrize(
    ("subject", "preheader", "rule"),
    [
        ("", "A line", "subject"),
        ("x" * 61, "A line", "subject"),
        ("Bread &amp; roses", "A line", "subject"),
        ("ACT NOW BEFORE NOON", "A line", "subject"),
        ("Re: the tram", "A line", "subject"),
        ("{{ lead.headline }}", "A line", "subject"),
        ("The tram", "", "preheader"),
        ("The tram", "The tram.", "preheader"),
        ("The tram", "y" * 111, "preheader"),
    ],
)
def test_subject_rules(subject: str, preheader: str, rule: str) -> None:
    """Too long, empty, shouting, pretending, escaped or saying the same twice."""
    rendered = replace(_rendered(), subject=subject, preheader=preheader)
    assert rule in {finding.rule for finding in _findings(rendered)}


def test_the_same_lead_as_last_time_is_told() -> None:
    """The edition of yesterday had it on top already."""
    edition, _ = denver()
    assert [f.rule for f in _findings(previous=edition)] == ["same-lead"]
    other = sample_edition("denver", section("1 big thing", "lead", entry(sample_story("Fog"))))
    assert _findings(previous=other) == []


def test_empty_sections_and_pageless_stories_are_told() -> None:
    """Neither stops a send."""
    edition, newsletter = thin()
    edition = replace(edition, sections=(*edition.sections, section("Business", "story")))
    rendered = _RENDERER.render(edition, newsletter, picture_url=lambda url: url)
    rules = {(f.level, f.rule) for f in lint(rendered, edition, newsletter, settings=_SETTINGS)}
    assert rules == {("warning", "empty-section"), ("warning", "link"), ("warning", "preheader")}


def test_an_edition_without_stories_is_an_error() -> None:
    """Nobody wants a masthead and a footer."""
    edition, newsletter = sample_edition("denver", section("1 big thing", "lead")), denver()[1]
    rendered = _RENDERER.render(edition, newsletter, picture_url=lambda url: url)
    assert ("error", "empty-section") in {
        (f.level, f.rule) for f in lint(rendered, edition, newsletter, settings=_SETTINGS)
    }


def test_size_is_an_error_and_what_was_done_for_it_a_warning() -> None:
    """Gmail clips what is larger."""
    rendered = replace(_rendered(), html_bytes=100_001, warnings=("to fit the size: 1 story shortened",))
    assert [(f.level, f.rule) for f in _findings(rendered)] == [("error", "size"), ("warning", "size")]


@pytest.mark.parametrize(("mode", "accent"), [("light", "#e0b080"), ("dark", "#503020")])
def test_weak_accents_are_told_in_their_mode(mode: str, accent: str) -> None:
    """The cure names the key in the newsletter's file."""
    edition, newsletter = denver()
    newsletter = newsletter.model_copy(update={"accent": Accent(**{mode: accent})})
    rendered = _RENDERER.render(edition, newsletter, picture_url=lambda url: "cid:x")
    found = lint(rendered, edition, newsletter, settings=_SETTINGS)
    assert found
    assert {f.rule for f in found} == {"contrast"}
    assert all(f"{mode} mode" in f.message and f"accent.{mode}" in f.cure for f in found)


def test_rules_can_be_ignored_and_clients_chosen() -> None:
    """Both are settings; an unknown client is told with the known ones."""
    ignoring = _SETTINGS.model_copy(update={"lint": LintSettings(ignore=("subject", "preheader"))})
    assert _findings(replace(_rendered(), subject="Re: x", preheader=""), ignoring) == []
    unknown = _SETTINGS.model_copy(update={"lint": LintSettings(clients=("gmail", "pigeon"))})
    assert [f.rule for f in _findings(settings=unknown)] == ["client-support"]


def test_links_to_this_machine_are_told() -> None:
    """A real send needs an address that readers can reach."""
    local = _SETTINGS.model_copy(update={"web": Web(public_url="http://127.0.0.1:8000/")})  # type: ignore[arg-type]
    assert [f.rule for f in _findings(settings=local)] == ["public-url"]


def test_words_of_stories_are_not_taken_for_variables() -> None:
    """A story may write of None and of braces."""
    edition, newsletter = denver()
    story = sample_story("None of the above wins the vote", summary="{{ braces }}")
    edition = replace(edition, sections=(section("1 big thing", "lead", entry(story, 1)),))
    rendered = _RENDERER.render(edition, newsletter, picture_url=lambda url: url)
    assert lint(rendered, edition, newsletter, settings=_SETTINGS) == []


def test_errors_come_first() -> None:
    """Who reads from the top reads what stops the send."""
    levels = [f.level for f in _findings(replace(_rendered(), subject="", preheader=""))]
    assert levels == sorted(levels)
    assert levels[0] == "error"
