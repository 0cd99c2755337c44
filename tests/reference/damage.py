#!/usr/bin/env python3
"""Small images of every format, cut and overwritten at many places, and what Pillow and ImageMagick make of each.

    python3 tests/reference/damage.py        (Debian: apt-get install python3-pil python3-numpy imagemagick libtiff-tools libjpeg-turbo-progs)

writes fixtures/damage/* and fixtures/damage.json: for each image its edits as [operation, offset, value, Pillow, ImageMagick]. Operations:
"cut" keeps the first OFFSET bytes; "flip" XORs the byte there with VALUE; "write" overwrites from there with VALUE; "insert" puts VALUE
there; "remove" takes VALUE bytes out. Bytes are "HEX COUNT", repeated, or "noise SEED COUNT", or "self", the file. Verdicts: "same", the pixels of the image without the edit; "other", pixels that differ;
"broken", no image, or one with an error or a warning. Pillow warns of nothing.
"""
import io
import json
import pathlib
import random
import subprocess
import tempfile
import warnings

import numpy
from PIL import Image

from images import encode, picture

FOLDER = pathlib.Path(__file__).parent / "fixtures" / "damage"
BASE = picture(40, 30)
SCRATCH = pathlib.Path(tempfile.mkdtemp())


def run(*command):
    return subprocess.run([str(part) for part in command], capture_output=True, timeout=20)


def through(tool, suffix, source="ppm"):
    """The image written by a command that takes an input and an output file."""
    BASE.save(SCRATCH / f"in.{source}")
    target = SCRATCH / f"out.{suffix}"
    result = run(*[part.format(SCRATCH / f"in.{source}", target) for part in tool])
    assert result.returncode == 0, result.stderr
    return target.read_bytes()


def bases():
    grey = BASE.convert("P", palette=Image.ADAPTIVE)
    return {
        "baseline.jpg": encode(BASE, format="JPEG", quality=85),
        "progressive.jpg": encode(BASE, format="JPEG", quality=85, progressive=True),
        "optimised.jpg": encode(BASE, format="JPEG", quality=85, optimize=True, subsampling=0),
        "restart.jpg": through(["cjpeg", "-quality", "85", "-restart", "2B", "-outfile", "{1}", "{0}"], "jpg"),
        "arithmetic.jpg": through(["cjpeg", "-quality", "85", "-arithmetic", "-outfile", "{1}", "{0}"], "jpg"),
        "rgb.png": encode(BASE, format="PNG"),
        "palette.png": encode(grey, format="PNG"),
        "lossy.webp": encode(BASE, format="WEBP", quality=80),
        "lossless.webp": encode(BASE, format="WEBP", lossless=True),
        "palette.gif": encode(grey, format="GIF"),
        "rgb.bmp": encode(BASE, format="BMP"),
        "palette.bmp": encode(grey, format="BMP"),
        "rle.bmp": through(["convert", "{0}", "-type", "palette", "-compress", "rle", "BMP3:{1}"], "bmp"),
        "rgb.tif": encode(BASE, format="TIFF"),
        "lzw.tif": encode(BASE, format="TIFF", compression="tiff_lzw"),
        "deflate.tif": encode(BASE, format="TIFF", compression="tiff_adobe_deflate"),
        "jpeg.tif": encode(BASE, format="TIFF", compression="jpeg"),
        "packbits.tif": encode(BASE, format="TIFF", compression="packbits"),
        "zstd.tif": through(["tiffcp", "-c", "zstd", "{0}", "{1}"], "tif", "tif"),
    }


def edits(data, seed):
    draw = random.Random(seed)
    length = len(data)

    def noise(count):
        return f"noise {draw.randrange(1 << 31)} {count}"

    yield from (["cut", length - count, None] for count in (1, 2, 3, 4, 8, 12, 16, 32))
    yield from (["cut", length * tenth // 10, None] for tenth in range(1, 10))
    yield from (["flip", draw.randrange(length), 1 << draw.randrange(8)] for _ in range(28))
    yield from (["write", draw.randrange(length - 24), "00 24"] for _ in range(5))
    yield from (["write", draw.randrange(length - 24), "ff 24"] for _ in range(3))
    yield from (["write", draw.randrange(length - 64), noise(64)] for _ in range(5))
    yield ["write", length // 2, noise(length - length // 2)]
    yield ["write", length // 2, noise(length - length // 2 - 2)]
    yield from (["remove", draw.randrange(length - 16), count] for count in (1, 2, 5, 16))
    yield from (["insert", draw.randrange(length), value] for value in ("00 1", noise(7)))
    yield from (["insert", length, value] for value in ("00 1", "00 512", noise(300), "self"))


def bytes_of(value, data):
    if value == "self":
        return data
    *kind, first, count = value.split()
    if not kind:
        return bytes.fromhex(first) * int(count)
    state, new = int(first), bytearray()
    while len(new) < int(count):
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        new.append(state >> 16 & 0xFF)
    return bytes(new)


def apply(data, operation, offset, value):
    if operation == "cut":
        return data[:offset]
    if operation == "flip":
        return data[:offset] + bytes([data[offset] ^ value]) + data[offset + 1:]
    if operation == "remove":
        return data[:offset] + data[offset + value:]
    new = bytes_of(value, data)
    return data[:offset] + new + data[offset + (len(new) if operation == "write" else 0):]


def pillow(data):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(io.BytesIO(data))
            image.load()
            return image.size, image.convert("RGB").tobytes()
    except Exception:
        return None


def magick(data, name):
    source = SCRATCH / name
    source.write_bytes(data)
    try:
        result = run("/usr/bin/convert", "-limit", "memory", "256MiB", "-limit", "disk", "0", "-regard-warnings", f"{source}[0]", "-depth", "8", "PPM:-")
    except subprocess.TimeoutExpired:
        return None
    return result.stdout if result.returncode == 0 and not result.stderr else None


def verdict(pixels, whole):
    return "broken" if pixels is None else "same" if pixels == whole else "other"


def main():
    FOLDER.mkdir(exist_ok=True)
    files = []
    for seed, (name, data) in enumerate(bases().items()):
        (FOLDER / name).write_bytes(data)
        whole = pillow(data), magick(data, name)
        lines = []
        for operation, offset, value in edits(data, seed):
            edited = apply(data, operation, offset, value)
            lines.append([operation, offset, None if value is None else str(value),
                          verdict(pillow(edited), whole[0]), verdict(magick(edited, name), whole[1])])
        files.append({"file": name, "pillow": whole[0] is not None, "magick": whole[1] is not None, "edits": lines})
        print(name, len(data), whole[0] is not None, whole[1] is not None, len(lines))
    text = json.dumps(files).replace('[["', '[\n["').replace('], ["', '],\n["').replace('}, {', '},\n{')
    (FOLDER.parent / "damage.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
