"""The fence of a run: a claim that may have been given away starts nothing."""

from __future__ import annotations

from datetime import timedelta

from digest.outbox.fence import Fence, now_s


def test_a_fence_stands_half_a_lease_after_the_last_commit() -> None:
    """What began within half of the lease may start; a later commit moves the fence, an earlier one does not."""
    fence = Fence(timedelta(hours=1))
    assert fence.allows()
    fence.move(now_s() - 7200)
    assert fence.allows()
    assert not Fence(timedelta(0)).allows()


def test_a_fence_that_moved_just_now_need_not_move_again() -> None:
    """Who wrote a moment ago that it lives writes it again only when a good part of the fence is over."""
    fence = Fence(timedelta(hours=1))
    assert not fence.should_move()
    fence.move(now_s() + 3600)
    assert not fence.should_move()
    assert Fence(timedelta(0)).should_move()


def test_a_commit_after_the_lease_opens_it_again() -> None:
    """Who is in touch again may go on: with what is claimed from now on."""
    fence = Fence(timedelta(0))
    assert not fence.allows()
    fence.move(now_s() + 60.0)
    assert fence.allows()
