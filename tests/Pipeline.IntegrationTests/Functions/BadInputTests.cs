using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Pipeline.IntegrationTests.Hosting;

namespace Pipeline.IntegrationTests.Functions;

[Collection(nameof(RunningPipeline))]
public class BadInputTests(RunningPipeline pipeline)
{
    public static TheoryData<string, string, HttpStatusCode, string, string> Bodies => new()
    {
        { "empty", "image/jpeg", HttpStatusCode.BadRequest, "empty-image", "Send the bytes of an image" },
        { "text", "image/jpeg", HttpStatusCode.UnsupportedMediaType, "unsupported-format", "JPEG, PNG, WebP, GIF, " +
            "BMP and TIFF are accepted" },
        { "truncated JPEG", "image/jpeg", HttpStatusCode.UnprocessableEntity, "damaged-image", "it ends before its last pixel" },
        { "900 megapixels", "image/png", HttpStatusCode.UnprocessableEntity, "too-many-pixels", "at most 50 megapixels are allowed" },
        { "JPEG", "text/plain", HttpStatusCode.UnsupportedMediaType, "unsupported-content-type", "Send the image's bytes as image/*" },
        { "JPEG", "no type at all", HttpStatusCode.UnsupportedMediaType, "unsupported-content-type", "Send the image's bytes as image/*" },
        { "21 MB", "image/jpeg", HttpStatusCode.RequestEntityTooLarge, "image-too-large", "20 MB, which is the most that is allowed" },
        { "JPEG", "multipart/form-data", HttpStatusCode.BadRequest, "missing-image", "boundary" },
        { "JPEG", "multipart/form-data; boundary=x", HttpStatusCode.BadRequest, "missing-image", "The form" },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_bad_body_is_answered_by_what_is_wrong_and_what_is_allowed(
        string body, string contentType, HttpStatusCode status, string kind, string detail)
    {
        foreach (string call in (string[])["similar", "predictions", "feature-maps"])
        {
            using HttpResponseMessage response = await pipeline.App.PostAsync(call, Body(body), contentType);

            await AssertProblemAsync(response, status, kind, detail);
        }
    }

    [Theory]
    [InlineData("top=0", "top is a whole number from 1 to 100")]
    [InlineData("top=101", "top is a whole number from 1 to 100")]
    [InlineData("minCosine=1.1", "minCosine is a number from -1 to 1")]
    [InlineData("minCosine=", "minCosine is a number from -1 to 1")]
    [InlineData("minCosine=NaN", "minCosine is a number from -1 to 1")]
    [InlineData("top=-1", "top is a whole number from 1 to 100")]
    [InlineData("top=ten", "top is a whole number from 1 to 100")]
    [InlineData("top=99999999999999999999", "top is a whole number from 1 to 100")]
    [InlineData("top=1&top=2", "top is a whole number from 1 to 100")]
    [InlineData("model=alexnet", "model is vgg16 or resnet50")]
    [InlineData("includeSelf=maybe", "includeSelf is true or false")]
    public async Task A_bad_parameter_is_answered_by_what_is_allowed(string query, string detail)
    {
        using HttpResponseMessage posted = await pipeline.App.PostAsync($"similar?{query}", TestImages.Reference("rgb.png"), "image/png");
        using HttpResponseMessage got = await pipeline.App.Client.GetAsync($"similar/a.jpg?{query}", TestContext.Current.CancellationToken);

        await AssertProblemAsync(posted, HttpStatusCode.BadRequest, "invalid-parameter", detail);
        await AssertProblemAsync(got, HttpStatusCode.BadRequest, "invalid-parameter", detail);
    }

    [Theory]
    [InlineData("nobody.jpg", "'nobody.jpg'")]
    [InlineData("..%2F..%2Fetc%2Fpasswd", "GET /api/images")]
    [InlineData("%E8%8A%B1%E7%93%B6.jpg", "'花瓶.jpg'")]
    [InlineData("a%00b", "GET /api/images")]
    public async Task An_unknown_name_is_answered_by_where_names_are_listed(string path, string detail)
    {
        foreach (string call in (string[])["similar", "predictions", "feature-maps"])
        {
            using HttpResponseMessage response = await pipeline.App.Client.GetAsync(
                $"{call}/{path}", TestContext.Current.CancellationToken);

            if (path.Contains("%00", StringComparison.Ordinal) && response.StatusCode == HttpStatusCode.BadRequest)
            {
                // The server itself refuses a NUL before any function sees it.
                continue;
            }

            await AssertProblemAsync(response, HttpStatusCode.NotFound, "unknown-image", detail);
        }
    }

    [Theory]
    [InlineData("similar")]
    [InlineData("predictions")]
    [InlineData("feature-maps")]
    public async Task A_name_of_1025_characters_or_none_is_no_name(string call)
    {
        using HttpResponseMessage tooLong = await pipeline.App.Client.GetAsync(
            $"{call}/{new string('a', 1025)}", TestContext.Current.CancellationToken);
        using HttpResponseMessage none = await pipeline.App.Client.GetAsync($"{call}/", TestContext.Current.CancellationToken);

        await AssertProblemAsync(tooLong, HttpStatusCode.BadRequest, "invalid-parameter", "1 to 1024 characters");
        await AssertProblemAsync(none, HttpStatusCode.BadRequest, "invalid-parameter", "1 to 1024 characters");
    }

    [Fact]
    public async Task An_invalid_continuation_is_refused()
    {
        using HttpResponseMessage response = await pipeline.App.Client.GetAsync(
            $"images?continue={new string('x', 5000)}", TestContext.Current.CancellationToken);

        await AssertProblemAsync(
            response, HttpStatusCode.BadRequest, "invalid-parameter", "continue takes only what an earlier response gave");
    }

    [Fact]
    public async Task A_body_that_never_ends_is_cut_off_at_the_hosts_limit()
    {
        // Chunked, so that no header announces the length.
        using var content = new StreamContent(new EndlessStream());
        content.Headers.TryAddWithoutValidation("Content-Type", "image/jpeg");
        using var request = new HttpRequestMessage(HttpMethod.Post, "similar") { Content = content };
        request.Headers.TransferEncodingChunked = true;
        try
        {
            using HttpResponseMessage response = await pipeline.App.Client.SendAsync(
                request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
            Assert.Equal(0, response.Content.Headers.ContentLength);
        }
        catch (HttpRequestException exception) when (exception.InnerException is IOException or SocketException)
        {
            // The server may close the connection before the client has read the answer; what counts is that it ended.
        }

        await AssertAliveAsync();
    }

    [Fact]
    public async Task Memory_stays_bounded_under_many_bad_bodies_at_once()
    {
        // Excludes the memory of models that other tests had loaded.
        long before = pipeline.App.WorkerMemory;
        byte[] bomb = Body("900 megapixels");
        byte[] large = Body("21 MB")[..(20 * 1024 * 1024)];
        await Parallel.ForEachAsync(Enumerable.Range(0, 60), new ParallelOptions { MaxDegreeOfParallelism = 20 }, async (i, _) =>
        {
            using HttpResponseMessage response = await pipeline.App.PostAsync("similar", i % 2 == 0 ? bomb : large, "image/png");
            Assert.InRange((int)response.StatusCode, 400, 499);
        });

        await AssertAliveAsync();
        Assert.InRange(pipeline.App.WorkerMemory - before, long.MinValue, 1_500_000_000);
    }

    private static byte[] Body(string what) => what switch
    {
        "empty" => [],
        "text" => Encoding.UTF8.GetBytes("I am an image, believe me."),
        "truncated JPEG" => TestImages.Reference("baseline.jpg")[..1500],
        "900 megapixels" => OneBitPng(30_000),
        "JPEG" => TestImages.Reference("baseline.jpg"),
        "21 MB" => [0xFF, 0xD8, 0xFF, .. new byte[21 * 1024 * 1024]],
        _ => throw new ArgumentOutOfRangeException(nameof(what), what, "Unknown body."),
    };

    private async Task AssertProblemAsync(HttpResponseMessage response, HttpStatusCode status, string kind, string detail)
    {
        await FunctionApp.AssertProblemAsync(response, status, kind, detail);
        await AssertAliveAsync();
    }

    private async Task AssertAliveAsync() => Assert.Equal("ok", (await pipeline.App.GetAsync("health"))["status"]!.GetValue<string>());

    private static byte[] OneBitPng(int side)
    {
        using var png = new MemoryStream();
        png.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, side);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), side);
        header[8] = 1;
        Chunk("IHDR", header);
        using var rows = new MemoryStream();
        using (var zlib = new ZLibStream(rows, CompressionLevel.Optimal, leaveOpen: true))
        {
            byte[] row = new byte[1 + ((side + 7) / 8)];
            for (int y = 0; y < side; y++)
            {
                zlib.Write(row);
            }
        }

        Chunk("IDAT", rows.ToArray());
        Chunk("IEND", []);
        return png.ToArray();

        void Chunk(string type, byte[] data)
        {
            Span<byte> number = stackalloc byte[4];
            BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
            png.Write(number);
            byte[] body = [.. Encoding.ASCII.GetBytes(type), .. data];
            png.Write(body);
            BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.HashToUInt32(body));
            png.Write(number);
        }
    }

    private sealed class EndlessStream : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            buffer.AsSpan(offset, count).Fill(0xFF);
            return count;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
