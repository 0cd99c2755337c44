"""Milliseconds that PyTorch takes for one image, beside which tests/Pipeline.Benchmarks puts ONNX Runtime.

Usage: torch_timing.py NETWORK THREADS RUNS; needs Debian's python3-torch and python3-torchvision. Weights are random.
Prints the median.
"""
import statistics
import sys
import time

import torch
import torchvision

network, threads, runs = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
torch.set_num_threads(threads)
model = getattr(torchvision.models, network)().eval()
image = torch.rand(1, 3, 224, 224)
times = []
with torch.inference_mode():
    for _ in range(runs + 2):
        start = time.perf_counter()
        model(image)
        times.append((time.perf_counter() - start) * 1000)
print(f"{statistics.median(times[2:]):.1f}")
