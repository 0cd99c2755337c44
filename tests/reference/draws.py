"""The product's seeded weights, drawn anew in NumPy."""
import numpy

SEED = 1
GOLDEN = 0x9E3779B97F4A7C15


def mix(z):
    z = (z ^ (z >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
    return z ^ (z >> numpy.uint64(31))


def draw(layer, weight, count, start=0):
    """count draws of a nearly normal variable, from the start-th on: sums of twelve 16-bit uniforms, from SplitMix64 by counter."""
    stream = 0xCBF29CE484222325
    for part in f"{SEED}:{layer}/{weight}".encode():
        stream = (stream ^ part) * 0x100000001B3 % 2**64
    index = numpy.arange(start, start + count, dtype=numpy.uint64) * numpy.uint64(3)
    total = numpy.zeros(count, dtype=numpy.int64)
    for step in (1, 2, 3):
        z = mix(numpy.uint64(stream) + (index + numpy.uint64(step)) * numpy.uint64(GOLDEN))
        for shift in (0, 16, 32, 48):
            total += ((z >> numpy.uint64(shift)) & numpy.uint64(0xFFFF)).astype(numpy.int64)
    return (total - 12 * 65535 // 2) / 65536.0


def values(layer, weight, shape, start=0, stop=None):
    """float32, flat: an array of weights, or its elements from start to before stop."""
    if weight == "kernel":
        deviation = numpy.sqrt(2.0 / numpy.prod(shape[:-1]))
        offset, scale = 0.0, deviation / 64 if layer in ("block1_conv1", "conv1_conv") else deviation
    elif weight == "gamma":
        offset, scale = (0.25, 0.025) if layer.endswith("_3_bn") else (1.0, 0.1)
    elif weight == "moving_variance":
        offset, scale = 1.0, 0.05
    else:
        offset, scale = 0.0, 0.1
    stop = int(numpy.prod(shape)) if stop is None else stop
    return (offset + scale * draw(layer, weight, stop - start, start)).astype(numpy.float32)
