#!/usr/bin/env python3
"""Small pictures in every format that is let in, and what Pillow makes of them.

    python3 tests/reference/images.py        (Debian: apt-get install python3-pil python3-numpy)

writes fixtures/images/* and fixtures/images.json. For each file the upright size; the picture resized by Pillow's NEAREST (what Keras' load_img
does) and by its LANCZOS, as base64 of zlib of uint8[height, width, 3]; and the tolerance of the former: 0 where both decode to the same
numbers, 1 where they round alpha or colour differently.
"""
import base64
import io
import json
import pathlib
import struct
import zlib

import numpy
from PIL import Image, ImageDraw, ImageOps

FOLDER = pathlib.Path(__file__).parent / "fixtures" / "images"
cases = []


def picture(width, height, seed=0):
    """A soft gradient with discs and some grain: edges and flat parts, every channel different."""
    y, x = numpy.mgrid[0:height, 0:width]
    pixels = numpy.stack([x * 255 / max(1, width - 1), y * 255 / max(1, height - 1), (x + 2 * y) % 256], axis=2)
    image = Image.fromarray(pixels.astype(numpy.uint8))
    draw = ImageDraw.Draw(image)
    draw.ellipse((width * 0.1, height * 0.2, width * 0.5, height * 0.8), fill=(220, 40, 60))
    draw.rectangle((width * 0.6, height * 0.1, width * 0.9, height * 0.5), fill=(20, 120, 240))
    grain = numpy.random.default_rng(seed).integers(-12, 13, (height, width, 3))
    return Image.fromarray(numpy.clip(numpy.asarray(image).astype(int) + grain, 0, 255).astype(numpy.uint8))


def encode(image, **options):
    stream = io.BytesIO()
    image.save(stream, **options)
    return stream.getvalue()


def base64_of(image, size, resample):
    return base64.b64encode(zlib.compress(numpy.asarray(image.resize(size, resample)).tobytes(), 9)).decode()


def case(name, data, upright, size=(40, 30), tolerance=0):
    (FOLDER / name).write_bytes(data)
    cases.append({
        "file": name,
        "width": upright.width,
        "height": upright.height,
        "to": list(size),
        "tolerance": tolerance,
        "nearest": base64_of(upright, size, Image.NEAREST),
        "lanczos": base64_of(upright, size, Image.LANCZOS),
    })


def read(data):
    return Image.open(io.BytesIO(data)).convert("RGB")


def over_white(image):
    white = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(white, image.convert("RGBA")).convert("RGB")


