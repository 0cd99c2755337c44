using System.Diagnostics;

namespace Pipeline.IntegrationTests.Hosting;

/// <summary>
/// Waiting for something that another process does. The limit only ends a test that would hang; no test measures time by it.
/// </summary>
internal static class Wait
{
    /// <summary>Ten minutes: five times what the slowest of these took on two loaded cores.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    public static async Task UntilAsync(Func<Task<bool>> condition, Func<string> what)
    {
        long start = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(start) > Limit)
            {
                throw new TimeoutException($"Waited {Limit.TotalSeconds:n0} s in vain for {what()}");
            }

            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }
}
