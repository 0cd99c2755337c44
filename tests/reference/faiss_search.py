#!/usr/bin/env python3
"""FAISS and NumPy on the embeddings that the benchmark run code-peers wrote: time to build, memory, time of a query and recall@10.

    dotnet run -c Release --project tests/Pipeline.Benchmarks -- code-peers FOLDER 100000 2048
    OPENBLAS_NUM_THREADS=1 python3 tests/reference/faiss_search.py FOLDER 2048
    (Debian: apt-get install python3-faiss python3-numpy libopenblas0-pthread)

The file holds the embeddings and then 50 queries, float32. A graph is built once and kept in the folder. All on one thread.
"""
import ctypes
import os
import sys
import time

import faiss
import numpy

FOLDER, LENGTH = sys.argv[1], int(sys.argv[2])
QUERIES = 50
TOP = 10

faiss.omp_set_num_threads(1)
values = numpy.fromfile(os.path.join(FOLDER, "embeddings.f32"), "<f4").reshape(-1, LENGTH)
stored, queries = values[:-QUERIES], values[-QUERIES:]


def blas():
    """What NumPy multiplies with."""
    with open("/proc/self/maps") as maps:
        library = next(line.split()[-1] for line in maps if "libblas" in line or "openblas" in line)
    config = getattr(ctypes.CDLL(library), "openblas_get_config", None)
    if config is None:
        return library
    config.restype = ctypes.c_char_p
    return config().decode()


def resident():
    """Megabytes of the process."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def measure(name, built, memory, search, truth=None):
    search(queries[0])
    times, found = [], []
    for query in queries:
        start = time.perf_counter()
        found.append(search(query))
        times.append(1e3 * (time.perf_counter() - start))
    recall = 1.0 if truth is None else numpy.mean([len(set(a) & set(b)) / TOP for a, b in zip(found, truth)])
    print(f"{name}: built in {built:.1f} s, {memory:.0f} MB, {numpy.median(times):.2f} ms (fastest {min(times):.2f}), recall {recall:.4f}",
          flush=True)
    return found


def product(query):
    cosines = stored @ query
    best = numpy.argpartition(cosines, -TOP)[-TOP:]
    return best[numpy.argsort(-cosines[best])]


def faiss_index(name, index, truth):
    path = os.path.join(FOLDER, f"{name}.faiss")
    if not os.path.exists(path):
        start = time.perf_counter()
        index.add(stored)
        seconds = time.perf_counter() - start
        faiss.write_index(index, path)
        with open(f"{path}.seconds", "w") as file:
            file.write(str(seconds))
    del index
    before = resident()
    index = faiss.read_index(path)
    with open(f"{path}.seconds") as file:
        measure(f"FAISS {faiss.__version__} {name}", float(file.read()), resident() - before,
                lambda query: index.search(query[None], TOP)[1][0], truth)


exact = measure(f"NumPy {numpy.__version__} product, {blas()}", 0, stored.nbytes / 1e6, product)
faiss_index("IndexFlatIP", faiss.IndexFlatIP(LENGTH), exact)
faiss_index("IndexHNSWFlat, M 32, efSearch 16", faiss.IndexHNSWFlat(LENGTH, 32, faiss.METRIC_INNER_PRODUCT), exact)
