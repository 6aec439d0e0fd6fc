"""Whole runs against a scripted server: stopping, leaving readers, throttles, routes, doubt, a failing store."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest
from sqlalchemy import Connection, event, update

from digest.config.settings import DomainLimit, Route
from digest.delivery.attempt import Outcome, Progress, SingleAttempt
from digest.delivery.connect import Timeouts
from digest.delivery.errors import PausedError
from digest.delivery.loop import run_loop
from digest.delivery.message import Message
from digest.delivery.pool import SmtpPool
from digest.delivery.quota import Quotas
from digest.delivery.replies import Fate
from digest.delivery.throttle import Part
from digest.errors import StoreError
from digest.model.delivery import Delivery, DeliveryState, Stage
from digest.model.subscriber import Reader, Subscriber
from digest.outbox import recorder, run
from digest.outbox.bench import make_reader
from digest.store import Store
from digest.store.suppressions import add_suppression
from digest.store.tables import subscriptions
from digest.store.tables_delivery import attempts, quotas
from digest.testing.deliveries import SmallMailing, local_route
from digest.testing.messages import check_message
from digest.testing.smtp import ScriptedServer

S = DeliveryState


def readers(count: int, domain: str = "example.com") -> list[str]:
    """Return addresses."""
    return [f"reader{number}@{domain}" for number in range(count)]


@contextmanager
def mailing_to(
    folder: Path, emails: list[str], *, uncertain: Literal["resend", "hold"] = "resend"
) -> Iterator[SmallMailing]:
    """Open a mailing to `emails` on a fresh store."""
    with Store.open("sqlite:///digest.db", root=folder) as store:
        mailing = SmallMailing.open(store, emails, uncertain=uncertain, folder=folder / "journal")
        yield mailing
        mailing.outbox.close()


async def until(condition: Callable[[], bool]) -> None:
    """Let others run until the condition holds."""
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - the server under test sets no event
            await asyncio.sleep(0.002)


def test_everybody_gets_the_message_once(tmp_path: Path) -> None:
    """A run without faults sends one message to each reader, tells its progress, and its sums agree at each moment."""

    async def check(mailing: SmallMailing) -> None:
        async with ScriptedServer() as server, mailing.pool(local_route(server.port, connections=4)) as pool:
            sums = await mailing.run(pool)
            assert (sums.selected, sums.sent) == (700, 700)
            assert Counter(server.recipients()) == Counter(mailing.emails)
            assert server.violations == []
            assert server.most_open <= 4

    with mailing_to(tmp_path, readers(700)) as mailing:
        asyncio.run(check(mailing))
        assert all(moment.sums.agree for moment in mailing.moments)
        assert mailing.moments[-1].sums.sent == 700


def test_lock_step_without_pipelining(tmp_path: Path) -> None:
    """A server that does not offer PIPELINING gets one command at a time."""

    async def check(mailing: SmallMailing) -> None:
        async with ScriptedServer(extensions=()) as server, mailing.pool(local_route(server.port)) as pool:
            assert (await mailing.run(pool)).sent == 30
            assert server.violations == []

    with mailing_to(tmp_path, readers(30)) as mailing:
        asyncio.run(check(mailing))


def test_the_last_results_are_recorded_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When nothing is under way any more, a run does not wait for more results to record together."""
    monkeypatch.setattr(recorder, "COMMIT_WITHIN_S", 60.0)
    monkeypatch.setattr(run, "KEEP_SEEN_S", 60.0)

    async def check(mailing: SmallMailing) -> None:
        async with ScriptedServer() as server, mailing.pool(local_route(server.port)) as pool, asyncio.timeout(30):
            sums = await mailing.run(pool)
        assert (sums.sent, sums.finished) == (3, True)

    with mailing_to(tmp_path, readers(3)) as mailing:
        asyncio.run(check(mailing))


