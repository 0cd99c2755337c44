namespace Pipeline.Models;

/// <summary>Whether a model can embed.</summary>
internal enum ModelStatus
{
    /// <summary>Nobody has asked for the model, or its first load is under way.</summary>
    NotLoaded,

    /// <summary>The model is in memory.</summary>
    Loaded,

    /// <summary>The last load failed, and none has succeeded since. The next call tries again.</summary>
    Failed,
}

/// <summary>What is known of a model's load. Holds no path and no message, so anybody may see it; why it failed is in the log.</summary>
/// <param name="Status">Whether the model can embed.</param>
/// <param name="FailedAt">When the last load failed; null unless the status is <see cref="ModelStatus.Failed"/>.</param>
internal readonly record struct ModelState(ModelStatus Status, DateTimeOffset? FailedAt);
