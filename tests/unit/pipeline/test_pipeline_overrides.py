"""Edition overrides: to YAML and back, whose edition they hold for, and what they do to choice and stories."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.config.newsletter import Newsletter
from digest.errors import RenderError
from digest.model.choice import Choice, ChosenSection, ChosenStory, Score
from digest.model.override import Override, StoryEdit
from digest.pipeline.check import check_project
from digest.pipeline.overrides import load_override, override_slot, override_yaml, read_override, save_override
from digest.pipeline.steering import arrange, edit_stories
from digest.testing.editions import tram_story
from digest.testing.previews import write_project

SLOT = "2026-11-24 06:30"
AT = datetime(2026, 11, 24, 13, 30, tzinfo=UTC)
LETTERS = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029\ufeff\ufffe\uffff")
TEXTS = st.text(LETTERS, max_size=30)
IDS = st.lists(st.text("abcdef0123456789", min_size=1, max_size=8), max_size=4, unique=True).map(tuple)


def newsletter(schedule: dict[str, str] | None = None) -> Newsletter:
    return Newsletter.model_validate(
        {
            "id": "denver",
            "name": "Denver",
            "timezone": "America/Denver",
            "schedule": schedule or {"at": "06:30"},
            "sections": [{"title": "Lead", "match": {}, "limit": 1}, {"title": "Town", "match": {}, "limit": 2}],
        }
    )


@given(
    subject=TEXTS,
    note=TEXTS,
    pinned=IDS,
    dropped=IDS,
    places=st.dictionaries(TEXTS.filter(bool), IDS.filter(bool), max_size=2),
    words=st.dictionaries(st.text("abc", min_size=1), st.builds(StoryEdit, TEXTS, TEXTS), max_size=2),
)
@settings(max_examples=60)
def test_edits_survive_their_file(tmp_path_factory: pytest.TempPathFactory, **parts: object) -> None:
    """Whatever an editor wrote is read back as it was written."""
    override = Override(
        "denver",
        SLOT,
        subject=parts["subject"],  # type: ignore[arg-type]
        note=parts["note"],  # type: ignore[arg-type]
        pinned=parts["pinned"],  # type: ignore[arg-type]
        dropped=parts["dropped"],  # type: ignore[arg-type]
        places=parts["places"],  # type: ignore[arg-type]
        stories={key: edit for key, edit in parts["words"].items() if edit != StoryEdit()},  # type: ignore[attr-defined]
    )
    folder = tmp_path_factory.mktemp("overrides")
    path = save_override(folder, override, {"a": "A headline\n# with: marks"})
    if override.is_empty:
        assert not path.exists()
    else:
        assert read_override(path) == (override, [])


def test_headlines_stand_beside_ids() -> None:
    """Whoever reads the file sees which story is meant."""
    text = override_yaml(Override("denver", SLOT, dropped=("abc",)), {"abc": "A bridge\nopens"})
    assert '  - "abc"  # A bridge opens\n' in text


def test_edits_hold_for_their_slot_and_for_looks_before_it() -> None:
    """Built at the slot, or by hand after the slot before, an edition takes the edits of its slot."""
    morning = newsletter()
    assert override_slot(morning, AT) == SLOT
    assert override_slot(morning, AT.replace(hour=3)) == SLOT
    assert override_slot(morning, AT.replace(minute=31)) == "2026-11-25 06:30"
    assert override_slot(morning.model_copy(update={"schedule": None}), AT) == "2026-11-24"


def test_a_file_that_cannot_be_read_stops_the_edition(tmp_path: Path) -> None:
    """An edition does not go out without what its editor dropped: file and line say what is wrong."""
    file = tmp_path / "overrides" / "denver-2026-11-24-0630.yaml"
    file.parent.mkdir()
    file.write_text(f"newsletter: denver\nslot: {SLOT}\ndroped: [abc]\n", encoding="utf-8")
    with pytest.raises(RenderError, match="did you mean `dropped`") as caught:
        load_override(tmp_path, newsletter(), AT)
    assert (caught.value.file, caught.value.line) == (str(file), 3)
    assert load_override(tmp_path, newsletter(), AT.replace(day=25)).is_empty


def test_places_order_sections_and_move_stories() -> None:
    """Named stories come first in their section, wherever they were; what is not chosen is left out."""
    story = {name: ChosenStory(name, Score()) for name in "abcd"}
    choice = Choice((ChosenSection(0, (story["a"],)), ChosenSection(1, (story["b"], story["c"]))), more=(story["d"],))
    override = Override("denver", SLOT, places={"Town": ("d", "gone", "c"), "Nowhere": ("a",)})
    arranged = arrange(choice, override, newsletter())
    assert [s.story_id for s in arranged.sections[1].stories] == ["d", "c", "b"]
    assert arranged.more == ()
    assert arrange(choice, Override("denver", SLOT), newsletter()) is choice


def test_check_tells_what_leads_nowhere(tmp_path: Path) -> None:
    """`digest check` warns of unknown stories and sections, and calls a file that cannot be used an error."""
    config = write_project(tmp_path)
    overrides = config / "overrides"
    overrides.mkdir()
    unknown = Override("denver", "2099-01-01 06:30", pinned=("nobody",), places={"Sport": ("nobody",)})
    save_override(config, unknown, {})
    (overrides / "money-2099-01-01-1645.yaml").write_text("newsletter: money\nslot: soon\n", encoding="utf-8")
    (overrides / "other.yaml").write_text("newsletter: money\nslot: 2099-01-01 16:45\n", encoding="utf-8")
    found = {(Path(p.file).name, p.level, p.path) for p in check_project(config, {}) if "overrides" in p.file}
    denver, money = "denver-2099-01-01-0630.yaml", "money-2099-01-01-1645.yaml"
    assert found == {
        (denver, "warning", "pinned.0"),
        (denver, "warning", "places.Sport"),
        (denver, "warning", "places.Sport.0"),
        (money, "error", "slot"),
        ("other.yaml", "error", "newsletter"),
    }


def test_an_editors_words_replace_headline_opening_and_summary() -> None:
    """Markup in a blurb is text; an empty line begins a paragraph; parts stay as they are."""
    story = tram_story()
    edits = {story.id: StoryEdit("By <hand>", "One & two.\n\nThree."), "gone": StoryEdit("Nobody")}
    edited = edit_stories({story.id: story}, Override("denver", SLOT, stories=edits))
    changed = edited[story.id]
    assert list(edited) == [story.id]
    assert changed.headline == "By <hand>"
    assert changed.lead == ("One &amp; two.", "Three.")
    assert changed.summary == "One & two. Three."
    assert changed.parts == story.parts
