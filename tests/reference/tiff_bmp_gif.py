#!/usr/bin/env python3
"""TIFF, BMP and GIF files of kinds that people met in the field, and what independent decoders make of them.

    python3 tests/reference/tiff_bmp_gif.py   (Debian: apt-get install python3-pil python3-numpy imagemagick libtiff-tools liblcms2-utils)

writes field/{tiff,bmp,gif,icc}/made-*, and field/tiff-bmp-gif.json: for each file of these folders either what it must look like
(NAME.expected.png, or another file) and the mean absolute difference per channel that is allowed, or the fault and words of its refusal.
Expected images are the one that a file was made from where that is exact, else libtiff's, Pillow's or ImageMagick's.
Files without 'made-' came with reports; they are inputs of this script, too.
"""
import io
import json
import pathlib
import struct
import subprocess
import tempfile
import zlib

import numpy
from PIL import Image, ImageCms, TiffImagePlugin

from images import picture

FIELD = pathlib.Path(__file__).parent / "field"
BASE = picture(40, 30)
RGB = numpy.asarray(BASE)
GREY = numpy.asarray(BASE.convert("L"))
ALPHA = numpy.tile(numpy.linspace(0, 255, 40).astype(numpy.uint8), (30, 1))
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
cases = []

# Reported with the image that each was made from.
WITH_IMAGE = {
    "b03b_os2v2_16.bmp",
    "b05b_v5_alpha0.bmp",
    "b05c_v4_alpha0.bmp",
    "b08b_off0.bmp",
    "b09b_lastpad.bmp",
    "g01_offset.gif",
    "t05_zstd.tif",
    "t07_uint32.tif",
    "t07b_int16.tif",
    "t09d_unspec.tif",
    "t09f_5band.tif",
    "t09i_2band.tif",
    "t22e_small.tif",
    "t31_ycbcr_lzw.tif",
    "t32_lab_pillow.tif",
    "t33_float_pillow.tif",
    "t36_tifffile_double.tif",
}


def looks(file, data, expected, bound=0.0):
    """A file that must look like an image (pixels, RGB) or, where a name is given, like another file."""
    if data is not None:
        (FIELD / file).write_bytes(data)
    if isinstance(expected, str):
        cases.append({"file": file, "like": expected, "bound": bound})
        return
    pixels = numpy.asarray(expected)
    pixels = numpy.repeat(pixels[:, :, None], 3, axis=2) if pixels.ndim == 2 else pixels
    Image.fromarray(pixels.astype(numpy.uint8)).save(FIELD / (file + ".expected.png"), optimize=True)
    cases.append({"file": file, "like": file + ".expected.png", "bound": bound})


def refused(file, data, fault, words):
    if data is not None:
        (FIELD / file).write_bytes(data)
    cases.append({"file": file, "fault": fault, "words": words})


# TIFF

TYPES = {1: "B", 3: "H", 4: "I", 5: "II", 7: "B", 13: "I"}


def tiff(pages, order="<"):
    """A classic TIFF: each page a dictionary of tags to (type, values), with 'strips' the bytes of its strips or tiles."""
    out = bytearray(b"II*\0" if order == "<" else b"MM\0*") + b"\0\0\0\0"
    link = 4
    for page in pages:
        inner = page.get("within")
        fields = {tag: value for tag, value in page.items() if isinstance(tag, int)}
        if inner:
            fields[330] = (4, [write_directory(out, inner, order)])
        page = dict(page, fields=fields)
        offset = write_directory(out, page, order)
        out[link:link + 4] = struct.pack(order + "I", offset)
        link = offset + 2 + 12 * struct.unpack_from(order + "H", out, offset)[0]
    return bytes(out)


def write_directory(out, page, order):
    fields = dict(page.get("fields") or {tag: value for tag, value in page.items() if isinstance(tag, int)})
    offsets = []
    for strip in page["strips"]:
        offsets.append(len(out))
        out += strip
        out += b"\0" * (len(out) % 2)
    tiled = 322 in fields
    fields.setdefault(324 if tiled else 273, (4, offsets))
    fields.setdefault(325 if tiled else 279, (4, [len(strip) for strip in page["strips"]]))
    for tag in page.get("without", ()):
        fields.pop(tag, None)
    entries = b""
    for tag in sorted(fields):
        kind, values = fields[tag]
        packed = b"".join(struct.pack(order + TYPES[kind], *(value if kind == 5 else (value,))) for value in values)
        if len(packed) > 4:
            at = len(out)
            out += packed + b"\0" * (len(packed) % 2)
            packed = struct.pack(order + "I", at)
        entries += struct.pack(order + "HHI", tag, kind, len(values)) + packed.ljust(4, b"\0")
    offset = len(out)
    out += struct.pack(order + "H", len(fields)) + entries + b"\0\0\0\0"
    return offset


def page(samples, photometric, bits=None, kind=1, extras=None, order="<", rows=None, **more):
    """One page of uncompressed strips from an array [height, width, samples]."""
    samples = samples[:, :, None] if samples.ndim == 2 else samples
    height, width, count = samples.shape
    bits = bits or samples.dtype.itemsize * 8
    rows = rows or height
    raw = [pack(line, bits, order) for line in samples]
    fields = {
        256: (3, [width]), 257: (3, [height]), 258: (3, [bits] * count), 259: (3, [1]), 262: (3, [photometric]), 277: (3, [count]),
        278: (3, [rows]), 284: (3, [1]), 339: (3, [kind] * count), "strips": [b"".join(raw[top:top + rows]) for top in range(0, height, rows)]}
    if extras is not None:
        fields[338] = (3, extras)
    fields.update({int(tag[1:]) if tag[0] == "t" and tag[1:].isdigit() else tag: value for tag, value in more.items()})
    return fields


