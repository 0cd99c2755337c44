using System.Net;
using Microsoft.Extensions.Http.Resilience;
using Polly;
using Polly.Retry;

namespace Pipeline.Cli.Setup;

/// <summary>
/// Sends the requests of downloads. One that cannot be sent, is not answered in time, or is answered with 408, 429 or 5xx, is sent again
/// after a pause that grows and varies. The body has no time limit: it may be large, and its reader notices if it stalls.
/// </summary>
internal static class WeightsClient
{
    private const int Retries = 3;
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan DefaultPause = TimeSpan.FromSeconds(0.5);

    /// <param name="pause">The pause before the first retry, by default half a second; it doubles for each further one.</param>
    public static HttpClient Create(TimeSpan? pause = null)
    {
        ResiliencePipeline<HttpResponseMessage> pipeline = new ResiliencePipelineBuilder<HttpResponseMessage>()
            .AddRetry(new HttpRetryStrategyOptions
            {
                MaxRetryAttempts = Retries,
                Delay = pause ?? DefaultPause,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                DelayGenerator = AskedFor,
            })
            .AddTimeout(AnswerTimeout)
            .Build();
        return new HttpClient(new ResilienceHandler(pipeline)
        {
            InnerHandler = new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.None },
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
            DefaultRequestHeaders = { { "User-Agent", "Pipeline" } },
        };
    }

    /// <summary>A server's Retry-After, limited to 30 seconds; null for the default pause.</summary>
    private static ValueTask<TimeSpan?> AskedFor(RetryDelayGeneratorArguments<HttpResponseMessage> arguments) =>
        new(arguments.Outcome.Result?.Headers.RetryAfter?.Delta is { } asked ? (asked < LongestPause ? asked : LongestPause) : null);
}
