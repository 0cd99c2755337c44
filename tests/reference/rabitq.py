#!/usr/bin/env python3
"""Codes of embeddings by NumPy, in double precision and by the definitions, for the tests of Pipeline.Search.Codes.

    python3 tests/reference/rabitq.py             writes fixtures/rabitq.json (Debian: apt-get install python3-numpy)
    python3 tests/reference/rabitq.py measure     what rounds of the rotation, bits of the query and ways of rounding do to the errors

Gao and Long, "RaBitQ: Quantizing High-Dimensional Vectors with a Theoretical Error Bound for Approximate Nearest Neighbor Search",
SIGMOD 2024. The fixture's arrays are base64, little-endian: float32 vectors, float64 expected values, uint64 words; signs are one byte
each, 1 for minus.
"""
import base64
import json
import pathlib
import sys

import numpy

ROUNDS = 3

# The best step for 16 levels of normally distributed numbers is 0.3352 of their deviation (Max, 1960).
BEST_HALF_STEP = 0.1676


def signs(seed, length, rounds=ROUNDS):
    """-1 or 1: [rounds, length]; bit j of SplitMix64's output k is the sign of number 64 k + j."""
    mask = 2**64 - 1
    result = []
    for k in range(rounds * length // 64):
        z = (seed + (k + 1) * 0x9E3779B97F4A7C15) & mask
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        z ^= z >> 31
        result += [-1.0 if (z >> j) & 1 else 1.0 for j in range(64)]
    return numpy.array(result).reshape(rounds, length)


def hadamard(length):
    """By Kronecker products, not by butterflies."""
    matrix = numpy.ones((1, 1))
    while len(matrix) < length:
        matrix = numpy.kron([[1, 1], [1, -1]], matrix)
    return matrix / numpy.sqrt(length)


def rotate(vectors, flips):
    length = flips.shape[1]
    padded = numpy.zeros((len(vectors), length))
    padded[:, : vectors.shape[1]] = vectors
    matrix = hadamard(length)
    for flip in flips:
        padded = (padded * flip) @ matrix
    return padded


def encode(vectors, centre, flips):
    """Rotated differences, their norms, and 1 / cosine of each with the direction of its signs."""
    rotated = rotate(vectors.astype(numpy.float64) - centre, flips)
    norms = numpy.linalg.norm(rotated, axis=1)
    directions = numpy.where(rotated >= 0, 1, -1) / numpy.sqrt(rotated.shape[1])
    return rotated, directions, norms, norms / (rotated * directions).sum(axis=1)


def round_query(rotated, bits=8, half=None, random=None):
    """To odd multiples of half a step; without one the outermost of them is the largest number."""
    levels = 2**bits - 1
    half = half or abs(rotated).max() / levels
    added = 0.5 if random is None else random.random(len(rotated))
    level = numpy.clip(numpy.floor(rotated / (2 * half) + levels / 2 + added), 0, levels)
    return (2 * level - levels) * half


def estimates(query, directions, norms, stretches, query_norm):
    return norms * stretches * (directions @ query) + 1 - (norms**2 + query_norm**2) / 2


def clustered(random, count, length, clusters=10):
    """As a ReLU leaves them: none negative, many zero."""
    centres = random.gamma(0.5, 1, (clusters, length))
    vectors = numpy.maximum(centres[random.integers(clusters, size=count)] + random.normal(-0.3, 0.8, (count, length)), 0)
    return (vectors / numpy.linalg.norm(vectors, axis=1, keepdims=True)).astype(numpy.float32)


def text(array, kind):
    return base64.b64encode(numpy.ascontiguousarray(array).astype(kind).tobytes()).decode()


def case(seed, dimension, count):
    random = numpy.random.default_rng(seed)
    vectors = clustered(random, count, dimension)
    queries = clustered(random, 3, dimension)
    queries[0] = vectors[0]
    centre = vectors.astype(numpy.float64).mean(axis=0).astype(numpy.float32)
    length = max(64, 1 << (dimension - 1).bit_length())
    flips = signs(seed, length)
    rotated, directions, norms, stretches = encode(vectors, centre, flips)
    assert abs(rotated).min() > 2e-7, "a sign that rounding may turn: take another seed"
    rotated_queries = rotate(queries.astype(numpy.float64) - centre, flips)
    for query in rotated_queries:
        place = query * 255 / abs(query).max() / 2
        assert abs(place - numpy.round(place)).min() > 1e-5, "a level that rounding may change: take another seed"
    return {
        "dimension": dimension,
        "seed": seed,
        "count": count,
        "vectors": text(vectors, "<f4"),
        "queries": text(queries, "<f4"),
        "centre": text(centre, "<f4"),
        "signs": text(flips.reshape(-1) < 0, "u1"),
        "rotated": text(rotated[0], "<f8"),
        "bits": text(numpy.packbits(directions > 0, axis=1, bitorder="little"), "u1"),
        "norms": text(norms, "<f8"),
        "stretches": text(stretches, "<f8"),
        "estimates": text(
            [estimates(round_query(q), directions, norms, stretches, numpy.linalg.norm(q)) for q in rotated_queries], "<f8"),
    }


def transform(padded):
    count, length = padded.shape
    half = 1
    while half < length:
        blocks = padded.reshape(count, length // (2 * half), 2, half)
        padded = numpy.stack([blocks[:, :, 0] + blocks[:, :, 1], blocks[:, :, 0] - blocks[:, :, 1]], axis=2).reshape(count, length)
        half *= 2
    return padded / numpy.sqrt(length)


def measure():
    random = numpy.random.default_rng(7)
    dimension, count = 2048, 2000
    sparse = numpy.zeros((count, dimension), numpy.float32)
    for row in sparse:
        row[random.choice(dimension, 3, replace=False)] = random.gamma(0.5, 1, 3) + 0.1
    sparse /= numpy.linalg.norm(sparse, axis=1, keepdims=True)
    for name, vectors in (("clustered", clustered(random, count, dimension)), ("three numbers", sparse)):
        centre = vectors.mean(axis=0, dtype=numpy.float64) if name == "clustered" else numpy.zeros(dimension)
        for rounds, bits, best, rounding in (
            (1, 32, False, "nearest"), (2, 32, False, "nearest"), (3, 32, False, "nearest"), (3, 8, False, "nearest"),
            (3, 6, False, "nearest"), (3, 4, False, "nearest"), (3, 4, True, "nearest"), (3, 4, False, "random")):
            errors, selves = [], []
            for seed in range(20):
                flips = signs(seed + 1, dimension, rounds)
                rotated = vectors.astype(numpy.float64) - centre
                for flip in flips:
                    rotated = transform(rotated * flip)
                norms = numpy.linalg.norm(rotated, axis=1)
                directions = numpy.where(rotated >= 0, 1, -1) / numpy.sqrt(dimension)
                stretches = norms / (rotated * directions).sum(axis=1)
                for index in range(seed, count, 200):
                    q = rotated[index]
                    half = BEST_HALF_STEP * norms[index] / numpy.sqrt(dimension) if best else None
                    rounded = q if bits == 32 else round_query(q, bits, half, random if rounding == "random" else None)
                    error = norms * stretches * (directions @ rounded) - rotated @ q
                    cosine = (rotated @ q) / (norms * norms[index])
                    noise = norms * norms[index] * numpy.sqrt((stretches**2 - 1) / (dimension - 1) * (1 - numpy.minimum(cosine**2, 1)))
                    others = numpy.arange(count) != index
                    errors.append((error / numpy.maximum(noise, 1e-9))[others])
                    selves.append(error[index])
            errors = numpy.concatenate(errors)
            step = "best step" if best else "whole range"
            print(f"{name}: {rounds} rounds, query {bits} bits, {step}, {rounding}: error / expected: "
                  f"mean {errors.mean():+.4f}, deviation {errors.std():.4f}, beyond 3: {(abs(errors) > 3).mean():.5f}, "
                  f"beyond 3.5: {(abs(errors) > 3.5).mean():.5f}; of the query itself {numpy.mean(selves):+.5f} +- {numpy.std(selves):.5f}",
                  flush=True)


if __name__ == "__main__":
    if sys.argv[1:] == ["measure"]:
        measure()
    else:
        cases = [case(3, 40, 24), case(4, 300, 16), case(6, 512, 12)]
        path = pathlib.Path(__file__).parent / "fixtures" / "rabitq.json"
        path.write_text(json.dumps({"cases": cases}, indent=1) + "\n")
        print(path, path.stat().st_size)
