using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Diagnostics;

namespace Pipeline.Models;

/// <summary>
/// The installed networks, each loaded once, on first use: an instance that only embeds with one never pays for the other. A load that
/// failed is not kept: what made it fail, such as too little memory, may be gone by the next call.
/// </summary>
public sealed partial class ModelSessions : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Slot> _slots = new(StringComparer.Ordinal);
    private readonly ILogger<ModelSessions> _logger;
    private readonly TimeProvider _time;
    private bool _disposed;

    /// <summary>Finds the models in the folder.</summary>
    /// <param name="catalogue">The models.</param>
    /// <param name="options">The folder.</param>
    /// <param name="logger">Where loads are logged, and why one failed.</param>
    /// <param name="time">Dates failures; the system's time where there is none.</param>
    /// <exception cref="InvalidDataException">One is missing or not whole; the message says what to do.</exception>
    public ModelSessions(ModelCatalogue catalogue, IOptions<ModelOptions> options, ILogger<ModelSessions> logger, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(catalogue);
        ArgumentNullException.ThrowIfNull(options);
        _logger = logger;
        _time = time ?? TimeProvider.System;
        ModelOptions settings = options.Value;
        Models =
        [
            .. catalogue.Models.Select(model => InstalledModel.Find(model, settings.FolderOf(model.Key)) ?? throw new InvalidDataException(
                InstalledModel.MissingMessage(model, settings.FolderOf(model.Key)))),
        ];
        Float32Models = [.. catalogue.Models.Select(model => InstalledModel.FindFloat32(model, settings.FolderOf(model.Key))).OfType<InstalledModel>()];
        Classes = ClassIndex.Find(Path.GetFullPath(settings.Folder));
    }

    /// <summary>The installed networks in the catalogue's order; known without loading one.</summary>
    internal IReadOnlyList<InstalledModel> Models { get; }

    /// <summary>The networks in float32, for the study; the same as in <see cref="Models"/> where those are. Fewer where one was not built so.</summary>
    internal IReadOnlyList<InstalledModel> Float32Models { get; }

    /// <summary>Which models are missing in float32, why that matters, and what to do; null where none is.</summary>
    public string? Float32Fault
    {
        get
        {
            string[] missing = [.. Models.ExceptBy(Float32Models.Select(model => model.Key), model => model.Key)
                .Select(model => model.Definition.Title)];
            return missing.Length == 0
                ? null
                : $"The study's layers are those of float32, and {string.Join(" and ", missing)} {(missing.Length == 1 ? "is" : "are")} " +
                    $"not there in float32. {InstalledModel.Remedy}";
        }
    }

    /// <summary>The names of the classes that the networks predict; null where they were never fetched.</summary>
    internal ClassIndex? Classes { get; }

    /// <summary>Whether the model can embed, as far as anybody has tried.</summary>
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

    /// <summary>The loaded network; the first call loads it, others wait for that. After a failed load the next call loads again.</summary>
    /// <param name="model">One of <see cref="Models"/> or <see cref="Float32Models"/>.</param>
    /// <param name="cancellationToken">Ends the wait, not the loading that others may wait for too.</param>
    /// <exception cref="InvalidDataException">The file is no ONNX model that this version can run.</exception>
    /// <exception cref="ObjectDisposedException">The app has ended, perhaps while the network was loaded.</exception>
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

    /// <summary>Waits for the runs under way. A network that is still being loaded is disposed of when that is done.</summary>
    public void Dispose()
    {
        ModelSession[] loaded;
        lock (_lock)
        {
            _disposed = true;
            loaded = [.. _slots.Values.Select(slot => slot.Session).OfType<ModelSession>()];
        }

        // Outside the lock: runs under way may take seconds, and may ask for another network meanwhile.
        foreach (ModelSession session in loaded)
        {
            session.Dispose();
        }
    }

    private ModelSession Load(InstalledModel model, Slot slot)
    {
        long start = Stopwatch.GetTimestamp();
        ModelSession session;
        try
        {
            session = new ModelSession(model);
        }
        catch (Exception exception)
        {
            TimeSpan tried = Stopwatch.GetElapsedTime(start);
            LogFailed(model.Definition.Title, tried, exception);
            lock (_lock)
            {
                // The next call loads again; who waits for this attempt gets its exception.
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

    /// <summary>A network that somebody asked for. All of it is read and written under the lock.</summary>
    private sealed class Slot
    {
        /// <summary>The load under way, or that succeeded; null after one that failed.</summary>
        public Task<ModelSession>? Loading { get; set; }

        public ModelSession? Session { get; set; }

        public DateTimeOffset? FailedAt { get; set; }
    }
}
