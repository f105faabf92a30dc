"""In which province a point lies, by simplified outlines of the 38 provinces.

The outlines are drawn with few corners, so a point near a border or on a coast may fall on the wrong side by some kilometres:
whoever asks allows for that (`kilometres_off`).
"""

from __future__ import annotations

import gzip
import itertools
import json
import math
from collections.abc import Iterator
from functools import cache

from portal.reference.files import FOLDER

Point = tuple[float, float]
Ring = tuple[Point, ...]
KM_A_DEGREE = 111.32


def province_at(latitude: float, longitude: float) -> str:
    """The two digits of the province; empty at sea and abroad."""
    point = (longitude, latitude)
    return next((code for code, rings in _outlines().items() if _inside(point, rings)), "")


def kilometres_off(latitude: float, longitude: float, province: str = "") -> float:
    """How far a point lies outside a province, or outside all of them: 0 within, infinite for a province without outline."""
    rings = _outlines().get(province, ()) if province else tuple(_all_rings())
    point = (longitude, latitude)
    if _inside(point, rings):
        return 0.0
    return min((_distance(point, ring) for ring in rings), default=math.inf)


@cache
def _outlines() -> dict[str, tuple[Ring, ...]]:
    with gzip.open(FOLDER / "provinsi_sederhana.geojson.gz", "rt", encoding="utf-8") as source:
        features = json.load(source)["features"]
    return {each["properties"]["kode"]: tuple(_rings(each["geometry"])) for each in features}


def _rings(geometry: dict) -> Iterator[Ring]:
    """Of all islands, holes among them: crossing an odd number of lines is inside either way."""
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    for polygon in polygons:
        for ring in polygon:
            yield tuple((longitude, latitude) for longitude, latitude in ring)


def _all_rings() -> Iterator[Ring]:
    for rings in _outlines().values():
        yield from rings


def _inside(point: Point, rings: tuple[Ring, ...]) -> bool:
    x, y = point
    inside = False
    for ring in rings:
        for (x1, y1), (x2, y2) in itertools.pairwise(ring):
            if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
                inside = not inside
    return inside


def _distance(point: Point, ring: Ring) -> float:
    """To the nearest line, on a flat map: good enough within a few hundred kilometres of the equator's neighbourhood."""
    narrowing = math.cos(math.radians(point[1]))
    x, y = point[0] * narrowing, point[1]
    nearest = math.inf
    for (x1, y1), (x2, y2) in itertools.pairwise(ring):
        ax, ay, bx, by = x1 * narrowing, y1, x2 * narrowing, y2
        length = (bx - ax) ** 2 + (by - ay) ** 2
        along = 0.0 if length == 0 else max(0.0, min(1.0, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length))
        nearest = min(nearest, math.hypot(x - ax - along * (bx - ax), y - ay - along * (by - ay)))
    return nearest * KM_A_DEGREE
