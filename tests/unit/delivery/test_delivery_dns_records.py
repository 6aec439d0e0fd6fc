"""DNS records of a sending domain, judged: what mailbox providers want, and what to do where it is not so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from digest.delivery.dns_records import Resolver, judge_dkim, judge_dmarc, judge_spf

KEY = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAuser" * 2


def zone(records: Mapping[str, Sequence[str]]) -> Resolver:
    """Answer from a table."""
    return lambda name: records.get(name, ())


@pytest.mark.parametrize(
    ("records", "ok", "told"),
    [
        (["v=spf1 include:mail.example.net -all"], True, "include:mail.example.net"),
        (["site-verification=1", "V=SPF1 mx ~all"], True, "mx"),
        ([], False, "no SPF record"),
        (["v=spf10 -all"], False, "no SPF record"),
        (["v=spf1 -all", "v=spf1 mx -all"], False, "2 SPF records"),
        (["v=spf1 mx +all"], False, "everybody"),
        (["v=spf1 all"], False, "everybody"),
        (["v=spf1 " + " ".join(f"include:{n}.example.net" for n in range(11)) + " -all"], False, "11 look-ups"),
        (["v=spf1 ip4:192.0.2.1 " + " ".join(f"a:{n}.example.net" for n in range(10)) + " -all"], True, "192.0.2.1"),
    ],
)
def test_spf(records: list[str], ok: bool, told: str) -> None:
    """One record that does not let everybody send, with at most ten look-ups."""
    verdict = judge_spf("example.org", zone({"example.org": records}))
    assert verdict.ok is ok and told in verdict.detail


@pytest.mark.parametrize(
    ("records", "ok", "told"),
    [
        ([f"v=DKIM1; k=rsa; p={KEY}"], True, "holds our key"),
        ([f"p = {KEY[:40]} {KEY[40:]}"], True, "holds our key"),
        ([], False, f"v=DKIM1; k=rsa; p={KEY}"),
        (["v=DKIM1; p="], False, "withdrawn"),
        (["v=DKIM1; p=AAAA"], False, "another key"),
        ([f"p={KEY}", f"p={KEY}"], False, "2 keys"),
    ],
)
def test_dkim(records: list[str], ok: bool, told: str) -> None:
    """The selector's record holds the public half of the key we sign with; a missing one is given to copy."""
    verdict = judge_dkim("example.org", "s1", KEY, zone({"s1._domainkey.example.org": records}))
    assert verdict.ok is ok and told in verdict.detail


@pytest.mark.parametrize(
    ("records", "ok", "told"),
    [
        ({"_dmarc.news.example.org": ["v=DMARC1; p=none"]}, True, "_dmarc.news.example.org"),
        ({"_dmarc.example.org": ["v=DMARC1; p=reject; sp=none"]}, True, "_dmarc.example.org"),
        ({}, False, "v=DMARC1; p=none; rua="),
        ({"_dmarc.news.example.org": ["v=DMARC1; p=maybe"]}, False, "p=maybe is no policy"),
        ({"_dmarc.news.example.org": ["v=DMARC1"]}, False, "(missing)"),
        ({"_dmarc.news.example.org": ["v=DMARC1; p=none"] * 2}, False, "2 records"),
        ({"_dmarc.org": ["v=DMARC1; p=none"]}, False, "no DMARC record"),
    ],
)
def test_dmarc(records: dict[str, list[str]], ok: bool, told: str) -> None:
    """A policy at the domain of From or above it, but not at the top of the tree."""
    verdict = judge_dmarc("news.example.org", zone(records))
    assert verdict.ok is ok and told in verdict.detail
