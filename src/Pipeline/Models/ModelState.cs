namespace Pipeline.Models;

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
