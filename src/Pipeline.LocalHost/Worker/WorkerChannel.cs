using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;
using Google.Protobuf.Collections;
using Grpc.Core;
using Pipeline.LocalHost.Functions;
using Pipeline.LocalHost.Worker.Messages;

namespace Pipeline.LocalHost.Worker;

/// <summary>The message stream to one worker: any number of concurrent invocations, with responses in any order.</summary>
internal sealed class WorkerChannel(WorkerLog log)
{
    private readonly Channel<StreamingMessage> _outgoing =
        Channel.CreateUnbounded<StreamingMessage>(new UnboundedChannelOptions { SingleReader = true });

    private readonly ConcurrentDictionary<string, Invocation> _invocations = new();
    private readonly Channel<StreamingMessage> _answers = Channel.CreateUnbounded<StreamingMessage>();
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the worker can no longer be reached.</summary>
    public Task Closed => _closed.Task;

    /// <summary>Sends and receives the messages of an open stream until it closes.</summary>
    /// <param name="incoming">The messages from the worker, after its first one.</param>
    /// <param name="outgoing">The messages to the worker.</param>
    /// <param name="cancellationToken">Ends with the stream.</param>
    public async Task RunAsync(
        IAsyncStreamReader<StreamingMessage> incoming, IServerStreamWriter<StreamingMessage> outgoing, CancellationToken cancellationToken)
    {
        Task writing = WriteAsync(outgoing, cancellationToken);
        try
        {
            await foreach (StreamingMessage message in incoming.ReadAllAsync(cancellationToken))
            {
                Handle(message);
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or InvalidOperationException)
        {
            // The worker, or the connection to it, is gone; Close reports that to everyone who waits.
        }
        finally
        {
            Close();
            await writing;
        }
    }

    /// <summary>Ends all waits for responses, because the worker is gone.</summary>
    public void Close()
    {
        _outgoing.Writer.TryComplete();
        _answers.Writer.TryComplete(new WorkerLostException());
        _closed.TrySetResult();
        foreach (Invocation invocation in _invocations.Values)
        {
            invocation.Fail(new WorkerLostException());
        }
    }

    /// <summary>Sends a message.</summary>
    /// <exception cref="WorkerLostException">The worker is gone.</exception>
    public void Send(StreamingMessage message)
    {
        if (!TrySend(message))
        {
            throw new WorkerLostException();
        }
    }

    /// <summary>Sends a message if the worker is still connected.</summary>
    public bool TrySend(StreamingMessage message) => _outgoing.Writer.TryWrite(message);

    /// <summary>The next response during the start, which must be of the given kind.</summary>
    /// <exception cref="WorkerLostException">The worker is gone.</exception>
    public async Task<StreamingMessage> AnswerAsync(StreamingMessage.ContentOneofCase kind, CancellationToken cancellationToken)
    {
        StreamingMessage answer = await _answers.Reader.ReadAsync(cancellationToken);
        return answer.ContentCase == kind
            ? answer
            : throw new InvalidDataException($"The worker sent {answer.ContentCase} instead of {kind}.");
    }

    /// <summary>Runs a function once and waits for its end, after a cancellation too.</summary>
    /// <param name="function">The function.</param>
    /// <param name="id">New for each run.</param>
    /// <param name="input">The trigger's value.</param>
    /// <param name="metadata">The trigger's metadata.</param>
    /// <param name="cancellationToken">Cancels the function's own token.</param>
    /// <exception cref="FunctionFailure">The function failed.</exception>
    /// <exception cref="WorkerLostException">The worker ended meanwhile.</exception>
    public async Task InvokeAsync(
        FunctionDefinition function, string id, TypedData input, MapField<string, TypedData> metadata, CancellationToken cancellationToken)
    {
        var invocation = new Invocation(function.Name);
        _invocations[id] = invocation;
        try
        {
            var request = new InvocationRequest
            {
                InvocationId = id,
                FunctionId = function.Id,
                TraceContext = new RpcTraceContext
                {
                    TraceParent = Activity.Current?.Id ?? "",
                    TraceState = Activity.Current?.TraceStateString ?? "",
                },
            };
            request.InputData.Add(new ParameterBinding { Name = function.Trigger!.Parameter, Data = input });
            request.TriggerMetadata.Add(metadata);
            Send(new StreamingMessage { InvocationRequest = request });
            if (_closed.Task.IsCompleted)
            {
                // The channel closed between the two lines above, perhaps after Close had ended all waits.
                throw new WorkerLostException();
            }

            await using CancellationTokenRegistration cancel = cancellationToken.Register(
                () => TrySend(new StreamingMessage { InvocationCancel = new InvocationCancel { InvocationId = id } }));
            InvocationResponse response = await invocation.Response;
            if (response.Result.Status != StatusResult.Types.Status.Success)
            {
                throw FunctionFailure.From(response.Result);
            }
        }
        finally
        {
            _invocations.TryRemove(id, out _);
        }
    }

    private void Handle(StreamingMessage message)
    {
        switch (message.ContentCase)
        {
            case StreamingMessage.ContentOneofCase.RpcLog:
                log.Write(message.RpcLog, _invocations.GetValueOrDefault(message.RpcLog.InvocationId)?.Function);
                break;
            case StreamingMessage.ContentOneofCase.InvocationResponse:
                _invocations.GetValueOrDefault(message.InvocationResponse.InvocationId)?.Complete(message.InvocationResponse);
                break;
            case StreamingMessage.ContentOneofCase.None:
                // The worker's acknowledgement of a cancellation or of its termination.
                break;
            default:
                _answers.Writer.TryWrite(message);
                break;
        }
    }

    private async Task WriteAsync(IServerStreamWriter<StreamingMessage> outgoing, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (StreamingMessage message in _outgoing.Reader.ReadAllAsync(cancellationToken))
            {
                await outgoing.WriteAsync(message, cancellationToken);
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or InvalidOperationException)
        {
            Close();
        }
    }

    /// <summary>A run that waits for its response.</summary>
    private sealed class Invocation(string function)
    {
        private readonly TaskCompletionSource<InvocationResponse> _response = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Function => function;

        public Task<InvocationResponse> Response => _response.Task;

        public void Complete(InvocationResponse response) => _response.TrySetResult(response);

        public void Fail(Exception exception) => _response.TrySetException(exception);
    }
}

/// <summary>The worker ended before it responded; whether the run had finished is unknown.</summary>
internal sealed class WorkerLostException() : Exception("The worker ended before the function did.")
{
    /// <summary>The message alone; the stack trace of this process would add nothing.</summary>
    public override string ToString() => Message;
}
