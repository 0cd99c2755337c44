using Google.Protobuf;
using Microsoft.Azure.WebJobs;
using Pipeline.LocalHost.Worker;
using Pipeline.LocalHost.Worker.Messages;

namespace Pipeline.LocalHost.Triggers;

/// <summary>Passes a trigger's value from the SDK to the worker. The SDK logs the run, as in the real host.</summary>
/// <param name="workers">The worker that runs the function.</param>
/// <param name="abort">
/// Cancelled when running functions may no longer finish. The SDK's own token is cancelled as soon as the stop begins.
/// </param>
internal sealed class JobRunner(WorkerSupervisor workers, CancellationToken abort) : IJobRunner
{
    public async Task RunAsync(string name, object trigger, CancellationToken cancellationToken)
    {
        WorkerInstance worker = await workers.ReadyAsync(abort);
        TypedData input = trigger switch
        {
            ParameterBindingData data => new TypedData
            {
                ModelBindingData = new ModelBindingData
                {
                    Version = data.Version,
                    Source = data.Source,
                    ContentType = data.ContentType,
                    Content = ByteString.CopyFrom(data.Content),
                },
            },
            string text => new TypedData { String = text },
            _ => throw new NotSupportedException($"A trigger's value of type {trigger.GetType().Name} cannot be sent to the worker."),
        };
        await worker.Channel.InvokeAsync(worker.Functions[name], Guid.NewGuid().ToString(), input, [], abort);
    }
}