def bitmap(width, height, bits, rows, palette=b"", compression=0, masks=b"", top_down=False):
    header = struct.pack("<IiiHHIIiiII", 40, width, -height if top_down else height, 1, bits, compression, len(rows), 2835, 2835, len(palette) // 4, 0)
    offset = 14 + len(header) + len(masks) + len(palette)
    return b"BM" + struct.pack("<IHHI", offset + len(rows), 0, 0, offset) + header + masks + palette + rows


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    rgb = picture(97, 61)

    # PNG in its colour types and depths
    case("rgb.png", encode(rgb, format="png"), rgb)
    case("grey.png", encode(rgb.convert("L"), format="png"), rgb.convert("L").convert("RGB"))
    case("bilevel.png", encode(rgb.convert("1"), format="png"), rgb.convert("1").convert("RGB"))
    palette = rgb.quantize(32)
    case("palette.png", encode(palette, format="png"), palette.convert("RGB"))
    rgba = rgb.convert("RGBA")
    rgba.putalpha(Image.fromarray(numpy.tile(numpy.linspace(0, 255, 97).astype(numpy.uint8), (61, 1))))
    case("alpha.png", encode(rgba, format="png"), over_white(rgba), tolerance=1)
    deep = numpy.asarray(rgb.convert("L")).astype(numpy.uint16) * 256 + 77
    case("grey16.png", encode(Image.fromarray(deep), format="png"), rgb.convert("L").convert("RGB"))

    # Sizes: one pixel wide, one high, one alone, enlarged, and the networks' own
    for width, height in ((1, 50), (50, 1), (1, 1), (3, 2)):
        thin = picture(width, height)
        case(f"rgb-{width}x{height}.png", encode(thin, format="png"), thin, size=(17, 13))
    case("rgb-224.png", encode(rgb, format="png"), rgb, size=(224, 224))

    # JPEG: subsampled, progressive, grey, and in each EXIF orientation
    jpeg = encode(rgb, format="jpeg", quality=90)
    case("baseline.jpg", jpeg, read(jpeg))
    progressive = encode(rgb, format="jpeg", quality=90, progressive=True)
    case("progressive.jpg", progressive, read(progressive))
    grey = encode(rgb.convert("L"), format="jpeg", quality=90)
    case("grey.jpg", grey, read(grey))
    large = encode(picture(320, 240), format="jpeg", quality=85)
    case("large.jpg", large, read(large), size=(64, 64))
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        turned = encode(rgb, format="jpeg", quality=90, exif=exif)
        case(f"orientation-{orientation}.jpg", turned, ImageOps.exif_transpose(Image.open(io.BytesIO(turned))).convert("RGB"))
    # Four stripes of pure ink: white, cyan, magenta, yellow. Conversions differ, so tests look at the hues alone.
    ink = numpy.zeros((40, 80, 4), dtype=numpy.uint8)
    for stripe in (1, 2, 3):
        ink[:, stripe * 20:(stripe + 1) * 20, stripe - 1] = 255
    (FOLDER / "cmyk.jpg").write_bytes(encode(Image.fromarray(ink, mode="CMYK"), format="jpeg", quality=95))

    # WebP, GIF
    case("lossless.webp", encode(rgb, format="webp", lossless=True), rgb)
    lossy = encode(rgb, format="webp", quality=80)
    case("lossy.webp", lossy, read(lossy))
    frames = [rgb.quantize(64), picture(97, 61, 1).rotate(180).quantize(64)]
    case("animated.gif", encode(frames[0], format="gif", save_all=True, append_images=frames[1:], duration=100), frames[0].convert("RGB"))
    animation = [rgb, rgb.rotate(180)]
    case("animated.webp", encode(animation[0], format="webp", save_all=True, append_images=animation[1:], lossless=True), rgb)

    # TIFF
    case("rgb.tif", encode(rgb, format="tiff"), rgb)
    case("lzw.tif", encode(rgb, format="tiff", compression="tiff_lzw"), rgb)
    case("grey16.tif", encode(Image.fromarray(deep), format="tiff"), rgb.convert("L").convert("RGB"))
    case("pages.tif", encode(rgb, format="tiff", save_all=True, append_images=[rgb.rotate(180)]), rgb)

    # Bitmaps: Pillow's own, and those it does not write
    case("rgb.bmp", encode(rgb, format="bmp"), rgb)
    case("palette.bmp", encode(palette, format="bmp"), palette.convert("RGB"))
    case("bilevel.bmp", encode(rgb.convert("1"), format="bmp"), rgb.convert("1").convert("RGB"))
    bgr = numpy.asarray(rgb)[:, :, ::-1]
    rows = b"".join(bytes(line.tobytes()).ljust(97 * 3 + 3 & ~3, b"\0") for line in bgr)
    case("top-down.bmp", bitmap(97, 61, 24, rows, top_down=True), rgb)
    four = rgb.quantize(16)
    index = numpy.pad(numpy.asarray(four), ((0, 0), (0, 7)))
    packed = (index[:, 0:104:2] << 4 | index[:, 1:104:2]).astype(numpy.uint8)[:, :52]
    colours = numpy.zeros((16, 4), dtype=numpy.uint8)
    table = numpy.array(four.getpalette()[:48], dtype=numpy.uint8).reshape(-1, 3)
    colours[:len(table), :3] = table[:, ::-1]
    case("four-bit.bmp", bitmap(97, 61, 4, packed[::-1].tobytes(), palette=colours.tobytes()), four.convert("RGB"))
    p = numpy.asarray(rgb).astype(numpy.uint16)
    fields = ((p[:, :, 0] >> 3) << 11 | (p[:, :, 1] >> 2) << 5 | p[:, :, 2] >> 3).astype("<u2")
    rows = b"".join(bytes(line.tobytes()).ljust(97 * 2 + 3 & ~3, b"\0") for line in fields[::-1])
    widened = numpy.stack([
        ((p[:, :, 0] >> 3) * 255 + 15) // 31, ((p[:, :, 1] >> 2) * 255 + 31) // 63, ((p[:, :, 2] >> 3) * 255 + 15) // 31], axis=2)
    masks = struct.pack("<III", 0xF800, 0x07E0, 0x001F)
    case("bit-fields.bmp", bitmap(97, 61, 16, rows, compression=3, masks=masks), Image.fromarray(widened.astype(numpy.uint8)), tolerance=1)
    four_bytes = numpy.dstack([bgr, numpy.zeros((61, 97), dtype=numpy.uint8)])
    case("thirty-two-bit.bmp", bitmap(97, 61, 32, four_bytes[::-1].tobytes()), rgb)

    (FOLDER.parent / "images.json").write_text(json.dumps(cases, indent=1) + "\n")
    print(f"{len(cases)} cases, {sum(path.stat().st_size for path in FOLDER.iterdir()):,} bytes of images")


if __name__ == "__main__":
    main()
