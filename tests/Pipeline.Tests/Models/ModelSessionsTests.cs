using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Models;

namespace Pipeline.Tests.Models;

public sealed class ModelSessionsTests : IDisposable
{
    private readonly SmallModels _models = new(withTop: true, studied: false, labelled: false);

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    public void Dispose() => _models.Dispose();

    [Fact]
    public async Task A_load_that_failed_is_tried_again_by_the_next_call()
    {
        using ModelSessions sessions = _models.Open(NullLogger<ModelSessions>.Instance);
        InstalledModel model = sessions.Models[0];
        File.Move(model.Path, $"{model.Path}.away");

        await Assert.ThrowsAsync<InvalidDataException>(() => sessions.GetAsync(model, CancellationToken));
        File.Move($"{model.Path}.away", model.Path);
        ModelSession session = await sessions.GetAsync(model, CancellationToken);

        Assert.Same(model, session.Model);
        Assert.Same(session, await sessions.GetAsync(model, CancellationToken));
    }

    [Fact]
    public async Task A_models_state_says_whether_its_last_load_failed_and_the_log_says_why()
    {
        var time = new FakeTimeProvider();
        var log = new ErrorLog();
        using ModelSessions sessions = _models.Open(log, time);
        (InstalledModel model, InstalledModel other) = (sessions.Models[0], sessions.Models[1]);
        ModelState before = sessions.StateOf(model);
        File.Move(model.Path, $"{model.Path}.away");

        await Task.WhenAll(Enumerable.Range(0, 3).Select(
            _ => Assert.ThrowsAsync<InvalidDataException>(() => sessions.GetAsync(model, CancellationToken))));
        int attempts = log.Errors.Count;
        time.Advance(TimeSpan.FromMinutes(1));
        await Assert.ThrowsAsync<InvalidDataException>(() => sessions.GetAsync(model, CancellationToken));
        ModelState failed = sessions.StateOf(model);
        File.Move($"{model.Path}.away", model.Path);
        await sessions.GetAsync(model, CancellationToken);

        Assert.Equal(new ModelState(ModelStatus.NotLoaded, null), before);
        Assert.Equal(new ModelState(ModelStatus.Failed, time.GetUtcNow()), failed);
        Assert.Equal(new ModelState(ModelStatus.Loaded, null), sessions.StateOf(model));
        Assert.Equal(ModelStatus.NotLoaded, sessions.StateOf(other).Status);

        // Waiters share an attempt, and each attempt is logged once.
        Assert.InRange(attempts, 1, 3);
        Assert.Equal(attempts + 1, log.Errors.Count);
        Assert.All(log.Errors, error => Assert.IsType<InvalidDataException>(error));
    }

    [Fact]
    public async Task A_load_that_ends_after_the_disposal_leaves_no_session()
    {
        ModelSessions sessions = _models.Open(NullLogger<ModelSessions>.Instance);
        InstalledModel model = sessions.Models[0];
        Task<ModelSession> loading = sessions.GetAsync(model, CancellationToken);

        sessions.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => loading);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => sessions.GetAsync(model, CancellationToken));
        sessions.Dispose();
    }

    private sealed class ErrorLog : ILogger<ModelSessions>
    {
        public ConcurrentQueue<Exception?> Errors { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel == LogLevel.Error)
            {
                Errors.Enqueue(exception);
            }
        }
    }
}
