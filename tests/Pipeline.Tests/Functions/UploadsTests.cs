using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Pipeline.Functions.Http;
using Pipeline.Imaging;

namespace Pipeline.Tests.Functions;

public class UploadsTests
{
    private static readonly string[] Fields = ["a", "b"];
    private static readonly ImageLimits Limits = new() { MaxBytes = 1024 * 1024 };

    [Fact]
    public async Task Images_come_in_the_order_of_the_fields_whatever_that_of_the_form()
    {
        ReadOnlyMemory<byte>[] images = await ReadAsync(Form(("b", [2, 2]), ("note", [9]), ("A", [1])));

        Assert.Equal([[1], [2, 2]], images.Select(image => image.ToArray()));
    }

    [Fact]
    public async Task Of_two_fields_with_one_name_the_first_counts()
    {
        ReadOnlyMemory<byte>[] images = await ReadAsync(Form(("a", [1]), ("a", [3]), ("b", [2])));

        Assert.Equal([[1], [2]], images.Select(image => image.ToArray()));
    }

    [Fact]
    public async Task Each_image_may_have_the_limit_for_itself()
    {
        ReadOnlyMemory<byte>[] images = await ReadAsync(Form(("a", new byte[Limits.MaxBytes]), ("b", new byte[Limits.MaxBytes])));

        Assert.Equal([Limits.MaxBytes, Limits.MaxBytes], images.Select(image => image.Length));
    }

    [Fact]
    public async Task An_image_is_found_behind_many_other_fields()
    {
        (string, byte[])[] others = [.. Enumerable.Range(0, 1000).Select(i => ($"x{i}", new byte[] { 9 }))];

        ReadOnlyMemory<byte>[] images = await ReadAsync(Form([.. others, ("a", [1]), ("b", [2])]));

        Assert.Equal([[1], [2]], images.Select(image => image.ToArray()));
    }

    [Fact]
    public async Task A_form_of_more_fields_than_are_read_is_not_said_to_lack_an_image()
    {
        (string, byte[])[] others = [.. Enumerable.Range(0, 1024).Select(i => ($"x{i}", new byte[] { 9 }))];

        await AssertProblemAsync(
            () => ReadAsync(Form([.. others, ("a", [1]), ("b", [2])])), 400, "missing-image", "The form has more than 1,024 fields.");
    }

    [Theory]
    [InlineData("a", "The form has no field 'b'.")]
    [InlineData("b", "The form has no field 'a'.")]
    [InlineData("c", "The form has no field 'a' and 'b'.")]
    public async Task Missing_fields_are_named(string field, string detail) =>
        await AssertProblemAsync(() => ReadAsync(Form((field, [1]))), 400, "missing-image", detail);

    [Fact]
    public async Task A_field_that_is_too_large_or_empty_is_named()
    {
        await AssertProblemAsync(
            () => ReadAsync(
                Form(("a", [1]), ("b", new byte[Limits.MaxBytes + 1]))), 413, "image-too-large", "The field 'b' has more than 1 MB");
        await AssertProblemAsync(() => ReadAsync(Form(("a", []), ("b", [1]))), 400, "empty-image", "The field 'a' is empty.");
    }

    [Fact]
    public async Task What_is_no_form_is_told_which_fields_to_send()
    {
        await AssertProblemAsync(
            () => ReadAsync(Request("image/png", [1])),
            415,
            "unsupported-content-type",
            "'image/png'. Send a multipart/form-data form with the fields 'a' and 'b'");
        await AssertProblemAsync(() => ReadAsync(Request(null, [1])), 415, "unsupported-content-type", "content type is missing");
        await AssertProblemAsync(() => ReadAsync(Request("multipart/form-data", [1])), 400, "missing-image", "needs a boundary");
    }

    [Fact]
    public async Task A_form_that_is_cut_off_is_told_so()
    {
        byte[] whole = ((MemoryStream)Form(("a", [1]), ("b", new byte[100])).Body).ToArray();

        HttpRequest request = Request("multipart/form-data; boundary=cut", whole[..^60]);

        await AssertProblemAsync(() => ReadAsync(request), 400, "missing-image", "ends before its closing boundary");
    }