def test_connections_are_renewed(tmp_path: Path) -> None:
    """A connection carries no more messages than the route says."""

    async def check(mailing: SmallMailing) -> None:
        route = {"connections": 1, "messages_per_connection": 10}
        async with ScriptedServer() as server, mailing.pool(local_route(server.port, **route)) as pool:
            assert (await mailing.run(pool)).sent == 45
            assert server.connections == 5

    with mailing_to(tmp_path, readers(45)) as mailing:
        asyncio.run(check(mailing))


def test_stop_leaves_nothing_sending(tmp_path: Path) -> None:
    """A stop in mid-send claims no more, finishes what is in flight, leaves nothing `sending`; the next run goes on."""

    async def check(mailing: SmallMailing) -> None:
        stop = asyncio.Event()
        async with ScriptedServer() as server, mailing.pool(local_route(server.port, per_second=400)) as pool:
            running = asyncio.ensure_future(
                mailing.outbox.run(mailing.edition, mailing.template, make_reader, pool, stop=stop)
            )
            await until(lambda: len(server.accepted) >= 40)
            stop.set()
            sums = await running
            assert sums.sending == 0 and sums.agree
            assert sums.queued > 0
            assert sums.sent == len(server.accepted)
        async with server, mailing.pool(local_route(server.port)) as pool:
            assert (await mailing.run(pool)).sent == 400
        assert max(Counter(server.recipients()).values()) == 1

    with mailing_to(tmp_path, readers(400)) as mailing:
        asyncio.run(check(mailing))


@pytest.mark.parametrize("way", ["suppressed", "unsubscribed"])
def test_leaving_in_mid_send_holds_within_a_second(tmp_path: Path, way: str) -> None:
    """No message to fifty readers who leave in mid-send starts more than a second later, although many were claimed."""
    emails = readers(300)
    leavers = emails[50::5]

    def leave(connection: Connection) -> None:
        now = datetime.now(UTC)
        for email in leavers:
            if way == "suppressed":
                add_suppression(connection, email, reason="complaint", now=now)
        if way == "unsubscribed":
            ids = [emails.index(email) + 1 for email in leavers]
            gone = update(subscriptions).where(subscriptions.c.subscriber_id.in_(ids))
            connection.execute(gone.values(state="unsubscribed"))

    async def check(mailing: SmallMailing) -> None:
        async with ScriptedServer() as server, mailing.pool(local_route(server.port, per_second=150)) as pool:
            running = asyncio.ensure_future(mailing.run(pool))
            await until(lambda: len(server.accepted) >= 20)
            with mailing.store.begin() as connection:
                leave(connection)
            left_at = asyncio.get_running_loop().time()
            sums = await running
            late = [
                message for message in server.accepted if message.envelope_to in leavers and message.at > left_at + 1.2
            ]
            assert late == []
            assert sums.finished
            assert sums.sent == len(server.accepted) == 300 - sums.suppressed

    with mailing_to(tmp_path, emails) as mailing:
        asyncio.run(check(mailing))
        assert mailing.outbox.sums(mailing.edition).suppressed >= 20


@pytest.mark.parametrize("run", [asyncio.run, run_loop], ids=["asyncio", "uvloop"])
def test_rates_hold_at_the_server(tmp_path: Path, run: Callable[[Coroutine[None, None, None]], None]) -> None:
    """Measured at the server, a route's rate and a domain's rate are not passed by more than one per cent."""
    emails = readers(150, "slow.example") + readers(150, "quick.example")

    async def check(mailing: SmallMailing) -> None:
        limits = {"slow.example": DomainLimit(per_second=100)}
        async with ScriptedServer() as server:
            route = local_route(server.port, connections=6, per_second=250)
            async with mailing.pool(route, domains=limits) as pool:
                assert (await mailing.run(pool)).sent == 300
            slow = {message.envelope_from for message in server.accepted if "slow" in message.envelope_to}
            starts = [at for at, _ in server.started_at]
            assert _rate(starts) <= 250 * 1.01
            assert _rate([at for at, sender in server.started_at if sender in slow]) <= 100 * 1.01

    with mailing_to(tmp_path, emails) as mailing:
        run(check(mailing))


