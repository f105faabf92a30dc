"""Pictures made to explode."""

from __future__ import annotations

import io
import random
import struct
import zlib

import pytest
from PIL import Image, ImageChops, ImageStat

from portal.uploads.images import read_photo
from portal.uploads.refusals import Refused
from tests.factories.products import picture


def png(width: int, height: int, data: bytes = b"") -> bytes:
    def part(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    lines = data or zlib.compress(b"\0" * ((width // 8 + 1) * height), 9)
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", lines) + part(b"IEND", b"")


def lying_jpeg() -> bytes:
    """A small photo whose head says 65,500 pixels on each side."""
    data = picture(size=(64, 64))
    place = data.index(b"\xff\xc0") + 5
    return data[:place] + struct.pack(">HH", 65500, 65500) + data[place + 4 :]


@pytest.mark.parametrize(
    "data", [png(12_000, 12_000), png(20_000, 20_000), lying_jpeg()], ids=["144 MP", "400 MP", "lying head"]
)
def test_a_bomb_is_refused_before_it_is_unpacked(data: bytes) -> None:
    with pytest.raises(Refused) as caught:
        read_photo(io.BytesIO(data), len(data))
    assert caught.value.code == "photo_too_many_pixels"


@pytest.mark.parametrize("data", [png(300, 300, b"garbage"), png(300, 300)[:-20]], ids=["no data", "cut"])
def test_a_broken_picture_is_no_error_of_ours(data: bytes) -> None:
    with pytest.raises(Refused):
        read_photo(io.BytesIO(data), len(data))


def test_a_large_photo_of_a_phone_is_taken() -> None:
    data = picture(size=(8000, 6000), quality=30)
    photo = read_photo(io.BytesIO(data), len(data))
    assert (photo.width, photo.height) == (1600, 1200)


@pytest.mark.parametrize("size", [(4000, 3000), (3200, 3200), (320, 320)])
def test_a_thumbnail_is_small_whatever_was_photographed(size: tuple[int, int]) -> None:
    """Noise as coarse as the thumbnail's own pixels: shrinking smooths nothing, and nothing is harder to encode."""
    side = 320
    noise = Image.frombytes("RGB", (side, side), random.Random(7).randbytes(side * side * 3))
    out = io.BytesIO()
    noise.resize(size, Image.Resampling.NEAREST).save(out, "JPEG", quality=40)
    photo = read_photo(io.BytesIO(out.getvalue()), out.tell())
    thumbnail = Image.open(io.BytesIO(photo.thumbnail))
    assert max(thumbnail.size) == side
    assert 3_000 < len(photo.thumbnail) <= 30_000


def test_a_thumbnail_of_an_easy_picture_keeps_its_quality() -> None:
    data = picture(size=(1200, 900))
    photo = read_photo(io.BytesIO(data), len(data))
    small = Image.open(io.BytesIO(photo.webp)).convert("RGB")
    assert len(photo.thumbnail) < 30_000
    small.thumbnail((320, 320), Image.Resampling.LANCZOS)
    seen = Image.open(io.BytesIO(photo.thumbnail)).convert("RGB")
    assert max(ImageStat.Stat(ImageChops.difference(small, seen)).mean) < 6


def test_what_was_see_through_becomes_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (64, 64), (255, 0, 0, 0)).save(out, "PNG")
    photo = read_photo(io.BytesIO(out.getvalue()), out.tell())
    assert Image.open(io.BytesIO(photo.webp)).convert("RGB").getpixel((30, 30)) == (255, 255, 255)
