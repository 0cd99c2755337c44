using Pipeline.Storage;

namespace Pipeline.Indexing.Backfill;

/// <summary>Which records a backfill looks at.</summary>
/// <param name="Prefix">What the names of the images begin with; empty: all images.</param>
/// <param name="Models">The models.</param>
/// <param name="RetryRefused">Whether images are queued again whose stored version was refused.</param>
/// <param name="IsWhole">Whether these are all images and all models, so that nothing that failed earlier is passed over.</param>
internal sealed record BackfillScope(string Prefix, IReadOnlyList<ModelVersion> Models, bool RetryRefused, bool IsWhole)
{
    /// <summary>All images, all models of the app.</summary>
    public static BackfillScope Whole(IReadOnlyList<ModelVersion> models) => new("", models, RetryRefused: false, IsWhole: true);

    /// <summary>Whether another one means the same.</summary>
    public bool Matches(BackfillScope other) =>
        (Prefix, RetryRefused, IsWhole) == (other.Prefix, other.RetryRefused, other.IsWhole)
        && Models.ToHashSet().SetEquals(other.Models);
}
