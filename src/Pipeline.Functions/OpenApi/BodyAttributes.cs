namespace Pipeline.Functions.OpenApi;

/// <summary>The body is one image: its bytes, or a form with the field <c>image</c>.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ImageBodyAttribute : Attribute;

/// <summary>The body is a form (multipart/form-data) with an image in each field.</summary>
/// <param name="required">The fields that must be there.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FormBodyAttribute(params string[] required) : Attribute
{
    /// <summary>The fields that must be there.</summary>
    public IReadOnlyList<string> Required { get; } = required;

    /// <summary>The fields that may be there.</summary>
    public string[] Optional { get; init; } = [];
}

/// <summary>The body is JSON.</summary>
/// <param name="type">Its type.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class JsonBodyAttribute(Type type) : Attribute
{
    /// <summary>Its type.</summary>
    public Type Type => type;
}