def _rate(moments: list[float]) -> float:
    return (len(moments) - 1) / (moments[-1] - moments[0])


def test_a_waiting_newsletter_blocks_no_other(tmp_path: Path) -> None:
    """While one edition waits for its domain's limit, another one on the same pool goes through."""

    async def check(store: Store) -> None:
        slow = SmallMailing.open(store, readers(200, "slow.example"), folder=tmp_path / "journal")
        quick = SmallMailing(store, slow.outbox, readers(200, "quick.example"), "dallas", "dallas-1")
        quick = _open_second(quick)
        limits = {"slow.example": DomainLimit(per_second=20)}
        async with ScriptedServer() as server, slow.pool(local_route(server.port), domains=limits) as pool:
            stop = asyncio.Event()
            waiting = asyncio.ensure_future(slow.outbox.run(slow.edition, slow.template, make_reader, pool, stop=stop))
            await until(lambda: len(server.accepted) >= 3)
            assert (await quick.run(pool)).sent == 200
            assert not waiting.done()
            stop.set()
            assert (await waiting).sending == 0
        slow.outbox.close()

    with Store.open("sqlite:///digest.db", root=tmp_path) as store:
        asyncio.run(check(store))


def _open_second(mailing: SmallMailing) -> SmallMailing:
    from digest.testing.deliveries import subscribe

    subscribe(mailing.store, mailing.emails, mailing.newsletter)
    until_at = datetime.now(UTC) + timedelta(hours=12)
    mailing.outbox.enqueue(mailing.edition, mailing.newsletter, useful_until=until_at)
    return mailing


def test_other_routes_take_over(tmp_path: Path) -> None:
    """When one server refuses our login, the others carry everything, and somebody is told."""

    async def check(mailing: SmallMailing) -> None:
        async with ScriptedServer(password="right") as closed, ScriptedServer() as open_one:
            bad = local_route(closed.port, name="closed", username="digest", password="wrong")
            good = local_route(open_one.port, name="open")
            async with mailing.pool(bad, good) as pool:
                assert (await mailing.run(pool)).sent == 60
            assert len(open_one.accepted) == 60
            assert closed.accepted == []
            assert len(mailing.alerts) == 1 and "closed" in mailing.alerts[0] and "535" in mailing.alerts[0]

    with mailing_to(tmp_path, readers(60)) as mailing:
        asyncio.run(check(mailing))


def test_weights_are_kept(tmp_path: Path) -> None:
    """Three to one are three to one, but for the few messages that keep all connections busy."""

    async def check(mailing: SmallMailing) -> None:
        async with ScriptedServer() as large, ScriptedServer() as small:
            routes = [
                local_route(large.port, name="large", weight=3),
                local_route(small.port, name="small", weight=1),
            ]
            async with mailing.pool(*routes) as pool:
                assert (await mailing.run(pool)).sent == 400
            assert 285 <= len(large.accepted) <= 315

    with mailing_to(tmp_path, readers(400)) as mailing:
        asyncio.run(check(mailing))


def test_quota_holds_over_restarts(tmp_path: Path) -> None:
    """An hour's quota is kept by two pools one after the other, as after a restart; then nothing is left of it."""

    async def check(mailing: SmallMailing) -> None:
        def used() -> int:
            with mailing.store.read() as connection:
                return sum(row.used for row in connection.execute(quotas.select()))

        async with ScriptedServer() as server:
            route = local_route(server.port, per_hour=50)
            for goal in (25, 50):
                stop = asyncio.Event()
                async with SmtpPool([route], quotas=Quotas(mailing.store)) as pool:
                    running = asyncio.ensure_future(
                        mailing.outbox.run(mailing.edition, mailing.template, make_reader, pool, stop=stop)
                    )
                    await until(lambda goal=goal: used() >= goal)  # type: ignore[misc]
                    stop.set()
                    assert (await running).sending == 0
            # What was reserved and then taken back at the stop is not sent; the limit is never passed.
            assert 30 <= len(server.accepted) <= 50
            granted, wait_s = await Quotas(mailing.store).reserve(route)
            assert granted == 0 and wait_s > 60

    with mailing_to(tmp_path, readers(80)) as mailing:
        asyncio.run(check(mailing))


