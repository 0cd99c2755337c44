using Pipeline.LocalHost.Settings;

namespace Pipeline.LocalHost.Http;

/// <summary>Applies the limits of host.json: a number of requests runs, a number waits, the rest is refused with 429.</summary>
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
            // The client is gone, so there is no response to send.
        }
        finally
        {
            Interlocked.Decrement(ref _outstanding);
        }
    }

    public void Dispose() => _running.Dispose();
}
