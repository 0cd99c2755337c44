#!/usr/bin/env python3
"""Keras' official .h5 weight files, in their exact layout, with the seeded weights of networks.py. Written by h5py, read by the product.

    python3 tests/reference/weights.py                            the committed fixtures: a thirty-second of the width, 10 classes, input 64 x 64
    python3 tests/reference/weights.py --full vgg16 OUT.h5        the whole network, 138 million weights: tests make it when they run

(Debian: apt-get install python3-h5py python3-numpy; the fixtures also need python3-torch.) The layout is that of Keras' `Model.save_weights`: a
group for every layer with an attribute `weight_names`, in the old file format with symbol tables (h5py's default). The names inside differ with
Keras' age: VGG16's file has `block1_conv1_W_1:0` in the layer's group, ResNet50's has `conv1_conv/kernel:0`, a group within the group, and its
last layer is `probs`.

fixtures/weights/outputs.json holds every output of both small networks for one picture, computed by PyTorch in float64.
"""
import concurrent.futures
import json
import pathlib
import sys

import h5py
import numpy

from draws import values

DIVISOR, CLASSES, SIZE = 32, 10, 64
SLICE = 1 << 18  # elements drawn at a time: what a processor's cache holds
ORDER = ("kernel", "bias", "gamma", "beta", "moving_mean", "moving_variance")  # Keras' order within a layer


def theano_names(layer, weight):
    return f"{layer}_{'W' if weight == 'kernel' else 'b'}_1:0"


def tensorflow_names(layer, weight):
    return f"{layer}/{weight}:0"


def convolution(size, channels, filters):
    return {"kernel": (size, size, channels, filters), "bias": (filters,)}


def normalisation(channels):
    return {weight: (channels,) for weight in ("gamma", "beta", "moving_mean", "moving_variance")}


def dense(inputs, units):
    return {"kernel": (inputs, units), "bias": (units,)}


def vgg16(size=224, divisor=1, classes=1000):
    """{layer: {weight: shape}}"""
    layers, channels = {}, 3
    for block, (convolutions, width) in enumerate(((2, 64), (2, 128), (3, 256), (3, 512), (3, 512)), start=1):
        for index in range(1, convolutions + 1):
            layers[f"block{block}_conv{index}"] = convolution(3, channels, width // divisor)
            channels = width // divisor
    units = 4096 // divisor
    layers["fc1"] = dense(channels * (size // 32) ** 2, units)
    layers["fc2"] = dense(units, units)
    layers["predictions"] = dense(units, classes)
    return layers


def resnet50(size=224, divisor=1, classes=1000):
    """{layer: {weight: shape}}, the same for every size of input."""
    layers, channels = {}, 64 // divisor

    def normalised(name, *shape):
        layers[f"{name}_conv"] = convolution(*shape)
        layers[f"{name}_bn"] = normalisation(shape[-1])

    normalised("conv1", 7, 3, channels)
    for stack, (width, blocks) in enumerate(((64, 3), (128, 4), (256, 6), (512, 3)), start=2):
        filters = width // divisor
        for block in range(1, blocks + 1):
            name = f"conv{stack}_block{block}"
            if block == 1:
                normalised(f"{name}_0", 1, channels, 4 * filters)
            normalised(f"{name}_1", 1, channels, filters)
            normalised(f"{name}_2", 3, filters, filters)
            normalised(f"{name}_3", 1, filters, 4 * filters)
            channels = 4 * filters
    layers["predictions"] = dense(channels, classes)
    return layers


def fill(dataset, layer, weight, shape, pool):
    """Draws and writes an array a slice at a time: the largest has 411 MB."""
    row = int(numpy.prod(shape[1:]))
    rows = max(1, SLICE // row)
    starts = range(0, shape[0], rows)

    def slice_of(start):
        stop = min(start + rows, shape[0])
        return values(layer, weight, shape, start * row, stop * row).reshape((stop - start,) + shape[1:])

    for first in range(0, len(starts), 16):
        batch = starts[first:first + 16]
        for start, drawn in zip(batch, pool.map(slice_of, batch)):
            dataset[start:start + len(drawn)] = drawn


def write(path, layers, names, weightless=(), top="predictions", root=None):
    """A file as Keras' save_weights writes it; root: the group that a whole saved model keeps its weights in."""
    with h5py.File(path, "w") as file, concurrent.futures.ThreadPoolExecutor() as pool:
        group = file.create_group(root) if root else file
        renamed = {top if layer == "predictions" else layer: (layer, weights) for layer, weights in layers.items()}
        group.attrs["layer_names"] = numpy.array([name.encode() for name in (*renamed, *weightless)])
        group.attrs["backend"] = numpy.bytes_("tensorflow")
        group.attrs["keras_version"] = numpy.bytes_("2.0.0")
        for name in weightless:
            group.create_group(name).attrs["weight_names"] = []
        for name, (layer, weights) in renamed.items():
            inner = group.create_group(name)
            ordered = [weight for weight in ORDER if weight in weights]
            inner.attrs["weight_names"] = numpy.array([names(name, weight).encode() for weight in ordered])
            for weight in ordered:
                shape = weights[weight]
                fill(inner.create_dataset(names(name, weight), shape, dtype="<f4"), layer, weight, shape, pool)


def write_fixtures():
    folder = pathlib.Path(__file__).parent / "fixtures" / "weights"
    folder.mkdir(parents=True, exist_ok=True)
    width = {"divisor": DIVISOR, "classes": CLASSES}
    vgg16_layers, resnet50_layers = vgg16(SIZE, **width), resnet50(SIZE, **width)
    write(folder / "vgg16.h5", vgg16_layers, theano_names, weightless=("input_1", "block1_pool", "flatten"))
    write(folder / "resnet50.h5", resnet50_layers, tensorflow_names, weightless=("input_1", "conv1_pad"), top="probs")
    write(folder / "vgg16-saved-model.h5", vgg16_layers, tensorflow_names, root="model_weights")
    for name, layers, names in (("vgg16", vgg16_layers, theano_names), ("resnet50", resnet50_layers, tensorflow_names)):
        write(folder / f"{name}-no-top.h5", {layer: layers[layer] for layer in layers if layer not in ("fc1", "fc2", "predictions")}, names)

    import networks  # needs PyTorch, which a file alone does not
    import torch

    x = networks.preprocessed(networks.picture()[:SIZE, :SIZE])
    with torch.no_grad():
        outputs = {name: {key: networks.fixture(value) for key, value in network(x, **width).items()}
                   for name, network in (("vgg16", networks.vgg16), ("resnet50", networks.resnet50))}
    (folder / "outputs.json").write_text(json.dumps(outputs, indent=1) + "\n")


def main():
    match sys.argv[1:]:
        case []:
            write_fixtures()
        case ["--full", ("vgg16" | "resnet50") as name, path]:
            if name == "vgg16":
                write(path, vgg16(), theano_names)
            else:
                write(path, resnet50(), tensorflow_names, top="probs")
        case _:
            sys.exit("usage: weights.py [--full vgg16|resnet50 OUT.h5]")


if __name__ == "__main__":
    main()
