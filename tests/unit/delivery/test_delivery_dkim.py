"""DKIM signatures, checked by verifiers that are not ours: dkimpy, and OpenDKIM where it is installed."""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
import subprocess
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.config.settings import Dkim
from digest.delivery.dkim import DkimSigner, relax_body, relax_header
from digest.errors import ConfigError
from digest.model.delivery import Delivery, DeliveryState
from digest.model.subscriber import Subscriber
from digest.outbox.bench import make_reader, make_template

ANN = Subscriber(1, "ann@example.com", "ann@example.com", "Ann")
DELIVERY = Delivery(1, "e", 1, ANN.email, DeliveryState.SENDING, 0, "t0ken")
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
ED25519 = ed25519.Ed25519PrivateKey.generate()


def _write(key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey, path: Path) -> None:
    kind = serialization.PrivateFormat.PKCS8
    path.write_bytes(key.private_bytes(serialization.Encoding.PEM, kind, serialization.NoEncryption()))


@pytest.fixture
def signer(tmp_path: Path) -> DkimSigner:
    """Load a signer with an RSA and an Ed25519 key."""
    _write(RSA, tmp_path / "rsa.pem")
    _write(ED25519, tmp_path / "ed.pem")
    settings = Dkim(selector="r1", key_file="rsa.pem", ed25519_selector="e1", ed25519_key_file="ed.pem")
    return DkimSigner.load(settings, tmp_path, domain="example.com")


def _dns(name: bytes, timeout: int = 5) -> bytes:
    """Answer as the signing domain's DNS would."""
    der = RSA.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    raw = ED25519.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    records = {
        b"r1._domainkey.example.com.": b"v=DKIM1; k=rsa; p=" + base64.b64encode(der),
        b"e1._domainkey.example.com.": b"v=DKIM1; k=ed25519; p=" + base64.b64encode(raw),
    }
    return records[name]


def _message(signer: DkimSigner) -> bytes:
    return make_template(6000, signer=signer).message_for(make_reader(DELIVERY, ANN)).content


def _is_valid(message: bytes) -> bool:
    try:
        return bool(dkim.DKIM(message).verify(dnsfunc=_dns))
    except dkim.DKIMException:
        return False


def test_rsa_signature_verifies(signer: DkimSigner) -> None:
    """The RSA signature of a template's message is accepted by dkimpy."""
    assert _is_valid(_message(signer))


def test_ed25519_signature_verifies(signer: DkimSigner) -> None:
    """The second signature is good over the data that dkimpy's canonical form gives (RFC 8463)."""
    message = _message(signer)
    block, _, body = message.partition(b"\r\n\r\n")
    fields = [line.partition(b":")[::2] for line in re.split(rb"\r\n(?![ \t])", block)]
    own = fields[1][1]
    tags = {key.strip(): value for key, _, value in (tag.partition(b"=") for tag in own.split(b";"))}
    found = {name.lower(): (name, value + b"\r\n") for name, value in fields}
    names = [name.strip() for name in tags[b"h"].split(b":")][1:]
    relaxed = dkim.canonicalization.Relaxed
    covered = relaxed.canonicalize_headers([found[name] for name in names])
    covered += relaxed.canonicalize_headers([(b"DKIM-Signature", own[: own.rindex(b"b=") + 2])])
    data = b"\r\n".join(name + b":" + value.rstrip(b"\r\n") for name, value in covered)
    ED25519.public_key().verify(base64.b64decode(tags[b"b"]), hashlib.sha256(data).digest())
    assert tags[b"bh"].strip() == base64.b64encode(hashlib.sha256(relaxed.canonicalize_body(body)).digest())


