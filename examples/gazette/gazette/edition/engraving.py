"""The Gazette's own engravings: a subject is a function from a point to a shade, cut in lines.

A darker shade is a thicker line, as in a copperplate; the plate is then written as a PNG
(ISO/IEC 15948) with sixteen inks between black and paper.
"""

import math
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator

WIDTH, HEIGHT = 768, 480
LINE = 6
"""Height of one engraved line with its gap, in pixels."""
INK, PAPER = (33, 28, 24), (244, 239, 226)
INKS = 16
MARGIN = 10

Shade = Callable[[float, float], float]
"""From x (-1.6 to 1.6) and y (-1 to 1, downwards) to darkness, 0 to 1."""


def engrave(subject: str) -> bytes:
    """The engraving of *subject*, one of :data:`SUBJECTS`, as a PNG file."""
    return _png(_rows(SUBJECTS[subject]))


def enfilade(x: float, y: float) -> float:
    """Nine rooms in a row, the doors in line, and light at the far end."""
    depth = max(abs(x) / 1.2, abs(y + 0.06) / 0.94, 1e-9)
    if depth < 0.035:
        return 0.0
    room = math.log(depth) / math.log(0.66)
    inside = room % 1.0
    if inside > 0.74:  # the architrave of the next door
        return 0.08 if inside > 0.8 else 0.9
    distance = 1.0 / depth
    if y + 0.06 > abs(x) * 0.78:  # the floor
        tile = math.floor(x / depth * 3.0) + math.floor(math.log(distance) * 7.0)
        return 0.28 + 0.42 * (tile % 2)
    light = 0.16 * inside + 0.1 * min(room, 4.0) / 4.0
    return (0.3 if abs(y) > abs(x) * 0.78 else 0.62) + light


def clock(x: float, y: float) -> float:
    """The hall clock at ten past ten."""
    radius, angle = math.hypot(x, y), math.atan2(x, -y)
    if radius > 0.92:
        return 0.55 + 0.25 * math.sin(x * 9.0 + math.sin(y * 5.0)) * (1.0 - abs(x) / 3.2)
    if radius > 0.8:
        return 0.85 if radius > 0.88 or radius < 0.82 else 0.25 + 0.3 * (x + y)
    hour = angle / (math.pi / 6.0)
    if 0.62 < radius < 0.76 and abs(hour - round(hour)) * radius < 0.07:
        return 1.0
    minute = hour * 5.0
    if radius > 0.765 and abs(minute - round(minute)) < 0.16:
        return 1.0
    if _hand(radius, angle, 10.18, 0.42, 0.04) or _hand(radius, angle, 2.0, 0.62, 0.03):
        return 1.0
    return 0.05 + 0.13 * max(0.0, (x + y) / 1.6 + 0.2)


def keyhole(x: float, y: float) -> float:
    """A keyhole with a light behind it."""
    if math.hypot(x, y + 0.14) < 0.13 or (-0.14 < y < 0.34 and abs(x) < 0.06 + 0.11 * y):
        return 0.0
    plate = (x / 0.34) ** 4 + (y / 0.72) ** 4
    if plate < 1.0:
        return _brass(x, y, plate)
    if 1.2 < abs(x) < 1.25 or 0.46 < abs(x) < 0.49:  # the joints between the boards
        return 0.95
    grain = math.sin(x * 26.0 + 2.2 * math.sin(y * 1.7 + x * 3.0))
    shadow = 0.35 if ((x - 0.07) / 0.34) ** 4 + ((y - 0.06) / 0.72) ** 4 < 1.0 else 0.0
    return 0.3 + 0.2 * grain + shadow


def stair(x: float, y: float) -> float:
    """A spiral stair seen from the top."""
    x, y = x + 0.14, y + 0.08
    radius, turn = math.hypot(x, y), math.atan2(y, x) / math.tau
    if radius < 0.06:
        return 0.02
    coil = (turn - math.log(radius) / 0.82) % 1.0
    if coil < 0.11:  # the handrail, between two dark edges
        return 0.03 if 0.02 < coil < 0.09 else 1.0
    step = (turn * 22.0) % 1.0
    deep = 1.0 - min(radius / 1.4, 1.0)
    under_the_turn_above = 0.5 * max(0.0, coil - 0.7) / 0.3
    return 0.1 + 0.42 * step + 0.34 * deep + under_the_turn_above


SUBJECTS: dict[str, Shade] = {
    "enfilade": enfilade,
    "clock": clock,
    "keyhole": keyhole,
    "stair": stair,
}


def _brass(x: float, y: float, edge: float) -> float:
    if math.hypot(x, abs(y) - 0.56) < 0.05:  # a screw, its slot aslant
        return 0.05 if abs(x + y - math.copysign(0.56, y)) < 0.022 else 0.95
    return 0.98 if edge > 0.86 else 0.62 + 0.3 * x + 0.07 * math.sin((x + y) * 30.0)


def _hand(radius: float, angle: float, hour: float, length: float, width: float) -> bool:
    across = angle - hour * math.pi / 6.0
    return radius < 0.05 or (
        radius < length
        and math.cos(across) > 0.0
        and abs(math.sin(across)) * radius < width * (1.1 - radius / length)
    )


def _rows(shade: Shade) -> Iterator[bytes]:
    """The rows of ink numbers, from the top; two neighbours share the shades under them."""
    margin = bytes([INKS - 1])
    yield from [margin * WIDTH] * MARGIN
    for top in range(MARGIN, HEIGHT - MARGIN, 2):
        y = top / (HEIGHT / 2) - 1.0
        shades = [
            shade(x / (HEIGHT / 2) - WIDTH / HEIGHT, y) for x in range(MARGIN, WIDTH - MARGIN)
        ]
        for row in (top, top + 1):
            # How far this row is from the middle of its line: 0 in the middle, 1 in the gap.
            off = abs(row % LINE - LINE // 2) / (LINE / 2)
            yield margin * MARGIN + bytes(_ink(dark - off) for dark in shades) + margin * MARGIN
    yield from [margin * WIDTH] * MARGIN


def _ink(excess: float) -> int:
    """The ink for a shade that exceeds what the row asks for by *excess*, softened at the edge."""
    return min(INKS - 1, max(0, int(INKS * (0.5 - excess * 2.2))))


def _png(rows: Iterable[bytes]) -> bytes:
    head = struct.pack(">2I5B", WIDTH, HEIGHT, 8, 3, 0, 0, 0)
    palette = bytes(
        round(dark + (light - dark) * ink / (INKS - 1))
        for ink in range(INKS)
        for dark, light in zip(INK, PAPER, strict=True)
    )
    lines = b"".join(b"\x00" + row for row in rows)
    chunks = (
        (b"IHDR", head),
        (b"PLTE", palette),
        (b"IDAT", zlib.compress(lines, 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
