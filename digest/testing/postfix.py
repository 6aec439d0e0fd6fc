"""A real Postfix of its own on this machine, for tests that send; needs root and Debian's package postfix."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from digest.errors import UsageError
from digest.outbox.bench_peers import find_postfix_program

_MAIN_CF = """
compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = relay.example.net
mydestination =
mynetworks = 127.0.0.0/8
default_transport = {transport}
in_flow_delay = 0
maillog_file = {folder}/log/mail.log
maillog_file_prefixes = {folder}
smtpd_peername_lookup = no
disable_dns_lookups = yes
smtputf8_enable = no
alias_maps =
local_recipient_maps =
alias_database =
smtpd_relay_restrictions = permit_mynetworks, reject
"""
_SERVICES = (
    "pickup unix n - n 60 1 pickup",
    "cleanup unix n - n - 0 cleanup",
    "qmgr unix n - n 300 1 qmgr",
    "rewrite unix - - n - - trivial-rewrite",
    "bounce unix - - n - 0 bounce",
    "defer unix - - n - 0 bounce",
    "trace unix - - n - 0 bounce",
    "smtp unix - - n - - smtp",
    "relay unix - - n - - smtp",
    "discard unix - - n - - discard",
    "error unix - - n - - error",
    "retry unix - - n - - error",
    "anvil unix - - n - 1 anvil",
    "scache unix - - n - 1 scache",
    "proxymap unix - - n - - proxymap",
    "tlsmgr unix - - n 1000? 1 tlsmgr",
    "postlog unix-dgram n - n - 1 postlogd",
)


@contextmanager
def running_postfix(transport: str) -> Iterator[tuple[int, Path]]:
    """Run a Postfix that passes all mail to `transport`, as `discard:`; give its port and its log.

    Raises:
        UsageError: it is not installed.
    """
    program = find_postfix_program("postfix")
    if program is None:
        raise UsageError("postfix is not installed; get it with: apt install postfix")
    with tempfile.TemporaryDirectory(prefix="digest-postfix-") as name:
        folder = Path(name)
        port = _configure(folder, transport)
        subprocess.run([program, "-c", str(folder / "conf"), "start"], check=True, capture_output=True)
        try:
            yield port, folder / "log" / "mail.log"
        finally:
            subprocess.run([program, "-c", str(folder / "conf"), "stop"], check=True, capture_output=True)


def _configure(folder: Path, transport: str) -> int:
    folder.chmod(0o755)
    for part in ("conf", "spool", "data", "log"):
        (folder / part).mkdir()
    shutil.chown(folder / "data", "postfix", "postfix")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    (folder / "conf" / "main.cf").write_text(_MAIN_CF.format(folder=folder, transport=transport))
    services = [f"127.0.0.1:{port} inet n - n - - smtpd", *_SERVICES]
    (folder / "conf" / "master.cf").write_text("\n".join(services) + "\n")
    return port
