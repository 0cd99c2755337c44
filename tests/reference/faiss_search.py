#!/usr/bin/env python3
"""FAISS on the embeddings that the benchmark run code-peers wrote: time to build, memory, time of a query and recall@10.

    dotnet run -c Release --project tests/Pipeline.Benchmarks -- code-peers 20000
    python3 tests/reference/faiss_search.py /tmp/code-peers.f32 2048      (Debian: apt-get install python3-faiss)

The file holds the embeddings and then 50 queries, float32. All on one thread.
"""
import resource
import sys
import time

import faiss
import numpy

LENGTH = int(sys.argv[2])
QUERIES = 50
TOP = 10

faiss.omp_set_num_threads(1)
values = numpy.fromfile(sys.argv[1], "<f4").reshape(-1, LENGTH)
stored, queries = values[:-QUERIES], values[-QUERIES:]


def measure(name, index, truth=None):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    if not index.is_trained:
        index.train(stored)
    index.add(stored)
    built = time.perf_counter() - start
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1e3
    times, found = [], []
    for query in queries:
        start = time.perf_counter()
        found.append(index.search(query[None], TOP)[1][0])
        times.append(1e3 * (time.perf_counter() - start))
    recall = 1.0 if truth is None else numpy.mean([len(set(a) & set(b)) / TOP for a, b in zip(found, truth)])
    print(f"FAISS {faiss.__version__} {name}: built in {built:.1f} s, {memory:.0f} MB more, {numpy.median(times):.2f} ms "
          f"(fastest {min(times):.2f}), recall {recall:.4f}", flush=True)
    return found


exact = measure("flat", faiss.IndexFlatIP(LENGTH))
measure("LSH, 2048 bits, rotated", faiss.IndexLSH(LENGTH, 2048, True, True), exact)
graph = faiss.IndexHNSWFlat(LENGTH, 32, faiss.METRIC_INNER_PRODUCT)
measure("HNSW 32, efSearch 16", graph, exact)
