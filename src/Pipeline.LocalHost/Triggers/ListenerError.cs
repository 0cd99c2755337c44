using System.Runtime.ExceptionServices;
using Microsoft.Azure.WebJobs.Host.Timers;

namespace Pipeline.LocalHost.Triggers;

/// <summary>Receives the error of a listener of the SDK that gave up. The SDK's own handler would end the process.</summary>
internal sealed class ListenerError : IWebJobsExceptionHandler
{
    private readonly TaskCompletionSource<Exception> _happened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The first error, once there is one.</summary>
    public Task<Exception> Happened => _happened.Task;

    public void Report(Exception exception) => _happened.TrySetResult(exception);

    public Task OnUnhandledExceptionAsync(ExceptionDispatchInfo exceptionInfo)
    {
        Report(exceptionInfo.SourceException);
        return Task.CompletedTask;
    }

    public Task OnTimeoutExceptionAsync(ExceptionDispatchInfo exceptionInfo, TimeSpan timeoutGracePeriod) =>
        OnUnhandledExceptionAsync(exceptionInfo);
}