def planes(samples, photometric, tile=None, compress=False, **more):
    """A page whose samples each have strips of 8 rows, or tiles, of their own."""
    fields = page(samples, photometric, rows=8, **more)
    height, width, count = samples.shape
    across, down = (tile, tile) if tile else (width, 8)
    full = numpy.pad(samples, ((0, -height % down if tile else 0), (0, -width % across), (0, 0)))
    strips = [full[top:top + down, left:left + across, band].astype(samples.dtype.newbyteorder("<")).tobytes()
              for band in range(count) for top in range(0, height, down) for left in range(0, width, across)]
    fields["strips"] = [zlib.compress(strip) for strip in strips] if compress else strips
    fields[284] = (3, [2])
    fields[259] = (3, [8 if compress else 1])
    if tile:
        del fields[278]
        fields[322], fields[323] = (3, [tile]), (3, [tile])
    return tiff([fields])


def adobe_floats(samples):
    """Big-endian, with Adobe's floating-point predictor: tiffcp 4.5 writes the bytes of big-endian ones in the wrong order."""
    height, width, count = samples.shape
    data = b""
    for line in samples:
        order = numpy.frombuffer(line.astype(">f4").tobytes(), numpy.uint8).reshape(-1, 4).T.ravel().astype(int)
        order[count:] -= order[:-count].copy()
        data += (order & 255).astype(numpy.uint8).tobytes()
    fields = page(samples, 2, kind=3, order=">")
    fields.update({259: (3, [8]), 317: (3, [3]), "strips": [zlib.compress(data)]})
    return tiff([fields], ">")


