using System.Text.Json.Serialization;

namespace Pipeline.Evaluation;

/// <summary>The result of an evaluation. Everything but <see cref="Thumbnails"/> and <see cref="Queries"/> is in its JSON.</summary>
/// <param name="Conditions">What it was made with.</param>
/// <param name="Lists">What is judged: each model's list, then the fused ones.</param>
/// <param name="Notes">What a reader of the figures has to know, in sentences.</param>
/// <param name="Refused">Images that were not accepted.</param>
/// <param name="Identical">Images that were left out because their bytes are those of another.</param>
/// <param name="Queries">Each query with its result in each list.</param>
/// <param name="Thumbnails">A small JPEG of each image that the report shows.</param>
internal sealed record EvaluationResult(
    EvaluationConditions Conditions,
    IReadOnlyList<JudgedList> Lists,
    IReadOnlyList<string> Notes,
    IReadOnlyList<RefusedImage> Refused,
    IReadOnlyList<IdenticalImage> Identical,
    [property: JsonIgnore] IReadOnlyList<EvaluatedQuery> Queries,
    [property: JsonIgnore] IReadOnlyDictionary<ShownImage, ReadOnlyMemory<byte>> Thumbnails)
{
    /// <summary>The list that search answers with where several models vote.</summary>
    [JsonIgnore]
    public JudgedList Fused => Lists.First(list => list.Key == FusionMethod.All[0].Key);
}

/// <summary>What an evaluation was made with.</summary>
/// <param name="Version">The product's version and revision.</param>
/// <param name="Models">The models.</param>
/// <param name="Images">How many images were searched.</param>
/// <param name="Groups">Groups of two or more of them.</param>
/// <param name="Distractors">Images of no such group: searched, and no query.</param>
/// <param name="CopyOriginals">Of how many images copies were made.</param>
/// <param name="Variants">The alterations.</param>
internal sealed record EvaluationConditions(
    string Version,
    IReadOnlyList<EvaluatedModel> Models,
    int Images,
    int Groups,
    int Distractors,
    int CopyOriginals,
    IReadOnlyList<string> Variants);

/// <summary>A model of an evaluation.</summary>
/// <param name="Key">Such as <c>vgg16</c>.</param>
/// <param name="Title">Such as <c>VGG16</c>.</param>
/// <param name="Weights">Where its weights come from.</param>
/// <param name="Votes">Whether it is part of the fused lists.</param>
/// <param name="Precision">The number format of its dense kernels.</param>
/// <param name="Fingerprint">What its embeddings are made with.</param>
/// <param name="Output">The layer that is the embedding.</param>
/// <param name="Length">The length of the embedding.</param>
internal sealed record EvaluatedModel(
    string Key, string Title, WeightsOrigin Weights, bool Votes, Precision Precision, string Fingerprint, string Output, int Length);

/// <summary>One order of the images, by a model or by a fusion, and how good it is.</summary>
/// <param name="Key">The model's key, or <c>fused</c>, as search does it, and <c>fused-reciprocal-ranks</c>.</param>
/// <param name="Title">Its name for people.</param>
/// <param name="IsFused">Whether it joins several models.</param>
/// <param name="Groups">How well groups find each other; null without two images of a group.</param>
/// <param name="GroupMisses">The worst queries of groups, the worst first.</param>
/// <param name="Copies">How well copies find their originals; null without copies.</param>
/// <param name="CopyMisses">The worst copies, the worst first.</param>
/// <param name="NearestOriginals">The pairs of different images with the largest cosines; empty for a fused list.</param>
internal sealed record JudgedList(
    string Key,
    string Title,
    bool IsFused,
    GroupFigures? Groups,
    IReadOnlyList<Miss> GroupMisses,
    CopyFigures? Copies,
    IReadOnlyList<Miss> CopyMisses,
    IReadOnlyList<NearestPair> NearestOriginals);

/// <summary>An image in the report.</summary>
/// <param name="Name">The image.</param>
/// <param name="Variant">The alteration; null for the image itself.</param>
internal sealed record ShownImage(string Name, string? Variant = null);

/// <summary>A query whose first result is wrong.</summary>
/// <param name="Query">The query.</param>
/// <param name="Found">The first result.</param>
/// <param name="FoundCosine">Its cosine; null for a fused list.</param>
/// <param name="Wanted">The best placed image that should have been found.</param>
/// <param name="WantedCosine">Its cosine; null for a fused list.</param>
/// <param name="WantedRank">Its rank, 2 or more.</param>
internal sealed record Miss(
    ShownImage Query, ShownImage Found, double? FoundCosine, ShownImage Wanted, double? WantedCosine, int WantedRank);

/// <summary>Two different images.</summary>
/// <param name="First">The one whose name sorts first.</param>
/// <param name="Second">The other.</param>
/// <param name="Cosine">Their cosine.</param>
internal sealed record NearestPair(ShownImage First, ShownImage Second, double Cosine);

/// <summary>A query and its results.</summary>
/// <param name="Image">The image, or the copy.</param>
/// <param name="Group">Its group; null for a copy.</param>
/// <param name="Outcomes">By list.</param>
internal sealed record EvaluatedQuery(ShownImage Image, string? Group, IReadOnlyList<QueryOutcome> Outcomes);
