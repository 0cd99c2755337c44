using System.Text.Json.Nodes;
using Pipeline.IntegrationTests.Hosting;

namespace Pipeline.IntegrationTests.Cli;

/// <summary>The commands that call a running app: upload, images, tags, similar, duplicates, status.</summary>
[Collection(nameof(RunningPipeline))]
public sealed class AppCommandsTests(RunningPipeline pipeline) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-app-commands-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_folder_is_uploaded_once_and_what_is_refused_is_named()
    {
        Write("a/1.bmp", TestImages.Bitmap(1));
        Write("a/b/2.bmp", TestImages.Bitmap(2));
        Write("a/notes.txt", "no image"u8.ToArray());
        Write("a/broken.jpg", "no image"u8.ToArray());

        (int firstCode, string first) = await RunAsync("upload", Path("a"), "--prefix", "cli/up/", "--tag", "Old  Car", "--tag", "x");
        (int secondCode, string second) = await RunAsync("upload", Path("a"), "--prefix", "cli/up/");
        (int showCode, string shown) = await RunAsync("images", "show", "cli/up/b/2.bmp", "--json");

        Assert.Equal((1, 1, 0), (firstCode, secondCode, showCode));
        Assert.Contains("2 uploaded, 1 refused, see above.", first, StringComparison.Ordinal);
        Assert.Contains("broken.jpg': ", first, StringComparison.Ordinal);
        Assert.Contains("0 uploaded, 2 left as they are", second, StringComparison.Ordinal);
        Assert.Equal(["old car", "x"], JsonNode.Parse(shown)!["tags"]!.AsArray().Select(tag => tag!.GetValue<string>()));
    }

    [Fact]
    public async Task With_overwrite_an_image_is_replaced()
    {
        Write("one.bmp", TestImages.Bitmap(1));
        await RunAsync("upload", Path("one.bmp"), "--prefix", "cli/over/");
        byte[] other = [.. TestImages.Bitmap(2), 0, 0];
        Write("one.bmp", other);

        (int exitCode, string output) = await RunAsync("upload", Path("one.bmp"), "--prefix", "cli/over/", "--overwrite", "--json");
        JsonNode image = await pipeline.App.GetAsync("images/cli/over/one.bmp");

        Assert.Equal(0, exitCode);
        Assert.Contains("\"outcome\": \"uploaded\"", output, StringComparison.Ordinal);
        Assert.Equal(other.Length, image["bytes"]!.GetValue<int>());
    }

    [Fact]
    public async Task Files_of_one_name_are_not_uploaded_over_each_other()
    {
        Write("a/1.bmp", TestImages.Bitmap(1));
        Write("b/1.bmp", TestImages.Bitmap(2));

        (int exitCode, string output) = await RunAsync("upload", Path("a"), Path("b"), "--prefix", "cli/twice/");

        Assert.Equal(1, exitCode);
        Assert.Contains("would both be stored as 'cli/twice/1.bmp'", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_that_leads_in_a_circle_is_not_followed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a right there.");
        Write("a/1.bmp", TestImages.Bitmap(1));
        Directory.CreateSymbolicLink(Path("a/again"), Path("a"));

        (int exitCode, string output) = await RunAsync("upload", Path("a"), "--prefix", "cli/circle/");

        Assert.Equal(0, exitCode);
        Assert.Contains("1 uploaded.", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Similar_images_are_found_for_a_file_and_for_a_name()
    {
        await pipeline.UploadAndWaitAsync(
            ("cli/similar/1.bmp", TestImages.Bitmap(1)), ("cli/similar/2.bmp", TestImages.Bitmap(2)));
        Write("query.bmp", TestImages.Bitmap(2));

        (int fileCode, string ofFile) = await RunAsync("similar", Path("query.bmp"), "--prefix", "cli/similar/", "--top", "1", "--json");
        (int nameCode, string ofName) = await RunAsync("similar", "cli/similar/1.bmp", "--prefix", "cli/similar/", "--model", "vgg16");

        Assert.Equal((0, 0), (fileCode, nameCode));
        Assert.Equal("cli/similar/2.bmp", JsonNode.Parse(ofFile)!["models"]!["vgg16"]!["results"]![0]!["name"]!.GetValue<string>());
        Assert.Contains("vgg16 (untrained)", ofName, StringComparison.Ordinal);
        Assert.Contains("cli/similar/2.bmp", ofName, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_neither_file_nor_stored_is_said_so()
    {
        (int exitCode, string output) = await RunAsync("similar", "cli/not-there.bmp");

        Assert.Equal(1, exitCode);
        Assert.Contains("'cli/not-there.bmp' is no file here, and no stored image has this name.", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tags_are_set_added_removed_and_listed()
    {
        await pipeline.UploadAsync("cli/tags/1.bmp", TestImages.Bitmap(1));

        await RunAsync("tags", "set", "cli/tags/1.bmp", "cli-one", "cli-two");
        (_, string added) = await RunAsync("tags", "add", "cli/tags/1.bmp", "CLI-Three");
        (_, string removed) = await RunAsync("tags", "remove", "cli/tags/1.bmp", "cli-one");
        (_, string shown) = await RunAsync("tags", "show", "cli/tags/1.bmp", "--json");
        (int refusedCode, string refused) = await RunAsync("tags", "add", "cli/tags/1.bmp", "a,b");
        (int noneCode, string none) = await RunAsync("tags", "set", "cli/tags/1.bmp");

        Assert.Equal("cli-one, cli-three, cli-two", added.Trim());
        Assert.Equal("cli-three, cli-two", removed.Trim());
        Assert.Equal("""{"tags":["cli-three","cli-two"]}""", JsonNode.Parse(shown)!.ToJsonString());
        Assert.Contains("comma", refused, StringComparison.Ordinal);
        Assert.Equal("The image has no tags.", none.Trim());
        Assert.Equal((1, 0), (refusedCode, noneCode));
    }

    [Fact]
    public async Task An_image_is_deleted_only_with_a_yes()
    {
        await pipeline.UploadAsync("cli/delete/1.bmp", TestImages.Bitmap(1));

        (int askedCode, string asked) = await RunAsync("images", "delete", "cli/delete/1.bmp");
        (int deletedCode, string deleted) = await RunAsync("images", "delete", "cli/delete/1.bmp", "--yes");
        (int listedCode, string listed) = await RunAsync("images", "--prefix", "cli/delete/");

        Assert.Contains("Pass --yes in a script.", asked, StringComparison.Ordinal);
        Assert.Contains("Deleted 'cli/delete/1.bmp'.", deleted, StringComparison.Ordinal);
        Assert.Contains("There is no such image.", listed, StringComparison.Ordinal);
        Assert.Equal((1, 0, 0), (askedCode, deletedCode, listedCode));
    }

    [Fact]
    public async Task Duplicates_and_the_status_are_shown_as_tables()
    {
        await pipeline.UploadAndWaitAsync(
            ("cli/copies/1.bmp", TestImages.Bitmap(1)), ("cli/copies/2.bmp", TestImages.Bitmap(1)));

        (int duplicatesCode, string duplicates) = await RunAsync("duplicates", "--prefix", "cli/copies/");
        (int statusCode, string status) = await RunAsync("status");

        Assert.Equal((0, 0), (duplicatesCode, statusCode));
        Assert.Contains("groups: 1, with a cosine from 0.98 on", duplicates, StringComparison.Ordinal);
        Assert.Contains("cli/copies/2.bmp", duplicates, StringComparison.Ordinal);
        Assert.Contains("the same", duplicates, StringComparison.Ordinal);
        Assert.Contains("Storage responds.", status, StringComparison.Ordinal);
        Assert.Contains("vgg16", status, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_app_that_does_not_respond_is_named_and_the_key_is_not()
    {
        (int exitCode, string output) = await CommandProcess.RunAsync(
            new Dictionary<string, string> { ["PIPELINE_URL"] = "http://127.0.0.1:1/", ["PIPELINE_KEY"] = "secret-key" }, "status");

        Assert.Equal(1, exitCode);
        Assert.Contains("No function app responds at http://127.0.0.1:1/", output, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-key", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_is_not_sent_where_others_can_read_it()
    {
        (int exitCode, string output) = await CommandProcess.RunAsync(
            new Dictionary<string, string> { ["PIPELINE_KEY"] = "secret-key" }, "status", "--url", "http://app.example");

        Assert.Equal(1, exitCode);
        Assert.Equal("A key is not sent over http, where others can read it: write https://app.example as the address.", output.Trim());
    }

    private string Path(string name) => System.IO.Path.Combine(_folder, name);

    private void Write(string name, byte[] content)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path(name))!);
        File.WriteAllBytes(Path(name), content);
    }

    /// <summary>Runs a command against the app; with --json only standard output counts.</summary>
    private async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        await using CommandProcess command = CommandProcess.Start(
            new Dictionary<string, string> { ["PIPELINE_URL"] = pipeline.App.Client.BaseAddress!.ToString() }, arguments);
        int exitCode = await command.WaitForExitAsync();
        return (exitCode, arguments.Contains("--json") ? command.StandardOutput : command.Output);
    }
}
