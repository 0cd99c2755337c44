using Microsoft.AspNetCore.Http;
using Pipeline.LocalWorker.Hosting;

namespace Pipeline.LocalWorker.Http;

/// <summary>Holds requests to host.json's limits: so many run, so many wait, the rest is told 429.</summary>
internal sealed class RequestThrottle(RequestDelegate next, HostJson host) : IDisposable
{
    private readonly SemaphoreSlim _running = new(host.MaxConcurrentRequests > 0 ? host.MaxConcurrentRequests : int.MaxValue);
    private readonly int _maxOutstanding = host.MaxOutstandingRequests > 0 ? host.MaxOutstandingRequests : int.MaxValue;
    private int _outstanding;

    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            if (Interlocked.Increment(ref _outstanding) > _maxOutstanding)
            {
                context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
                return;
            }

            await _running.WaitAsync(context.RequestAborted);
            try
            {
                await next(context);
            }
            finally
            {
                _running.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _outstanding);
        }
    }

    public void Dispose() => _running.Dispose();
}
