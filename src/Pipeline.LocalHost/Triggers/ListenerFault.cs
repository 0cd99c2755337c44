using System.Runtime.ExceptionServices;
using Microsoft.Azure.WebJobs.Host.Timers;

namespace Pipeline.LocalHost.Triggers;

/// <summary>Learns that a listener of the SDK gave up. The SDK's own handler would end the process.</summary>
internal sealed class ListenerFault : IWebJobsExceptionHandler
{
    private readonly TaskCompletionSource<Exception> _happened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The first fault.</summary>
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
