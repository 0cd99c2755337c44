#!/usr/bin/env python3
"""Networks of a user's own, from PyTorch: small ONNX files and the embeddings that PyTorch makes of images, for the tests of models add.

    python3 tests/reference/own_networks.py [--full DIR]   (Debian: apt-get install python3-torch python3-torchvision python3-pil)

fixtures/own/NAME.onnx are torchvision's MobileNetV3, EfficientNet and VisionTransformer with random weights, thin enough to be committed;
with --full DIR they are written to DIR at their real size. fixtures/own.json (DIR/own.json) has for each network its preset and output, and for
each image the embedding (float64, L2 norm 1) after torchvision's own preprocessing (Pillow); and for each preprocessing the SHA-256 of the pixels.
"""
import functools
import hashlib
import json
import pathlib
import sys

import torch
import torchvision
from PIL import Image
from torchvision.models.efficientnet import EfficientNet, MBConvConfig
from torchvision.models.mobilenetv3 import MobileNetV3, InvertedResidualConfig
from torchvision.models.vision_transformer import VisionTransformer
from torchvision.transforms import functional as F
from torchvision.transforms.functional import InterpolationMode as Mode

HERE = pathlib.Path(__file__).parent / "fixtures"
IMAGES = ["rgb-224.png", "rgb.png", "checks.png", "rings.png", "rgb-1x50.png", "rgb-50x1.png", "rgb-3x2.png"]
PRESETS = {  # shorter side before the crop as a multiple of 224, interpolation, mean, standard deviation
    "torchvision": (256, Mode.BILINEAR, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    "clip": (224, Mode.BICUBIC, (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)),
    "dinov2": (256, Mode.BICUBIC, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
}


def mobilenet(full):
    if full:
        return torchvision.models.mobilenet_v3_small(weights=None)
    conf = functools.partial(InvertedResidualConfig, width_mult=0.25)
    return MobileNetV3([conf(16, 3, 16, 16, True, "RE", 2, 1), conf(16, 3, 72, 24, False, "RE", 2, 1), conf(24, 5, 96, 40, True, "HS", 2, 1)],
                       last_channel=64, num_classes=48)


def efficientnet(full):
    if full:
        return torchvision.models.efficientnet_b0(weights=None)
    conf = functools.partial(MBConvConfig, width_mult=0.25, depth_mult=0.5)
    return EfficientNet([conf(1, 3, 1, 32, 16, 1), conf(6, 3, 2, 16, 24, 2), conf(6, 5, 2, 24, 40, 2)], dropout=0.0, num_classes=40)


class Tokens(torch.nn.Module):
    """A vision transformer without its head: a vector for each token, the class token first."""

    def __init__(self, full):
        super().__init__()
        self.vit = torchvision.models.vit_b_32(weights=None) if full else VisionTransformer(
            image_size=224, patch_size=32, num_layers=2, num_heads=2, hidden_dim=32, mlp_dim=64)

    def forward(self, x):
        x = self.vit._process_input(x)
        token = self.vit.class_token.expand(x.shape[0], -1, -1)
        return self.vit.encoder(torch.cat([token, x], dim=1))


NETWORKS = {  # builder, preset, pooling, what PyTorch's output becomes
    "mobilenet": (mobilenet, "torchvision", "none", lambda y: y),
    "efficientnet": (efficientnet, "clip", "none", lambda y: y),
    "vitcls": (Tokens, "dinov2", "cls", lambda y: y[:, 0]),
    "vitmean": (Tokens, "torchvision", "mean", lambda y: y.mean(dim=1)),
}


def prepared(image, preset):
    side, mode, mean, std = PRESETS[preset]
    cropped = F.center_crop(F.resize(image, side, mode), 224)
    return cropped, F.normalize(F.to_tensor(cropped), mean, std)


def main():
    full = "--full" in sys.argv
    folder = pathlib.Path(sys.argv[sys.argv.index("--full") + 1]) if full else HERE / "own"
    folder.mkdir(exist_ok=True, parents=True)
    images = {name: Image.open(HERE / "images" / name).convert("RGB") for name in IMAGES}
    result = {"pixels": {}, "networks": {}}
    for preset in PRESETS:
        result["pixels"][preset] = {
            name: hashlib.sha256(prepared(image, preset)[0].tobytes()).hexdigest() for name, image in images.items()}
    for name, (build, preset, pooling, pool) in NETWORKS.items():
        torch.manual_seed(7)
        network = build(full).eval()
        with torch.no_grad():
            # Statistics of a normalisation that was never trained leave its input as it is; these make each layer count.
            for module in network.modules():
                if isinstance(module, torch.nn.BatchNorm2d):
                    module.running_mean.normal_(0, 0.1)
                    module.running_var.uniform_(0.5, 1.5)
        # With gradients: without them PyTorch takes a fused attention that it cannot export.
        torch.onnx.export(network, torch.zeros(1, 3, 224, 224), str(folder / f"{name}.onnx"), opset_version=14,
                          input_names=["image"], output_names=["embedding"],
                          dynamic_axes=None if name.startswith("vit") else {"image": {0: "n"}, "embedding": {0: "n"}})
        with torch.no_grad():
            precise = network.double()
            embeddings = {}
            for file, image in images.items():
                vector = pool(precise(prepared(image, preset)[1].double()[None]))[0]
                embeddings[file] = [round(value, 9) for value in (vector / vector.norm()).tolist()]
        result["networks"][name] = {"preset": preset, "pooling": pooling, "embeddings": embeddings}
    path = folder / "own.json" if full else HERE / "own.json"
    path.write_text(json.dumps(result, indent=None, separators=(",", ":")) + "\n")


main()