def test_a_spent_quota_stops_no_other_route(tmp_path: Path) -> None:
    """When one route has used up its hour, the other one carries the rest, and the store is not asked without end."""

    class Asked(Quotas):
        """Counts how often the store is asked."""

        times = 0

        async def reserve(self, route: Route) -> tuple[int, float]:
            self.times += 1
            return await super().reserve(route)

    async def check(mailing: SmallMailing) -> None:
        async with ScriptedServer() as limited, ScriptedServer() as free, asyncio.timeout(30):
            few, many = local_route(limited.port, name="few", per_hour=10), local_route(free.port, name="many")
            asked = Asked(mailing.store)
            async with SmtpPool([few, many], quotas=asked) as pool:
                assert (await mailing.run(pool)).sent == 200
            assert len(limited.accepted) <= 10
            assert len(free.accepted) == 200 - len(limited.accepted)
            assert asked.times < 30

    with mailing_to(tmp_path, readers(200)) as mailing:
        asyncio.run(check(mailing))


def test_a_group_uses_the_connections_of_all_routes() -> None:
    """Messages offered together go out over all idle connections at once, whichever route is ahead."""

    def message(number: int) -> Message:
        return Message(b"Subject: hello\r\n\r\nhello\r\n", "news@example.com", f"reader{number}@example.com")

    async def check() -> None:
        async with ScriptedServer() as one, ScriptedServer() as two, asyncio.timeout(30):
            routes = [local_route(server.port, name=f"to{server.port}", connections=10) for server in (one, two)]
            async with SmtpPool(routes) as pool:
                await asyncio.gather(*(pool.send(message(number)) for number in range(40)))
                assert pool.open_connections == 20
                for server in (one, two):
                    server.fail(Stage.BODY, "stall", times=-1)
                group = [SingleAttempt(message(number), lambda outcome: None) for number in range(20)]
                pool.offer(group)
                await until(lambda: all(attempt.progress is Progress.BODY for attempt in group))
                await pool.close(0.0)

    asyncio.run(check())


@pytest.mark.parametrize("policy", ["resend", "hold"])
def test_lost_final_replies(tmp_path: Path, policy: Literal["resend", "hold"]) -> None:
    """When 5 % of final replies are lost, exactly those are uncertain, and sent again only as the policy says."""
    emails = readers(200)
    unlucky = set(emails[::20])

    async def check(mailing: SmallMailing) -> None:
        async with ScriptedServer() as server:
            server.fail(Stage.BODY, "drop", times=len(unlucky), matches=lambda email: email in unlucky)
            async with mailing.pool(local_route(server.port)) as pool:
                sums = await mailing.run(pool)
                assert sums.sent == 190
                assert (sums.uncertain, sums.deferred) == ((10, 0) if policy == "hold" else (0, 10))
                with mailing.store.read() as connection:
                    fates = Counter(row.fate for row in connection.execute(attempts.select()))
                assert fates["uncertain"] == 10
                mailing.outbox.retry_now(mailing.edition)
                sums = await mailing.run(pool)
            repeated = {email for email, count in Counter(server.recipients()).items() if count > 1}
            assert repeated == (unlucky if policy == "resend" else set())
            assert sums.sent == (200 if policy == "resend" else 190)
            ids = {(message.envelope_to, message.message_id) for message in server.accepted}
            assert len(ids) == 200

    with mailing_to(tmp_path, emails, uncertain=policy) as mailing:
        asyncio.run(check(mailing))


