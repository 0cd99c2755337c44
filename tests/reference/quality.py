#!/usr/bin/env python3
"""Figures of groups and fused lists by scikit-learn and SciPy, for the tests of ./pipeline evaluate.

    python3 tests/reference/quality.py        (Debian: apt-get install python3-sklearn; takes seconds)

fixtures/quality.json holds the embeddings of two models (float32, little-endian, base64, L2 norm 1), the group of each image ("" for none), and
for each model and each fusion: per query the average precision, and over all queries mAP, recall@k, precision@k and the silhouette. A query is an
image with another of its group; all other images are searched. The silhouette is that of the queries alone.
"""
import base64
import json
import pathlib

import numpy
from scipy.stats import rankdata, zscore
from sklearn.metrics import average_precision_score, precision_score, recall_score, silhouette_samples
from sklearn.metrics.pairwise import cosine_similarity

KS = (1, 5, 10)
GROUPS = ["a"] * 9 + ["b"] * 2 + ["c"] * 14 + ["d"] * 5 + ["e"] * 3 + ["alone"] + ["single"] + [""] * 12


def embeddings(seed, length, spread):
    """Clusters that overlap, none negative, as a ReLU leaves them."""
    random = numpy.random.default_rng(seed)
    centres = {group: random.gamma(0.5, 1, length) for group in sorted(set(GROUPS))}
    vectors = numpy.array([(centres[group] if group else 0) + spread * random.gamma(0.5, 1, length) for group in GROUPS])
    return (vectors / numpy.linalg.norm(vectors, axis=1, keepdims=True)).astype(numpy.float32)


def figures(scores, groups):
    """scores: float64[images, images], higher is nearer; by scikit-learn, query by query."""
    queries = [i for i, group in enumerate(groups) if group and groups.count(group) > 1]
    precisions, recall, precision = [], {k: [] for k in KS}, {k: [] for k in KS}
    for query in queries:
        others = numpy.delete(numpy.arange(len(groups)), query)
        relevant = numpy.array([groups[other] == groups[query] for other in others])
        score = scores[query, others]
        assert numpy.diff(numpy.sort(score)).min() > 5e-11, "a tie: its order would be left to chance"
        precisions.append(average_precision_score(relevant, score))
        for k in KS:
            first = score >= numpy.sort(score)[-k]
            precision[k].append(precision_score(relevant, first))
            recall[k].append(float(recall_score(relevant, first) > 0))
    return {
        "queries": len(queries),
        "averagePrecisions": precisions,
        "meanAveragePrecision": numpy.mean(precisions),
        "recall": [numpy.mean(recall[k]) for k in KS],
        "precision": [numpy.mean(precision[k]) for k in KS],
    }


def silhouette(vectors, groups):
    queries = [i for i, group in enumerate(groups) if group and groups.count(group) > 1]
    return silhouette_samples(vectors[queries].astype(numpy.float64), [groups[i] for i in queries], metric="cosine").mean()


def standardised(cosines):
    """Each row without its own image, whose cosine with itself says nothing."""
    rows = numpy.full(cosines.shape, numpy.nan)
    for query in range(len(cosines)):
        others = numpy.delete(numpy.arange(len(cosines)), query)
        rows[query, others] = zscore(cosines[query, others])
    return rows


def reciprocal_ranks(cosines):
    rows = numpy.full(cosines.shape, numpy.nan)
    for query in range(len(cosines)):
        others = numpy.delete(numpy.arange(len(cosines)), query)
        rows[query, others] = 1 / (60 + rankdata(-cosines[query, others], method="ordinal"))
    return rows


def main():
    models = [embeddings(1, 24, 0.9), embeddings(2, 40, 1.3)]
    cosines = [cosine_similarity(model.astype(numpy.float64)) for model in models]
    lists = [{**figures(matrix, GROUPS), "silhouette": silhouette(model, GROUPS)} for model, matrix in zip(models, cosines)]
    # Sums of reciprocal ranks tie where two ranks change places; the name that sorts first, here the position, comes first.
    earlier = -1e-10 * numpy.arange(len(GROUPS))
    lists.append(figures(sum(map(reciprocal_ranks, cosines)) + earlier, GROUPS))
    lists.append(figures(sum(map(standardised, cosines)), GROUPS))
    fixture = {
        "groups": GROUPS,
        "models": [
            {"length": model.shape[1], "vectors": base64.b64encode(model.astype("<f4").tobytes()).decode()} for model in models
        ],
        "lists": lists,
    }
    path = pathlib.Path(__file__).parent / "fixtures" / "quality.json"
    path.write_text(json.dumps(fixture, indent=1) + "\n")
    for figure in lists:
        print(figure["meanAveragePrecision"], figure["recall"], figure["precision"], figure.get("silhouette"))


if __name__ == "__main__":
    main()
