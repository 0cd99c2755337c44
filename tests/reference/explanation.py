#!/usr/bin/env python3
"""Maps of where two images are similar by NumPy, for the tests of /api/explain.

    python3 tests/reference/explanation.py        (Debian: apt-get install python3-numpy; takes a second)

fixtures/explanation.json holds the outputs of a block for two images (float32, little-endian, base64, shape [channels, rows, columns], 0 or more as
a ReLU leaves them; one position of the first is zero), and by float64: the cosine of their averages, and for each image the cosine of each position
with the average of the other.
"""
import base64
import json
import pathlib

import numpy

SHAPES = {"a": (24, 5, 7), "b": (24, 5, 7)}


def block(seed, shape):
    random = numpy.random.default_rng(seed)
    return numpy.maximum(random.normal(0.2, 1, shape), 0).astype(numpy.float32)


def unit(vectors):
    """Vectors along the first axis, of length 1; zero stays zero."""
    lengths = numpy.linalg.norm(vectors, axis=0)
    return vectors / numpy.where(lengths == 0, 1, lengths)


blocks = {name: block(seed, shape) for seed, (name, shape) in enumerate(SHAPES.items())}
blocks["a"][:, 2, 3] = 0
wide = {name: values.astype(numpy.float64) for name, values in blocks.items()}
average = {name: unit(values.mean(axis=(1, 2))) for name, values in wide.items()}


def side(name, other):
    return {
        "shape": SHAPES[name],
        "values": base64.b64encode(blocks[name].tobytes()).decode(),
        "cosines": numpy.tensordot(average[other], unit(wide[name]), axes=1).tolist(),
    }


result = {"cosine": float(average["a"] @ average["b"]), "a": side("a", "b"), "b": side("b", "a")}
(pathlib.Path(__file__).parent / "fixtures" / "explanation.json").write_text(json.dumps(result) + "\n")
