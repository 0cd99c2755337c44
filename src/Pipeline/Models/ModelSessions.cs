using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Pipeline.Models;

/// <summary>The installed networks, each loaded once, on first use: an instance that only embeds with one never pays for the other.</summary>
public sealed partial class ModelSessions : IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<Task<ModelSession>>> _sessions = new(StringComparer.Ordinal);
    private readonly ILogger<ModelSessions> _logger;

    /// <summary>Finds the models in the folder.</summary>
    /// <exception cref="InvalidDataException">One is missing or not whole; the message says what to do.</exception>
    public ModelSessions(ModelCatalogue catalogue, IOptions<ModelOptions> options, ILogger<ModelSessions> logger)
    {
        ArgumentNullException.ThrowIfNull(catalogue);
        ArgumentNullException.ThrowIfNull(options);
        _logger = logger;
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
    public IReadOnlyList<InstalledModel> Models { get; }

    /// <summary>The networks in float32, for the study; the same as in <see cref="Models"/> where those are. Fewer where one was not built so.</summary>
    public IReadOnlyList<InstalledModel> Float32Models { get; }

    /// <summary>The names of the classes that the networks predict; null where they were never fetched.</summary>
    public ClassIndex? Classes { get; }

    /// <summary>True once the network is in memory.</summary>
    public bool IsLoaded(InstalledModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return _sessions.TryGetValue(model.Path, out Lazy<Task<ModelSession>>? session) && session is { IsValueCreated: true, Value.IsCompletedSuccessfully: true };
    }

    /// <summary>The loaded network; the first call loads it, others wait for that.</summary>
    /// <param name="model">One of <see cref="Models"/> or <see cref="Float32Models"/>.</param>
    /// <param name="cancellationToken">Ends the wait, not the loading that others may wait for too.</param>
    public Task<ModelSession> GetAsync(InstalledModel model, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        return _sessions.GetOrAdd(model.Path, _ => new Lazy<Task<ModelSession>>(() => Task.Run(() => Load(model)))).Value.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Lazy<Task<ModelSession>> session in _sessions.Values.Where(session => session.IsValueCreated))
        {
            if (session.Value.IsCompletedSuccessfully)
            {
                session.Value.Result.Dispose();
            }
        }
    }

    private ModelSession Load(InstalledModel model)
    {
        long start = Stopwatch.GetTimestamp();
        var session = new ModelSession(model);
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        LogLoaded(model.Definition.Title, model.Weights, model.Fingerprint, elapsed);
        return session;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Model} ({Weights} weights, fingerprint {Fingerprint}) loaded in {Elapsed}")]
    private partial void LogLoaded(string model, WeightsOrigin weights, Fingerprint fingerprint, TimeSpan elapsed);
}
