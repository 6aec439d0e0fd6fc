"""Static word vectors: texts as unit vectors of 128 dimensions, with numpy alone; it knows no topics.

The file holds one int8 row a WordPiece token, its scale, and the tokens; the length of a row carries the weight of
the word's frequency, so that a text's vector is the plain sum of its rows. See `data/NOTICE.md` for its origin.
"""

from __future__ import annotations

import functools
import re
from array import array
from collections.abc import Sequence
from importlib import resources
from io import BytesIO
from typing import TYPE_CHECKING

from digest.routing.memo import Memo

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]

_WORD = re.compile(r"[a-z0-9]+")
RAREST = 7.0


class Vectors:
    """Turns texts into vectors."""

    def __init__(self, tokens: Sequence[str], rows: NDArray[np.int8], scale: Matrix) -> None:
        import numpy as np

        self._row = {token: number for number, token in enumerate(tokens)}
        self._rows, self._scale = rows, np.asarray(scale, dtype=np.float32)
        self._lengths: Matrix = self._scale * np.sqrt(np.einsum("ij,ij->i", rows, rows, dtype=np.float32))
        self._pieces = Memo(self._cut)

    def embed(self, texts: Sequence[tuple[str, str]]) -> Matrix:
        """Return one unit row for each (title, text); words of the title count double.

        A text without a known word has a row of zeros.
        """
        return self.embed_chunks([(title.split(), text.split()) for title, text in texts])

    def embed_chunks(self, texts: Sequence[tuple[Sequence[str], Sequence[str]]]) -> Matrix:
        """Do the same for texts that are split at white space."""
        import numpy as np

        sums = np.zeros((len(texts), self._rows.shape[1]), dtype=np.float32)
        for number, (title, text) in enumerate(texts):
            pieces = self._pieces
            in_title = b"".join(map(pieces.__getitem__, title))
            chosen = np.frombuffer(b"".join([in_title, *map(pieces.__getitem__, text)]), dtype=np.int64)
            scale = self._scale.take(chosen)
            scale[: len(in_title) // chosen.itemsize] *= 2
            np.dot(scale, self._rows.take(chosen, axis=0).astype(np.float32), out=sums[number])
        lengths = np.sqrt(np.einsum("ij,ij->i", sums, sums))[:, None]
        return np.asarray(sums / np.where(lengths == 0, 1, lengths), dtype=np.float32)

    def rarity(self, word: str) -> float:
        """Return how rare a lower-case word is, from about 1.5 (the) to 7; a word not held as a whole is rare."""
        row = self._row.get(word)
        return RAREST if row is None else min(RAREST, float(self._lengths[row]))

    def _cut(self, chunk: str) -> bytes:
        """Return the rows of what stands between two spaces, as the bytes of numbers of 64 bits."""
        chunk = chunk.lower()
        words = [chunk] if chunk.isascii() and chunk.isalnum() else _WORD.findall(chunk)
        return array("q", [row for word in words for row in self._split(word)]).tobytes()

    def _split(self, word: str) -> tuple[int, ...]:
        """Cut a word into known pieces, the longest first; a word that cannot be cut is skipped."""
        whole = self._row.get(word)
        if whole is not None:
            return (whole,)
        pieces: list[int] = []
        start = 0
        while start < len(word):
            for end in range(len(word), start, -1):
                row = self._row.get(("##" if start else "") + word[start:end])
                if row is not None:
                    pieces.append(row)
                    start = end
                    break
            else:
                return ()
        return tuple(pieces)


@functools.cache
def find_vectors() -> Vectors | None:
    """Load the shipped vectors once; None when numpy or the file is missing."""
    try:
        import numpy as np

        packed = (resources.files("digest.routing") / "data" / "vectors.npz").read_bytes()
    except (ImportError, FileNotFoundError):
        return None
    with np.load(BytesIO(packed), allow_pickle=False) as arrays:
        tokens = arrays["tokens"].tobytes().decode().split("\n")
        return Vectors(tokens, arrays["q"], arrays["scale"])