def test_refused_sender_pauses_the_edition(tmp_path: Path) -> None:
    """A refused sender stops the edition at once: nobody is charged, and the reason is kept until the next run."""

    async def check(mailing: SmallMailing) -> None:
        async with ScriptedServer() as server:
            server.fail(Stage.MAIL, "553 5.1.8 sender not owned", times=-1)
            async with mailing.pool(local_route(server.port)) as pool:
                with pytest.raises(PausedError, match="sender not owned"):
                    await mailing.run(pool)
            assert mailing.outbox.sums(mailing.edition).queued == 100
            assert "sender not owned" in mailing.outbox.paused_reason(mailing.edition)
            assert len([line for line in server.commands if line.startswith("MAIL")]) <= 4
            server.heal()
            async with mailing.pool(local_route(server.port)) as pool:
                assert (await mailing.run(pool)).sent == 100
            assert mailing.outbox.paused_reason(mailing.edition) == ""

    with mailing_to(tmp_path, readers(100)) as mailing:
        asyncio.run(check(mailing))


class _FailingStore(Store):
    """A store that stops taking writes when it is told to."""

    is_broken = False

    @contextmanager
    def begin(self, *, durable: bool = False) -> Iterator[Connection]:
        if self.is_broken:
            raise StoreError("the disk is full", is_temporary=True)
        with super().begin(durable=durable) as connection:
            yield connection


def test_store_that_fails_pauses_the_send(tmp_path: Path) -> None:
    """When the store stops taking results, nothing more is started, and what was sent is recorded once it is back."""

    async def check(store: _FailingStore) -> None:
        mailing = SmallMailing.open(store, readers(1500), folder=tmp_path / "journal")
        async with ScriptedServer() as server, mailing.pool(local_route(server.port)) as pool:
            running = asyncio.ensure_future(mailing.run(pool))
            await until(lambda: len(server.accepted) >= 200)
            store.is_broken = True
            before = len(server.accepted)
            with pytest.raises(PausedError, match="disk is full"):
                await running
            assert ["disk is full" in alert for alert in mailing.alerts] == [True]
            assert len(server.accepted) - before <= 4 * 2 + 100 + 100
            store.is_broken = False
            sums = await mailing.run(pool)
            assert (sums.sent, sums.sending) == (1500, 0)
            assert max(Counter(server.recipients()).values()) == 1
        mailing.outbox.close()

    with _FailingStore.open("sqlite:///digest.db", root=tmp_path) as store:
        asyncio.run(check(store))


class _ForgetfulStore(Store):
    """A store that commits, and loses the answer as often as it is told to."""

    answers_to_lose = 0

    @contextmanager
    def begin(self, *, durable: bool = False) -> Iterator[Connection]:
        with super().begin(durable=durable) as connection:
            yield connection
        if self.answers_to_lose:
            self.answers_to_lose -= 1
            raise StoreError("the connection was lost", is_temporary=True)


def test_lost_answers_of_the_store_lose_nobody(tmp_path: Path) -> None:
    """What was claimed or recorded although the store's answer was lost is neither left behind nor sent twice."""

    async def check(store: _ForgetfulStore) -> None:
        mailing = SmallMailing.open(store, readers(1500), folder=tmp_path / "journal")
        async with ScriptedServer() as server, mailing.pool(local_route(server.port)) as pool:
            running = asyncio.ensure_future(mailing.run(pool))
            for count in (100, 500, 900):
                await until(lambda count=count: len(server.accepted) >= count)
                store.answers_to_lose = 4
            sums = await running
            assert (sums.sent, sums.sending) == (1500, 0)
            assert max(Counter(server.recipients()).values()) == 1
        mailing.outbox.close()

    with _ForgetfulStore.open("sqlite:///digest.db", root=tmp_path) as store:
        asyncio.run(check(store))


