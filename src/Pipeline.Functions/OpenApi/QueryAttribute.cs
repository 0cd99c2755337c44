namespace Pipeline.Functions.OpenApi;

/// <summary>A parameter in the query of an operation; at a record, of each operation that parses it (<see cref="ParsesAttribute"/>).</summary>
/// <param name="name">Its name.</param>
/// <param name="description">What it does, in Markdown.</param>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class, AllowMultiple = true)]
public class QueryAttribute(string name, string description) : Attribute
{
    /// <summary>Its name.</summary>
    public string Name => name;

    /// <summary>What it does, in Markdown.</summary>
    public string Description => description;

    /// <summary>The type of its values: <see cref="string"/>, <see cref="int"/>, <see cref="float"/> or <see cref="bool"/>.</summary>
    public Type Type { get; init; } = typeof(string);

    /// <summary>The value if it is not given; null where there is none.</summary>
    public object? Default { get; init; }

    /// <summary>The smallest number allowed; not a number where there is no limit.</summary>
    public double Min { get; init; } = double.NaN;

    /// <summary>The largest number allowed; not a number where there is no limit.</summary>
    public double Max { get; init; } = double.NaN;

    /// <summary>All values allowed; none where others are.</summary>
    public object[] Values { get; init; } = [];

    /// <summary>Whether it may be repeated.</summary>
    public bool Repeated { get; init; }

    /// <summary>Whether it has to be given.</summary>
    public bool Required { get; init; }
}

/// <summary>The operation parses a record of parameters, which has their <see cref="QueryAttribute"/>s; they come after its own.</summary>
/// <param name="query">The record.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ParsesAttribute(Type query) : Attribute
{
    /// <summary>The record.</summary>
    public Type Query => query;
}

/// <summary>A header of an operation's request.</summary>
/// <param name="name">Its name.</param>
/// <param name="description">What it does, in Markdown.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class HeaderAttribute(string name, string description) : Attribute
{
    /// <summary>Its name.</summary>
    public string Name => name;

    /// <summary>What it does, in Markdown.</summary>
    public string Description => description;

    /// <summary>All values allowed.</summary>
    public string[] Values { get; init; } = [];
}
