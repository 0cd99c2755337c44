namespace Pipeline.Functions.OpenApi;

/// <summary>
/// What a method answers is an operation of the HTTP API, which the OpenAPI document describes. Method, path and key are those of the
/// method's trigger, the summary is that of its documentation, and the response follows from what it returns; the other attributes of this
/// folder say what cannot be seen there. <c>src/Pipeline.OpenApi</c> reads them; the app itself does not.
/// </summary>
/// <param name="group">What it is about, such as <c>Images</c>.</param>
/// <example><code>
/// [Operation("Images")]
/// [PrefixQuery]
/// [Problems(ProblemTypes.UnknownImage)]
/// [Function("ListImages")]
/// public Task&lt;Ok&lt;ImagesResponse&gt;&gt; RunAsync([HttpTrigger("get", Route = "images")] HttpRequest request)
/// </code></example>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OperationAttribute(string group) : Attribute
{
    /// <summary>What it is about.</summary>
    public string Group => group;

    /// <summary>The operation's id; by default the name of the function.</summary>
    public string? Id { get; init; }

    /// <summary>Method and path, such as <c>GET images/{name}/tags</c>, where another method has the trigger.</summary>
    public string? Route { get; init; }
}
