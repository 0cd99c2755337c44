using Pipeline.LocalHost.Settings;

namespace Pipeline.LocalHost.Http;

/// <summary>Holds requests to host.json's limits: so many run, so many wait, the rest is refused with 429.</summary>
internal sealed class RequestThrottle(HostJson host) : IDisposable
{
    private const string ScaleOutHeader = "X-FUNCTION-SCALEOUT";

    private readonly SemaphoreSlim _running = new(host.MaxConcurrentRequests > 0 ? host.MaxConcurrentRequests : int.MaxValue);
    private readonly int _maxOutstanding = host.MaxOutstandingRequests > 0 ? host.MaxOutstandingRequests : int.MaxValue;
    private int _outstanding;

    /// <summary>Answers a request when its turn comes.</summary>
    public async Task RunAsync(HttpContext context, RequestDelegate answer)
    {
        try
        {
            if (Interlocked.Increment(ref _outstanding) > _maxOutstanding)
            {
                context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
                context.Response.Headers[ScaleOutHeader] = "1";
                return;
            }

            await _running.WaitAsync(context.RequestAborted);
            try
            {
                await answer(context);
            }
            finally
            {
                _running.Release();
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is left to answer.
        }
        finally
        {
            Interlocked.Decrement(ref _outstanding);
        }
    }

    public void Dispose() => _running.Dispose();
}
