#!/usr/bin/env python3
"""Augmented pictures by NumPy and SciPy, for Pipeline.Imaging.Augmentation to be held against.

    python3 tests/reference/augmentation.py        (Debian: apt-get install python3-pil python3-scipy; after images.py)

writes two pictures of its own beside fixtures/images/rgb.png, and fixtures/augmentation.json: for each picture and transform the result
as base64 of zlib of uint8[height, width, 3]. The semantics are those of Keras' ImageDataGenerator with the true centre; what is computed
here is the map in SciPy's own (row, column) order, from the parameters' meaning, and all interpolation is SciPy's.
"""
import base64
import json
import math
import pathlib
import zlib

import numpy
import scipy.ndimage
from PIL import Image

FIXTURES = pathlib.Path(__file__).parent / "fixtures"
NEUTRAL = {
    "rotation": 0, "shiftX": 0, "shiftY": 0, "shear": 0, "zoomX": 1, "zoomY": 1, "channelShift": 0, "flipHorizontally": False,
}
TRANSFORMS = {
    "rotation": {"rotation": 27.3},
    "shift along rows": {"shiftX": 4.3},
    "shift along columns": {"shiftY": -5.8},
    "shear": {"shear": 17.1},
    "zoom along rows": {"zoomX": 0.83},
    "zoom along columns": {"zoomY": 1.19},
    "channel shift up": {"channelShift": 9.7},
    "channel shift down": {"channelShift": -61.2},
    "flip": {"flipHorizontally": True},
    "all, as the study draws them": {
        "rotation": -22.9, "shiftX": 3.7, "shiftY": -4.1, "shear": 0.13, "zoomX": 1.07, "zoomY": 0.92, "channelShift": -7.3,
        "flipHorizontally": True,
    },
    "all, large": {
        "rotation": 141, "shiftX": -11.3, "shiftY": 8.9, "shear": -23, "zoomX": 1.61, "zoomY": 0.57, "channelShift": 33.4,
        "flipHorizontally": True,
    },
}


def rings(size):
    """Rings of differing pace in each channel, from 20 to 220: a channel shift meets its clip before black and white."""
    y, x = numpy.mgrid[0:size, 0:size] - (size - 1) / 2
    radius = numpy.hypot(x, y)
    return numpy.stack([120 + 100 * numpy.cos(radius / pace) for pace in (2.0, 3.1, 4.7)], axis=2).round().astype(numpy.uint8)


def checks(width, height):
    """Squares of 5 pixels, black and colours: nothing but edges."""
    y, x = numpy.mgrid[0:height, 0:width] // 5
    return (numpy.stack([x * 37 % 256, y * 29 % 256, (x + y) * 53 % 256], axis=2) * ((x + y) % 2)[:, :, None]).astype(numpy.uint8)


def position_map(t, width, height):
    """The 2 x 2 matrix and the offset that lead from an output (row, column) to the input (row, column)."""
    angle, shear = math.radians(t["rotation"]), math.radians(t["shear"])
    # Columns of these: what one step down, and one to the right, become. Zoom is applied first, then shear, shift, rotation.
    zoom = numpy.diag([t["zoomY"], t["zoomX"]])
    skew = numpy.array([[math.cos(shear), 0], [-math.sin(shear), 1]])
    turn = numpy.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    matrix = turn @ skew @ zoom
    centre = numpy.array([height - 1, width - 1]) / 2
    return matrix, centre + turn @ numpy.array([t["shiftY"], t["shiftX"]]) - matrix @ centre


def augment(pixels, t):
    height, width, _ = pixels.shape
    matrix, offset = position_map(t, width, height)
    channels = [
        scipy.ndimage.affine_transform(pixels[:, :, channel].astype(float), matrix, offset, order=1, mode="nearest") for channel in range(3)
    ]
    result = numpy.stack(channels, axis=2)
    if t["channelShift"]:
        result = numpy.clip(result + t["channelShift"], result.min(), result.max())
    if t["flipHorizontally"]:
        result = result[:, ::-1]
    return result.round().astype(numpy.uint8)


def main():
    pictures = {"rgb.png": numpy.asarray(Image.open(FIXTURES / "images" / "rgb.png")), "rings.png": rings(48), "checks.png": checks(40, 64)}
    for name in ("rings.png", "checks.png"):
        Image.fromarray(pictures[name]).save(FIXTURES / "images" / name)
    cases = [
        {
            "file": file,
            "name": name,
            "transform": NEUTRAL | changes,
            "pixels": base64.b64encode(zlib.compress(augment(pixels, NEUTRAL | changes).tobytes(), 9)).decode(),
        }
        for file, pixels in pictures.items() for name, changes in TRANSFORMS.items()
    ]
    (FIXTURES / "augmentation.json").write_text(json.dumps(cases, indent=1) + "\n")
    print(f"{len(cases)} cases, {(FIXTURES / 'augmentation.json').stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
