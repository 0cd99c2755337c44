using System.Collections.Concurrent;
using Grpc.Core;
using Pipeline.LocalHost.Worker.Messages;

namespace Pipeline.LocalHost.Worker;

/// <summary>The gRPC service that workers connect to. Only a worker that this host started has an id that is expected.</summary>
internal sealed class FunctionRpcService : FunctionRpc.FunctionRpcBase
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource<WorkerChannel>> _expected = new();
    private readonly WorkerLog _log;

    public FunctionRpcService(WorkerLog log) => _log = log;

    /// <summary>The channel of a worker that is about to be started, once it connects.</summary>
    /// <param name="workerId">The id that the worker will send.</param>
    public Task<WorkerChannel> ExpectAsync(string workerId) =>
        (_expected[workerId] = new TaskCompletionSource<WorkerChannel>(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public override async Task EventStream(
        IAsyncStreamReader<StreamingMessage> requestStream, IServerStreamWriter<StreamingMessage> responseStream, ServerCallContext context)
    {
        if (!await requestStream.MoveNext(context.CancellationToken)
            || requestStream.Current.StartStream is not { } start
            || !_expected.TryRemove(start.WorkerId, out TaskCompletionSource<WorkerChannel>? caller))
        {
            throw new Grpc.Core.RpcException(new Status(StatusCode.PermissionDenied, "No worker of this name is expected."));
        }

        var channel = new WorkerChannel(_log);
        caller.SetResult(channel);
        await channel.RunAsync(requestStream, responseStream, context.CancellationToken);
    }
}
