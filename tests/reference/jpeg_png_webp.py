#!/usr/bin/env python3
"""JPEG, PNG and WebP files of kinds that people met in the field, and what an independent decoder makes of them.

    python3 tests/reference/jpeg_png_webp.py   (Debian: apt-get install python3-pil python3-numpy libjpeg-turbo-progs)

writes field/jpeg/made-* and field/jpeg-png-webp.json: for each file of field/{jpeg,png,webp} either what it must look like and the mean
absolute difference per channel that is allowed, or the fault and words of its refusal. Expected images are Pillow's (ImageMagick's where Pillow reads none), over white and by the
embedded profile; where that is within 3.0 of the plain file that most were made from, the plain file itself. Files without 'made-' came
with reports; they are inputs of this script, too.
"""
import io
import json
import pathlib
import struct
import subprocess

import numpy
from PIL import Image, ImageCms, ImageOps

from images import encode, picture

FIELD = pathlib.Path(__file__).parent / "field"
BASE = picture(75, 52, 5)
PLAIN = {"jpeg": "jpeg/j00_plain.jpg", "webp": "webp/w01.webp"}
cases = []

DAMAGED = ["jpeg/j40_half_then_eoi.jpg", "jpeg/j40d_half_garbage.jpg", "jpeg/j17c_cut100.jpg", "jpeg/j28b_prog_cut.jpg", "jpeg/j40c_half_ff.jpg",
           "png/p09b_crc_ihdr.png", "png/p09i_shortidat.png", "webp/w06_riff_big.webp", "webp/w06b_riff_small.webp",
           "webp/w06d_cut1.webp", "webp/w06e_cut.webp", "webp/w06g_lossy_cut1.webp"]
UNSUPPORTED = {"jpeg/j13_12bit.jpg": "has 12 bits a sample", "jpeg/j20_leading_nl.jpg": "A JPEG starts at byte 1, after a line break."}

# Pillow does not read these, or reads them otherwise, and they were made from the plain file.
AS_PLAIN = ["jpeg/j23_dnl.jpg", "jpeg/j17_noeoi.jpg"]

# Chrominance of a quarter of the lines is smoothed otherwise.
BOUNDS = {"jpeg/j22_sample1x4.jpg": 2.5}


def looks(file, data, like, bound=0.0):
    (FIELD / file).write_bytes(data)
    cases.append({"file": file, "like": like, "bound": bound})


def refused(file, data, fault, words):
    if data is not None:
        (FIELD / file).write_bytes(data)
    cases.append({"file": file, "fault": fault, "words": words})


def by_profile(image):
    """As sRGB by the embedded profile where it fits the pixels; else as it is."""
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
        return ImageCms.profileToProfile(image, profile, ImageCms.createProfile("sRGB"), outputMode="RGB",
                                         renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC)
    except (KeyError, OSError, ImageCms.PyCMSError):
        return image


def by_magick(path):
    command = ["/usr/bin/convert", path, "-background", "white", "-flatten", "-depth", "8", "PPM:-"]
    return Image.open(io.BytesIO(subprocess.run(command, capture_output=True).stdout)).convert("RGB")


def upright(path):
    """What Pillow makes of a file, or ImageMagick of one that Pillow does not read: RGB over white."""
    try:
        image = Image.open(path)
        image.load()
    except (OSError, SyntaxError):
        return by_magick(path)
    if image.mode.startswith("I") and "transparency" in image.info:
        return by_magick(path)
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I"):
        return Image.fromarray((numpy.asarray(image) / 257 + 0.5).astype(numpy.uint8)).convert("RGB")
    if image.mode in ("RGBA", "LA", "P", "PA") or "transparency" in image.info:
        profile = image.info.get("icc_profile")
        rgba = image.convert("RGBA")
        rgb = image.getchannel("L") if image.mode == "LA" else rgba.convert("RGB")
        rgb.info["icc_profile"] = profile
        rgb = by_profile(rgb).convert("RGB") if profile else rgb.convert("RGB")
        return Image.composite(rgb, Image.new("RGB", image.size, "white"), rgba.getchannel("A"))
    return by_profile(image).convert("RGB")


