using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Starts a function by an HTTP request.</summary>
public sealed class HttpTriggerAttribute : TriggerBindingAttribute
{
    /// <summary>All methods, level <see cref="AuthorizationLevel.Function"/>.</summary>
    public HttpTriggerAttribute() => AuthLevel = AuthorizationLevel.Function;

    /// <summary>These methods. The level stays <see cref="AuthorizationLevel.Anonymous"/>, as in the real package: always name it.</summary>
    /// <param name="methods">HTTP methods, in any case.</param>
    public HttpTriggerAttribute(params string[] methods) => Methods = methods;

    /// <summary>All methods, this level.</summary>
    /// <param name="authLevel">Who may call.</param>
    public HttpTriggerAttribute(AuthorizationLevel authLevel) => AuthLevel = authLevel;

    /// <summary>These methods, this level.</summary>
    /// <param name="authLevel">Who may call.</param>
    /// <param name="methods">HTTP methods, in any case.</param>
    public HttpTriggerAttribute(AuthorizationLevel authLevel, params string[] methods) => (AuthLevel, Methods) = (authLevel, methods);

    /// <summary>Route template below the prefix of host.json; the function's name if not given.</summary>
    public string? Route { get; set; }

    /// <summary>HTTP methods; all if null.</summary>
    public string[]? Methods { get; }

    /// <summary>Who may call. The stand-in serves this machine alone and asks for no keys, as Core Tools do.</summary>
    public AuthorizationLevel AuthLevel { get; }
}
