"""`digest bench`: how fast this machine sends and reads, measured on the real paths."""

from __future__ import annotations

from typing import Annotated

import typer

from digest.cli.options import AsJson
from digest.cli.output import print_json, print_table
from digest.errors import UsageError

_Processes = Annotated[
    int | None,
    typer.Option(min=1, max=64, help="Processes that send.", show_default="one a core, as a large edition has"),
]
group = typer.Typer(help="Measure this machine on the real paths.", no_args_is_help=True, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(group, name="bench")


def _host_and_port(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit():
        raise UsageError(f"{text!r} is not HOST:PORT, as 127.0.0.1:2525")
    return host, int(port)


@group.command("send", epilog="Example: digest bench send --recipients 10000 --smtp 127.0.0.1:2525")
def bench_send(
    recipients: Annotated[int, typer.Option(min=1, help="Made-up readers.")],
    smtp: Annotated[str, typer.Option(metavar="HOST:PORT", help="A test server, as Postfix's smtp-sink.")],
    size: Annotated[int, typer.Option(min=1000, help="Bytes of one message, about.")] = 40_000,
    connections: Annotated[int, typer.Option(min=1, max=200)] = 8,
    dkim: Annotated[bool, typer.Option("--dkim", help="Sign with RSA-2048.")] = False,
    processes: _Processes = None,
    as_json: AsJson = False,
) -> None:
    """Send a real edition to made-up readers: outbox, personalisation, SMTP."""
    from digest.outbox.bench import bench_send as measure

    host, port = _host_and_port(smtp)
    _show(measure(recipients, host, port, size=size, connections=connections, dkim=dkim, processes=processes), as_json)


@group.command("peers", epilog="Example: digest bench peers --recipients 5000")
def bench_peers(
    recipients: Annotated[int, typer.Option(min=100, help="Messages for each of them.")] = 5000,
    size: Annotated[int, typer.Option(min=1000, help="Bytes of one message, about.")] = 40_000,
    connections: Annotated[int, typer.Option(min=1, max=200)] = 8,
    delay_ms: Annotated[
        float, typer.Option(min=0, max=2000, help="Put the server so far away, each way; leaves smtp-source out.")
    ] = 0,
    rounds: Annotated[int, typer.Option(min=1, max=100, help="Run them in turn so often; figures are medians.")] = 3,
    processes: _Processes = None,
    smtp: Annotated[str, typer.Option(metavar="HOST:PORT", help="Another test server instead of smtp-sink.")] = "",
    as_json: AsJson = False,
) -> None:
    """Compare with Postfix's smtp-source and plain aiosmtplib against the same smtp-sink."""
    from digest.outbox.bench_peers import bench_peers as measure

    figures = measure(
        recipients,
        size=size,
        connections=connections,
        delay_s=delay_ms / 1000,
        rounds=rounds,
        processes=processes,
        server=_host_and_port(smtp) if smtp else None,
    )
    _show(figures, as_json)


@group.command("fetch", epilog="Example: digest bench fetch --feeds 500")
def bench_fetch(
    feeds: Annotated[int, typer.Option(min=1, max=5000, help="Feeds of a local server.")] = 500,
    broken: Annotated[float, typer.Option(min=0, max=1, help="Share of them broken or slow.")] = 0.05,
    as_json: AsJson = False,
) -> None:
    """Read many feeds from a local server, some of them broken or slow."""
    import asyncio

    from digest.sources.bench import bench_fetch as measure

    _show(asyncio.run(measure(feeds, broken)), as_json)


def _show(figures: dict[str, object], as_json: bool) -> None:
    if as_json:
        print_json(figures)
    else:
        print_table(("figure", "value"), list(figures.items()))