def test_busy_server_gets_fewer_connections(tmp_path: Path) -> None:
    """A server that says it has too many connections gets fewer, and everybody still gets the message."""

    async def check(mailing: SmallMailing) -> None:
        async with ScriptedServer() as server:
            server.fail(Stage.MAIL, "421 4.7.0 too many connections", times=3)
            async with mailing.pool(local_route(server.port, connections=8), back_off_s=0.01) as pool:
                sums = await mailing.outbox.run(
                    mailing.edition, mailing.template, make_reader, pool, patience=timedelta(seconds=20)
                )
            assert sums.sent == 120
            assert max(Counter(server.recipients()).values()) == 1

    with mailing_to(tmp_path, readers(120)) as mailing:
        asyncio.run(check(mailing))


def test_hard_bounce_is_suppressed_at_once(tmp_path: Path) -> None:
    """An unknown recipient fails, is suppressed, and the reason holds no address."""

    async def check(mailing: SmallMailing) -> None:
        async with ScriptedServer() as server, mailing.pool(local_route(server.port)) as pool:
            server.fail(Stage.RCPT, "550 5.1.1 <reader1@example.com>: no such user", matches=lambda to: "1@" in to)
            sums = await mailing.run(pool)
            assert (sums.sent, sums.failed) == (4, 1)

    with mailing_to(tmp_path, readers(5)) as mailing:
        asyncio.run(check(mailing))
        ((state, reason, count),) = mailing.outbox.reasons(mailing.edition)
        assert (state, count) == (S.FAILED, 1)
        assert "no such user" in reason and "reader1" not in reason
        until_at = datetime.now(UTC) + timedelta(hours=1)
        mailing.outbox.enqueue("denver-2", "denver", useful_until=until_at)
        assert mailing.outbox.sums("denver-2").suppressed == 1


def test_a_message_that_cannot_be_made_fails_alone(tmp_path: Path) -> None:
    """A fault in making one reader's message fails that delivery, and the others go out."""

    def make(delivery: Delivery, subscriber: Subscriber) -> Reader:
        if subscriber.email.startswith("reader3@"):
            raise KeyError("plan")
        return make_reader(delivery, subscriber)

    async def check(mailing: SmallMailing) -> None:
        async with ScriptedServer() as server, mailing.pool(local_route(server.port)) as pool:
            sums = await mailing.outbox.run(mailing.edition, mailing.template, make, pool)
            assert (sums.sent, sums.failed) == (9, 1)
            assert "reader3@example.com" not in server.recipients()

    with mailing_to(tmp_path, readers(10)) as mailing:
        asyncio.run(check(mailing))
        assert "KeyError" in mailing.outbox.reasons(mailing.edition)[0][1]


def test_named_addresses_are_mailed(tmp_path: Path) -> None:
    """Addresses named by hand need neither subscriber nor subscription."""

    async def check(mailing: SmallMailing) -> None:
        until_at = datetime.now(UTC) + timedelta(hours=1)
        mailing.outbox.enqueue_addresses("direct-1", ["Ann@example.com", "bob@example.com"], useful_until=until_at)
        async with ScriptedServer() as server, mailing.pool(local_route(server.port)) as pool:
            assert (await mailing.outbox.run("direct-1", mailing.template, make_reader, pool)).sent == 2
            assert sorted(server.recipients()) == ["Ann@example.com", "bob@example.com"]

    with mailing_to(tmp_path, readers(3)) as mailing:
        asyncio.run(check(mailing))


FAR = Timeouts(far=-1.0)
"""Every server counts as far away."""