def pack(line, bits, order):
    if bits in (8, 16, 32, 64) and line.dtype.itemsize * 8 == bits:
        return line.astype(line.dtype.newbyteorder(order)).tobytes()
    if bits == 24:
        return b"".join(int(value).to_bytes(3, "little" if order == "<" else "big") for value in line.ravel())
    text = "".join(format(int(value), f"0{bits}b") for value in line.ravel())
    return int(text.ljust((len(text) + 7) // 8 * 8, "0"), 2).to_bytes((len(text) + 7) // 8, "big")


def tiffcp(data, *options):
    """The same image as libtiff's own tool writes it: compressed, tiled, in planes, as BigTIFF."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = pathlib.Path(folder, "in.tif"), pathlib.Path(folder, "out.tif")
        source.write_bytes(data)
        subprocess.run(["tiffcp", *options, source, target], check=True, capture_output=True)
        return target.read_bytes()


def tiff2rgba(data):
    with tempfile.TemporaryDirectory() as folder:
        source, target = pathlib.Path(folder, "in.tif"), pathlib.Path(folder, "out.tif")
        source.write_bytes(data)
        subprocess.run(["tiff2rgba", "-c", "none", source, target], check=True, capture_output=True)
        return numpy.asarray(Image.open(target).convert("RGB"))


def magick(file):
    result = subprocess.run(
        ["convert", f"{file}[0]", "-auto-orient", "-background", "white", "-alpha", "remove", "-depth", "8", "png24:-"], check=True, capture_output=True)
    return numpy.asarray(Image.open(io.BytesIO(result.stdout)).convert("RGB"))


def over_white(rgb, alpha):
    share = alpha[:, :, None] / 255
    return numpy.rint(rgb * share + 255 * (1 - share))


def floats():
    unit = (RGB / 255).astype(numpy.float32)
    grey = (GREY / 255).astype(numpy.float32)
    plain = tiff([page(unit, 2, kind=3)])
    looks("tiff/made-float32-rgb.tif", plain, RGB)
    looks("tiff/made-float32-grey-big-endian.tif", tiff([page(grey, 1, kind=3, order=">")], ">"), GREY)
    looks("tiff/made-float32-white-is-zero.tif", tiff([page(1 - grey, 0, kind=3)]), GREY)
    looks("tiff/made-float64-rgb.tif", tiff([page(RGB / 255, 2, kind=3)]), RGB)
    looks("tiff/made-float16-rgb.tif", tiff([page((RGB / 255).astype(numpy.float16), 2, kind=3)]), RGB, 0.1)
    looks("tiff/made-float16-predictor.tif", tiffcp(tiff([page((RGB / 255).astype(numpy.float16), 2, kind=3)]), "-c", "lzw:3"), RGB, 0.1)
    looks("tiff/made-float32-predictor-3-lzw.tif", tiffcp(plain, "-c", "lzw:3", "-r", "7"), RGB)
    looks("tiff/made-float32-predictor-3-zip-big-endian.tif", adobe_floats(unit), RGB)
    looks("tiff/made-float32-predictor-2.tif", tiffcp(plain, "-c", "zip:2"), RGB)
    looks("tiff/made-float64-predictor-3.tif", tiffcp(tiff([page(RGB / 255, 2, kind=3)]), "-c", "lzw:3", "-t", "-w", "16", "-l", "16"), RGB)
    looks("tiff/made-float32-tiles.tif", tiffcp(plain, "-c", "lzw:3", "-t", "-w", "16", "-l", "16"), RGB)
    looks("tiff/made-float32-planes.tif", planes(unit, 2, kind=3), RGB)
    looks("tiff/made-float32-tiles-in-planes.tif", planes(unit, 2, tile=16, compress=True, kind=3), RGB)
    looks("tiff/made-float32-bigtiff.tif", tiffcp(plain, "-8", "-c", "lzw"), RGB)
    rgba = numpy.concatenate([unit, (ALPHA / 255).astype(numpy.float32)[:, :, None]], axis=2)
    looks("tiff/made-float32-alpha.tif", tiff([page(rgba, 2, kind=3, extras=[2])]), over_white(RGB, ALPHA), 0.5)
    multiplied = rgba.copy()
    multiplied[:, :, :3] *= rgba[:, :, 3:]
    looks("tiff/made-float32-premultiplied.tif", tiff([page(multiplied, 2, kind=3, extras=[1])]), over_white(RGB, ALPHA), 0.5)
    looks("tiff/made-float32-profile.tif", tiff([page(unit, 2, kind=3, t34675=(7, SRGB))]), RGB, 0.5)
    looks("tiff/made-float32-levels.tif", tiff([page(RGB.astype(numpy.float32), 2, kind=3)]), RGB)
    looks("tiff/made-float64-levels.tif", tiff([page(RGB.astype(numpy.float64), 2, kind=3)]), RGB)
    looks("tiff/made-float32-mask-of-0-and-1.tif", tiff([page((GREY > 127).astype(numpy.float32), 1, kind=3)]), (GREY > 127) * 255)
    looks("tiff/made-float32-rounding-beyond.tif", tiff([page(unit * numpy.float32(1.0000002) - numpy.float32(1e-7), 2, kind=3)]), RGB, 0.01)
    for name, values in (("hdr", unit * 7), ("negative", unit - 0.5), ("measured", unit * 255 - 0.25), ("elevation", unit * 3000)):
        refused(f"tiff/made-float32-{name}.tif", tiff([page(values.astype(numpy.float32), 2, kind=3)]), "UnsupportedFormat", "floating-point samples from")
    hole = grey.copy()
    hole[3, 4] = numpy.nan
    refused("tiff/made-float32-nan.tif", tiff([page(hole, 1, kind=3)]), "UnsupportedFormat", "no numbers")
    hole[3, 4] = numpy.inf
    refused("tiff/made-float32-infinite.tif", tiff([page(hole, 1, kind=3)]), "UnsupportedFormat", "no numbers")


def integers():
    wide = RGB.astype(numpy.uint32) * 0x01010101
    looks("tiff/made-uint32-rgb.tif", tiff([page(wide, 2)]), RGB)
    looks("tiff/made-uint32-predictor-tiles.tif", tiffcp(tiff([page(wide, 2)]), "-c", "lzw:2", "-t", "-w", "16", "-l", "16"), RGB)
    looks("tiff/made-uint32-big-endian-predictor.tif", tiffcp(tiff([page(wide, 2)]), "-B", "-c", "zip:2"), RGB)
    looks("tiff/made-uint32-white-is-zero.tif", tiff([page(0xFFFFFFFF - wide[:, :, 0], 0)]), RGB[:, :, 0])
    for bits in (10, 12, 14):
        most = (1 << bits) - 1
        looks(f"tiff/made-uint{bits}-rgb.tif", tiff([page(numpy.rint(RGB / 255 * most), 2, bits=bits)]), RGB, 0.3)
        looks(f"tiff/made-uint{bits}-grey.tif", tiff([page(numpy.rint(GREY / 255 * most), 1, bits=bits, rows=7)]), GREY, 0.3)
    looks("tiff/made-uint24-grey.tif", tiff([page(GREY.astype(int) * 0x010101, 1, bits=24, rows=7)]), GREY)
    looks("tiff/made-uint24-grey-big-endian.tif", tiff([page(GREY.astype(int) * 0x010101, 1, bits=24, order=">")], ">"), GREY)
    for bits in (1, 2, 4):
        most = (1 << bits) - 1
        level = numpy.rint(RGB / 255 * most)
        looks(f"tiff/made-uint{bits}-rgb.tif", tiff([page(level, 2, bits=bits)]), level * (255 // most))
        looks(f"tiff/made-uint{bits}-grey.tif", tiff([page(level[:, :, 0], 1, bits=bits)]), level[:, :, 0] * (255 // most))
        looks(f"tiff/made-uint{bits}-white-is-zero.tif", tiff([page(most - level[:, :, 0], 0, bits=bits)]), level[:, :, 0] * (255 // most))
    looks("tiff/made-uint8-tiles-in-planes.tif", planes(RGB, 2, tile=16), RGB)
    looks("tiff/made-uint16-tiles-in-planes.tif", planes(RGB.astype(numpy.uint16) * 257, 2, tile=16, compress=True), RGB)
    looks("tiff/made-uint8-planes.tif", tiffcp(tiff([page(RGB, 2)]), "-p", "separate", "-c", "zip:2"), RGB)
    refused("tiff/made-int8.tif", tiff([page((RGB // 2).astype(numpy.int8), 2, kind=2)]), "UnsupportedFormat", "signed integers of 8 bits")
    refused("tiff/made-int32.tif", tiff([page(RGB.astype(numpy.int32), 2, kind=2)]), "UnsupportedFormat", "signed integers of 32 bits")
    refused("tiff/made-uint64.tif", tiff([page(RGB.astype(numpy.uint64), 2)]), "UnsupportedFormat", "unsigned integers of 64 bits")
    refused("tiff/made-complex.tif", tiff([page((GREY / 255).astype(numpy.complex64).view(numpy.float64), 1, kind=6)]), "UnsupportedFormat", "complex numbers")
    looks("tiff/made-undefined.tif", tiff([page(GREY, 1, kind=4)]), GREY)
    refused("tiff/made-565.tif", tiff([page(RGB, 2, t258=(3, [5, 6, 5]))]), "UnsupportedFormat", "different sizes")


def extras():
    spot = ALPHA[:, ::-1]
    join = lambda *bands: numpy.dstack(bands)
    looks("tiff/made-rgb-unspecified.tif", tiff([page(join(RGB, ALPHA), 2, extras=[0])]), RGB)
    looks("tiff/made-rgb-undeclared.tif", tiff([page(join(RGB, ALPHA), 2)]), RGB)
    looks("tiff/made-grey-undeclared.tif", tiff([page(join(GREY, ALPHA), 1)]), GREY)
    looks("tiff/made-rgb-alpha-spot.tif", tiff([page(join(RGB, ALPHA, spot), 2, extras=[2, 0])]), over_white(RGB, ALPHA), 0.5)
    looks("tiff/made-rgb-spot-alpha.tif", tiff([page(join(RGB, spot, ALPHA), 2, extras=[0, 2])]), over_white(RGB, ALPHA), 0.5)
    multiplied = numpy.rint(RGB * (ALPHA[:, :, None] / 255)).astype(numpy.uint8)
    looks("tiff/made-rgb-premultiplied.tif", tiff([page(join(multiplied, ALPHA), 2, extras=[1])]), over_white(RGB, ALPHA), 0.7)
    looks("tiff/made-rgb-premultiplied-planes.tif", planes(join(multiplied, ALPHA), 2, extras=[1]), over_white(RGB, ALPHA), 0.7)
    looks("tiff/made-grey-alpha.tif", tiff([page(join(GREY, ALPHA), 1, extras=[2])]), over_white(GREY[:, :, None].repeat(3, 2), ALPHA), 0.5)
    looks("tiff/made-grey16-premultiplied.tif",
          tiff([page(join(GREY * 257.0 * (ALPHA / 255), ALPHA * 257.0).astype(numpy.uint16), 1, extras=[1])]), over_white(GREY[:, :, None].repeat(3, 2), ALPHA), 0.7)
    looks("tiff/made-eight-bands.tif", tiff([page(join(RGB, ALPHA, spot, ALPHA, spot, ALPHA), 2, extras=[0] * 5)]), RGB)
    looks("tiff/made-eight-bands-planes.tif", planes(join(RGB, ALPHA, spot, ALPHA, spot, ALPHA), 2, extras=[0] * 5), RGB)
    ink = numpy.asarray(BASE.convert("CMYK"))
    looks("tiff/made-cmyk.tif", tiff([page(ink, 5)]), RGB, 40)
    looks("tiff/made-cmyk-spot.tif", tiff([page(join(ink, spot), 5, extras=[0])]), "tiff/made-cmyk.tif")
    looks("tiff/made-cmyk-two-spots-lzw.tif", tiffcp(tiff([page(join(ink, spot, ALPHA), 5, extras=[0, 0])]), "-c", "lzw:2"), "tiff/made-cmyk.tif")
    refused("tiff/made-inks.tif", tiff([page(ink, 5, t332=(3, [2]))]), "UnsupportedFormat", "inks other than")


def colours():
    luma = numpy.asarray(BASE.convert("YCbCr"))
    for across, down in ((1, 1), (2, 1), (2, 2), (4, 1), (4, 2), (1, 2)):
        data = ycbcr(luma, across, down)
        looks(f"tiff/made-ycbcr-{across}x{down}.tif", data, tiff2rgba(data) if (across, down) != (1, 1) else RGB, 1.0)
        looks(f"tiff/made-ycbcr-{across}x{down}-zip.tif", ycbcr(luma, across, down, compress=True), f"tiff/made-ycbcr-{across}x{down}.tif")
    narrow = luma * [219 / 255, 224 / 255, 224 / 255] + [16, 16, 16]
    reference = (5, [(16, 1), (235, 1), (128, 1), (240, 1), (128, 1), (240, 1)])
    data = ycbcr(numpy.rint(narrow), 1, 1, t532=reference)
    looks("tiff/made-ycbcr-reference.tif", data, tiff2rgba(data), 1.0)
    data = ycbcr(numpy.rint(narrow), 2, 2, t532=reference)
    looks("tiff/made-ycbcr-reference-2x2.tif", data, tiff2rgba(data), 1.0)
    looks("tiff/made-ycbcr-lzw.tif", tiffcp(ycbcr(luma, 1, 1), "-c", "lzw:2"), RGB, 1.0)
    looks("tiff/made-ycbcr-planes.tif", planes(luma, 6, t530=(3, [1, 1])), RGB, 1.0)
    to_lab = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB")
    expected = RGB  # 8 bits of L*a*b* and back are 0.7 away from it; lcms, by its tables, 1.3
    lab = ImageCms.applyTransform(BASE, to_lab)
    signed = numpy.asarray(lab)  # L 0-255; a and b signed
    codes = numpy.dstack([signed[:, :, 0], (signed[:, :, 1:].astype(int) + 128) & 255])
    looks("tiff/made-lab8.tif", tiff([page(signed, 8)]), expected, 1.0)
    looks("tiff/made-icclab8.tif", tiff([page(codes.astype(numpy.uint8), 9)]), expected, 1.0)
    looks("tiff/made-lab8-lzw-tiles.tif", tiffcp(tiff([page(signed, 8)]), "-c", "lzw", "-t", "-w", "16", "-l", "16"), expected, 1.0)
    deep = numpy.dstack([codes[:, :, 0] * 257, ((codes[:, :, 1:] - 128) * 256) & 65535]).astype(numpy.uint16)
    looks("tiff/made-lab16.tif", tiff([page(deep, 8)]), expected, 1.0)
    deep = numpy.dstack([codes[:, :, 0] * 256, codes[:, :, 1:] * 256]).astype(numpy.uint16)
    looks("tiff/made-icclab16.tif", tiff([page(deep, 9)]), expected, 1.0)
    refused("tiff/made-itulab.tif", tiff([page(signed, 10)]), "UnsupportedFormat", "ITU L*a*b*")
    refused("tiff/made-logluv.tif", tiff([page(RGB, 32845)]), "UnsupportedFormat", "LogLuv")
    for name, code, words in (
            ("old-zstd", 34926, "Zstandard"), ("lerc", 34887, "LERC"), ("webp", 50001, "WebP"), ("jp2", 33003, "JPEG 2000"), ("jxl", 50002, "JPEG XL"),
            ("lzma", 34925, "LZMA"), ("old-jpeg", 6, "old-style JPEG"), ("unknown", 12345, "method 12345")):
        refused(f"tiff/made-{name}.tif", tiff([page(RGB, 2, t259=(3, [code]))]), "UnsupportedFormat", words)
    plain = tiff([page(RGB, 2)])
    deep = tiff([page(RGB.astype(numpy.uint16) * 257, 2)])
    looks("tiff/made-zstd.tif", tiffcp(plain, "-c", "zstd"), RGB)
    looks("tiff/made-zstd-predictor.tif", tiffcp(plain, "-c", "zstd:2"), RGB)
    looks("tiff/made-zstd-16-bits-tiles.tif", tiffcp(deep, "-c", "zstd:2", "-t", "-w", "16", "-l", "16"), RGB)
    looks("tiff/made-zstd-planes.tif", tiffcp(plain, "-c", "zstd", "-p", "separate"), RGB)
    looks("tiff/made-zstd-float.tif", tiffcp(tiff([page((RGB / 255).astype(numpy.float32), 2, kind=3)]), "-c", "zstd:1"), RGB)
    cut = bytearray(tiffcp(plain, "-c", "zstd"))
    cut[8:32] = bytes(24)  # where tiffcp puts the first strip; damage further on changes pixels and is seen by no decoder
    refused("tiff/made-zstd-damaged.tif", bytes(cut), "Damaged", "")
    grey = io.BytesIO()
    BASE.convert("P", palette=Image.ADAPTIVE).save(grey, "tiff")
    refused("tiff/made-zstd-palette.tif", tiffcp(grey.getvalue(), "-c", "zstd"), "UnsupportedFormat", "a palette compressed by Zstandard")


def ycbcr(codes, across, down, compress=False, **more):
    """Blocks of Y, then the mean Cb and Cr of each, in strips of 8 rows."""
    height, width, _ = codes.shape
    padded = numpy.pad(codes, ((0, -height % down), (0, -width % across), (0, 0)), mode="edge").astype(float)
    high, wide = padded.shape[0] // down, padded.shape[1] // across
    blocks = padded.reshape(high, down, wide, across, 3).transpose(0, 2, 1, 3, 4).reshape(high, wide, down * across, 3)
    units = numpy.concatenate([blocks[..., 0], numpy.rint(blocks[..., 1:].mean(axis=2))], axis=2).astype(numpy.uint8)
    rows = 8
    strips = [units[top // down:(top + rows) // down].tobytes() for top in range(0, height, rows)]
    fields = page(codes.astype(numpy.uint8), 6, rows=rows, t530=(3, [across, down]), **more)
    fields["strips"] = [zlib.compress(strip) for strip in strips] if compress else strips
    fields[259] = (3, [8 if compress else 1])
    return tiff([fields])


def pages():
    small = numpy.asarray(BASE.resize((16, 12)))
    looks("tiff/made-thumbnail-first.tif", tiff([page(small, 2, t254=(4, [1])), page(RGB, 2)]), RGB)
    looks("tiff/made-thumbnail-first-big-endian.tif", tiff([page(small, 2, order=">", t254=(4, [1])), page(RGB, 2, order=">")], ">"), RGB)
    looks("tiff/made-thumbnail-old-field.tif", tiff([page(small, 2, t255=(3, [2])), page(RGB, 2, t255=(3, [1]))]), RGB)
    looks("tiff/made-thumbnail-image-within.tif", tiff([page(small, 2, t254=(4, [1]), within=page(RGB, 2, t254=(4, [0])))]), RGB)
    looks("tiff/made-two-thumbnails.tif", tiff([page(small, 2, t254=(4, [1])), page(small, 2, t254=(4, [1])), page(RGB, 2)]), RGB)
    looks("tiff/made-mask-first.tif", tiff([page(small[:, :, 0] >> 7, 4, bits=1, t254=(4, [4])), page(RGB, 2)]), RGB)
    looks("tiff/made-pyramid.tif", tiff([page(RGB, 2), page(small, 2, t254=(4, [1]))]), RGB)
    looks("tiff/made-alone-and-marked.tif", tiff([page(RGB, 2, t254=(4, [1]))]), RGB)
    refused("tiff/made-thumbnails-alone.tif", tiff([page(small, 2, t254=(4, [1])), page(RGB, 2, t254=(4, [1]))]), "UnsupportedFormat", "reduced copies")
    refused("tiff/made-dng.tif", tiff([page(small, 2, t254=(4, [1]), t50706=(1, [1, 4, 0, 0]), within=page(GREY, 32803))]), "UnsupportedFormat", "raw camera file (DNG)")
    refused("tiff/made-nef.tif", tiff([page(small, 2, t254=(4, [1]), within=page(GREY, 32803, t259=(3, [34713])))]), "UnsupportedFormat", "raw camera file")
    refused("tiff/made-sensor.tif", tiff([page(GREY, 32803)]), "UnsupportedFormat", "raw camera file")


def framing():
    rows = page(RGB, 2, rows=7)
    offsets = len(rows["strips"])
    looks("tiff/made-no-lengths.tif", tiff([dict(rows, without=[279])]), RGB)
    looks("tiff/made-lengths-0.tif", tiff([dict(rows, **{})| {279: (4, [0] * offsets)}]), RGB)
    looks("tiff/made-lengths-beyond.tif", tiff([rows | {279: (4, [1 << 24] * offsets)}]), RGB)
    packed = dict(rows, strips=[zlib.compress(strip) for strip in rows["strips"]])
    packed[259] = (3, [8])
    looks("tiff/made-zip-lengths-beyond.tif", tiff([packed | {279: (4, [1 << 24] * offsets)}]), RGB)
    looks("tiff/made-zip-no-lengths.tif", tiff([dict(packed, without=[279])]), RGB)
    looks("tiff/made-unknown-fields.tif", tiff([page(RGB, 2, t700=(1, [60, 120]), t65000=(7, [1] * 9), t42112=(7, [60, 62, 0]), t296=(3, [77]))]), RGB)
    looks("tiff/made-no-photometric.tif", tiff([dict(page(RGB, 2), without=[262])]), RGB)
    looks("tiff/made-trailing.tif", tiff([page(RGB, 2)]) + b"trailing" * 9, RGB)
    refused("tiff/made-strip-missing.tif", tiff([dict(rows, strips=rows["strips"][:-1])]), "Damaged", "1 of its 5 strips")
    refused("tiff/made-strip-at-0.tif", tiff([rows | {273: (4, [0, 8, 8, 8, 8])}]), "Damaged", "1 of its 5 strips")
    refused("tiff/made-strip-beyond.tif", tiff([rows | {273: (4, [1 << 20] * offsets)}]), "Damaged", "ends before")
    refused("tiff/made-zip-damaged-float.tif", middle(tiffcp(tiff([page((RGB / 255).astype(numpy.float32), 2, kind=3)]), "-c", "zip:3")), "Damaged", "damaged")
    jpeg = {"rgb": tiffcp(tiff([page(RGB, 2)]), "-c", "jpeg:raw:90"), "ycbcr": tiffcp(tiff([page(RGB, 2)]), "-c", "jpeg:90", "-r", "16"),
            "tiles": tiffcp(tiff([page(RGB, 2)]), "-c", "jpeg:90", "-t", "-w", "16", "-l", "16")}
    for name, data in jpeg.items():
        looks(f"tiff/made-jpeg-{name}.tif", data, tiff2rgba(data), 1.0)
        for damage in (b"\xFF\xD9", b"\xFF\xC4"):
            refused(f"tiff/made-jpeg-{name}-{damage[1]:x}.tif", middle(data, damage), "Damaged", "damaged")
    for packing in ("zip:2", "lzw:2"):
        tiles = tiffcp(tiff([page(RGB, 2)]), "-c", packing, "-t", "-w", "16", "-l", "16")
        refused(f"tiff/made-{packing[:3]}-tiles-damaged.tif", middle(tiles, b"\xFF" * 24), "Damaged", "damaged")
        strips = tiffcp(tiff([page(RGB, 2)]), "-c", packing, "-r", "8")
        refused(f"tiff/made-{packing[:3]}-strips-damaged.tif", middle(strips, b"\xFF" * 24), "Damaged", "damaged")
    bits = tiff([page((GREY > 127) * 1, 1, bits=1)])
    for fax in ("g3:1d", "g3:2d", "g4"):
        name, data = f"tiff/made-fax-{fax.replace(':', '-')}", tiffcp(bits, "-c", fax)
        looks(f"{name}.tif", data, (GREY > 127) * 255)
        refused(f"{name}-damaged.tif", middle(data, bytes(9)), "Damaged", "damaged")
    cut = tiff([page(GREY // 16 * 16, 3, t320=(3, list(range(0, 65536, 256)) * 3))])
    looks("tiff/made-palette.tif", cut, GREY // 16 * 16)
    refused("tiff/made-palette-missing.tif", tiff([page(GREY, 3)]), "Damaged", "palette")
    refused("tiff/made-profile-beyond.tif", tiff([page(RGB, 2, t34675=(7, SRGB))])[:-300], "Damaged", "ends before")


def middle(data, damage=bytes(24)):
    """Other bytes in the middle of the middle strip or tile; whole at its end."""
    fields = TiffImagePlugin.ImageFileDirectory_v2(data[:8])
    stream = io.BytesIO(data)
    stream.seek(fields.next)
    fields.load(stream)
    offsets = fields.get(273) or fields[324]
    lengths = fields.get(279) or fields[325]
    at = offsets[len(offsets) // 2] + lengths[len(offsets) // 2] // 2
    return data[:at] + damage + data[at + len(damage):]


# BMP

def bmp(rows, width, height, bits, header=40, compression=0, palette=b"", masks=b"", offset=None, used=0):
    fields = struct.pack("<IiiHHIIiiII", header, width, height, 1, bits, compression, len(rows), 2835, 2835, used, 0)
    fields = struct.pack("<IHHHH", 12, width, height, 1, bits) if header == 12 else (fields + masks if header > 40 else fields).ljust(header, b"\0")[:header]
    body = fields + (masks if header <= 40 else b"") + palette
    at = 14 + len(body) if offset is None else offset
    return b"BM" + struct.pack("<IHHI", 14 + len(body) + len(rows), 0, 0, at) + body + rows


def lines(values, width):
    return b"".join(bytes(line).ljust((len(bytes(line)) + 3) // 4 * 4, b"\0") for line in values[::-1])


def bitmaps():
    odd = picture(39, 30)
    rgb = numpy.asarray(odd)
    rows = lines([line[:, ::-1].tobytes() for line in rgb], 39)
    for header in (12, 16, 20, 24, 28, 32, 36, 40, 44, 48, 60, 64, 108, 124):
        looks(f"bmp/made-header-{header}.bmp", bmp(rows, 39, 30, 24, header), rgb)
    looks("bmp/made-no-last-filling.bmp", bmp(rows, 39, 30, 24)[:-3], rgb)
    refused("bmp/made-last-byte-missing.bmp", bmp(rows, 39, 30, 24)[:-4], "Damaged", "ends before its last pixel")
    looks("bmp/made-offset-0.bmp", bmp(rows, 39, 30, 24, offset=0), rgb)
    looks("bmp/made-trailing.bmp", bmp(rows, 39, 30, 24) + b"\0" * 77, rgb)
    for bits in (1, 2, 4, 8):
        image = odd.quantize(1 << bits)
        index = numpy.asarray(image)
        table = numpy.zeros((1 << bits, 4), dtype=numpy.uint8)
        colours = numpy.array(image.getpalette()[:3 << bits], dtype=numpy.uint8).reshape(-1, 3)
        table[:len(colours), :3] = colours[:, ::-1]
        rows8 = lines([pack(line, bits, "<") for line in index], 39)
        expected = numpy.asarray(image.convert("RGB"))
        looks(f"bmp/made-{bits}-bit-offset-0.bmp", bmp(rows8, 39, 30, bits, palette=table.tobytes(), offset=0), expected)
        filling = -((39 * bits + 7) // 8) % 4
        looks(f"bmp/made-{bits}-bit-no-filling.bmp", bmp(rows8, 39, 30, bits, palette=table.tobytes())[:-filling or None], expected)
    masks = struct.pack("<IIII", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    for name, alpha, expected in (("0", 0, rgb), ("some", None, None)):
        opacity = numpy.tile(numpy.linspace(0, 255, 39).astype(numpy.uint8), (30, 1)) if alpha is None else numpy.zeros((30, 39), numpy.uint8)
        four = lines([line.tobytes() for line in numpy.dstack([rgb[:, :, ::-1], opacity])], 39)
        expected = over_white(rgb, opacity) if expected is None else expected
        for header in (40, 56, 108, 124):
            data = bmp(four, 39, 30, 32, header, 6 if header == 40 else 3, masks=masks)
            looks(f"bmp/made-alpha-{name}-{header}.bmp", data, expected, 0.5)
        looks(f"bmp/made-alpha-{name}-unmasked.bmp", bmp(four, 39, 30, 32), rgb)
    deep = rgb.astype(numpy.uint16) >> 3
    value = (deep[:, :, 0] << 10 | deep[:, :, 1] << 5 | deep[:, :, 2])
    shown = numpy.rint((rgb >> 3) * (255 / 31))
    masks = struct.pack("<IIII", 0x7C00, 0x3E0, 0x1F, 0x8000)
    for name, top in (("never", 0), ("always", 0x8000)):
        data = bmp(lines([line.astype("<u2").tobytes() for line in value | top], 39), 39, 30, 16, 124, 3, masks=masks)
        looks(f"bmp/made-1555-{name}.bmp", data, shown)
    half = value.copy()
    half[:, :20] |= 0x8000
    data = bmp(lines([line.astype("<u2").tobytes() for line in half], 39), 39, 30, 16, 124, 3, masks=masks)
    looks("bmp/made-1555-half.bmp", data, numpy.where((numpy.arange(39) < 20)[None, :, None], shown, 255))
    for name, bits, header, compression, words in (
            ("64-bit", 64, 40, 0, "64 bits"), ("huffman", 1, 64, 3, "Huffman 1D"), ("rle24", 24, 64, 4, "RLE24"), ("jpeg", 0, 40, 4, "embedded JPEG"),
            ("png", 0, 40, 5, "embedded PNG"), ("rle4", 4, 40, 2, "RLE4"), ("header-70", 24, 70, 0, "header of 70 bytes"), ("cmyk", 32, 40, 11, "method 11")):
        refused(f"bmp/made-{name}.bmp", bmp(rows, 39, 30, bits, header, compression), "UnsupportedFormat", words)


# GIF

def gif(canvas, frames, palette=None, background=0):
    out = b"GIF89a" + struct.pack("<HHBBB", *canvas, 0xF7 if palette else 0x70, background, 0) + (palette or b"")
    return out + b"".join(frames) + b"\x3B"


def frame(left, top, index, transparent=None, disposal=0, local=None, interlaced=False, data=None):
    height, width = index.shape
    control = b"\x21\xF9\x04" + struct.pack("<BHBB", disposal << 2 | (transparent is not None), 5, transparent or 0, 0)
    flags = (0x87 if local else 0) | (0x40 if interlaced else 0)
    rows = numpy.concatenate([index[0::8], index[4::8], index[2::4], index[1::2]]) if interlaced else index
    return control + b"\x2C" + struct.pack("<HHHHB", left, top, width, height, flags) + (local or b"") + (data or lzw(rows.tobytes()))


def lzw(values):
    """LZW as encoders write it: a growing table, cleared when it is full; in blocks of 255 bytes."""
    codes, table, text = [(256, 9)], {bytes([i]): i for i in range(256)}, b""
    size, following = 9, 258
    for value in values:
        longer = text + bytes([value])
        if longer in table:
            text = longer
            continue
        codes.append((table[text], size))
        table[longer] = following
        following += 1
        text = bytes([value])
        if following > 4095:
            codes.append((256, size))
            table, size, following = {bytes([i]): i for i in range(256)}, 9, 258
        elif following > 1 << size:
            size += 1
    codes += [(table[text], size), (257, size)]
    bits = at = 0
    for code, size in codes:
        bits |= code << at
        at += size
    data = bits.to_bytes((at + 7) // 8, "little")
    return b"\x08" + b"".join(bytes([len(data[i:i + 255])]) + data[i:i + 255] for i in range(0, len(data), 255)) + b"\0"


def gifs():
    image = BASE.quantize(200)
    index = numpy.asarray(image)
    palette = bytes(image.getpalette())[:768].ljust(768, b"\x40")
    shown = numpy.asarray(image.convert("RGB"))
    canvas = numpy.full((50, 60, 3), 255, dtype=numpy.uint8)
    canvas[5:35, 10:50] = shown
    whole = frame(0, 0, index)
    looks("gif/made-plain.gif", gif((40, 30), [whole], palette), shown)
    for background in (0, 77, 255):
        looks(f"gif/made-offset-background-{background}.gif", gif((60, 50), [frame(10, 5, index)], palette, background), canvas)
    for disposal in (1, 2, 3):
        looks(f"gif/made-disposal-{disposal}.gif", gif((60, 50), [frame(10, 5, index, disposal=disposal), whole], palette), canvas)
    looks("gif/made-local.gif", gif((60, 50), [frame(10, 5, index, local=palette)]), canvas)
    looks("gif/made-local-before-global.gif", gif((60, 50), [frame(10, 5, index, local=palette)], bytes(768)), canvas)
    looks("gif/made-interlaced-offset.gif", gif((60, 50), [frame(10, 5, index, interlaced=True)], palette), canvas)
    clear = index == 3
    clear[:10] = True
    seen = canvas.copy()
    seen[5:35, 10:50][clear] = 255
    looks("gif/made-transparent-offset.gif", gif((60, 50), [frame(10, 5, numpy.where(clear, 3, index).astype(numpy.uint8), transparent=3)], palette), seen)
    wide = numpy.full((45, 60, 3), 255, dtype=numpy.uint8)
    wide[15:45, 20:60] = shown
    looks("gif/made-beyond-the-canvas.gif", gif((50, 40), [frame(20, 15, index)], palette), wide)
    second = numpy.full((30, 40), 7, numpy.uint8)
    looks("gif/made-second-frame-damaged.gif", gif((40, 30), [whole, frame(0, 0, second, data=b"\x08\x04\xFF\xFF\xFF\xFF\0")], palette), shown)
    body = lzw(index.tobytes())
    joined = b"".join(body[at + 1:at + 1 + body[at]] for at in range(1, len(body) - 1, 256))
    blocks = lambda data: b"\x08" + b"".join(bytes([len(data[i:i + 255])]) + data[i:i + 255] for i in range(0, len(data), 255)) + b"\0"
    looks("gif/made-no-end-code.gif", gif((40, 30), [frame(0, 0, index, data=blocks(joined[:-1]))], palette), shown)
    looks("gif/made-filler.gif", gif((40, 30), [frame(0, 0, index, data=blocks(joined + b"\0\0"))], palette), shown)
    for position in (0.1, 0.3, 0.5, 0.7, 0.9):
        at = int(len(joined) * position)
        refused(f"gif/made-zeros-at-{int(position * 100)}.gif", gif((40, 30), [frame(0, 0, index, data=blocks(joined[:at] + bytes(24) + joined[at + 24:]))], palette),
                "Damaged", "")
    refused("gif/made-half-then-end.gif", gif((40, 30), [frame(0, 0, index, data=blocks(joined[:len(joined) // 2]))], palette), "Damaged", "")
    refused("gif/made-beyond-palette.gif", gif((40, 30), [frame(0, 0, index, local=None)]), "Damaged", "palette")


# ICC profiles

def profiles():
    for kind in ("link", "abst", "nmcl"):
        profile = SRGB[:12] + kind.encode() + SRGB[16:]
        for form, options in (("jpeg", {"quality": 95}), ("png", {}), ("webp", {"lossless": True}), ("tiff", {})):
            plain, tagged = io.BytesIO(), io.BytesIO()
            BASE.save(plain, form, **options)
            BASE.save(tagged, form, icc_profile=profile, **options)
            looks(f"icc/made-{kind}.{form}", tagged.getvalue(), numpy.asarray(Image.open(plain).convert("RGB")), 1.0 if form == "jpeg" else 0)
    for name, space in (("cmyk", b"CMYK"), ("grey", b"GRAY"), ("lab", b"Lab "), ("gamut-of-6", b"6CLR")):
        tagged = io.BytesIO()
        BASE.save(tagged, "png", icc_profile=SRGB[:16] + space + SRGB[20:])
        looks(f"icc/made-{name}.png", tagged.getvalue(), RGB)
    hollow = io.BytesIO()
    BASE.save(hollow, "png", icc_profile=SRGB[:128] + struct.pack(">I", 0))
    looks("icc/made-without-tables.png", hollow.getvalue(), RGB)
    broken = io.BytesIO()
    BASE.save(broken, "png", icc_profile=SRGB[:200] + b"\xFF" * (len(SRGB) - 200))
    looks("icc/made-broken-tables.png", broken.getvalue(), RGB)


def reported():
    """Files that came with reports: beside an expected image, or as an independent decoder has them."""
    bounds = {"t31_ycbcr_lzw.tif": 1.0, "t32_lab_pillow.tif": 1.0, "t22e_small.tif": 0.5}
    refusals = {
        "t07b_int16.tif": ("UnsupportedFormat", "signed integers"),
        "mid_jpeg.tif": ("Damaged", "damaged"), "mid_zip.tif": ("Damaged", "damaged"), "t19_cut.tif": ("Damaged", "ends before"),
        "t20_huge_dims.tif": ("TooManyPixels", "60,000"), "t20b_zero.tif": ("Damaged", "no width"),
        "mid_gif.gif": ("Damaged", "damaged"), "g07c_cut.gif": ("Damaged", "ends before"), "g09_noimage.gif": ("Damaged", "no frame"),
        "b06_rle8.bmp": ("UnsupportedFormat", "RLE8"), "b12_jpeg.bmp": ("UnsupportedFormat", "JPEG"), "b15_ba.bmp": ("UnsupportedFormat", ""),
        "x_bm_text.bmp": ("UnsupportedFormat", "")}
    for path in sorted(path for folder in ("tiff", "bmp", "gif") for path in (FIELD / folder).iterdir()):
        file = f"{path.parent.name}/{path.name}"
        if path.name.startswith("made-") or path.name.endswith(".expected.png"):
            continue
        if path.name in refusals:
            refused(file, None, *refusals[path.name])
        elif path.name in WITH_IMAGE:
            cases.append({"file": file, "like": file + ".expected.png", "bound": bounds.get(path.name, 0)})
        else:
            expected, bound = good(path)
            looks(file, None, expected, bound)


def good(path):
    """What an independent decoder makes of a file that came without an expected image, and the bound."""
    if path.name in ("t06c_float32_grey255.tif",):
        return numpy.asarray(Image.open(path).convert("L")), 0
    if path.name == "b07_16_444.bmp":
        return (numpy.asarray(Image.open(FIELD / "bmp/b01_24.bmp").convert("RGB")) >> 4) * 17, 0.7  # ImageMagick 6 widens 4 bits by a shift
    if path.name == "t13b_cmyka.tif":
        return Image.open(FIELD / "tiff/t00.tif").convert("RGB"), 40
    if path.name in ("z_float_fish.tif",):
        return numpy.rint(numpy.asarray(Image.open(path)) * 255), 0
    if "cmyk" in path.name:
        return magick(path), 40
    if "icc_a98" in path.name:
        image = Image.open(path)
        return ImageCms.profileToProfile(image, io.BytesIO(image.info["icc_profile"]), ImageCms.createProfile("sRGB"), renderingIntent=1), 0.7
    if path.suffix == ".gif":
        image = Image.open(path).convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB"), 0
    if path.name in ("b03_os2v2_64.bmp", "b04_v2_52.bmp", "b08c_pal_in_24.bmp", "b08d_gap.bmp", "b10_planes0.bmp", "b14_topdown_os2.bmp"):
        return Image.open(FIELD / "bmp/b01_24.bmp").convert("RGB"), 0  # made from the same image; ImageMagick does not read all
    return magick(path), 0.7


def main():
    for folder in ("tiff", "bmp", "gif", "icc"):
        (FIELD / folder).mkdir(parents=True, exist_ok=True)
    reported()
    for part in (floats, integers, extras, colours, pages, framing, bitmaps, gifs, profiles):
        part()
    rows = ",\n".join("  " + json.dumps(case) for case in cases)
    (FIELD / "tiff-bmp-gif.json").write_text(f"[\n{rows}\n]\n")


if __name__ == "__main__":
    main()
