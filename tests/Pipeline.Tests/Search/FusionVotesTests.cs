using Pipeline.Models;
using Pipeline.Search;

namespace Pipeline.Tests.Search;

public class FusionVotesTests
{
    private static readonly InstalledModel Untrained = IndexedStorage.Model with { Weights = WeightsOrigin.Untrained };
    private static readonly InstalledModel Trained = IndexedStorage.Model with { Weights = WeightsOrigin.ImageNet };
    private static readonly InstalledModel Own = IndexedStorage.Model with { Weights = WeightsOrigin.Own };

    [Fact]
    public void Beside_a_trained_model_an_untrained_one_has_no_vote() =>
        Assert.Equal([Trained, Own], FusionVotes.Of([Untrained, Trained, Own]));

    [Fact]
    public void Where_none_is_trained_all_vote() => Assert.Equal([Untrained], FusionVotes.Of([Untrained]));
}
