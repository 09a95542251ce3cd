"""A FLIR radiometric JPEG as cameras write it: made here, for no camera's own file may be kept in the repository.

A JPEG whose APP1 segments named `FLIR` hold, chunk by chunk, an FFF file: a head of 64 bytes, a directory of 32-byte entries,
and the records. The one of type 1 holds the counts (subtype 2: little-endian rows; 3: a PNG of them, its bytes swapped), that of
type 32 what the camera was set to and its Planck constants, at the offsets that ExifTool's documentation of FLIR tags gives.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

PLANCK = {"r1": 17096.453, "r2": 0.046642166, "b": 1428.0, "f": 1.0, "o": -342.0}
"""Of the size that handheld cameras have."""
SETTINGS = {
    "emissivity": (0x20, 0.98),
    "distance": (0x24, 0.0),
    "reflected": (0x28, 273.15 + 22.0),
    "air": (0x2C, 273.15 + 22.0),
    "window": (0x30, 273.15 + 22.0),
    "window_transmission": (0x34, 1.0),
    "humidity": (0x3C, 0.5),
    "r1": (0x58, PLANCK["r1"]),
    "b": (0x5C, PLANCK["b"]),
    "f": (0x60, PLANCK["f"]),
    "alpha1": (0x70, 0.006569),
    "alpha2": (0x74, 0.01262),
    "beta1": (0x78, -0.002276),
    "beta2": (0x7C, -0.00667),
    "x": (0x80, 1.9),
    "r2": (0x30C, PLANCK["r2"]),
}
"""Offset in the record, and the value: kelvin, metres, shares of 1."""
_RAW, _CAMERA = 1, 32
_HEAD, _ENTRY, _ENTRIES = 64, 32, 14


def radiation(celsius: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """What the detector counts for a black surface: R1 / (R2 (exp(B / T) - F)) - O, T in kelvin."""
    kelvin = np.asarray(celsius, np.float64) + 273.15
    return PLANCK["r1"] / (PLANCK["r2"] * (np.exp(PLANCK["b"] / kelvin) - PLANCK["f"])) - PLANCK["o"]


def write(
    path: Path, counts: npt.NDArray[np.uint16], *, as_png: bool, settings: Mapping[str, float] | None = None
) -> None:
    """Writes counts (row, column) as a camera that was set to `settings` would."""
    from PIL import Image

    exif = Image.Exif()
    exif[0x0132] = "2026:11:20 09:10:00"
    photo = io.BytesIO()
    Image.new("RGB", (64, 48), (90, 60, 30)).save(photo, "JPEG", exif=exif)
    whole = _fff(_raw(counts, as_png), _camera(settings or {}))
    # Smaller than they need be, so that there are several.
    chunks = [whole[at : at + 20_000] for at in range(0, len(whole), 20_000)]
    segments = b""
    for place, chunk in enumerate(chunks):
        body = b"FLIR\0\x01" + bytes([place, len(chunks) - 1]) + chunk
        segments += b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body
    jpeg = photo.getvalue()
    path.write_bytes(jpeg[:2] + segments + jpeg[2:])


def _raw(counts: npt.NDArray[np.uint16], as_png: bool) -> bytes:
    from PIL import Image

    rows, columns = counts.shape
    pixels = counts.astype("<u2").tobytes()
    if as_png:
        out = io.BytesIO()
        Image.fromarray(counts.byteswap()).save(out, "PNG")
        pixels = out.getvalue()
    return struct.pack("<HHH", 2, columns, rows).ljust(0x20, b"\0") + pixels


def _camera(settings: Mapping[str, float]) -> bytes:
    record = bytearray(0x340)
    for name, (offset, value) in SETTINGS.items():
        struct.pack_into("<f", record, offset, settings.get(name, value))
    struct.pack_into("<i", record, 0x308, int(PLANCK["o"]))
    return bytes(record)


def _fff(raw: bytes, camera: bytes) -> bytes:
    directory, records = b"", b""
    for kind, subtype, record in ((_RAW, 2 if raw[0x20:0x24] != b"\x89PNG" else 3, raw), (_CAMERA, 1, camera)):
        at = _HEAD + _ENTRIES * _ENTRY + len(records)
        directory += struct.pack(">HHIIIIIII", kind, subtype, 100, 1, at, len(record), 0, 0, 0)
        records += record
    head = b"FFF\0" + b"CAMCTRL".ljust(16, b"\0") + struct.pack(">IIII", 100, _HEAD, _ENTRIES, 2)
    return head.ljust(_HEAD, b"\0") + directory.ljust(_ENTRIES * _ENTRY, b"\0") + records
