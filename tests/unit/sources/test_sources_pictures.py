import struct
import zlib
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from digest.sources.pictures import parse_size


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP"])
def test_sizes_from_the_first_bytes(form: str) -> None:
    """Width and height are those an image library reads."""
    out = BytesIO()
    Image.new("RGB", (321, 123), "red").save(out, form)
    assert parse_size(out.getvalue()) == (321, 123)


def test_more_forms_of_webp_and_jpeg() -> None:
    """Lossless and extended WebP and progressive JPEG keep their size elsewhere."""
    lossless, extended, progressive = BytesIO(), BytesIO(), BytesIO()
    Image.new("RGB", (321, 123), "red").save(lossless, "WEBP", lossless=True)
    Image.new("RGBA", (321, 123), (1, 2, 3, 100)).save(extended, "WEBP", exif=b"Exif\0\0")
    Image.new("RGB", (321, 123), "red").save(progressive, "JPEG", progressive=True, comment=b"x" * 500)
    for picture in (lossless, extended, progressive):
        assert parse_size(picture.getvalue()) == (321, 123)


def test_what_is_no_picture_has_no_size() -> None:
    """Text, SVG, a cut file and a size of zero have none."""
    assert parse_size(b"") is None
    assert parse_size(b"<svg width='10' height='10'/>") is None
    assert parse_size(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR") is None
    header = b"IHDR" + struct.pack(">IIBBBBB", 0, 5, 8, 2, 0, 0, 0)
    assert (
        parse_size(b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header)))
        is None
    )


@given(
    st.sampled_from(
        [b"", b"\xff\xd8", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF\0\0\0\0WEBPVP8X", b"RIFF\0\0\0\0WEBPVP8 "]
    ),
    st.binary(max_size=200),
)
def test_any_bytes_give_a_size_or_none(start: bytes, rest: bytes) -> None:
    """No file makes the reader fail or run for ever."""
    size = parse_size(start + rest)
    assert size is None or min(size) > 0
