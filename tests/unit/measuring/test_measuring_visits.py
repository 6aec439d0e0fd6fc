"""What counts: people once, programs never, and nothing of either is kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.measuring.robots import is_person
from digest.measuring.visits import HOLD, MOST_LINKS, Counted, Visits

NOW = datetime(2026, 11, 23, 14, tzinfo=UTC)
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"
OUTLOOK = "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; ms-office; MSOffice 16)"
GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"


def click(link: int, seconds: float = 0) -> Counted:
    """Return a click on a link, some seconds after the first."""
    return Counted("e", "click", link, NOW + timedelta(seconds=seconds))


def test_a_click_counts_when_it_has_waited() -> None:
    """Not before it is clear that no program made it; and once."""
    visits = Visits()
    visits.enter(click(1), "ada")
    assert not visits.is_empty
    assert visits.settle(NOW + HOLD / 2) == {}
    assert visits.settle(NOW + HOLD) == {click(1): 1}
    assert visits.settle(NOW + 2 * HOLD) == {}
    assert visits.is_empty


def test_who_follows_all_links_at_once_is_a_program() -> None:
    """A burst over the links of a message counts for nothing, and neither does what its maker does next."""
    visits = Visits()
    for link in range(1, MOST_LINKS + 3):
        visits.enter(click(link, link / 2), "scanner")
    visits.enter(click(1, 3), "ada")
    visits.enter(click(99, 600), "scanner")
    assert visits.settle(NOW + timedelta(hours=1)) == {click(1, 3): 1}


def test_a_reader_who_takes_time_is_counted_for_each_link() -> None:
    """Many links, one after the other, are what an interested reader does."""
    visits = Visits()
    for link in range(1, 20):
        visits.enter(click(link, link * 5), "ada")
    assert visits.settle(NOW + timedelta(hours=1)).total() == 19


def test_the_same_again_counts_once_in_half_an_hour() -> None:
    """Double clicks, and going back to the message, are no second click; tomorrow's is."""
    visits = Visits()
    for seconds in (0, 1, 60, 29 * 60, 31 * 60):
        visits.enter(click(1, seconds), "ada")
        visits.enter(click(1, seconds), "bo")
    assert visits.settle(NOW + timedelta(days=1)).total() == 4


def test_openings_count_by_the_word_in_the_picture() -> None:
    """One message opened often is one opening; two readers behind the same store of pictures are two."""
    visits = Visits()
    opened = Counted("e", "open", 0, NOW)
    for word in ("aa", "bb", "aa"):
        visits.enter(opened, word)
    assert visits.settle(NOW) == {opened: 2}


@given(st.lists(st.tuples(st.integers(0, 200), st.sampled_from("abc"), st.integers(1, 9)), max_size=60))
def test_no_visit_counts_twice(steps: list[tuple[int, str, int]]) -> None:
    """However often it is settled, there are never more counts than visits, and in the end nobody waits."""
    visits = Visits()
    counted = 0
    for seconds, visitor, link in sorted(steps):
        visits.enter(click(link, seconds), visitor)
        counted += visits.settle(NOW + timedelta(seconds=seconds)).total()
    counted += visits.settle(NOW + timedelta(days=1)).total()
    assert counted <= len({(visitor, link) for _, visitor, link in steps})
    assert visits.is_empty


@pytest.mark.parametrize(
    ("agent", "of_page", "of_picture"),
    [
        (PHONE, True, True),
        (OUTLOOK, True, True),
        (GMAIL, True, True),
        ("Mozilla/5.0 (Linux; Android 9; CUBOT X18) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36", True, True),
        ("", False, False),
        ("Mozilla/5.0", False, False),
        ("Mozilla/5.0 (compatible; bingbot/2.0; +http://example.com/bot.htm)", False, False),
        ("Barracuda Sentinel (EE)", False, False),
        ("python-requests/2.32", False, False),
        ("curl/8.5.0", False, False),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/120.0 Safari/537.36", False, False),
        ("Slackbot-LinkExpanding 1.0", False, False),
        ("BitlyBot/3.0", False, False),
    ],
)
def test_who_calls_itself_a_program(agent: str, of_page: bool, of_picture: bool) -> None:
    """Browsers and mail programs are people, scanners and libraries are not; masked agents count for nothing."""
    assert is_person({"user-agent": agent}) is of_page
    assert is_person({"user-agent": agent}, is_picture=True) is of_picture


@pytest.mark.parametrize("header", ["purpose", "sec-purpose", "x-moz"])
def test_what_fetches_ahead_is_nobody(header: str) -> None:
    """A browser that prefetches has not been asked by its owner."""
    assert not is_person({"user-agent": PHONE, header: "prefetch"})