def test_whole_messages_in_one_flight(tmp_path: Path) -> None:
    """A far server with CHUNKING gets whole messages, refuses some of them, and is understood each time."""

    async def check(mailing: SmallMailing) -> None:
        async with ScriptedServer(extensions=("PIPELINING", "CHUNKING")) as server:
            server.fail(Stage.RCPT, "550 5.1.1 unknown", times=-1, matches=lambda to: to.startswith("reader1"))
            server.fail(Stage.MAIL, "452 4.3.1 full", times=2)
            server.fail(Stage.BODY, "554 5.6.0 no", times=1)
            async with mailing.pool(local_route(server.port), timeouts=FAR) as pool:
                sums = await mailing.run(pool)
            assert (sums.failed, sums.deferred, sums.sent) == (11, 2, 27)
            assert sorted(server.recipients()) == sorted(set(server.recipients()))
            assert server.violations == []
            assert not [line for line in server.commands if line == "DATA"]
            content = {message.envelope_to: message.content for message in server.accepted}
            assert all(check_message(content[to], recipient=to) == [] for to in content)

    with mailing_to(tmp_path, readers(40)) as mailing:
        asyncio.run(check(mailing))


class _Fenced(SingleAttempt):
    """An attempt whose claim does not hold any more."""

    def may_go(self) -> bool:
        """Say no."""
        return False


@pytest.mark.parametrize("extensions", [(), ("PIPELINING",), ("PIPELINING", "CHUNKING")], ids=len)
def test_a_claim_that_does_not_hold_sends_nothing(extensions: tuple[str, ...]) -> None:
    """Whatever the server offers, the message of a lost claim is not written; others that wait are sent."""

    async def check() -> None:
        message = Message(b"Subject: x\r\n\r\nx\r\n", "a@example.com", "b@example.com")
        ended: list[Outcome] = []
        attempts = [kind(message, ended.append) for kind in (SingleAttempt, _Fenced, SingleAttempt, _Fenced)]
        async with ScriptedServer(extensions=extensions) as server:
            async with SmtpPool([local_route(server.port, connections=1)], timeouts=FAR) as pool:
                pool.offer(attempts)
                await until(lambda: len(ended) == 4)
            assert Counter(outcome.decision.fate for outcome in ended) == {Fate.SENT: 2, Fate.REQUEUE: 2}
            assert len(server.accepted) == 2

    asyncio.run(check())


def test_lost_flights_are_uncertain(tmp_path: Path) -> None:
    """When a far server goes away, what was in flight is uncertain, three at most, and nothing is repeated."""

    async def check(mailing: SmallMailing) -> None:
        async with ScriptedServer(extensions=("PIPELINING", "CHUNKING")) as server:
            server.fail(Stage.BODY, "drop", times=1, matches=lambda to: to.startswith("reader7"))
            async with mailing.pool(local_route(server.port, connections=1), timeouts=FAR) as pool:
                sums = await mailing.run(pool)
            assert sums.uncertain == 3
            assert sums.sent == 27
            assert len(server.recipients()) == len(set(server.recipients()))

    with mailing_to(tmp_path, readers(30), uncertain="hold") as mailing:
        asyncio.run(check(mailing))


def test_who_has_no_place_for_a_domain_rests(tmp_path: Path) -> None:
    """A process whose part of a domain's connections is none leaves the domain to others, and rarely looks again."""

    async def check(mailing: SmallMailing) -> None:
        begun: list[Connection] = []
        event.listen(mailing.store.engine, "begin", begun.append)
        async with ScriptedServer() as server:
            limits = {"example.com": DomainLimit(connections=1)}
            async with mailing.pool(local_route(server.port, connections=4), domains=limits) as pool:
                pool.share(Part(1, 2))
                stop = asyncio.Event()
                asyncio.get_running_loop().call_later(0.7, stop.set)
                sums = await mailing.outbox.run(mailing.edition, mailing.template, make_reader, pool, stop=stop)
        assert (sums.queued, sums.sent) == (300, 0)
        assert len(begun) < 30

    with mailing_to(tmp_path, readers(300)) as mailing:
        asyncio.run(check(mailing))
