#!/usr/bin/env python3
"""Keras' preprocess_input in caffe mode, in NumPy, of every level of every channel.

    python3 tests/reference/preprocessing.py        (Debian: apt-get install python3-numpy)

writes fixtures/preprocessing.json: for the picture uint8[16, 16, 3] whose red counts up from 0, green down from 255 and blue by sevens, the bytes of
float32[3, 16, 16] (CHW, BGR) in base64. Keras casts to float32 first, turns RGB to BGR, and takes the channel means off in place.
"""
import base64
import json
import pathlib

import numpy

red = numpy.arange(256)
picture = numpy.stack([red, 255 - red, red * 7 % 256], axis=1).reshape(16, 16, 3).astype(numpy.uint8)
x = picture.astype("float32")[..., ::-1]
x[..., 0] -= 103.939
x[..., 1] -= 116.779
x[..., 2] -= 123.68
planes = numpy.ascontiguousarray(x.transpose(2, 0, 1)).astype("<f4")
target = pathlib.Path(__file__).parent / "fixtures" / "preprocessing.json"
target.write_text(json.dumps({"values": base64.b64encode(planes.tobytes()).decode()}, indent=1) + "\n")
