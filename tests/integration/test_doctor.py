"""The doctor looks at everything around the program, sends nothing, and says what to do."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from digest.config.load import load_project
from digest.config.settings import Dkim, Fetch, Route, Smtp, Web
from digest.config.shipped import shipped_config
from digest.delivery.dkim import DkimSigner
from digest.delivery.dns_records import DnsError
from digest.model.delivery import Stage
from digest.pipeline.doctor import Check, examine
from digest.pipeline.workspace import Workspace
from digest.schedule.ledger import Ledger
from digest.testing.smtp import ScriptedServer

PROJECT = load_project(shipped_config(), {})
NAMES = ["store", "smtp", "spf", "dkim", "dmarc", "public-url", "clock"]


def nobody(name: str) -> Sequence[str]:
    """Answer as without a network."""
    raise DnsError(f"no name server answered for {name}")


def workspace_with(folder: Path, **settings: Any) -> Workspace:
    """Return the shipped project with other settings, in a folder of its own."""
    project = replace(PROJECT, settings=PROJECT.settings.model_copy(update=settings), folder=folder)
    return Workspace(project, root=folder)


def look(workspace: Workspace, resolve: Any = nobody) -> dict[str, Check]:
    """Return the findings by name."""
    with workspace:
        return {check.name: check for check in asyncio.run(examine(workspace, resolve=resolve))}


def test_without_a_network_it_ends_and_says_what_is_missing(tmp_path: Path) -> None:
    """Every check is there with its reason, and none waits for what does not answer."""
    checks = look(workspace_with(tmp_path))
    assert list(checks) == NAMES
    assert {name for name, check in checks.items() if check.ok} == {"store", "smtp", "clock"}
    assert "built-in catcher" in checks["smtp"].detail
    assert "no name server answered for example.com" in checks["spf"].detail
    assert "shipped example" in checks["public-url"].detail


def test_a_mail_server_is_tried_with_login_and_left_without_a_message(tmp_path: Path) -> None:
    """Login works and fails as the server says; nothing is sent."""

    async def scenario() -> list[Check]:
        async with ScriptedServer(password="right") as server:
            route = {"host": server.host, "port": server.port, "security": "none", "username": "digest"}
            found = []
            for password in ("right", "wrong"):
                smtp = Smtp.model_validate({**route, "password": password})
                with workspace_with(tmp_path, smtp=smtp) as workspace:
                    found += [check for check in await examine(workspace, resolve=nobody) if check.name == "smtp"]
            assert not server.accepted and not any(command.startswith("MAIL") for command in server.commands)
            return found

    right, wrong = asyncio.run(scenario())
    assert right.ok and "not encrypted, logged in as digest, with pipelining" in right.detail
    assert not wrong.ok and "auth" in wrong.detail and "check username and password" in wrong.detail
    assert "right" not in right.detail


def test_each_route_is_tried(tmp_path: Path) -> None:
    """With several routes each has a line of its own; one that is down says where to look."""

    async def scenario() -> dict[str, Check]:
        async with ScriptedServer() as server, ScriptedServer() as other:
            other.fail(Stage.EHLO, "drop", times=-1)
            routes = [
                Route(name=n, host=s.host, port=s.port, security="none") for n, s in (("a", server), ("b", other))
            ]
            with workspace_with(tmp_path, smtp=Smtp(routes=tuple(routes))) as workspace:
                return {check.name: check for check in await examine(workspace, resolve=nobody)}

    checks = asyncio.run(scenario())
    assert (checks["smtp:a"].ok, checks["smtp:b"].ok) == (True, False)
    assert "check host, port and security" in checks["smtp:b"].detail


def test_dns_is_compared_with_our_own_key(tmp_path: Path) -> None:
    """The published key must be the one we sign with, for a domain that DMARC counts."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (tmp_path / "dkim.pem").write_bytes(pem)
    dkim = Dkim(selector="s1", key_file="dkim.pem")
    public = DkimSigner.load(dkim, tmp_path).public_keys()["s1"]
    records = {
        "example.com": ["v=spf1 mx -all"],
        "s1._domainkey.example.com": [f"v=DKIM1; p={public}"],
        "_dmarc.example.com": ["v=DMARC1; p=none"],
    }

    def resolve(name: str) -> Sequence[str]:
        return records.get(name, ())

    checks = look(workspace_with(tmp_path, dkim=dkim), resolve)
    assert [checks[name].ok for name in ("spf", "dkim", "dmarc")] == [True, True, True]
    records["s1._domainkey.example.com"] = ["v=DKIM1; p=AAAA"]
    assert "another key than ours" in look(workspace_with(tmp_path, dkim=dkim), resolve)["dkim"].detail
    foreign = dkim.model_copy(update={"domain": "mail.example.net"})
    assert "DMARC would not count it" in look(workspace_with(tmp_path, dkim=foreign), resolve)["dkim"].detail


def test_a_public_address_that_does_not_answer_is_told(tmp_path: Path) -> None:
    """The address is asked through the same guard as feeds."""
    web = Web.model_validate({"public_url": "http://127.0.0.1:9/"})
    checks = look(workspace_with(tmp_path, web=web, fetch=Fetch()))
    assert not checks["public-url"].ok and "refused" in checks["public-url"].detail


def test_a_clock_that_went_back_is_told(tmp_path: Path) -> None:
    """A daemon that saw the store in our future means that some clock is wrong."""
    workspace = workspace_with(tmp_path)
    Ledger(workspace).watch(datetime.now(UTC) + timedelta(hours=1))
    assert "in our future" in look(workspace)["clock"].detail
