"""`kill -9` at each state of the ledger: the next start finishes the edition once, with the same stories."""

from __future__ import annotations

import asyncio
import shutil
import sys
from pathlib import Path

from digest.model.edition import EditionState
from digest.pipeline.mail import open_mail
from digest.pipeline.making import find_made
from digest.pipeline.order import Order
from digest.pipeline.publish import Publisher
from digest.testing.drafts import SLOT, DraftDesk, draft_desk
from digest.testing.ledger_crashes import STATES
from digest.testing.smtp import ScriptedServer


async def _die(folder: Path, port: int, state: str) -> int:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "digest.testing.ledger_crashes", str(folder), str(port), state
    )
    return await process.wait()


async def _start_again(desk: DraftDesk) -> None:
    """Do what a daemon does at its start: what is due, then what is unfinished."""
    async with open_mail(desk.workspace) as mail:
        publisher = Publisher(desk.workspace, mail)
        newsletter = desk.newsletter.model_copy(update={"draft": None})
        await publisher.publish(Order(newsletter, SLOT))
        await publisher.resume(newsletter)


async def _kill_at_each_state(prepared: Path, folder: Path) -> dict[str, ScriptedServer]:
    servers = {}
    for state in STATES:
        shutil.copytree(prepared, folder / state)
        servers[state] = await ScriptedServer().__aenter__()
    ends = await asyncio.gather(*(_die(folder / state, servers[state].port, state) for state in STATES))
    assert ends == [-9] * len(STATES), "each of them was killed"
    return servers


def test_killed_at_each_state_it_is_finished_once(prepared_desk: Path, tmp_path: Path) -> None:
    """Planned, building, built, sending, done: one message to the reader in all, with the stories fixed before."""

    async def scenario() -> None:
        servers = await _kill_at_each_state(prepared_desk, tmp_path)
        told = {}
        for state, server in servers.items():
            with draft_desk(tmp_path / state, smtp_port=server.port) as desk:
                desk.clock.at = SLOT
                before = find_made(desk.workspace, desk.edition_id)
                assert desk.row.state.value == state
                assert (before is None) == (state in ("planned", "building")), state
                await _start_again(desk)
                assert desk.row.state is EditionState.DONE, state
                assert server.recipients() == ["ada@example.com"], state
                if before is not None:
                    assert desk.row.content_hash == before.content_hash, state
                told[state] = desk.headlines
            await server.__aexit__(None, None, None)
        assert len({tuple(headlines) for headlines in told.values()}) == 1, "the same stories, whenever it was killed"

    asyncio.run(scenario())
