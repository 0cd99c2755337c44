"""Processor milliseconds that PyTorch takes for one image, beside which tests/Pipeline.Benchmarks puts ONNX Runtime.

Usage: torch_timing.py NETWORK THREADS RUNS; needs Debian's python3-torch, python3-torchvision and libopenblas0-pthread. Weights are
random. Prints the median, and the peak memory in megabytes. Without OpenBLAS a run of ResNet50 takes 560 ms instead of 90: with one thread
PyTorch 1.13 leaves kernels of 1 x 1 to BLAS, and Debian's reference BLAS is that slow.
"""
import statistics
import sys
import time

import torch
import torchvision

network, threads, runs = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
with open("/proc/self/maps") as maps:
    if "openblas" not in maps.read():
        sys.exit("BLAS is not OpenBLAS: install Debian's libopenblas0-pthread.")
torch.set_num_threads(threads)
model = getattr(torchvision.models, network)().eval()
image = torch.rand(1, 3, 224, 224)
times = []
with torch.inference_mode():
    for _ in range(runs + 2):
        start = time.process_time()
        model(image)
        times.append((time.process_time() - start) * 1000)
# Not getrusage's ru_maxrss, which a process starts with at that of the one that started it.
with open("/proc/self/status") as status:
    peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1000
print(f"{statistics.median(times[2:]):.1f} {peak:.0f}")