    [Fact]
    public async Task What_the_server_refuses_of_a_form_is_not_taken_for_a_form_that_is_cut_off()
    {
        foreach (int status in new[] { StatusCodes.Status413PayloadTooLarge, StatusCodes.Status408RequestTimeout })
        {
            HttpRequest request = Request("multipart/form-data; boundary=cut", []);
            request.Body = new RefusingStream(status);

            Assert.Equal(status, (await Assert.ThrowsAsync<BadHttpRequestException>(() => ReadAsync(request))).StatusCode);
        }
    }

    [Fact]
    public async Task A_field_that_may_be_missing_is_empty_then()
    {
        ReadOnlyMemory<byte>[] images = await Uploads.ReadFormAsync(
            Form(("c", [3]), ("a", [1])), ["a"], ["b", "c"], Limits, TestContext.Current.CancellationToken);

        Assert.Equal([[1], [], [3]], images.Select(image => image.ToArray()));
        await AssertProblemAsync(
            () => Uploads.ReadFormAsync(Form(("b", [1])), ["a"], ["b"], Limits, TestContext.Current.CancellationToken),
            400,
            "missing-image",
            "The form has no field 'a'.");
        await AssertProblemAsync(
            () => Uploads.ReadFormAsync(Form(("a", [1]), ("b", [])), ["a"], ["b"], Limits, TestContext.Current.CancellationToken),
            400,
            "empty-image",
            "The field 'b' is empty.");
    }

    [Fact]
    public async Task A_body_or_the_field_image_is_one_image()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;

        ReadOnlyMemory<byte> body = await Uploads.ReadImageAsync(Request("image/png", [1, 2]), Limits, cancellationToken);
        ReadOnlyMemory<byte> field = await Uploads.ReadImageAsync(Form(("x", [9]), ("image", [1, 2])), Limits, cancellationToken);

        Assert.Equal([1, 2], body.ToArray());
        Assert.Equal([1, 2], field.ToArray());
    }

    private static Task<ReadOnlyMemory<byte>[]> ReadAsync(HttpRequest request) =>
        Uploads.ReadFormAsync(request, Fields, [], Limits, TestContext.Current.CancellationToken);

    private static HttpRequest Form(params (string Name, byte[] Content)[] fields)
    {
        using var body = new MemoryStream();
        foreach ((string name, byte[] content) in fields)
        {
            body.Write(Encoding.ASCII.GetBytes($"--cut\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"x\"\r\n\r\n"));
            body.Write(content);
            body.Write("\r\n"u8);
        }

        body.Write("--cut--\r\n"u8);
        return Request("multipart/form-data; boundary=cut", body.ToArray());
    }

    private static HttpRequest Request(string? contentType, byte[] body)
    {
        HttpRequest request = new DefaultHttpContext().Request;
        request.ContentType = contentType;
        request.ContentLength = body.Length;
        request.Body = new MemoryStream(body);
        return request;
    }

    private static async Task AssertProblemAsync(
        Func<Task<ReadOnlyMemory<byte>[]>> read, int status, string kind, string detail)
    {
        Exception exception = await Assert.ThrowsAnyAsync<Exception>(read);
        ProblemHttpResult problem =
            (exception is InvalidImageException invalid ? Problems.InvalidImage(invalid) : Assert.IsType<ApiProblemException>(exception))
                .Problem;
        Assert.Equal((status, $"urn:pipeline:problem:{kind}"), (problem.StatusCode, problem.ProblemDetails.Type));
        Assert.Contains(detail, problem.ProblemDetails.Detail, StringComparison.Ordinal);
    }

    /// <summary>A body as the server gives it once it is past one of its limits.</summary>
    private sealed class RefusingStream(int status) : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            throw new BadHttpRequestException("Refused.", status);

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }
}
