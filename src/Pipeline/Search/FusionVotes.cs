using Pipeline.Models;

namespace Pipeline.Search;

/// <summary>
/// Which models vote for the fused list. An untrained model orders images by colour and texture at best: beside a trained one its vote
/// would make the list worse (docs/quality.md).
/// </summary>
internal static class FusionVotes
{
    /// <summary>The trained models; all of them while none is trained.</summary>
    /// <param name="serving">The models that respond to queries, asked or not.</param>
    public static IReadOnlyList<InstalledModel> Of(IReadOnlyList<InstalledModel> serving)
    {
        ArgumentNullException.ThrowIfNull(serving);
        InstalledModel[] trained = [.. serving.Where(model => model.Weights != WeightsOrigin.Untrained)];
        return trained.Length > 0 ? trained : serving;
    }
}
