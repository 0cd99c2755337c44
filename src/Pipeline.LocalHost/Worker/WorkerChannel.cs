using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;
using Google.Protobuf.Collections;
using Grpc.Core;
using Pipeline.LocalHost.Functions;
using Pipeline.LocalHost.Worker.Messages;

namespace Pipeline.LocalHost.Worker;

/// <summary>The conversation with one worker: any number of invocations at once, answered in any order.</summary>
internal sealed class WorkerChannel(WorkerLog log)
{
    private readonly Channel<StreamingMessage> _outgoing =
        Channel.CreateUnbounded<StreamingMessage>(new UnboundedChannelOptions { SingleReader = true });

    private readonly ConcurrentDictionary<string, Invocation> _invocations = new();
    private readonly Channel<StreamingMessage> _answers = Channel.CreateUnbounded<StreamingMessage>();
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the worker can no longer be talked to.</summary>
    public Task Closed => _closed.Task;

    /// <summary>Carries the messages of an open stream until it closes.</summary>
    /// <param name="incoming">What the worker says, its first message read.</param>
    /// <param name="outgoing">What it is told.</param>
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
            // The worker, or the connection to it, is gone; whoever waits learns it from what follows.
        }
        finally
        {
            Close();
            await writing;
        }
    }

    /// <summary>The worker is gone: nothing that it was asked will be answered.</summary>
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

    /// <summary>Says something that no one answer belongs to.</summary>
    /// <exception cref="WorkerLostException">The worker is gone.</exception>
    public void Send(StreamingMessage message)
    {
        if (!TrySend(message))
        {
            throw new WorkerLostException();
        }
    }

    /// <summary>Says something where the worker is still there.</summary>
    public bool TrySend(StreamingMessage message) => _outgoing.Writer.TryWrite(message);

    /// <summary>The next message of the start's conversation, which is of a kind.</summary>
    /// <exception cref="WorkerLostException">The worker is gone.</exception>
    public async Task<StreamingMessage> AnswerAsync(StreamingMessage.ContentOneofCase kind, CancellationToken cancellationToken)
    {
        StreamingMessage answer = await _answers.Reader.ReadAsync(cancellationToken);
        return answer.ContentCase == kind
            ? answer
            : throw new InvalidDataException($"The worker answered with {answer.ContentCase} where {kind} was due.");
    }

    /// <summary>Runs a function once and waits for its end, after a cancellation too.</summary>
    /// <param name="function">The function.</param>
    /// <param name="id">New for each run.</param>
    /// <param name="input">The trigger's value.</param>
    /// <param name="metadata">What else is known of the trigger.</param>
    /// <param name="cancellationToken">Trips the function's own token.</param>
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
                // Closed between the two lines above: perhaps after those who wait were told.
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
                // So it acknowledges a cancellation and its own end.
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

    /// <summary>A run that waits for its answer.</summary>
    private sealed class Invocation(string function)
    {
        private readonly TaskCompletionSource<InvocationResponse> _response = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Function => function;

        public Task<InvocationResponse> Response => _response.Task;

        public void Complete(InvocationResponse response) => _response.TrySetResult(response);

        public void Fail(Exception exception) => _response.TrySetException(exception);
    }
}
