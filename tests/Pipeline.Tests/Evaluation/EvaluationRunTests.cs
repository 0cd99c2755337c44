using System.Text;
using System.Text.Json;
using Pipeline.Evaluation;
using Pipeline.Evaluation.Reporting;
using Pipeline.Imaging;
using Pipeline.Models;
using Pipeline.Tests.Imaging;
using Pipeline.Tests.Models;

namespace Pipeline.Tests.Evaluation;

/// <summary>A whole evaluation, with small models.</summary>
public sealed class EvaluationRunTests(SmallModels models) : IClassFixture<SmallModels>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-evaluation-").FullName;
    private readonly ImageDecoder _decoder = new(new ImageLimits());

    public void Dispose()
    {
        _decoder.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Groups_and_copies_are_judged_for_each_model_and_fused()
    {
        EvaluationResult result = await RunAsync(Images(), copies: 2);

        Assert.Equal(
            [.. models.Sessions.Models.Select(model => model.Key), "fused", "fused-reciprocal-ranks"],
            result.Lists.Select(list => list.Key));
        Assert.Equal((5, 1, 3), (result.Conditions.Images, result.Conditions.Groups, result.Conditions.Distractors));
        Assert.All(result.Lists, list =>
        {
            Assert.Equal(2, list.Groups!.Queries);
            Assert.Equal((2 * CopyVariant.All.Count, 2, 5), (list.Copies!.Copies, list.Copies.Originals, list.Copies.Searched));
            Assert.Equal(list.Copies.Found, list.Copies.ByVariant.Sum(variant => variant.Found));
            Assert.Equal(list.IsFused, list.Copies.Threshold is null);
        });
        Assert.Contains(result.Notes, note => note.Contains("one group only", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_file_that_is_no_image_and_one_that_cannot_be_read_are_counted_and_end_nothing()
    {
        EvaluationResult result = await RunAsync(
            [
                .. Images(),
                new EvaluationImage("text.jpg", "a", _ => Task.FromResult<ReadOnlyMemory<byte>>("no image"u8.ToArray())),
                new EvaluationImage("gone.jpg", "a", _ => throw new InvalidImageException(
                    new ImageRejection(ImageFault.Unreadable, "The file cannot be read."))),
            ],
            copies: 0);

        Assert.Equal(["gone.jpg", "text.jpg"], result.Refused.Select(image => image.Name));
        Assert.Equal(5, result.Conditions.Images);
        Assert.Null(result.Fused.Copies);
    }

    [Fact]
    public async Task The_same_bytes_under_another_name_are_left_out()
    {
        EvaluationResult result = await RunAsync([.. Images(), Image("z-again.png", "b", "rgb.png")], copies: 0);

        Assert.Equal([new IdenticalImage("z-again.png", "a/1.png")], result.Identical);
        Assert.Equal(5, result.Conditions.Images);
    }

    [Fact]
    public async Task A_repeated_evaluation_embeds_nothing_and_finds_the_same()
    {
        byte[] first = EvaluationJson.Write(await RunAsync(Images(), copies: 1));
        List<string> details = [];

        EvaluationResult again = await RunAsync(Images(), copies: 1, new Details(details));

        Assert.Equal(first, EvaluationJson.Write(again));
        Assert.DoesNotContain(details, detail => detail.Contains("a second", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_interrupted_evaluation_continues_where_it_stopped()
    {
        using var stop = new CancellationTokenSource();
        int seen = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunAsync(
            Images(), copies: 2, new Details(() => { if (++seen == 10) { stop.Cancel(); } }), stop.Token));
        long kept = new DirectoryInfo(_folder).GetFiles().Sum(file => file.Length);
        Assert.True(kept > 0);

        EvaluationResult result = await RunAsync(Images(), copies: 2);

        Assert.Equal(2 * CopyVariant.All.Count, result.Fused.Copies!.Copies);
        Assert.True(new DirectoryInfo(_folder).GetFiles().Sum(file => file.Length) > kept);
        long complete = new DirectoryInfo(_folder).GetFiles().Sum(file => file.Length);
        Directory.Delete(_folder, recursive: true);
        await RunAsync(Images(), copies: 2);

        // Each embedding was made once: a run without an interruption leaves as many bytes.
        Assert.Equal(new DirectoryInfo(_folder).GetFiles().Sum(file => file.Length), complete);
    }

    [Fact]
    public async Task Without_groups_only_copies_are_judged_and_it_says_so()
    {
        EvaluationResult result = await RunAsync([.. Images().Select(image => image with { Group = null })], copies: 1);

        Assert.Null(result.Fused.Groups);
        Assert.NotNull(result.Fused.Copies);
        Assert.Contains(result.Notes, note => note.Contains("--groups", StringComparison.Ordinal));
        Assert.DoesNotContain("id=\"groups\"", Encoding.UTF8.GetString(EvaluationReport.Write(result, "x")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_to_measure_is_said()
    {
        EvaluationException none = await Assert.ThrowsAsync<EvaluationException>(
            () => RunAsync([.. Images().Select(image => image with { Group = null })], copies: 0));
        EvaluationException one = await Assert.ThrowsAsync<EvaluationException>(
            () => RunAsync(
                [Images()[0], new EvaluationImage("x", "a", _ => Task.FromResult<ReadOnlyMemory<byte>>(new byte[1]))], copies: 0));

        Assert.Contains("nothing to measure", none.Message, StringComparison.Ordinal);
        Assert.Contains("at least two", one.Message, StringComparison.Ordinal);
        Assert.Equal("x", Assert.Single(one.Refused).Name);
    }

    [Fact]
    public async Task The_files_have_the_figures_and_the_report_shows_the_misses()
    {
        EvaluationResult result = await RunAsync(Images(), copies: 2);
        string html = Encoding.UTF8.GetString(EvaluationReport.Write(result, "<b>photos</b>"));
        string csv = Encoding.UTF8.GetString(EvaluationCsv.Write(result));
        using JsonDocument json = JsonDocument.Parse(EvaluationJson.Write(result));

        Assert.Contains("Evaluation of &lt;b&gt;photos&lt;/b&gt;", html, StringComparison.Ordinal);
        Assert.Contains("a/&lt;2&gt;.png", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<2>", html, StringComparison.Ordinal);
        Assert.DoesNotContain("http://", html, StringComparison.Ordinal);
        Assert.All(
            result.Lists.SelectMany(list => list.CopyMisses).Select(miss => miss.Query),
            shown => Assert.True(result.Thumbnails.ContainsKey(shown)));
        JsonElement fused = json.RootElement.GetProperty("lists")[result.Lists.Count - 2];
        Assert.Equal("fused", fused.GetProperty("key").GetString());
        Assert.Equal(
            result.Fused.Groups!.MeanAveragePrecision, fused.GetProperty("groups").GetProperty("meanAveragePrecision").GetDouble());
        Assert.Equal(
            result.Lists.Count * result.Queries.Count, csv.Split("\r\n").Count(row => row.Contains("query,", StringComparison.Ordinal)
                && row.Contains(",rank,", StringComparison.Ordinal)));
    }

    private static EvaluationImage[] Images() =>
    [
        Image("a/1.png", "a", "rgb.png"),
        Image("a/<2>.png", "a", "checks.png"),
        Image("b/1.jpg", "b", "baseline.jpg"),
        Image("c/1.png", "c", "rings.png"),
        Image("d.png", null, "grey.png"),
    ];

    private static EvaluationImage Image(string name, string? group, string file) =>
        new(name, group, _ => Task.FromResult<ReadOnlyMemory<byte>>(ReferenceImage.Read(file)));

    private Task<EvaluationResult> RunAsync(
        EvaluationImage[] images,
        int copies,
        IProgress<EvaluationProgress>? progress = null,
        CancellationToken? cancellationToken = null) =>
        new EvaluationRun(_decoder, models.Sessions).RunAsync(
            new EvaluationRequest(images, models.Sessions.Models, copies, _folder),
            progress,
            cancellationToken ?? TestContext.Current.CancellationToken);

    private sealed class Details(Action<EvaluationProgress> report) : IProgress<EvaluationProgress>
    {
        public Details(List<string> details) : this(progress => { lock (details) { details.Add(progress.Detail); } })
        {
        }

        public Details(Action report) : this(_ => report())
        {
        }

        public void Report(EvaluationProgress value) => report(value);
    }
}