def difference(one, other):
    return numpy.abs(numpy.asarray(one).astype(int) - numpy.asarray(other)).mean() if one.size == other.size else 255


def reported():
    for path in sorted(path for folder in ("jpeg", "png", "webp") for path in (FIELD / folder).iterdir()):
        file = f"{path.parent.name}/{path.name}"
        if path.name.startswith("made-") or path.name.endswith(".expected.png"):
            continue
        if file in DAMAGED or file in UNSUPPORTED:
            refused(file, None, "Damaged" if file in DAMAGED else "UnsupportedFormat", UNSUPPORTED.get(file, "it is damaged"))
            continue
        if file == "jpeg/j25b_orient_byte.jpg":
            # Pillow takes no orientation of this type; browsers and we do.
            cases.append({"file": file, "like": "jpeg/j25_orient_long.jpg", "bound": 0.0})
            continue
        plain = PLAIN.get(path.parent.name)
        image = None if file in AS_PLAIN else upright(path)
        if image is None or (plain not in (None, file) and difference(image, upright(FIELD / plain)) <= 3):
            like = plain
        else:
            like = file + ".expected.png"
            image.save(FIELD / like, optimize=True)
        cases.append({"file": file, "like": like, "bound": BOUNDS.get(file, 0.0 if file in AS_PLAIN else 3.0 if like == plain else 1.0)})


def segment(marker, body):
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def after_frame(data):
    """The offset of the frame header's marker, and of the first scan's."""
    at = 2
    frame = None
    while data[at + 1] != 0xDA:
        frame = at if data[at + 1] in (0xC0, 0xC1, 0xC2) else frame
        at += 2 + struct.unpack(">H", data[at + 2:at + 4])[0]
    return frame, at


