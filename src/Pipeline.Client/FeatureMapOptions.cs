namespace Pipeline.Client;

/// <summary>Which feature maps to draw; what is not set is as the app has it by default.</summary>
public sealed record FeatureMapOptions
{
    /// <summary>The key of the model, such as <c>vgg16</c>.</summary>
    public string? Model { get; init; }

    /// <summary>One block, 1 to 5; 1 if not set.</summary>
    public int? Block { get; init; }

    /// <summary>Whether to draw the image and all blocks on a sheet; then <see cref="Block"/> is not set.</summary>
    public bool IsSheet { get; init; }

    internal string Query => new QueryString()
        .With("model", Model).With("block", Block).With("layout", IsSheet ? "sheet" : null).ToString();
}
