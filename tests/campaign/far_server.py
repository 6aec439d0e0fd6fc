"""A server 25 ms away, each way: `python -m tests.campaign.far_server [MESSAGES]`.

Ours and plain aiosmtplib, ten connections each, to a real Postfix, which offers PIPELINING and CHUNKING, and to
`smtp-sink`, which offers PIPELINING alone. It needs root and Debian's package postfix.
"""

from __future__ import annotations

import sys

from digest.outbox.bench_peers import bench_peers
from digest.testing.postfix import running_postfix

_TIMES = 5.0
_TIMES_PIPELINED = 3.5  # one round trip a message instead of four: 4 is the most (RFC 2920 ends a group at DATA)


def main(messages: int = 3000) -> int:
    """Print both comparisons; return 1 where one is too slow."""
    with running_postfix("discard:") as (port, _):
        chunked = _compare(messages, ("127.0.0.1", port))
    pipelined = _compare(messages, None)
    print(f"  Postfix, with CHUNKING: {chunked:.2f} x aiosmtplib; smtp-sink, with PIPELINING: {pipelined:.2f} x")
    return 0 if chunked >= _TIMES and pipelined >= _TIMES_PIPELINED else 1


def _compare(messages: int, server: tuple[str, int] | None) -> float:
    figures = bench_peers(messages, size=4096, connections=10, delay_s=0.025, rounds=3, server=server)
    print(f"  {figures}", flush=True)
    return float(str(figures["times_aiosmtplib"]))


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:2])))
