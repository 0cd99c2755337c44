using Azure;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Pipeline.Functions.Endpoints;
using Pipeline.Functions.Http;
using Pipeline.Imaging;

namespace Pipeline.Tests.Functions;

public class ErrorMiddlewareTests
{
    private readonly FakeLogger<ErrorMiddleware> _logger = new();

    [Fact]
    public async Task An_outage_of_storage_is_a_503_to_wait_for_and_a_warning()
    {
        (int status, string body, HttpResponse response) = await AnswerAsync(new RequestFailedException(503, "busy"));

        Assert.Equal(503, status);
        Assert.Contains("urn:pipeline:problem:storage-unavailable", body, StringComparison.Ordinal);
        Assert.Equal("5", response.Headers.RetryAfter);
        AssertLogged(LogLevel.Warning, "storage cannot be reached");
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    public async Task A_missing_role_is_told_apart_from_an_outage(int status)
    {
        (int answered, string body, _) = await AnswerAsync(new RequestFailedException(status, "no"));

        Assert.Equal(503, answered);
        Assert.Contains("urn:pipeline:problem:storage-denied", body, StringComparison.Ordinal);
        AssertLogged(LogLevel.Error, "refuses the app's identity");
    }

    [Theory]
    [InlineData(StatusCodes.Status413PayloadTooLarge, "image-too-large")]
    [InlineData(StatusCodes.Status408RequestTimeout, "request-timeout")]
    [InlineData(StatusCodes.Status400BadRequest, "malformed-request")]
    public async Task What_is_wrong_with_the_body_is_the_callers_and_no_outage(int status, string kind)
    {
        (int answered, string body, _) = await AnswerAsync(new BadHttpRequestException("no", status));

        Assert.Equal(status, answered);
        Assert.Contains($"urn:pipeline:problem:{kind}", body, StringComparison.Ordinal);
        AssertLogged(LogLevel.Information, "cannot be read");
    }

    [Fact]
    public async Task A_request_that_is_not_allowed_is_the_callers_and_no_warning()
    {
        (int status, string body, _) = await AnswerAsync(Problems.InvalidParameter("top is a whole number"));

        Assert.Equal(400, status);
        Assert.Contains("urn:pipeline:problem:invalid-parameter", body, StringComparison.Ordinal);
        AssertLogged(LogLevel.Information, "400 (urn:pipeline:problem:invalid-parameter)");
    }

    [Fact]
    public async Task An_image_that_is_not_accepted_is_named_in_the_response_and_not_in_the_log()
    {
        (int status, string body, _) = await AnswerAsync(
            new InvalidImageException(new ImageRejection(ImageFault.Damaged, "The PNG is damaged."), "a.png"));

        Assert.Equal(422, status);
        Assert.Contains("urn:pipeline:problem:damaged-image", body, StringComparison.Ordinal);
        Assert.Contains("a.png", body, StringComparison.Ordinal);
        Assert.DoesNotContain("a.png", AssertLogged(LogLevel.Information, "422").Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_has_to_wait_for_a_study_is_told_how_long()
    {
        (int status, _, HttpResponse response) = await AnswerAsync(Problems.StudyUnderWay());

        Assert.Equal((503, "30"), (status, response.Headers.RetryAfter.ToString()));
    }

    [Fact]
    public async Task Who_has_to_wait_for_a_search_for_duplicates_learns_how_long()
    {
        (int status, string body, HttpResponse response) = await AnswerAsync(Problems.DuplicatesUnderWay());

        Assert.Equal((503, "15"), (status, response.Headers.RetryAfter.ToString()));
        Assert.Contains("urn:pipeline:problem:duplicates-under-way", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_of_the_app_says_nothing_of_its_inside_to_the_caller_and_all_to_the_log()
    {
        (int status, string body, _) = await AnswerAsync(new InvalidOperationException("secret inside"));

        Assert.Equal(500, status);
        Assert.Contains("urn:pipeline:problem:internal-error", body, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", body, StringComparison.Ordinal);
        Assert.Equal("secret inside", AssertLogged(LogLevel.Error, "failed").Exception!.Message);
    }

    [Fact]
    public void A_caller_who_left_is_no_failure()
    {
        using var left = new CancellationTokenSource();
        left.Cancel();
        foreach (Exception exception in new Exception[] {
            new OperationCanceledException(),
            new ConnectionResetException("gone"),
            new IOException("gone") })
        {
            Assert.Null(new ErrorMiddleware(_logger).Answer(exception, "FindSimilar", left.Token));
            AssertLogged(LogLevel.Information, "the caller left");
        }
    }

    [Fact]
    public void A_cancellation_that_nobody_asked_for_is_a_failure()
    {
        Assert.NotNull(new ErrorMiddleware(_logger).Answer(new OperationCanceledException(), "FindSimilar", CancellationToken.None));
        AssertLogged(LogLevel.Error, "failed");
    }

    private FakeLogRecord AssertLogged(LogLevel level, string text)
    {
        FakeLogRecord record = _logger.LatestRecord;
        Assert.Equal(level, record.Level);
        Assert.Contains(text, record.Message, StringComparison.Ordinal);
        return record;
    }

    private async Task<(int Status, string Body, HttpResponse Response)> AnswerAsync(Exception exception)
    {
        IResult answer = new ErrorMiddleware(_logger).Answer(exception, "FindSimilar", CancellationToken.None)!;
        using var body = new MemoryStream();
        var http = new DefaultHttpContext { RequestServices = new ServiceCollection().AddLogging().BuildServiceProvider() };
        http.Response.Body = body;
        await answer.ExecuteAsync(http);
        return (http.Response.StatusCode, System.Text.Encoding.UTF8.GetString(body.ToArray()), http.Response);
    }
}
