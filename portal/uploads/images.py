"""Photos: decoded within limits and written anew, so that nothing of the original file is kept.

The browser shrinks photos where JavaScript runs; here everything is checked again for those it didn't.
"""

from __future__ import annotations

import hashlib
import io
import warnings
from dataclasses import dataclass
from typing import BinaryIO

from PIL import Image, ImageOps

from portal.uploads.refusals import MEGABYTE, Refused, check_size
from portal.uploads.signatures import FileKind, kind_of

PHOTO_LIMIT = 5 * MEGABYTE
PHOTO_SIDE, THUMBNAIL_SIDE = 1600, 320
# A page of twenty has to open on a slow phone.
THUMBNAIL_BYTES = 30_000
# Down to where even noise fits: grass, gravel and mesh are nearly that.
THUMBNAIL_QUALITIES = (72, 60, 48, 36, 24, 12, 0)
PAPER_SIDE = 2400
SMALLEST_SIDE = 32
# A JPEG is decoded at a fraction of its size, the others whole: 25 million pixels with transparency are 100 MB.
MOST_PIXELS = {FileKind.JPEG: 64_000_000, FileKind.PNG: 25_000_000, FileKind.WEBP: 25_000_000}
PILLOW_FORMATS = {FileKind.JPEG: "JPEG", FileKind.PNG: "PNG", FileKind.WEBP: "WEBP"}

Image.MAX_IMAGE_PIXELS = max(MOST_PIXELS.values())
warnings.simplefilter("error", Image.DecompressionBombWarning)


@dataclass(frozen=True)
class Photograph:
    """A photo as we keep it. `sha256` is of the file as it came: the same file again is the same photo."""

    webp: bytes
    thumbnail: bytes
    width: int
    height: int
    sha256: str


def read_photo(file: BinaryIO, size: int) -> Photograph:
    check_size(size, PHOTO_LIMIT, "photo_too_large")
    data = file.read()
    image = open_image(data, PHOTO_SIDE)
    image.thumbnail((PHOTO_SIDE, PHOTO_SIDE), Image.Resampling.LANCZOS)
    small = image.copy()
    small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.LANCZOS)
    return Photograph(
        webp=_webp(image, 80),
        thumbnail=_thumbnail(small),
        width=image.width,
        height=image.height,
        sha256=hashlib.sha256(data).hexdigest(),
    )


def open_image(
    data: bytes, wanted_side: int, kinds: frozenset[FileKind] = frozenset(MOST_PIXELS), refusal: str = "not_a_photo"
) -> Image.Image:
    """Decoded, upright, without transparency or metadata."""
    kind = kind_of(data)
    if kind not in kinds:
        raise Refused(refusal)
    try:
        image = Image.open(io.BytesIO(data), formats=[PILLOW_FORMATS[kind]])
        if image.width * image.height > MOST_PIXELS[kind]:
            raise _too_many_pixels(kind)
        if min(image.size) < SMALLEST_SIDE:
            raise Refused("photo_too_small", limit=SMALLEST_SIDE)
        image.draft("RGB", (wanted_side, wanted_side))
        image.load()
        return _opaque(ImageOps.exif_transpose(image))
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise _too_many_pixels(kind) from None
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, OverflowError):
        # Pillow's plugins answer broken files with whatever their parsing met first.
        raise Refused("photo_damaged") from None


def _too_many_pixels(kind: FileKind) -> Refused:
    return Refused("photo_too_many_pixels", limit=MOST_PIXELS[kind] // 1_000_000)


def _opaque(image: Image.Image) -> Image.Image:
    """What was see-through becomes white."""
    if not image.has_transparency_data:
        return _bare(image.convert("RGB"))
    layered = image.convert("RGBA")
    ground = Image.new("RGB", image.size, "white")
    ground.paste(layered, mask=layered.getchannel("A"))
    return ground


def _bare(image: Image.Image) -> Image.Image:
    """Without what Pillow would write along: comments, profiles, EXIF with the place of the photo."""
    image.info.clear()
    return image


def _thumbnail(image: Image.Image) -> bytes:
    """The best that is small enough."""
    tried = (_webp(image, quality) for quality in THUMBNAIL_QUALITIES)
    return next(data for data in tried if len(data) <= THUMBNAIL_BYTES)


def _webp(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "WEBP", quality=quality, method=4)
    return out.getvalue()
