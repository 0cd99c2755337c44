using Pipeline.Imaging;

namespace Pipeline.Tests.Imaging;

public class DecodingBudgetTests
{
    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Shares_that_fit_together_are_taken_together()
    {
        var budget = new DecodingBudget(100);

        await budget.TakeAsync(60, CancellationToken);
        await budget.TakeAsync(40, CancellationToken);
        Task third = budget.TakeAsync(1, CancellationToken);

        Assert.False(third.IsCompleted);
        budget.Return(40);
        await third;
    }

    [Fact]
    public async Task A_share_beyond_all_waits_to_be_alone()
    {
        var budget = new DecodingBudget(100);
        await budget.TakeAsync(1, CancellationToken);
        Task alone = budget.TakeAsync(1000, CancellationToken);

        Assert.False(alone.IsCompleted);
        budget.Return(1);
        await alone;

        Task next = budget.TakeAsync(1, CancellationToken);
        Assert.False(next.IsCompleted);
        budget.Return(1000);
        await next;
    }

    [Fact]
    public async Task A_large_share_is_not_overtaken_for_ever()
    {
        var budget = new DecodingBudget(100);
        await budget.TakeAsync(50, CancellationToken);
        Task large = budget.TakeAsync(80, CancellationToken);
        Task small = budget.TakeAsync(10, CancellationToken);

        Assert.Equal((false, false), (large.IsCompleted, small.IsCompleted));
        budget.Return(50);
        await Task.WhenAll(large, small);
    }

    [Fact]
    public async Task Who_goes_away_leaves_the_queue_to_those_behind()
    {
        var budget = new DecodingBudget(100);
        await budget.TakeAsync(50, CancellationToken);
        using var caller = CancellationTokenSource.CreateLinkedTokenSource(CancellationToken);
        Task large = budget.TakeAsync(80, caller.Token);
        Task small = budget.TakeAsync(10, CancellationToken);

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => large);
        await small;
        budget.Return(50);
        budget.Return(10);
        await budget.TakeAsync(100, CancellationToken);
    }
}
