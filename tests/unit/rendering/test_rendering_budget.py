"""Making an edition smaller."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from digest.rendering.budget import apply_steps, describe_steps, fewest_steps, plan_steps
from digest.testing.editions import denver, long


def test_lower_ranked_stories_are_shortened_then_moved_then_dropped() -> None:
    """The plan goes from the least to the most important story, three times over; the first story comes last."""
    edition, _ = long(4)
    steps = [(step.what, step.story_id) for step in plan_steps(edition)]
    assert steps == [
        *(("shorten", f"s-{n}") for n in (4, 3, 2)),
        *(("move", f"s-{n}") for n in (4, 3, 2)),
        *(("drop", f"s-{n}") for n in (4, 3, 2)),
        ("shorten", "s-1"),
    ]


def test_a_shortened_story_keeps_its_opening_and_first_label() -> None:
    """Bullets, later parts and the picture go."""
    edition, _ = denver()
    lead = edition.stories[0].story
    short = apply_steps(edition, [s for s in plan_steps(edition) if s.what == "shorten"]).stories[0].story
    assert short.headline == lead.headline
    assert len(short.lead) == 1
    assert [part.label for part in short.parts] == ["Why it matters"]
    assert short.parts[0].bullets == ()
    assert short.picture is None


def test_numbers_run_on_after_moving() -> None:
    """A gap in the numbers would look like a lost story."""
    edition, _ = long(12)
    moved = apply_steps(edition, [s for s in plan_steps(edition) if s.story_id in ("s-3", "s-7") and s.what == "move"])
    assert [s.number for section in moved.sections for s in section.stories] == list(range(1, 11))
    assert [s.story.id for s in moved.more] == ["s-3", "s-7"]
    assert all(s.number is None for s in moved.more)


def test_empty_sections_go() -> None:
    """A section whose stories all moved leaves no title behind."""
    edition, _ = long(20)
    second = {s.story.id for s in edition.sections[1].stories}
    moved = apply_steps(edition, [s for s in plan_steps(edition) if s.what == "move" and s.story_id in second])
    assert [section.title for section in moved.sections] == ["1 big thing"]


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_every_further_step_leaves_less(data: st.DataObject) -> None:
    """Words and minutes never grow, and no story appears twice."""
    edition, _ = long(8)
    plan = plan_steps(edition)
    fewer = data.draw(st.integers(0, len(plan)))
    more = data.draw(st.integers(fewer, len(plan)))
    one, other = apply_steps(edition, plan[:fewer]), apply_steps(edition, plan[:more])
    assert other.word_count <= one.word_count <= edition.word_count
    assert 1 <= other.minutes <= one.minutes
    ids = [s.story.id for s in other.stories]
    assert len(ids) == len(set(ids))
    assert ids[0] == "s-1"


@given(st.lists(st.integers(0, 50), min_size=2, max_size=300), st.integers(0, 4000))
def test_the_search_finds_a_count_that_fits(falls: list[int], limit: int) -> None:
    """The count fits, or is the highest one; sizes are asked for at most a few times."""
    sizes = [sum(falls[index:]) for index in range(len(falls) + 1)]
    asked: list[int] = []

    def size_after(count: int) -> int:
        asked.append(count)
        return sizes[count]

    found = fewest_steps(size_after, 0, len(falls), limit=limit)
    assert found == len(falls) or sizes[found] <= limit
    assert found > 0
    assert len(set(asked)) <= 9


def test_the_report_tells_what_happened_last_to_a_story() -> None:
    """Each kind is one line, with a few headlines."""
    edition, _ = long(6)
    steps = [s for s in plan_steps(edition) if s.what == "shorten"][:5] + [
        s for s in plan_steps(edition) if s.what == "move" and s.story_id == "s-6"
    ]
    lines = describe_steps(steps, edition)
    assert len(lines) == 2
    assert "4 stories shortened" in lines[0]
    assert "1 story moved to further headlines: “Story 6" in lines[1]
