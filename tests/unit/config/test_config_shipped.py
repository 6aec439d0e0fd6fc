"""The configuration that comes with the program is complete and good."""

from __future__ import annotations

import re

import pytest

from digest.config.load import check_files
from digest.config.newsletter import Newsletter
from digest.config.project import Project
from digest.config.shipped import shipped_config

TOPICAL = {"am", "pm", "closer", "pro-rata", "sports", "login", "sneak-peek", "coronavirus"}
REGIONAL = {
    "denver", "des-moines", "twin-cities", "tampa-bay", "charlotte", "nashville", "columbus", "dallas", "austin",
    "atlanta", "philadelphia", "chicago", "nw-arkansas", "dc",
}  # fmt: skip
IDS = sorted(TOPICAL | REGIONAL)
LIGHT_GROUNDS = ("#ffffff", "#f4f1ea")
DARK_GROUNDS = ("#181b20", "#101215")


@pytest.fixture(scope="module")
def project() -> Project:
    """The shipped project, which must have no problem at all."""
    found, problems = check_files(shipped_config(), {})
    assert found is not None, [str(problem) for problem in problems]
    assert problems == []
    return found


def luminance(colour: str) -> float:
    """WCAG 2.2 relative luminance."""
    channels = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_there_are_22_newsletters(project: Project):
    """Eight topical and fourteen regional ones, each of its kind."""
    kinds = {name: newsletter.kind for name, newsletter in project.newsletters.items()}
    assert {name for name, kind in kinds.items() if kind == "topical"} == TOPICAL
    assert {name for name, kind in kinds.items() if kind == "regional"} == REGIONAL


@pytest.mark.parametrize("name", IDS)
def test_each_newsletter_is_complete(project: Project, name: str):
    """It has its name, promise, tagline, hour, lead section, catch-all list and fallback."""
    newsletter = project.newsletters[name]
    assert newsletter.name and newsletter.prompt.headline and newsletter.prompt.blurb and newsletter.tagline
    assert newsletter.schedule is not None
    assert newsletter.schedule.at
    assert newsletter.sections[0].layout == "lead"
    assert newsletter.sections[0].limit == 1
    assert newsletter.more_headlines.limit > 0
    assert newsletter.min_stories == 3
    assert newsletter.fallback
    assert bool(newsletter.place) == (newsletter.kind == "regional")


@pytest.mark.parametrize("name", IDS)
def test_each_accent_passes_aa(project: Project, name: str):
    """Text in the accent has at least 4.5 to 1 on paper and card, light and dark."""
    accent = project.newsletters[name].accent
    assert min(contrast(accent.light, ground) for ground in LIGHT_GROUNDS) >= 4.5
    assert min(contrast(accent.dark, ground) for ground in DARK_GROUNDS) >= 4.5


def test_accents_and_promises_differ(project: Project):
    """No two newsletters share a colour, a name or a promise."""
    newsletters = list(project.newsletters.values())
    for values in (
        [newsletter.accent for newsletter in newsletters],
        [newsletter.accent.light for newsletter in newsletters],
        [newsletter.name for newsletter in newsletters],
        [newsletter.prompt.headline for newsletter in newsletters],
        [newsletter.prompt.blurb for newsletter in newsletters],
    ):
        assert len(set(values)) == len(IDS)


def test_evening_and_morning_look_different(project: Project):
    """The evening letter is no second morning letter."""
    titles = {name: [section.title for section in project.newsletters[name].sections] for name in ("am", "pm")}
    assert not set(titles["am"]) & set(titles["pm"])
    assert project.newsletters["pm"].avoid_repeats_of == ("am",)


def takes_any_local_story(newsletter: Newsletter) -> bool:
    """Tell whether some section after the lead takes every story of the region."""
    return any(
        section.match.regions == ("$region",)
        and not section.match.model_dump(exclude_defaults=True).keys() - {"regions"}
        for section in newsletter.sections[1:]
    )


@pytest.mark.parametrize("name", sorted(REGIONAL))
def test_each_city_has_its_own_place_and_a_place_for_every_local_story(project: Project, name: str):
    """Region, zone and holidays are its own; a plain day of six local stories finds room."""
    newsletter = project.newsletters[name]
    assert newsletter.region == {"dc": "washington-dc"}.get(name, name)
    assert newsletter.region in project.regions
    assert newsletter.timezone.startswith("America/")
    assert newsletter.schedule is not None
    assert re.fullmatch(r"US-[A-Z]{2}", newsletter.schedule.holidays or "")
    assert takes_any_local_story(newsletter)
    assert sum(section.limit for section in newsletter.sections) >= 6


@pytest.mark.parametrize("name", sorted(REGIONAL))
def test_a_city_is_a_short_file(name: str):
    """A new city is about ten lines, a few more with sections of its own."""
    text = (shipped_config() / "newsletters" / f"{name}.yaml").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 18


def test_sources_are_samples_that_exist(project: Project):
    """Without any change, nothing is read from the network."""
    assert {source.id for source in project.sources} == {
        "front-range", "capitol", "ledger", "lakes", "southern", "wire",
    }  # fmt: skip
    for source in project.sources:
        assert source.samples
        assert source.path is not None
        assert list((project.folder / source.path).glob("*.md"))


def test_mail_goes_into_the_catcher(project: Project):
    """The shipped settings send nothing to anybody, and hold no secret."""
    assert project.settings.smtp.host == ""
    assert project.settings.smtp.password.get_secret_value() == ""
    assert project.settings.dkim is None
    assert project.settings.sender.email.endswith("@example.com")
