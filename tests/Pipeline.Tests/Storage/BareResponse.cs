using System.Diagnostics.CodeAnalysis;
using Azure;
using Azure.Core;

namespace Pipeline.Tests.Storage;

/// <summary>A response of a storage account in memory: a status and nothing else.</summary>
internal sealed class BareResponse(int status) : Response
{
    public override int Status => status;

    /// <summary>The service's clock; null where the response does not say.</summary>
    public DateTimeOffset? Date { get; init; }

    public override string ReasonPhrase => "";

    public override Stream? ContentStream { get; set; }

    public override string ClientRequestId { get; set; } = "";

    public override void Dispose()
    {
    }

    protected override bool ContainsHeader(string name) => false;

    protected override IEnumerable<HttpHeader> EnumerateHeaders() => [];

    protected override bool TryGetHeader(string name, [NotNullWhen(true)] out string? value)
    {
        value = name == "Date" && Date is { } date ? date.ToString("R") : null;
        return value is not null;
    }

    protected override bool TryGetHeaderValues(string name, [NotNullWhen(true)] out IEnumerable<string>? values)
    {
        values = null;
        return false;
    }
}