def made():
    plain = encode(BASE, format="JPEG", quality=85)
    progressive = encode(BASE, format="JPEG", quality=85, progressive=True)
    restarts = subprocess.run(["cjpeg", "-quality", "85", "-sample", "2x2", "-restart", "1"], input=encode(BASE, format="PPM"), capture_output=True, check=True).stdout
    arithmetic = subprocess.run(["cjpeg", "-quality", "85", "-arithmetic"], input=encode(BASE, format="PPM"), capture_output=True, check=True).stdout
    for name, data in (("plain", plain), ("progressive", progressive), ("restarts", restarts), ("arithmetic", arithmetic)):
        looks(f"jpeg/made-{name}.jpg", data, f"jpeg/made-{name}.jpg.expected.png", 1.0)
        Image.open(io.BytesIO(data)).convert("RGB").save(FIELD / f"jpeg/made-{name}.jpg.expected.png", optimize=True)

    for name, data in (("plain", plain), ("progressive", progressive), ("restarts", restarts)):
        like = f"jpeg/made-{name}.jpg"
        frame, scan = after_frame(data)
        end = len(data) - 2
        looks(f"jpeg/made-{name}-no-eoi.jpg", data[:end], like)
        looks(f"jpeg/made-{name}-half-eoi.jpg", data[:end + 1], like)
        looks(f"jpeg/made-{name}-zeros.jpg", data[:end] + bytes(700), like)
        looks(f"jpeg/made-{name}-then-image.jpg", data[:end] + plain, like)
        looks(f"jpeg/made-{name}-trailer.jpg", data + b"trailer" * 50, like)
        looks(f"jpeg/made-{name}-padded.jpg", data[:frame] + bytes(9) + data[frame:scan] + b"\x12\x34" + data[scan:end] + b"\xff" * 30 + data[end:], like)
        height = data[frame + 5:frame + 7]
        later = data.find(b"\xff\xc4", scan) if name == "progressive" else end
        looks(f"jpeg/made-{name}-dnl.jpg", data[:frame + 5] + bytes(2) + data[frame + 7:later] + segment(0xDC, height) + data[later:], like)
        refused(f"jpeg/made-{name}-no-height.jpg", data[:frame + 5] + bytes(2) + data[frame + 7:], "Damaged", "it is damaged")
        for missing in (1, 2, 40):
            refused(f"jpeg/made-{name}-short-{missing}.jpg", data[:end - missing] + data[end:], "Damaged", "it is damaged")
        noise = numpy.random.default_rng(7).integers(0, 255, end, dtype=numpy.uint8).tobytes()  # 255 would make markers
        for part in (2, 4):
            begin = end - (end - scan) // part
            refused(f"jpeg/made-{name}-noise-{part}.jpg", data[:begin] + noise[begin:] + data[end:], "Damaged", "it is damaged")
        refused(f"jpeg/made-{name}-cut.jpg", data[:end - 60], "Damaged", "it is damaged")
        for marker, words in ((0xC3, "is a lossless one"), (0xC6, "is a hierarchical one")):
            refused(f"jpeg/made-{name}-{marker:x}.jpg", data[:frame + 1] + bytes([marker]) + data[frame + 2:], "UnsupportedFormat", words)
        refused(f"jpeg/made-{name}-12.jpg", data[:frame + 4] + b"\x0c" + data[frame + 5:], "UnsupportedFormat", "has 12 bits a sample")

    # A whole interval lost, one restart marker gone, and 9 bytes too many before each.
    first, second = restarts.find(b"\xff\xd0"), restarts.find(b"\xff\xd1")
    refused("jpeg/made-interval-lost.jpg", restarts[:first] + restarts[second:], "Damaged", "it is damaged")
    refused("jpeg/made-marker-lost.jpg", restarts[:first] + restarts[first + 2:], "Damaged", "it is damaged")
    many = restarts
    for number in range(8):
        many = many.replace(bytes([0xFF, 0xD0 + number]), b"\x12\x34\x56\x78\x9a\x12\x34\x56\x78\xff" + bytes([0xD0 + number]))
    looks("jpeg/made-extraneous.jpg", many, "jpeg/made-restarts.jpg")
    hidden = many[:many.find(b"\xff\xd2") - 30] + many[many.find(b"\xff\xd2"):]
    refused("jpeg/made-extraneous-and-short.jpg", hidden, "Damaged", "it is damaged")

    # Scans lost between two others: with the end marker that is allowed, without it the file was cut.
    scans = [at for at in range(len(progressive) - 1) if progressive[at] == 0xFF and progressive[at + 1] == 0xDA]
    tables = progressive.rfind(b"\xff\xc4", 0, scans[-1])
    refused("jpeg/made-scans-cut.jpg", progressive[:tables], "Damaged", "it is damaged")
    refused("jpeg/made-one-scan.jpg", progressive[:progressive.find(b"\xff\xc4", scans[0])], "Damaged", "it is damaged")
    refused("jpeg/made-many-scans.jpg", progressive[:-2] + progressive[scans[-1]:-2] * 120 + progressive[-2:], "UnsupportedFormat", "more than 100 scans")
    frame, scan = after_frame(plain)
    size = 2 + struct.unpack(">H", plain[frame + 2:frame + 4])[0]
    refused("jpeg/made-two-frames.jpg", plain[:scan] + plain[frame:frame + size] + plain[scan:], "Damaged", "it is damaged")
    big = plain[:frame + 5] + struct.pack(">HH", 7000, 7000) + plain[frame + 9:]
    refused("jpeg/made-huge.jpg", big, "Damaged", "it is damaged")
    refused("jpeg/made-arithmetic-cut.jpg", arithmetic[:-2], "Damaged", "it is damaged")


def main():
    reported()
    made()
    (FIELD / "jpeg-png-webp.json").write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")


if __name__ == "__main__":
    main()
