"""The message template: an edition encoded once, with slots; a reader's message is a join of bytes.

Rendering made the markup, `fields` makes the header lines; here they become a whole message.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from digest.delivery.body import body_pieces
from digest.delivery.dkim import DkimSigner
from digest.delivery.errors import MessageError
from digest.delivery.fields import HeaderTemplate
from digest.delivery.gaps import GappedBody, Slot
from digest.delivery.headers import header_address, is_token
from digest.delivery.message import EnvelopeFacts, InlinePicture, Message
from digest.delivery.plain import PlainMessages
from digest.errors import RenderError
from digest.model.edition import RenderedEdition
from digest.model.subscriber import Reader


class MessageTemplate:
    """An edition as encoded pieces. `compile` once, then `message_for` each reader."""

    def __init__(
        self, header: HeaderTemplate, pieces: Sequence[bytes | Slot], *, bounce_domain: str, signer: DkimSigner | None
    ) -> None:
        self._header = header
        self._bounce_domain = bounce_domain
        self._signer = signer
        self._body = GappedBody(pieces)
        self._prefix_hash = hashlib.sha256(self._body.constant)
        is_alike = signer is None and header.is_constant_subject
        self._plain = PlainMessages.cut(self._make_alike, self._body.places) if is_alike else None

    @classmethod
    def compile(
        cls,
        rendered: RenderedEdition,
        envelope: EnvelopeFacts,
        *,
        pictures: Sequence[InlinePicture] = (),
        signer: DkimSigner | None = None,
    ) -> MessageTemplate:
        """Encode a rendered edition into pieces and slots.

        Raises:
            RenderError: a slot where no value is safe, a header that cannot be written, or a part that lacks the
                unsubscribe link.
        """
        try:
            header = HeaderTemplate.compile(rendered.subject, envelope, marker=rendered.marker)
            pieces = list(body_pieces(rendered, header.boundary, pictures=pictures, make_slot=Slot))
            return cls(header, pieces, bounce_domain=header_domain(envelope), signer=signer)
        except MessageError as error:
            raise RenderError(f"edition {envelope.edition}: {error}") from error

    @property
    def slots(self) -> tuple[str, ...]:
        """Names of the slots that the body uses, each once."""
        return self._body.slots

    def message_for(self, reader: Reader) -> Message:
        """Return the reader's message, ready for the wire; signed where there is a signer.

        Raises:
            MessageError: an address, token or value of which no correct message can be made.
        """
        _, address, _, token = reader
        content = self._plain.make(reader) if self._plain is not None else None
        if content is None:
            address = header_address(address)
            content = self._make(reader, address)
        # The constructor of a named tuple is a function in Python, and three times as dear.
        return tuple.__new__(Message, (content, f"bounce+{token}@{self._bounce_domain}", address))

    def _make_alike(self, reader: Reader) -> bytes:
        return self._make(reader, reader.email)

    def _make(self, reader: Reader, address: str) -> bytes:
        if not is_token(reader.token):
            raise MessageError("token", "of the delivery must be 1 to 56 letters, digits, - or _")
        block = self._header.block_for(reader, address)
        rest = self._body.fill(reader.values)
        signature = b"" if self._signer is None else self._sign(self._signer, block, rest)
        return b"".join((signature, *block, self._body.constant, *rest))

    def _sign(self, signer: DkimSigner, block: Sequence[bytes], rest: Sequence[bytes]) -> bytes:
        digest = self._prefix_hash.copy()
        for piece in rest:
            digest.update(piece)
        return signer.sign(self._header.canonical(block), digest.digest())

    def eml_for(self, reader: Reader) -> bytes:
        """Return the reader's message as an `.eml` file holds it."""
        return self.message_for(reader).content


def header_domain(envelope: EnvelopeFacts) -> str:
    """Return the domain of the return path: the bounce domain, or the sender's own."""
    return (envelope.bounce_domain or envelope.sender_email.rpartition("@")[2]).lower()
