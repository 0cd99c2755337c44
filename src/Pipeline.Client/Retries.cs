using System.Net;
using Microsoft.Extensions.Http.Resilience;
using Polly;
using Polly.Retry;

namespace Pipeline.Client;

/// <summary>
/// Sends a request again that the app was too busy for: 429, or 503 with Retry-After, up to three times. Only a request that may be sent
/// twice: it changes nothing, or changes the same again, and its body can be read again.
/// </summary>
internal static class Retries
{
    private const int Count = 3;
    private static readonly HttpRequestOptionsKey<bool> Repeatable = new("Pipeline.Repeatable");
    private static readonly TimeSpan DefaultPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>Says that a request may be sent again.</summary>
    public static void Allow(HttpRequestMessage request) => request.Options.Set(Repeatable, true);

    /// <summary>Adds the strategy to a pipeline that sends requests.</summary>
    public static void AddTo(ResiliencePipelineBuilder<HttpResponseMessage> builder) => builder.AddRetry(new HttpRetryStrategyOptions
    {
        MaxRetryAttempts = Count,
        Delay = DefaultPause,
        BackoffType = DelayBackoffType.Exponential,
        UseJitter = true,
        ShouldHandle = arguments =>
            ValueTask.FromResult(arguments.Outcome.Result is { } response && IsBusy(response) && IsAllowed(response)),
        DelayGenerator = arguments => ValueTask.FromResult(PauseOf(arguments.Outcome.Result)),
    });

    /// <summary>The app, or its host, says that it is busy, and not that something is wrong.</summary>
    private static bool IsBusy(HttpResponseMessage response) =>
        response.StatusCode == HttpStatusCode.TooManyRequests
        || (response.StatusCode == HttpStatusCode.ServiceUnavailable && response.Headers.RetryAfter?.Delta is not null);

    private static bool IsAllowed(HttpResponseMessage response) =>
        response.RequestMessage?.Options.TryGetValue(Repeatable, out bool repeatable) == true && repeatable;

    /// <summary>What the response asks for, at most 30 seconds; null for the default.</summary>
    private static TimeSpan? PauseOf(HttpResponseMessage? response) =>
        response?.Headers.RetryAfter?.Delta is { } asked ? (asked < LongestPause ? asked : LongestPause) : null;
}
