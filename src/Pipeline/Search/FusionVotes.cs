using Pipeline.Models;

namespace Pipeline.Search;

/// <summary>
/// Which models vote for the fused list. An untrained model orders images by colour and texture at best: beside a trained one its vote
/// would make the list worse (docs/quality.md).
/// </summary>
internal static class FusionVotes
{
    /// <summary>The trained models; all of them while none is trained.</summary>
    /// <param name="installed">The installed models.</param>
    public static IReadOnlyList<InstalledModel> Of(IReadOnlyList<InstalledModel> installed)
    {
        ArgumentNullException.ThrowIfNull(installed);
        InstalledModel[] trained = [.. installed.Where(model => model.Weights != WeightsOrigin.Untrained)];
        return trained.Length > 0 ? trained : installed;
    }
}
