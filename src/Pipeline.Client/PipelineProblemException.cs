namespace Pipeline.Client;

/// <summary>The app, or the host in front of it, responded with an error.</summary>
/// <param name="type">What kind of error; see <see cref="Type"/>.</param>
/// <param name="status">The status of the response.</param>
/// <param name="detail">What was wrong, what is allowed and what to do.</param>
public sealed class PipelineProblemException(string type, int status, string detail) : Exception(detail)
{
    /// <summary>The type of an error that is no problem of the app, such as one that the host itself sent.</summary>
    public const string Unspecified = "about:blank";

    /// <summary>One of <see cref="ProblemTypes"/>, or <see cref="Unspecified"/>: for programs to tell errors apart.</summary>
    public string Type { get; } = type;

    /// <summary>The HTTP status, such as 404.</summary>
    public int Status { get; } = status;

    /// <summary>What was wrong, what is allowed and what to do: a text for people.</summary>
    public string Detail { get; } = detail;

    /// <summary>A short name of the error; null where the response had none.</summary>
    public string? Title { get; init; }

    /// <summary>When to try again, where the response said so.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
