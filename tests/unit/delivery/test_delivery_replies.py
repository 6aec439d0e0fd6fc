"""The reply table, case by case; what may never happen whatever a server says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.delivery.replies import Answer, Fate, Lost, Remedy, Reply, decide
from digest.model.delivery import Stage

OPENING = (Stage.CONNECT, Stage.EHLO, Stage.STARTTLS, Stage.AUTH)
answers = st.one_of(
    st.builds(Lost),
    st.builds(Reply, st.integers(200, 599), st.sampled_from(["", "5.1.1 no such user", "5.7.1 blocked", "4.7.0 slow"])),
)


@pytest.mark.parametrize(
    ("stage", "answer", "fate", "remedy"),
    [
        (Stage.CONNECT, Reply(450), Fate.REQUEUE, Remedy.BACK_OFF),
        (Stage.CONNECT, Reply(554), Fate.DEFER, Remedy.BACK_OFF),
        (Stage.CONNECT, Lost(), Fate.REQUEUE, Remedy.BACK_OFF),
        (Stage.EHLO, Reply(550), Fate.REQUEUE, Remedy.PAUSE_ROUTE),
        (Stage.AUTH, Reply(454), Fate.REQUEUE, Remedy.BACK_OFF),
        (Stage.AUTH, Reply(535, "5.7.8 bad login"), Fate.REQUEUE, Remedy.PAUSE_ROUTE),
        (Stage.MAIL, Reply(452), Fate.DEFER, Remedy.NONE),
        (Stage.MAIL, Reply(553), Fate.REQUEUE, Remedy.PAUSE_EDITION),
        (Stage.MAIL, Lost(), Fate.REQUEUE, Remedy.NONE),
        (Stage.RCPT, Reply(450, "4.2.1 greylisted"), Fate.DEFER, Remedy.NONE),
        (Stage.RCPT, Reply(550, "5.1.1 unknown"), Fate.FAIL, Remedy.NONE),
        (Stage.RCPT, Reply(421), Fate.REQUEUE, Remedy.NONE),
        (Stage.DATA, Reply(554), Fate.FAIL, Remedy.NONE),
        (Stage.DATA, Lost("no reply in time"), Fate.REQUEUE, Remedy.NONE),
        (Stage.BODY, Reply(250), Fate.SENT, Remedy.NONE),
        (Stage.BODY, Reply(452), Fate.DEFER, Remedy.NONE),
        (Stage.BODY, Reply(421), Fate.DEFER, Remedy.NONE),
        (Stage.BODY, Reply(552), Fate.FAIL, Remedy.NONE),
        (Stage.BODY, Lost(), Fate.UNCERTAIN, Remedy.NONE),
        (Stage.BODY, Reply(354), Fate.UNCERTAIN, Remedy.NONE),
    ],
)
def test_table(stage: Stage, answer: Answer, fate: Fate, remedy: Remedy) -> None:
    """The answer at the stage gives the fate and the remedy of the table."""
    decision = decide(stage, answer)
    assert (decision.fate, decision.remedy) == (fate, remedy)


@pytest.mark.parametrize(
    ("text", "is_hard"),
    [
        ("5.1.1 mailbox does not exist", True),
        ("5.1.6 moved", True),
        ("5.2.1 disabled", True),
        ("User unknown", True),
        ("no such user here", True),
        ("5.7.1 user unknown", False),
        ("5.7.26 not authenticated", False),
        ("5.1.8 sender's domain not found", False),
        ("5.1.7 bad sender address", False),
        ("5.2.2 mailbox full", False),
        ("5.5.0 user unknown", True),
        ("policy refusal", False),
    ],
)
def test_hard_bounces(text: str, is_hard: bool) -> None:
    """Only an address that does not exist is a hard bounce; what is about us never is."""
    decision = decide(Stage.RCPT, Reply(550, text))
    assert decision.fate is Fate.FAIL
    assert decision.is_hard is is_hard


@given(stage=st.sampled_from(OPENING), answer=answers)
def test_no_reader_is_charged_before_mail(stage: Stage, answer: Answer) -> None:
    """Trouble while a connection is opened is never a reader's."""
    decision = decide(stage, answer)
    assert not decision.charge and not decision.is_hard
    assert decision.fate in (Fate.REQUEUE, Fate.DEFER)


@given(stage=st.sampled_from(Stage), answer=answers)
def test_only_the_final_dot_sends_or_leaves_doubt(stage: Stage, answer: Answer) -> None:
    """`sent` and `uncertain` come from the final dot alone, and `sent` only from a 2xx."""
    decision = decide(stage, answer)
    if decision.fate in (Fate.SENT, Fate.UNCERTAIN):
        assert stage is Stage.BODY
    assert (decision.fate is Fate.SENT) == (stage is Stage.BODY and isinstance(answer, Reply) and answer.code < 300)


@given(stage=st.sampled_from(Stage), text=st.text(max_size=30))
def test_421_always_slows_down(stage: Stage, text: str) -> None:
    """A server that shuts down or is too busy gets fewer connections."""
    assert decide(stage, Reply(421, text)).slow_down
