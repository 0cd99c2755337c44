namespace Pipeline.Imaging;

/// <summary>
/// Shares a number of bytes among decodes: each takes what its image needs before it begins, in the order in which they came. So the sum of
/// all has a bound, whatever the images are; one that needs more than all there is has it alone.
/// </summary>
/// <param name="bytes">All there is.</param>
internal sealed class DecodingBudget(long bytes)
{
    private readonly long _all = bytes;
    private readonly Lock _lock = new();
    private readonly LinkedList<Waiting> _queue = new();
    private long _free = bytes;

    /// <summary>Waits until a share is free, without holding a thread. Each that was taken has to be returned.</summary>
    public async Task TakeAsync(long share, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        LinkedListNode<Waiting> waiting;
        lock (_lock)
        {
            var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting = _queue.AddLast(new Waiting(Clip(share), turn));
            HandOn();
        }

        using CancellationTokenRegistration leaving = cancellationToken.Register(() => Leave(waiting, cancellationToken));
        await waiting.Value.Turn.Task.ConfigureAwait(false);
    }

    public void Return(long share)
    {
        lock (_lock)
        {
            _free += Clip(share);
            HandOn();
        }
    }

    private long Clip(long share) => Math.Min(share, _all);

    private void Leave(LinkedListNode<Waiting> waiting, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            // One that has its share by now is no longer in the queue, and returns it.
            if (waiting.List is not null)
            {
                _queue.Remove(waiting);
                waiting.Value.Turn.SetCanceled(cancellationToken);
                HandOn();
            }
        }
    }

    private void HandOn()
    {
        while (_queue.First is { } first && first.Value.Share <= _free)
        {
            _free -= first.Value.Share;
            _queue.RemoveFirst();
            first.Value.Turn.SetResult();
        }
    }

    private readonly record struct Waiting(long Share, TaskCompletionSource Turn);
}
