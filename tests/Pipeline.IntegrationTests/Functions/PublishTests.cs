using System.Diagnostics;
using System.IO.Compression;
using System.Runtime.InteropServices;
using Pipeline.IntegrationTests.Hosting;

namespace Pipeline.IntegrationTests.Functions;

/// <summary>The folders that are published for a machine without .NET.</summary>
public sealed class PublishTests(SeededModels models) : IDisposable
{
    private const long MostPackedBytes = 100_000_000;

    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-publish-").FullName;

    private string Output => Path.Combine(_folder, "app");

    private string Host => Path.Combine(_folder, "host");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_self_contained_folder_has_what_its_platform_needs_and_runs_without_NET()
    {
        Assert.SkipUnless(
            OperatingSystem.IsLinux() && RuntimeInformation.OSArchitecture == Architecture.X64, "The folder is for Linux on x64.");
        await PublishAsync("Pipeline.Functions", Output);
        await PublishAsync("Pipeline.LocalHost", Host);

        string[] files =
            [.. Directory.GetFiles(Output, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Output, file))];
        Assert.Superset(
            new HashSet<string>
            {
                "host.json", "functions.metadata", ".azurefunctions/function.deps.json", "Pipeline.Functions", "libonnxruntime.so",
                "libvips.so.42",
            },
            new HashSet<string>(files));
        Assert.DoesNotContain(
            files,
            file => Path.GetExtension(file) is ".onnx" or ".xml" or ".dylib" or ".lib"
                || file.StartsWith("runtimes", StringComparison.Ordinal));
        string package = Path.Combine(_folder, "app.zip");
        await ZipFile.CreateFromDirectoryAsync(Output, package, TestContext.Current.CancellationToken);
        Assert.InRange(new FileInfo(package).Length, 1, MostPackedBytes);

        await using Azurite azurite = await Azurite.StartNewAsync();
        await using FunctionApp app = await FunctionApp.StartPublishedAsync(
            Path.Combine(Host, "Pipeline.LocalHost"),
            Output,
            azurite,
            new Dictionary<string, string> { ["Models__Folder"] = models.Folder, ["PATH"] = "/nowhere", ["DOTNET_ROOT"] = "" });
        await azurite.Images.GetBlobClient("published.bmp").UploadAsync(
            BinaryData.FromBytes(TestImages.Bitmap(1)), TestContext.Current.CancellationToken);
        await app.WaitUntilIndexedAsync("published.bmp");
        Assert.Equal("ok", (await app.GetAsync("health"))["status"]!.GetValue<string>());
    }

    private async Task PublishAsync(string project, string output)
    {
        using var publish = Process.Start(new ProcessStartInfo(
            "dotnet",
            [
                "publish", Repository.Path("src", project), "-c", "Release", "-r", "linux-x64", "--self-contained",
                "--artifacts-path", Path.Combine(_folder, "artifacts"), "-o", output, "-v", "q", "--nologo", "--tl:off",
            ])
        {
            RedirectStandardOutput = true,
        })!;
        string said = await publish.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await publish.WaitForExitAsync(TestContext.Current.CancellationToken);

        // NU1100 to NU1103 and NU1301: the feed lacks the packages of the runtime or of the compiler, or cannot be reached.
        Assert.SkipWhen(
            publish.ExitCode != 0
                && (said.Contains("NU110", StringComparison.Ordinal) || said.Contains("NU1301", StringComparison.Ordinal)),
            "The runtime for linux-x64 cannot be restored: " +
            $"{said.Split('\n').FirstOrDefault(line => line.Contains("NU1", StringComparison.Ordinal))}");
        Assert.True(publish.ExitCode == 0, said);
    }
}
