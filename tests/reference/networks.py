#!/usr/bin/env python3
"""VGG16 and ResNet50 in PyTorch, with the product's seeded weights drawn anew in NumPy.

An independent implementation of both networks and of the draw: nothing here reads what the product wrote. It runs in float64, so what it gives is
the exact answer as far as float32 can tell, and writes small fixtures that tests compare with:

    python3 tests/reference/networks.py        (Debian: apt-get install python3-torch python3-numpy; takes about a minute)

fixtures/networks.json holds for every output its shape, its L2 norm and evenly spread values (float32, little-endian, base64);
fixtures/draws.json holds SHA-256 hashes of drawn weights (float32, little-endian), which must be equal bit for bit.
"""
import base64
import hashlib
import json
import pathlib

import numpy
import torch
from torch.nn import functional

from draws import values

MEAN = (103.939, 116.779, 123.68)  # blue, green, red: Keras' preprocess_input, caffe mode
SAMPLES = 1024


def seeded(layer, weight, *shape):
    return torch.from_numpy(values(layer, weight, shape).reshape(shape)).double()


def convolution(x, layer, filters, size, stride=1, padding=0):
    kernel = seeded(layer, "kernel", size, size, x.shape[1], filters).permute(3, 2, 0, 1)
    return functional.conv2d(x, kernel, seeded(layer, "bias", filters), stride=stride, padding=padding)


def normalisation(x, layer):
    mean, variance, gamma, beta = (seeded(layer, weight, x.shape[1]) for weight in ("moving_mean", "moving_variance", "gamma", "beta"))
    return functional.batch_norm(x, mean, variance, gamma, beta, training=False, eps=1.001e-5)


def dense(x, layer, units):
    return x @ seeded(layer, "kernel", x.shape[1], units) + seeded(layer, "bias", units)


def vgg16(x, divisor=1, classes=1000):
    outputs = {}
    for block, (convolutions, filters) in enumerate(((2, 64), (2, 128), (3, 256), (3, 512), (3, 512)), start=1):
        for index in range(1, convolutions + 1):
            x = torch.relu(convolution(x, f"block{block}_conv{index}", filters // divisor, 3, padding=1))
        outputs[f"block{block}_conv{convolutions}"] = x
        x = functional.max_pool2d(x, 2)
    outputs["block5_pool"] = x.mean(dim=(2, 3))
    x = x.permute(0, 2, 3, 1).reshape(1, -1)  # Keras flattens height, width, channel
    x = torch.relu(dense(x, "fc1", 4096 // divisor))
    x = torch.relu(dense(x, "fc2", 4096 // divisor))
    outputs["fc2"] = x
    outputs["predictions"] = torch.softmax(dense(x, "predictions", classes), dim=1)
    return outputs


def resnet50(x, divisor=1, classes=1000):
    outputs = {}
    x = functional.pad(x, (3, 3, 3, 3))
    x = torch.relu(normalisation(convolution(x, "conv1_conv", 64 // divisor, 7, stride=2), "conv1_bn"))
    outputs["conv1_relu"] = x
    x = functional.max_pool2d(functional.pad(x, (1, 1, 1, 1)), 3, stride=2)
    for stack, (width, blocks, first) in enumerate(((64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2)), start=2):
        filters = width // divisor
        for block in range(1, blocks + 1):
            name, stride, shortcut = f"conv{stack}_block{block}", first if block == 1 else 1, x
            if block == 1:
                shortcut = normalisation(convolution(x, f"{name}_0_conv", 4 * filters, 1, stride=stride), f"{name}_0_bn")
            x = torch.relu(normalisation(convolution(x, f"{name}_1_conv", filters, 1, stride=stride), f"{name}_1_bn"))
            x = torch.relu(normalisation(convolution(x, f"{name}_2_conv", filters, 3, padding=1), f"{name}_2_bn"))
            x = normalisation(convolution(x, f"{name}_3_conv", 4 * filters, 1), f"{name}_3_bn")
            x = torch.relu(x + shortcut)
        outputs[f"{name}_out"] = x
    x = x.mean(dim=(2, 3))
    outputs["avg_pool"] = x
    outputs["predictions"] = torch.softmax(dense(x, "predictions", classes), dim=1)
    return outputs


def picture():
    """uint8[224, 224, 3], HWC, RGB: a pattern that tests make again from the same line."""
    y, x, c = numpy.meshgrid(numpy.arange(224), numpy.arange(224), numpy.arange(3), indexing="ij")
    return (3 * x + 5 * y + 71 * c + x * y // 16) % 256


def preprocessed(rgb):
    """uint8[H, W, 3] to float64[1, 3, H, W] as the networks take it."""
    bgr = rgb[:, :, ::-1].astype(numpy.float32) - numpy.array(MEAN, dtype=numpy.float32)
    return torch.from_numpy(numpy.ascontiguousarray(bgr.transpose(2, 0, 1))[None]).double()


def fixture(tensor):
    flat = tensor.numpy()[0].ravel()
    step = max(1, flat.size // SAMPLES) if flat.size > 4096 else 1
    return {
        "shape": list(tensor.shape[1:]),
        "norm": float(numpy.linalg.norm(flat)),
        "step": step,
        "values": base64.b64encode(flat[::step].astype("<f4").tobytes()).decode(),
    }


DRAWS = (
    ("block1_conv1", "kernel", (3, 3, 3, 64)),
    ("block1_conv1", "bias", (64,)),
    ("conv1_conv", "kernel", (7, 7, 3, 64)),
    ("conv2_block1_3_bn", "gamma", (256,)),
    ("conv1_bn", "moving_variance", (64,)),
    ("conv5_block1_2_conv", "kernel", (3, 3, 512, 512)),
    ("predictions", "kernel", (2048, 1000)),
)


def main():
    fixtures = pathlib.Path(__file__).parent / "fixtures"
    draws = [
        {
            "layer": layer,
            "weight": weight,
            "shape": shape,
            "sha256": hashlib.sha256(seeded(layer, weight, *shape).float().numpy().astype("<f4").tobytes()).hexdigest(),
        }
        for layer, weight, shape in DRAWS
    ]
    (fixtures / "draws.json").write_text(json.dumps(draws, indent=1) + "\n")

    x = preprocessed(picture())
    with torch.no_grad():
        networks = {name: {key: fixture(value) for key, value in network(x).items()} for name, network in (("vgg16", vgg16), ("resnet50", resnet50))}
    (fixtures / "networks.json").write_text(json.dumps(networks, indent=1) + "\n")
    for name, outputs in networks.items():
        for key, value in outputs.items():
            print(f"{name:9} {key:18} {str(value['shape']):16} norm {value['norm']:.6g}")


if __name__ == "__main__":
    main()
