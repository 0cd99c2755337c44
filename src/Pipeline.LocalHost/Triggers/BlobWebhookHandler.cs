using Microsoft.Azure.WebJobs;
using Microsoft.Azure.WebJobs.Host.Config;

namespace Pipeline.LocalHost.Triggers;

#pragma warning disable CS0618 // The SDK marks this as not for general use; it is meant for hosts, such as this one.
/// <summary>
/// Captures the Blobs extension's own handler of events: the extension passes itself when it asks for its webhook address.
/// </summary>
internal sealed class BlobWebhookHandler : IWebHookProvider
{
    private IAsyncConverter<HttpRequestMessage, HttpResponseMessage>? _handler;

    /// <exception cref="InvalidOperationException">The extension was not started.</exception>
    public IAsyncConverter<HttpRequestMessage, HttpResponseMessage> Handler =>
        _handler ?? throw new InvalidOperationException("The Blobs extension has not asked for the address of its webhook.");

    public Uri GetUrl(IExtensionConfigProvider extension)
    {
        _handler = extension as IAsyncConverter<HttpRequestMessage, HttpResponseMessage> ?? _handler;

        // Only for the extension's log: senders of events know the address.
        return new Uri("http://localhost/runtime/webhooks/blobs");
    }
}
#pragma warning restore CS0618
