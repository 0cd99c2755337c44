namespace Pipeline.Functions.OpenApi;

/// <summary><c>top</c>: see <see cref="Http.QueryParameters.Top"/>.</summary>
public sealed class TopQueryAttribute : QueryAttribute
{
    /// <param name="defaultTop">How many if it is not given.</param>
    /// <param name="what">What there are so many of.</param>
    public TopQueryAttribute(int defaultTop, string what)
        : base("top", $"How many {what}.") => (Type, Default, Min, Max) = (typeof(int), defaultTop, 1, Http.QueryParameters.MaxTop);
}

/// <summary><c>prefix</c>: see <see cref="Http.QueryParameters.Prefix"/>.</summary>
public sealed class PrefixQueryAttribute(string what = "Only images whose names begin with this, by its exact characters.")
    : QueryAttribute("prefix", what);

/// <summary><c>tag</c>: see <see cref="Http.QueryParameters.Tags"/>.</summary>
public sealed class TagQueryAttribute : QueryAttribute
{
    /// <param name="what">What is done with the tags.</param>
    public TagQueryAttribute(string what = "Only images that have all of these tags.")
        : base("tag", what) => Repeated = true;
}

/// <summary><c>model</c>: see <see cref="Http.QueryParameters.Model"/>.</summary>
/// <param name="omitted">What leaving it out means.</param>
public sealed class ModelQueryAttribute(string omitted)
    : QueryAttribute("model", $"The key of an installed model, such as `resnet18`; left out for {omitted}.");

/// <summary><c>continue</c> of lists that come in pages.</summary>
/// <param name="what">What value it takes.</param>
public sealed class ContinueQueryAttribute(
    string what = "The value of `continue` in the page before, the rest of the query being the same.")
    : QueryAttribute("continue", what);

/// <summary><c>format</c>: see <see cref="Http.QueryParameters.IsFormat"/>.</summary>
public sealed class FormatQueryAttribute : QueryAttribute
{
    /// <param name="other">The format beside JSON.</param>
    public FormatQueryAttribute(string other)
        : base("format", "The form of the response; left out for the one that the header `Accept` prefers, otherwise JSON.") =>
        Values = ["json", other];
}
