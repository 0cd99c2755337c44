#!/usr/bin/env python3
"""Keras' official .h5 weight files, in their exact layout, with the seeded weights of networks.py. Written by h5py, read by the product.

    python3 tests/reference/weights.py                            the committed fixtures: a thirty-second of the width, 10 classes, input 64 x 64
    python3 tests/reference/weights.py --full vgg16 OUT.h5        the whole network, 138 million weights: tests make it when they run

(Debian: apt-get install python3-h5py python3-torch python3-numpy.) The layout is that of Keras' `Model.save_weights`: a group for every layer with
an attribute `weight_names`, in the old file format with symbol tables (h5py's default). The names inside differ with Keras' age: VGG16's file has
`block1_conv1_W_1:0` in the layer's group, ResNet50's has `conv1_conv/kernel:0`, a group within the group, and its last layer is `probs`.

fixtures/weights/outputs.json holds every output of both small networks for one picture, computed by PyTorch in float64.
"""
import concurrent.futures
import json
import pathlib
import sys

import h5py
import numpy
import torch

import networks

DIVISOR, CLASSES, SIZE = 32, 10, 64
SLICE = 1 << 18  # elements drawn at a time: what a processor's cache holds
ORDER = ("kernel", "bias", "gamma", "beta", "moving_mean", "moving_variance")  # Keras' order within a layer
NETWORKS = {"vgg16": networks.vgg16, "resnet50": networks.resnet50}


def theano_names(layer, weight):
    return f"{layer}_{'W' if weight == 'kernel' else 'b'}_1:0"


def tensorflow_names(layer, weight):
    return f"{layer}/{weight}:0"


def shapes(network, size, **width):
    """{layer: {weight: shape}} as the network asks for them; nothing is computed."""
    asked, drawn = {}, networks.seeded

    def note(layer, weight, *shape):
        asked.setdefault(layer, {})[weight] = shape
        return torch.empty(shape, device="meta")

    networks.seeded = note
    try:
        network(torch.empty((1, 3, size, size), device="meta"), **width)
    finally:
        networks.seeded = drawn
    return asked


def fill(dataset, layer, weight, shape, pool):
    """Draws and writes an array a slice at a time: the largest has 411 MB."""
    rows = max(1, SLICE // int(numpy.prod(shape[1:])))
    row = int(numpy.prod(shape[1:]))
    starts = range(0, shape[0], rows)

    def slice_of(start):
        stop = min(start + rows, shape[0])
        return networks.values(layer, weight, shape, start * row, stop * row).reshape((stop - start,) + shape[1:])

    for first in range(0, len(starts), 16):
        batch = starts[first:first + 16]
        for start, drawn in zip(batch, pool.map(slice_of, batch)):
            dataset[start:start + len(drawn)] = drawn


def write(path, asked, names, weightless=(), top="predictions", root=None):
    """A file as Keras' save_weights writes it; root: the group that a whole saved model keeps its weights in."""
    with h5py.File(path, "w") as file, concurrent.futures.ThreadPoolExecutor() as pool:
        group = file.create_group(root) if root else file
        renamed = {top if layer == "predictions" else layer: (layer, weights) for layer, weights in asked.items()}
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
    vgg16, resnet50 = (shapes(network, SIZE, **width) for network in NETWORKS.values())
    write(folder / "vgg16.h5", vgg16, theano_names, weightless=("input_1", "block1_pool", "flatten"))
    write(folder / "resnet50.h5", resnet50, tensorflow_names, weightless=("input_1", "conv1_pad"), top="probs")
    write(folder / "vgg16-saved-model.h5", vgg16, tensorflow_names, root="model_weights")
    for name, asked, names in (("vgg16", vgg16, theano_names), ("resnet50", resnet50, tensorflow_names)):
        write(folder / f"{name}-no-top.h5", {layer: weights for layer, weights in asked.items() if layer not in ("fc1", "fc2", "predictions")}, names)

    x = networks.preprocessed(networks.picture()[:SIZE, :SIZE])
    with torch.no_grad():
        outputs = {name: {key: networks.fixture(value) for key, value in network(x, **width).items()} for name, network in NETWORKS.items()}
    (folder / "outputs.json").write_text(json.dumps(outputs, indent=1) + "\n")


def main():
    match sys.argv[1:]:
        case []:
            write_fixtures()
        case ["--full", ("vgg16" | "resnet50") as name, path]:
            names, top = (theano_names, "predictions") if name == "vgg16" else (tensorflow_names, "probs")
            write(path, shapes(NETWORKS[name], 224), names, top=top)
        case _:
            sys.exit("usage: weights.py [--full vgg16|resnet50 OUT.h5]")


if __name__ == "__main__":
    main()
