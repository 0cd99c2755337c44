using Pipeline.LocalHost.Worker.Messages;

namespace Pipeline.LocalHost.Functions;

/// <summary>A function ended with an exception in the worker; this carries what the worker reported about it.</summary>
/// <param name="canceled">Whether the worker reported a cancellation.</param>
/// <param name="message">Type, message and stack trace.</param>
internal sealed class FunctionFailure(bool canceled, string message) : Exception(message)
{
    /// <summary>Whether the worker reported a cancellation.</summary>
    public bool Canceled { get; } = canceled;

    /// <summary>The worker's report alone; the stack trace of this process would add nothing.</summary>
    public override string ToString() => Message;

    public static FunctionFailure From(StatusResult result) => new(
        result.Status == StatusResult.Types.Status.Cancelled,
        result.Exception is { } exception ? Describe(exception) : "The function failed, and the worker did not say why.");

    public static string Describe(RpcException exception) =>
        (exception.Type.Length > 0 ? $"{exception.Type}: " : "") +
        $"{exception.Message}{Environment.NewLine}{exception.StackTrace}".TrimEnd();
}