def test_signature_covers_what_it_must(signer: DkimSigner) -> None:
    """From is over-signed, the list fields and Feedback-ID are covered, and there is no length limit."""
    verifier = dkim.DKIM(_message(signer))
    assert verifier.verify(dnsfunc=_dns)
    fields = verifier.signature_fields
    covered = [name.strip().lower().decode() for name in fields[b"h"].split(b":")]
    assert covered.count("from") == 2
    assert set(covered) >= {
        *("to", "subject", "date", "message-id", "mime-version", "content-type", "content-transfer-encoding"),
        *("list-id", "list-unsubscribe", "list-unsubscribe-post", "feedback-id"),
    }
    assert b"l" not in fields
    assert fields[b"c"] == b"relaxed/relaxed"
    assert fields[b"a"] == b"rsa-sha256"
    assert fields[b"d"] == b"example.com"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Subject: ", b"Subject: not "),
        (b"List-Unsubscribe: <https://news", b"List-Unsubscribe: <https://evil"),
        (b"council", b"Council"),
        (b"From: ", b"From: Other <x@example.org>\r\nFrom: "),
    ],
)
def test_changes_break_the_signature(signer: DkimSigner, old: bytes, new: bytes) -> None:
    """A change of a covered header or of the body is noticed; so is a second From."""
    changed = _message(signer).replace(old, new, 1)
    assert changed != _message(signer)
    assert not _is_valid(changed)


def test_single_messages_verify(signer: DkimSigner) -> None:
    """A message that no template made is signed in its relaxed form."""
    message = b"From:  A <a@example.com>\r\nTo: b@example.com\r\nSubject: a\r\n  b\t c\r\n\r\nx  y \t\r\n z\r\n\r\n\r\n"
    assert _is_valid(signer.sign_message(message))


def test_opendkim_agrees(signer: DkimSigner, tmp_path: Path) -> None:
    """OpenDKIM, signing the same message, hashes the very bytes of our body: they are canonical as they are."""
    program = shutil.which("opendkim-testmsg") or shutil.which("opendkim-testmsg", path="/usr/sbin:/usr/bin")
    if program is None:
        pytest.skip("opendkim-testmsg of Debian's opendkim-tools is not installed")
    message = _message(signer)
    unsigned = message[message.index(b"Date:") :]
    options = ["-C", "-d", "example.com", "-s", "r1", "-k", str(tmp_path / "rsa.pem")]
    theirs = subprocess.run([program, *options], input=unsigned, capture_output=True, check=True).stdout
    body = message.partition(b"\r\n\r\n")[2]
    assert _tag(theirs, b"bh") == base64.b64encode(hashlib.sha1(body).digest())
    assert _tag(message, b"bh") == base64.b64encode(hashlib.sha256(body).digest())
    assert _is_valid(theirs)


def _tag(message: bytes, name: bytes) -> bytes:
    head = message.partition(b"\r\n\r\n")[0].replace(b"\r\n", b"").replace(b"\t", b" ")
    return head.partition(b" " + name + b"=")[2].partition(b";")[0].replace(b" ", b"")


@settings(max_examples=100, deadline=None)
@given(body=st.lists(st.text(alphabet="ab \t", max_size=12), max_size=12))
def test_relaxed_body_is_dkimpy_s(body: list[str]) -> None:
    """Our relaxed body is that of another implementation, and relaxing it again changes nothing."""
    raw = "\r\n".join(body).encode() + b"\r\n"
    ours = relax_body(raw)
    assert ours == dkim.canonicalization.Relaxed.canonicalize_body(raw)
    assert relax_body(ours) == ours


@settings(max_examples=100, deadline=None)
@given(value=st.text(alphabet="ab \t", max_size=20), name=st.text(alphabet="AbC-", min_size=1, max_size=8))
def test_relaxed_header_is_dkimpy_s(value: str, name: str) -> None:
    """Our relaxed header line is that of another implementation."""
    ((theirs, their_value),) = dkim.canonicalization.Relaxed.canonicalize_headers(
        [(name.encode(), value.encode() + b"\r\n")]
    )
    assert relax_header(f"{name}:{value}\r\n".encode()) == theirs + b":" + their_value


@pytest.mark.parametrize("content", [None, b"no key", "ec"])
def test_unusable_keys_are_named(tmp_path: Path, content: bytes | str | None) -> None:
    """A missing file, something that is no key and a key of another kind are errors that name the file."""
    if content == "ec":
        _write(ec.generate_private_key(ec.SECP256R1()), tmp_path / "rsa.pem")
    elif isinstance(content, bytes):
        (tmp_path / "rsa.pem").write_bytes(content)
    with pytest.raises(ConfigError, match=r"rsa\.pem"):
        DkimSigner.load(Dkim(selector="r1", key_file="rsa.pem"), tmp_path, domain="example.com")
