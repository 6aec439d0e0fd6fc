"""DKIM signatures (RFC 6376, RFC 8463): keys, relaxed canonical forms, signing; verifies nothing."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa

from digest.config.settings import Dkim
from digest.errors import ConfigError, Problem

SIGNED_FIELDS = (
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "reply-to",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "list-id",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "feedback-id",
)
"""What a signature covers where present; RFC 8058 §4 wants both List-Unsubscribe fields. From is over-signed."""

_BLANKS = re.compile(rb"[ \t]+")


def relax_header(line: bytes) -> bytes:
    """Return the relaxed canonical form of one header line with its CRLF (RFC 6376 §3.4.2)."""
    name, _, value = line.partition(b":")
    unfolded = _BLANKS.sub(b" ", value.replace(b"\r\n", b"")).strip()
    return name.strip().lower() + b":" + unfolded + b"\r\n"


def relax_body(body: bytes) -> bytes:
    """Return the relaxed canonical form of a body with CRLF line ends (RFC 6376 §3.4.4)."""
    lines = [_BLANKS.sub(b" ", line).rstrip(b" ") for line in body.split(b"\r\n")]
    while lines and not lines[-1]:
        lines.pop()
    return b"".join(line + b"\r\n" for line in lines)


@dataclass(frozen=True, slots=True)
class _Key:
    algorithm: str
    selector: str
    sign: Callable[[bytes], bytes]
    public: str


class DkimSigner:
    """Signs messages for one domain with an RSA key, and with an Ed25519 key where there is one."""

    def __init__(self, domain: str, keys: Sequence[_Key]) -> None:
        self.domain = domain
        self._keys = tuple(keys)

    @classmethod
    def load(cls, settings: Dkim, folder: Path, *, domain: str = "") -> DkimSigner:
        """Load the keys; `key_file` is relative to `folder`, `domain` is used where the settings name none.

        Raises:
            ConfigError: a key that cannot be read, is of another kind, or RSA below 1024 bits.
        """
        keys = [_load_rsa(folder / settings.key_file, settings.selector)]
        if settings.ed25519_key_file:
            keys.append(_load_ed25519(folder / settings.ed25519_key_file, settings.ed25519_selector))
        return cls(settings.domain or domain, keys)

    def public_keys(self) -> dict[str, str]:
        """Return what the DNS records of the selectors must hold as `p=`, in base64."""
        return {key.selector: key.public for key in self._keys}

    def sign(self, canonical: Mapping[str, bytes], body_hash: bytes) -> bytes:
        """Return the DKIM-Signature lines for relaxed header lines by lower-case name and a SHA-256 of the body."""
        names = _signed_names(frozenset(canonical))
        # The second From of the list has no field behind it: nobody can add one (RFC 6376 §8.15).
        covered = b"".join(canonical[name] for name in names[1:])
        encoded_hash = base64.b64encode(body_hash).decode("ascii")
        return b"".join(self._sign_with(key, names, covered, encoded_hash) for key in self._keys)

    def sign_message(self, message: bytes) -> bytes:
        """Return a whole message with CRLF line ends, signed; for single mails that no template made."""
        block, _, body = message.partition(b"\r\n\r\n")
        lines = re.split(rb"\r\n(?![ \t])", block)
        canonical = {line.partition(b":")[0].strip().lower().decode("ascii"): relax_header(line) for line in lines}
        return self.sign(canonical, hashlib.sha256(relax_body(body)).digest()) + message

    def _sign_with(self, key: _Key, names: Sequence[str], covered: bytes, body_hash: str) -> bytes:
        frame = (
            f" v=1; a={key.algorithm}; c=relaxed/relaxed; d={self.domain}; s={key.selector};\r\n"
            f" h={_fold_names(tuple(names))};\r\n bh={body_hash};\r\n b="
        ).encode("ascii")
        line = b"DKIM-Signature:" + frame
        signature = base64.b64encode(key.sign(covered + relax_header(line).removesuffix(b"\r\n")))
        folded = b"\r\n ".join(signature[start : start + 72] for start in range(0, len(signature), 72))
        return line + folded + b"\r\n"


@lru_cache(maxsize=64)
def _signed_names(present: frozenset[str]) -> tuple[str, ...]:
    return ("from", *(name for name in SIGNED_FIELDS if name in present))


@lru_cache(maxsize=64)
def _fold_names(names: tuple[str, ...]) -> str:
    lines = [""]
    for name in names:
        if len(lines[-1]) + len(name) > 68:
            lines.append("")
        lines[-1] += f"{name}:"
    return "\r\n ".join(lines).removesuffix(":")


def _load_rsa(path: Path, selector: str) -> _Key:
    key = _load_pem(path)
    if not isinstance(key, rsa.RSAPrivateKey) or key.key_size < 1024:
        raise _key_error(path, "is not an RSA key of at least 1024 bits; make one with: openssl genrsa 2048")
    encoded = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    public = base64.b64encode(encoded).decode("ascii")
    return _Key("rsa-sha256", selector, lambda data: key.sign(data, padding.PKCS1v15(), hashes.SHA256()), public)


def _load_ed25519(path: Path, selector: str) -> _Key:
    key = _load_pem(path)
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        raise _key_error(path, "is not an Ed25519 key; make one with: openssl genpkey -algorithm ed25519")
    # RFC 8463 §3: what is signed is the SHA-256 of the data.
    public = base64.b64encode(key.public_key().public_bytes_raw()).decode("ascii")
    return _Key("ed25519-sha256", selector, lambda data: key.sign(hashlib.sha256(data).digest()), public)


def _load_pem(path: Path) -> object:
    try:
        return serialization.load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise _key_error(path, f"cannot be read: {error.strerror}") from error
    except (ValueError, TypeError) as error:
        raise _key_error(path, "is not an unencrypted private key in PEM") from error


def _key_error(path: Path, message: str) -> ConfigError:
    return ConfigError([Problem(str(path), 0, 0, "dkim", f"signing key {message}")])
