using Pipeline.IntegrationTests.Hosting;
using Xunit.Sdk;
using Xunit.v3;

// Test classes wait for processes, timers and storage more than half of their time.
[assembly: Parallelization(Mode = ParallelMode.Collections, MaxThreads = 4)]
[assembly: TestCollectionOrderer(typeof(LongestFirst))]

namespace Pipeline.IntegrationTests.Hosting;

/// <summary>
/// Collections of several classes begin before those of one, because they take the longest: what begins last ends last, and the other
/// threads have nothing left to do meanwhile.
/// </summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(
        IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [
            .. testCollections
                .OrderByDescending(collection => collection.TestCollectionClassName is not null)
                .ThenBy(collection => collection.TestCollectionDisplayName, StringComparer.Ordinal),
        ];
}

/// <summary>Tests that measure this very process, such as what it allocates: they run after all others, one by one.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

/// <summary>Tests of commands that prepare the checkout, which only one command at a time may do, and that serve from it.</summary>
[CollectionDefinition(nameof(Checkout))]
public sealed class Checkout;
