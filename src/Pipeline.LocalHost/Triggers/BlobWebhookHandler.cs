using Microsoft.Azure.WebJobs;
using Microsoft.Azure.WebJobs.Host.Config;

namespace Pipeline.LocalHost.Triggers;

#pragma warning disable CS0618 // Not for general use, says the SDK, and means what is not a host.
/// <summary>Gets hold of the Blobs extension's own handler of events: the extension shows itself when it asks for its address.</summary>
internal sealed class BlobWebhookHandler : IWebHookProvider
{
    private IAsyncConverter<HttpRequestMessage, HttpResponseMessage>? _handler;

    /// <exception cref="InvalidOperationException">The extension was not started.</exception>
    public IAsyncConverter<HttpRequestMessage, HttpResponseMessage> Handler =>
        _handler ?? throw new InvalidOperationException("The Blobs extension has not asked for the address of its webhook.");

    public Uri GetUrl(IExtensionConfigProvider extension)
    {
        _handler = extension as IAsyncConverter<HttpRequestMessage, HttpResponseMessage> ?? _handler;

        // Only for the extension's log: who posts here knows the address.
        return new Uri("http://localhost/runtime/webhooks/blobs");
    }
}
#pragma warning restore CS0618
