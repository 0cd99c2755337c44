using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Azure.WebJobs;
using Pipeline.LocalHost.Triggers;

namespace Pipeline.LocalHost.Http;

/// <summary><c>POST /runtime/webhooks/blobs?functionName=Host.Functions.NAME</c>: passes events to the Blobs extension.</summary>
internal static class BlobWebhook
{
    public const string Path = "/runtime/webhooks/blobs";

    /// <summary>The response of the extension; 503 while the job host does not run, as during an outage of its storage.</summary>
    public static async Task AnswerAsync(HttpContext context, TriggerListeners triggers)
    {
        IAsyncConverter<HttpRequestMessage, HttpResponseMessage> webhook;
        try
        {
            webhook = await triggers.WebhookAsync(context.RequestAborted);
        }
        catch (TimeoutException)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, context.Request.GetEncodedUrl())
        {
            Content = new StreamContent(context.Request.Body),
        };
        foreach ((string name, Microsoft.Extensions.Primitives.StringValues values) in context.Request.Headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, values.AsEnumerable()))
            {
                request.Content.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
            }
        }

        using HttpResponseMessage response = await webhook.ConvertAsync(request, context.RequestAborted);
        context.Response.StatusCode = (int)response.StatusCode;
        if (response.Content is { } content)
        {
            context.Response.ContentType = content.Headers.ContentType?.ToString();
            await content.CopyToAsync(context.Response.Body, context.RequestAborted);
        }
    }
}
