"""The pure rules of the outbox: moves, verdicts, retry times, tokens, sums."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.delivery.attempt import Outcome
from digest.delivery.replies import Fate, Lost, Reply, decide
from digest.errors import TokenError
from digest.model.delivery import DeliveryState, Stage
from digest.outbox.progress import Tally, sums_from
from digest.outbox.tokens import DeliveryTokens
from digest.outbox.transitions import TRANSITIONS, check_move
from digest.outbox.verdicts import RETRY_AFTER, RetryRules, judge, next_try

NOW = datetime(2030, 1, 2, tzinfo=UTC)
RULES = RetryRules(NOW + timedelta(hours=12))
HOLD = RetryRules(NOW + timedelta(hours=12), "hold")
S = DeliveryState
outcomes = st.builds(
    lambda stage, answer: Outcome(decide(stage, answer), stage, answer),
    st.sampled_from(Stage),
    st.one_of(st.builds(Lost), st.builds(Reply, st.integers(200, 599))),
)


def _judge(stage: Stage, answer: Reply | Lost, rules: RetryRules = RULES, **counts: int) -> S:
    outcome = Outcome(decide(stage, answer), stage, answer)
    counts = {"attempts": 0, "requeues": 0} | counts
    return judge(outcome, rules, attempts=counts["attempts"], requeues=counts["requeues"], now=NOW, chance=0.5).state


def test_sent_is_final() -> None:
    """Nothing ever leaves `sent`, `suppressed` or `cancelled`, and every state has its row in the table."""
    assert set(TRANSITIONS) == set(S)
    assert not TRANSITIONS[S.SENT] and not TRANSITIONS[S.SUPPRESSED] and not TRANSITIONS[S.CANCELLED]


def test_only_a_claim_leads_to_sent() -> None:
    """A delivery is sent only after it was claimed, or when a person says so of an uncertain one."""
    assert {old for old, new in TRANSITIONS.items() if S.SENT in new} == {S.SENDING, S.UNCERTAIN}
    with pytest.raises(ValueError, match="sent to queued"):
        check_move(S.SENT, S.QUEUED)


@given(outcome=outcomes, attempts=st.integers(0, 50), requeues=st.integers(0, 9), chance=st.floats(0, 1))
def test_every_verdict_is_an_allowed_move(outcome: Outcome, attempts: int, requeues: int, chance: float) -> None:
    """Whatever happened, the next state is one that `sending` may lead to, with a time exactly where one is needed."""
    for rules in (RULES, HOLD):
        verdict = judge(outcome, rules, attempts=attempts, requeues=requeues, now=NOW, chance=chance)
        check_move(S.SENDING, verdict.state)
        assert (verdict.next_try_at is not None) == (verdict.state in (S.QUEUED, S.DEFERRED))
        assert (verdict.state is S.SENT) == (outcome.decision.fate is Fate.SENT)


def test_uncertain_follows_the_policy() -> None:
    """A lost reply to the final dot waits for another try or for a person, as the newsletter says."""
    assert _judge(Stage.BODY, Lost()) is S.DEFERRED
    assert _judge(Stage.BODY, Lost(), HOLD) is S.UNCERTAIN


def test_uncertain_without_time_stays_uncertain() -> None:
    """When no time is left for another try, an uncertain delivery is not called failed."""
    late = RetryRules(NOW + timedelta(seconds=30))
    assert _judge(Stage.BODY, Lost(), late) is S.UNCERTAIN
    assert _judge(Stage.RCPT, Reply(450), late) is S.FAILED


def test_endless_connection_losses_are_charged_at_last() -> None:
    """A message that loses its connection each time goes back untouched three times, then waits like others."""
    assert [_judge(Stage.RCPT, Lost(), requeues=number) for number in range(4)] == [S.QUEUED] * 3 + [S.DEFERRED]


@given(attempts=st.integers(0, 30), chance=st.floats(0, 1))
def test_waits_never_shrink(attempts: int, chance: float) -> None:
    """The wait grows with each attempt, is never shorter than planned and at most a fifth longer."""
    rules = RetryRules(NOW + timedelta(days=30))
    at = next_try(attempts, rules, now=NOW, chance=chance)
    planned = RETRY_AFTER[min(attempts, len(RETRY_AFTER) - 1)]
    assert at is not None
    assert planned <= at - NOW <= planned * 1.2
    following = next_try(attempts + 1, rules, now=NOW, chance=chance)
    assert following is not None and following >= at


def test_no_try_after_the_useful_life() -> None:
    """A try that would come after the edition's useful life is not planned."""
    assert next_try(3, RetryRules(NOW + timedelta(minutes=59)), now=NOW, chance=0.0) is None


@given(number=st.integers(1, 2**40), key=st.binary(min_size=1, max_size=40))
def test_tokens_come_back(number: int, key: bytes) -> None:
    """A token gives its delivery back, also in capitals and after the key was changed; and is always the same."""
    token = DeliveryTokens([key]).make(number)
    assert DeliveryTokens([b"new", key]).read(token.upper()) == number
    assert token == DeliveryTokens([key, b"old"]).make(number)
    assert len(token) == 32 and str(number) != token.lstrip("0")


@given(number=st.integers(1, 2**40), position=st.integers(0, 31))
def test_changed_tokens_are_refused(number: int, position: int) -> None:
    """A token with one digit changed belongs to nobody."""
    tokens = DeliveryTokens([b"key"])
    token = tokens.make(number)
    digit = "0" if token[position] != "0" else "1"
    with pytest.raises(TokenError):
        tokens.read(token[:position] + digit + token[position + 1 :])


@pytest.mark.parametrize("token", ["", "zz", "00", "a" * 31, "a" * 34, "ü" * 32])
def test_things_that_are_no_tokens_are_refused(token: str) -> None:
    """Text that is no token is refused with the same error."""
    with pytest.raises(TokenError):
        DeliveryTokens([b"key"]).read(token)


def test_tokens_need_a_key() -> None:
    """An empty key would make tokens that anybody can forge."""
    with pytest.raises(ValueError, match="key"):
        DeliveryTokens([b""])


def test_tally_keeps_the_sum() -> None:
    """The running sums always add up, and the rate counts what has ended."""
    tally = Tally(10, {"queued": 9, "suppressed": 1})
    tally.progress(0.0)
    for _ in range(4):
        tally.move(S.QUEUED, S.SENDING)
    tally.move(S.SENDING, S.SENT, 2)
    tally.move(S.SENDING, S.QUEUED)
    moment = tally.progress(1.0)
    assert moment.sums.agree
    assert (moment.sums.sent, moment.sums.sending, moment.sums.queued) == (2, 1, 6)
    assert (moment.per_second, moment.seconds_left) == (2.0, 3.5)


def test_sums_do_not_agree_when_a_row_is_missing() -> None:
    """A row that vanished is noticed: the sums no longer agree, so the edition is not finished."""
    sums = sums_from(10, {"sent": 9})
    assert not sums.agree and not sums.finished
