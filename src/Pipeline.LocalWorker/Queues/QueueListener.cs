using System.Reflection;
using System.Text;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Pipeline.LocalWorker.Hosting;

namespace Pipeline.LocalWorker.Queues;

/// <summary>
/// Runs a queue function for every message of its queue, at least once, a batch at a time. A message is deleted once the function is done with
/// it, or once it failed so often that it lies in <c>NAME-poison</c>; whatever ends the process before that, it comes back by itself.
/// </summary>
internal sealed partial class QueueListener(
    Function function,
    QueueTriggerAttribute trigger,
    FunctionInvoker invoker,
    HostJson host,
    StorageConnections connections,
    ILogger<QueueListener> logger) : Listener
{
    private static readonly TimeSpan IdleInterval = TimeSpan.FromSeconds(1);

    // The host's own: how long a message stays hidden from others while it is worked on.
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(10);

    private readonly QueueClient _queue = connections.Queues(trigger.Connection, QueueMessageEncoding.None).GetQueueClient(trigger.QueueName);

    private readonly QueueClient _poison =
        connections.Queues(trigger.Connection, QueueMessageEncoding.None).GetQueueClient($"{trigger.QueueName}-poison");

    private bool _unreachable;

    protected override async Task RunAsync()
    {
        CancellationToken stopping = Stopping;
        while (!stopping.IsCancellationRequested)
        {
            TimeSpan interval = IdleInterval;
            try
            {
                await _queue.CreateIfNotExistsAsync(cancellationToken: stopping);

                // Not ended by the stop: a batch that the service has handed out but nobody has taken would stay hidden.
                QueueMessage[] batch = await _queue.ReceiveMessagesAsync(host.QueueBatchSize, Lease, Abort);
                Reached();
                await Task.WhenAll(batch.Select(TryAsync));
                interval = batch.Length > 0 ? TimeSpan.Zero : IdleInterval;
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                // Whatever the cause, a trigger that gave up would be a message that is never seen. The queue gives back what was taken.
                NotReached(exception);
            }

            await Task.Delay(interval, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task TryAsync(QueueMessage message)
    {
        try
        {
            string text = Decode(message);
            await invoker.InvokeAsync(function, parameter => Argument(parameter, text));
        }
        catch (Exception exception) when (Abort.IsCancellationRequested)
        {
            LogAborted(exception, function.Name, message.MessageId);
            await _queue.UpdateMessageAsync(message.MessageId, message.PopReceipt, visibilityTimeout: TimeSpan.Zero);
            return;
        }
        catch (Exception exception)
        {
            await FailedAsync(message, exception);
            return;
        }

        await _queue.DeleteMessageAsync(message.MessageId, message.PopReceipt, Abort);
    }

    private async Task FailedAsync(QueueMessage message, Exception exception)
    {
        LogFailed(exception, function.Name, message.MessageId, message.DequeueCount, host.QueueMaxDequeueCount);
        if (message.DequeueCount < host.QueueMaxDequeueCount)
        {
            await _queue.UpdateMessageAsync(
                message.MessageId, message.PopReceipt, visibilityTimeout: host.QueueVisibilityTimeout, cancellationToken: Abort);
            return;
        }

        // Written before the other is deleted: twice in the poison queue is better than nowhere.
        await _poison.CreateIfNotExistsAsync(cancellationToken: Abort);
        await _poison.SendMessageAsync(message.Body, timeToLive: TimeSpan.FromSeconds(-1), cancellationToken: Abort);
        await _queue.DeleteMessageAsync(message.MessageId, message.PopReceipt, Abort);
        LogPoisoned(function.Name, message.MessageId, message.DequeueCount, _poison.Name);
    }

    private static string Decode(QueueMessage message)
    {
        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(message.Body.ToString()));
        }
        catch (FormatException exception)
        {
            throw new InvalidDataException(
                "The message is not Base64, which is what the host takes; send it with QueueMessageEncoding.Base64.", exception);
        }
    }

    private object? Argument(ParameterInfo parameter, string text) =>
        parameter.ParameterType == typeof(CancellationToken) ? Abort
        : parameter == function.TriggerParameter && parameter.ParameterType == typeof(string) ? text
        : throw new InvalidOperationException(
            $"The parameter '{parameter.Name}' of the queue function '{function.Name}' can be the trigger's string or CancellationToken.");

    private void NotReached(Exception exception)
    {
        // One warning an outage.
        if (!_unreachable)
        {
            _unreachable = true;
            LogUnreachable(function.Name, _queue.AccountName, exception.Message.Split('\n')[0]);
        }
    }

    private void Reached()
    {
        if (_unreachable)
        {
            _unreachable = false;
            LogReached(function.Name, _queue.AccountName);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Function}: attempt {Attempt} of {Attempts} failed for message {Message}")]
    private partial void LogFailed(Exception exception, string function, string message, long attempt, int attempts);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Function}: message {Message} failed {Attempts} times and is now in {Poison}")]
    private partial void LogPoisoned(string function, string message, long attempts, string poison);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Function}: message {Message} was not finished before the stop; it runs again at the next start")]
    private partial void LogAborted(Exception exception, string function, string message);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Function}: queues of storage account '{Account}' cannot be reached, waiting for them ({Reason})")]
    private partial void LogUnreachable(string function, string account, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Function}: queues of storage account '{Account}' are back")]
    private partial void LogReached(string function, string account);
}
