using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Diagnostics;

namespace Pipeline.Models;

/// <summary>
/// The installed models, each loaded once, on first use: an instance that embeds with only one does not load the other. A failed load is
/// not cached: its cause, such as too little memory, may be gone by the next call.
/// </summary>
public sealed partial class ModelSessions : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Slot> _slots = new(StringComparer.Ordinal);
    private readonly ILogger<ModelSessions> _logger;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _ended = new();
    private bool _disposed;

    /// <summary>Finds the models in the folder.</summary>
    /// <param name="catalogue">The models.</param>
    /// <param name="options">The folder.</param>
    /// <param name="logger">Logs loads and why one failed.</param>
    /// <param name="time">The clock for the times of failures; null for the system's.</param>
    /// <exception cref="InvalidDataException">None is installed, or one is damaged; the message says what to do.</exception>
    public ModelSessions(ModelCatalogue catalogue, IOptions<ModelOptions> options, ILogger<ModelSessions> logger, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(catalogue);
        ArgumentNullException.ThrowIfNull(options);
        _logger = logger;
        _time = time ?? TimeProvider.System;
        ModelOptions settings = options.Value;
        Models = EnabledModels.Find(settings, catalogue);
        Float32Models =
        [
            .. Models.Select(model => model.Precision == Precision.Float32
                ? model
                : InstalledModel.FindFloat32(model.Definition, settings.FolderOf(model.Key))).OfType<InstalledModel>(),
        ];
        Classes = ClassIndex.Find(Path.GetFullPath(settings.Folder));
    }

    /// <summary>
    /// The enabled models in the catalogue's order, added ones after it; at least one. Known without loading one.
    /// </summary>
    internal IReadOnlyList<InstalledModel> Models { get; }

    /// <summary>An enabled model; null where none has that key.</summary>
    internal InstalledModel? Find(string key) => Models.FirstOrDefault(model => model.Key == key);

    /// <summary>The models in float32, for the study. A model is the same as in <see cref="Models"/> if that is float32, and missing if it
    /// was not built in float32.</summary>
    internal IReadOnlyList<InstalledModel> Float32Models { get; }

    /// <summary>Which models are missing in float32, why that matters, and what to do; null if none is.</summary>
    public string? Float32Fault
    {
        get
        {
            string[] missing = [.. Models.ExceptBy(Float32Models.Select(model => model.Key), model => model.Key)
                .Select(model => model.Definition.Title)];
            return missing.Length == 0
                ? null
                : $"The study's layers are those of float32, and {string.Join(" and ", missing)} {(missing.Length == 1 ? "is" : "are")} " +
                    $"not there in float32. {InstalledModel.RebuildAdvice}";
        }
    }

    /// <summary>The names of the classes that the models predict; null if they were never fetched.</summary>
    internal ClassIndex? Classes { get; }

    /// <summary>Whether the model can embed, as far as it was tried.</summary>
    /// <param name="model">One of <see cref="Models"/> or <see cref="Float32Models"/>.</param>
    internal ModelState StateOf(InstalledModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        lock (_lock)
        {
            return _slots.GetValueOrDefault(model.Path) switch
            {
                { Session: not null } => new ModelState(ModelStatus.Loaded, null),
                { FailedAt: { } at } => new ModelState(ModelStatus.Failed, at),
                _ => new ModelState(ModelStatus.NotLoaded, null),
            };
        }
    }

    /// <summary>
    /// The loaded model; the first call loads it, and others wait for that. After a failed load the next call loads again.
    /// </summary>
    /// <param name="model">One of <see cref="Models"/> or <see cref="Float32Models"/>.</param>
    /// <param name="cancellationToken">Ends the wait, but not the loading, for which others may wait too.</param>
    /// <exception cref="InvalidDataException">The file is not an ONNX model that this version can run.</exception>
    /// <exception cref="ObjectDisposedException">The sessions are disposed of, perhaps while the model was loaded.</exception>
    internal Task<ModelSession> GetAsync(InstalledModel model, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_slots.TryGetValue(model.Path, out Slot? slot))
            {
                _slots[model.Path] = slot = new Slot();
            }

            slot.Loading ??= Task.Run(() => Load(model, slot), CancellationToken.None);
            return slot.Loading.WaitAsync(cancellationToken);
        }
    }

    /// <summary>
    /// Waits for the current runs; a load that runs is ended early, and waited for: a process that exits meanwhile would free what ONNX
    /// Runtime still uses, which makes it report errors or crash.
    /// </summary>
    public void Dispose()
    {
        ModelSession[] loaded;
        Task[] loading;
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            loading = [.. _slots.Values.Select(slot => slot.Loading).OfType<Task>()];
        }

        _ended.Cancel();
        Task.WhenAll(loading).ContinueWith(static _ => { }, TaskScheduler.Default).Wait();
        lock (_lock)
        {
            loaded = [.. _slots.Values.Select(slot => slot.Session).OfType<ModelSession>()];
        }

        // Outside the lock: current runs may take seconds, and may ask for another model meanwhile.
        foreach (ModelSession session in loaded)
        {
            session.Dispose();
        }

        _ended.Dispose();
    }

    private ModelSession Load(InstalledModel model, Slot slot)
    {
        long start = Stopwatch.GetTimestamp();
        ModelSession session;
        try
        {
            session = new ModelSession(model, _ended.Token);
        }
        catch (OperationCanceledException)
        {
            throw new ObjectDisposedException(nameof(ModelSessions));
        }
        catch (Exception exception)
        {
            TimeSpan tried = Stopwatch.GetElapsedTime(start);
            LogFailed(model.Definition.Title, tried, exception);
            lock (_lock)
            {
                // The next call loads again; callers that wait for this attempt get its exception.
                (slot.Loading, slot.FailedAt) = (null, _time.GetUtcNow());
            }

            throw;
        }

        bool late;
        lock (_lock)
        {
            late = _disposed;
            if (!late)
            {
                (slot.Session, slot.FailedAt) = (session, null);
            }
        }

        if (late)
        {
            session.Dispose();
            throw new ObjectDisposedException(nameof(ModelSessions));
        }

        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        LogLoaded(model.Definition.Title, model.Weights, model.Fingerprint, elapsed);
        return session;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Model} ({Weights} weights, fingerprint {Fingerprint}) loaded in {Elapsed}")]
    private partial void LogLoaded(string model, WeightsOrigin weights, Fingerprint fingerprint, TimeSpan elapsed);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Model} could not be loaded, after {Elapsed}; the next call tries again")]
    private partial void LogFailed(string model, TimeSpan elapsed, Exception exception);

    /// <summary>A model that was requested. All members are read and written under the lock.</summary>
    private sealed class Slot
    {
        /// <summary>The current or the successful load; null after a failed one.</summary>
        public Task<ModelSession>? Loading { get; set; }

        public ModelSession? Session { get; set; }

        public DateTimeOffset? FailedAt { get; set; }
    }
}

/// <summary>Whether a model can embed.</summary>
internal enum ModelStatus
{
    /// <summary>The model was not requested yet, or is being loaded for the first time.</summary>
    NotLoaded,

    /// <summary>The model is in memory.</summary>
    Loaded,

    /// <summary>The last load failed, and none has succeeded since. The next call tries again.</summary>
    Failed,
}

/// <summary>The state of a model's load. It has no path and no message, so it may be public; the log says why a load failed.</summary>
/// <param name="Status">Whether the model can embed.</param>
/// <param name="FailedAt">When the last load failed; null unless the status is <see cref="ModelStatus.Failed"/>.</param>
internal readonly record struct ModelState(ModelStatus Status, DateTimeOffset? FailedAt);
