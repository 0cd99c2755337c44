using System.Text;
using Pipeline.Cli;
using Pipeline.Cli.Evaluate;
using Pipeline.Evaluation;
using Pipeline.Imaging;

namespace Pipeline.Tests.Cli;

public sealed class EvaluationFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-groups-").FullName;

    public EvaluationFolderTests()
    {
        foreach (string name in (string[])["birds/1.jpg", "birds/far/2.PNG", "cats/a,b.webp", "loose.gif", "notes.txt", ".hidden/x.jpg"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_folder, name))!);
            File.WriteAllText(Path.Combine(_folder, name), name);
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_first_folder_is_the_group() => Assert.Equal(
        [("birds/1.jpg", "birds"), ("birds/far/2.PNG", "birds"), ("cats/a,b.webp", "cats"), ("loose.gif", null)],
        Find().Select(image => (image.Name, image.Group)));

    [Theory]
    [InlineData("name,group\r\nbirds/1.jpg,x\r\n\"cats/a,b.webp\",x\r\n", false)]
    [InlineData("birds/1.jpg,x\ncats\\a,b,c\n", null)]
    [InlineData("Name , Group\nbirds/1.jpg, x \n\"cats\\a,b.webp\",x\nloose.gif,\n", true)]
    public void A_file_names_the_groups_and_the_others_are_distractors(string csv, bool? withMark)
    {
        if (withMark is null)
        {
            Assert.Contains("line 2: 3 cells", FailureOf(csv), StringComparison.Ordinal);
            return;
        }

        Write(csv, withMark.Value);
        Assert.Equal(
            [("birds/1.jpg", "x"), ("birds/far/2.PNG", null), ("cats/a,b.webp", "x"), ("loose.gif", null)],
            EvaluationFolder.Find(_folder, Csv, new ImageLimits()).Select(image => (image.Name, image.Group)));
    }

    [Theory]
    [InlineData("birds/1.jpg,x\nbirds/3.jpg,x\n", "line 2: there is no image 'birds/3.jpg' in the folder")]
    [InlineData("birds/1.jpg,x\nloose.gif,y\nbirds/1.jpg,z\n", "line 3: 'birds/1.jpg' was named before, in line 1")]
    [InlineData("birds/1.jpg\n", "line 1: 1 cell instead of two")]
    [InlineData("\"birds/1.jpg,x\n", "line 1: the quote that opens here is not closed")]
    [InlineData("name,group\n", "names no group")]
    public void What_is_wrong_with_the_file_is_said_with_its_line(string csv, string message) =>
        Assert.Contains(message, FailureOf(csv), StringComparison.Ordinal);

    [Fact]
    public void A_file_in_another_encoding_is_refused()
    {
        File.WriteAllBytes(Csv, [.. "birds/1.jpg,"u8, 0xE9]);

        Assert.Contains("UTF-8", Failure(Csv).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_too_large_or_gone_is_refused_as_an_image()
    {
        EvaluationImage[] images = [.. EvaluationFolder.Find(_folder, null, new ImageLimits { MaxBytes = 12 })];
        File.Delete(Path.Combine(_folder, "birds/1.jpg"));

        CancellationToken stop = TestContext.Current.CancellationToken;
        InvalidImageException large = await Assert.ThrowsAsync<InvalidImageException>(() => images[1].ReadAsync(stop));
        InvalidImageException gone = await Assert.ThrowsAsync<InvalidImageException>(() => images[0].ReadAsync(stop));

        Assert.Equal(ImageFault.TooManyBytes, large.Rejection.Fault);
        Assert.Equal(ImageFault.Unreadable, gone.Rejection.Fault);
        Assert.Equal("loose.gif", Encoding.UTF8.GetString((await images[3].ReadAsync(stop)).Span));
    }

    [Fact]
    public void A_folder_without_two_images_is_refused()
    {
        string empty = Directory.CreateDirectory(Path.Combine(_folder, "empty")).FullName;
        File.WriteAllText(Path.Combine(empty, "a.txt"), "");

        Assert.Contains("no image", Assert.Throws<CommandFailure>(() => EvaluationFolder.Find(empty, null, new ImageLimits())).Message,
            StringComparison.Ordinal);
    }

    private string Csv => Path.Combine(_folder, "groups.csv");

    private IReadOnlyList<EvaluationImage> Find() => EvaluationFolder.Find(_folder, null, new ImageLimits());

    private string FailureOf(string csv)
    {
        Write(csv, withMark: false);
        return Failure(Csv).Message;
    }

    private CommandFailure Failure(string csv) =>
        Assert.Throws<CommandFailure>(() => EvaluationFolder.Find(_folder, csv, new ImageLimits()));

    private void Write(string csv, bool withMark) => File.WriteAllText(Csv, csv, new UTF8Encoding(withMark));
}
