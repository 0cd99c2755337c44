using Azure;
using Microsoft.Extensions.Logging;
using Pipeline.Models;
using Pipeline.Models.Store;
using Pipeline.Storage;

namespace Pipeline.Indexing.Versions;

/// <summary>Which versions of the models are in use.</summary>
/// <param name="Serving">
/// What responds to queries, one for each enabled model: the model itself, or the version before it while it has not embedded all images.
/// </param>
/// <param name="Indexed">
/// What embeds images: all enabled models, then the versions before them that still respond. In this order: an image that the version
/// before has is then one that the next has, too.
/// </param>
internal sealed record ModelsInUse(IReadOnlyList<InstalledModel> Serving, IReadOnlyList<InstalledModel> Indexed);

/// <summary>
/// Decides which version of each model responds to queries. A new version is filled beside the one before it, by uploads and by
/// <c>./pipeline backfill</c>; once it has all images it responds from one query to the next, on all instances within seconds, and the
/// version before is needed no more.
/// </summary>
/// <remarks>
/// Where no model replaced a version this costs nothing. Else a look at the tables, at most every <see cref="Interval"/> and only while
/// somebody asks. What is complete is noted in storage, once and for all instances.
/// </remarks>
public sealed partial class ServedModels
{
    /// <summary>How often it is looked whether a version is complete by now.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    // A version before that cannot be fetched is tried again after this.
    private static readonly TimeSpan Retry = TimeSpan.FromMinutes(1);

    // A look that finds an image missing takes two calls; one that finds none reads all keys, for which no query should wait.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(250);

    private readonly IReadOnlyList<InstalledModel> _current;
    private readonly PreviousModels _previous;
    private readonly RunningModels _note;
    private readonly VersionCoverage _coverage;
    private readonly TimeProvider _time;
    private readonly ILogger<ServedModels> _logger;
    private readonly Lock _lock = new();

    // Only of the look that is under way, and there is one at a time.
    private readonly Dictionary<InstalledModel, InstalledModel> _serving = [];
    private readonly HashSet<InstalledModel> _incomplete;
    private readonly Dictionary<InstalledModel, long> _triedAt = [];
    private volatile ModelsInUse? _latest;
    private Task<ModelsInUse>? _look;
    private long _lookedAt;

    internal ServedModels(
        IReadOnlyList<InstalledModel> current,
        PreviousModels previous,
        RunningModels note,
        VersionCoverage coverage,
        TimeProvider time,
        ILogger<ServedModels> logger)
    {
        (_current, _previous, _note, _coverage, _time, _logger) = (current, previous, note, coverage, time, logger);
        _incomplete = [.. previous.Replaced.Keys];
        _latest = _incomplete.Count == 0 ? new ModelsInUse(current, current) : null;
    }

    /// <summary>What is in use, as it was last known; null before the first call of <see cref="GetAsync"/>.</summary>
    internal ModelsInUse? Latest => _latest;

    /// <summary>What is in use now.</summary>
    /// <param name="cancellationToken">Ends the wait, not the look at the tables that others may wait for too.</param>
    /// <exception cref="RequestFailedException">Storage fails, and nothing is known yet.</exception>
    internal async ValueTask<ModelsInUse> GetAsync(CancellationToken cancellationToken)
    {
        ModelsInUse? latest = _latest;
        if (StartLook() is not { } look)
        {
            return latest!;
        }

        if (latest is null)
        {
            return await look.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        try
        {
            return await look.WaitAsync(LongestWait, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // Too slow, or failed and logged: what was known is still right, and the next call looks again.
            return _latest!;
        }
    }

    /// <returns>The look to wait for; null where none is due.</returns>
    private Task<ModelsInUse>? StartLook()
    {
        lock (_lock)
        {
            if (_look is { IsCompleted: false })
            {
                return _look;
            }

            if (_latest is not null && (_incomplete.Count == 0 || (_look is not null && _time.GetElapsedTime(_lookedAt) < Interval)))
            {
                return null;
            }

            _look = Task.Run(LookAsync);
            _ = _look.ContinueWith(
                failed => LogFailed(failed.Exception!.InnerException!),
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
            return _look;
        }
    }

    private async Task<ModelsInUse> LookAsync()
    {
        try
        {
            IReadOnlyList<ModelVersion> complete = await _note.FindCompleteAsync(CancellationToken.None).ConfigureAwait(false);
            foreach (InstalledModel model in _incomplete.ToArray())
            {
                await LookAsync(model, complete.Contains(ModelVersion.Of(model))).ConfigureAwait(false);
            }

            return _latest = new ModelsInUse(
                [.. _current.Select(model => _serving.GetValueOrDefault(model, model))],
                [.. _current, .. _current.Select(model => _serving.GetValueOrDefault(model)).OfType<InstalledModel>()]);
        }
        finally
        {
            _lookedAt = _time.GetTimestamp();
        }
    }

    private async Task LookAsync(InstalledModel model, bool isComplete)
    {
        var version = ModelVersion.Of(model);
        var before = ModelVersion.Before(KeyValuePair.Create(model, _previous.Replaced[model]));
        if (isComplete || await _coverage.IsCompleteAsync(version, before, CancellationToken.None).ConfigureAwait(false))
        {
            if (!isComplete)
            {
                await _note.UpdateAsync(note => note.Completed(version), CancellationToken.None).ConfigureAwait(false);
                LogComplete(version, before);
            }

            _incomplete.Remove(model);
            _serving.Remove(model);
        }
        else if (!_serving.ContainsKey(model) && (!_triedAt.TryGetValue(model, out long at) || _time.GetElapsedTime(at) >= Retry))
        {
            _triedAt[model] = _time.GetTimestamp();
            if (await _previous.FindAsync(model, CancellationToken.None).ConfigureAwait(false) is { } previous)
            {
                _serving.Add(model, previous);
                LogBehind(version, before);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Version} has embedded all images of {Before}, and responds to queries now")]
    private partial void LogComplete(ModelVersion version, ModelVersion before);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Version} has not embedded all images yet: {Before} responds to queries until then. ./pipeline backfill embeds them")]
    private partial void LogBehind(ModelVersion version, ModelVersion before);

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "Which versions of the models are complete could not be read; the next call looks again")]
    private partial void LogFailed(Exception exception);
}
