namespace Pipeline.Functions.OpenApi;

/// <summary>A response that cannot be seen from what the method returns.</summary>
/// <param name="status">Its status.</param>
/// <param name="description">What it means.</param>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class RespondsAttribute(int status, string description) : Attribute
{
    /// <summary>Its status.</summary>
    public int Status => status;

    /// <summary>What it means.</summary>
    public string Description => description;

    /// <summary>The type of its JSON; null if it is none.</summary>
    public Type? Json { get; init; }

    /// <summary>The media types of its bytes, where it is not JSON.</summary>
    public string[] Media { get; init; } = [];
}

/// <summary>
/// The problems that the caller may get beside those of every operation: an error of the app, and storage that is not available. Problems of
/// a body and of parameters follow from these.
/// </summary>
/// <param name="types">Of <see cref="ProblemTypes"/>.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ProblemsAttribute(params string[] types) : Attribute
{
    /// <summary>Of <see cref="ProblemTypes"/>.</summary>
    public IReadOnlyList<string> Types { get; } = types;
}

/// <summary>Stored images are read, which may be missing, or be refused as any image is.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ReadsImagesAttribute : Attribute;

/// <summary>A caller that has the version already, which it names by <c>If-None-Match</c>, gets 304.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CachedAttribute : Attribute;
