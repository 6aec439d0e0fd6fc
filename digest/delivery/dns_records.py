"""What DNS says of a sending domain: SPF, DKIM and DMARC records, read and judged; changes no record.

SPF by RFC 7208 §3 and §4.6.4, DKIM keys by RFC 6376 §3.6.1, DMARC by RFC 7489 §6.3 and §6.6.3.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

Resolver = Callable[[str], Sequence[str]]
"""Returns the texts of a name's TXT records, none where there are none; raises DnsError where nobody answers."""

_LOOKUPS = re.compile(r"^[+~?-]?(include:|a\b|mx\b|ptr\b|exists:)|^redirect=")
_MOST_LOOKUPS = 10


class DnsError(Exception):
    """No name server answered."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found: whether it is as mailbox providers want it, and what to do where it is not."""

    ok: bool
    detail: str


def resolve_texts(name: str) -> Sequence[str]:
    """Ask the system's name servers, for 4 s at most."""
    import dns.exception
    import dns.resolver

    try:
        resolver = dns.resolver.Resolver()
        answer = resolver.resolve(name, "TXT", lifetime=4.0)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return ()
    except (dns.exception.DNSException, OSError) as error:
        raise DnsError(f"no name server answered for {name} ({type(error).__name__})") from error
    return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]


def judge_spf(domain: str, resolve: Resolver) -> Verdict:
    """Say whether a return path's domain names who may send for it."""
    found = [text for text in resolve(domain) if re.match(r"v=spf1(\s|$)", text, re.IGNORECASE)]
    if not found:
        return Verdict(False, f"{domain} has no SPF record; add TXT: v=spf1 include:YOUR-PROVIDER -all")
    if len(found) > 1:
        return Verdict(False, f"{domain} has {len(found)} SPF records, which counts as none; join them in one")
    terms = found[0].lower().split()[1:]
    if terms and terms[-1] in ("all", "+all"):
        return Verdict(False, f"{domain}: {found[0]} lets everybody send; end it with -all or ~all")
    lookups = sum(bool(_LOOKUPS.match(term)) for term in terms)
    if lookups > _MOST_LOOKUPS:
        return Verdict(False, f"{domain}: {lookups} look-ups, more than the {_MOST_LOOKUPS} that count; shorten it")
    return Verdict(True, f"{domain}: {found[0]}")


def judge_dkim(domain: str, selector: str, public_key: str, resolve: Resolver) -> Verdict:
    """Say whether a selector's record holds the public half of our key, in base64."""
    name = f"{selector}._domainkey.{domain}"
    found = [tags for text in resolve(name) if "p" in (tags := _tags(text))]
    if not found:
        kind = "ed25519" if len(public_key) < 60 else "rsa"
        return Verdict(False, f"{name} has no key; add TXT: v=DKIM1; k={kind}; p={public_key}")
    if len(found) > 1:
        return Verdict(False, f"{name} has {len(found)} keys; leave one")
    key = re.sub(r"\s", "", found[0]["p"])
    if not key:
        return Verdict(False, f"{name}: the key was withdrawn (p= is empty); sign with another selector")
    if key != public_key:
        return Verdict(False, f"{name} holds another key than ours: no signature would verify; publish ours")
    return Verdict(True, f"{name} holds our key")


def judge_dmarc(domain: str, resolve: Resolver) -> Verdict:
    """Say whether the domain of From, or one above it, has a DMARC policy."""
    labels = domain.split(".")
    for start in range(max(1, len(labels) - 1)):
        name = f"_dmarc.{'.'.join(labels[start:])}"
        found = [text for text in resolve(name) if _tags(text).get("v", "").upper() == "DMARC1"]
        if len(found) > 1:
            return Verdict(False, f"{name} has {len(found)} records, which counts as none; leave one")
        if found:
            policy = _tags(found[0]).get("p", "").lower()
            if policy in ("none", "quarantine", "reject"):
                return Verdict(True, f"{name}: {found[0]}")
            return Verdict(False, f"{name}: p={policy or '(missing)'} is no policy; write none, quarantine or reject")
    hint = f"add TXT at _dmarc.{domain}: v=DMARC1; p=none; rua=mailto:dmarc@{domain}"
    return Verdict(False, f"{domain} has no DMARC record, which bulk senders must have; {hint}")


def _tags(text: str) -> Mapping[str, str]:
    pairs = (part.partition("=") for part in text.split(";"))
    return {name.strip(): value.strip() for name, equals, value in pairs if equals}
