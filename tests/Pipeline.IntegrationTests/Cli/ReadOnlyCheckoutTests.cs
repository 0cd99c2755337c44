using System.Diagnostics;
using Pipeline.IntegrationTests.Hosting;

namespace Pipeline.IntegrationTests.Cli;

/// <summary>
/// A checkout that cannot be written: a file in the place of its folder for state, which stops even root. A read-only disk gives the same
/// error with another reason.
/// </summary>
public sealed class ReadOnlyCheckoutTests : IDisposable
{
    private static readonly string Vase = Repository.Path("samples", "vase-1.jpg");

    private readonly string _root = Directory.CreateTempSubdirectory("pipeline-checkout-").FullName;

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    public ReadOnlyCheckoutTests()
    {
        File.WriteAllText(Path.Combine(_root, "Pipeline.sln"), "");
        File.WriteAllText(Path.Combine(_root, ".pipeline"), "");
        Directory.CreateDirectory(Path.Combine(_root, "models"));
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Without_models_the_command_says_that_the_folder_cannot_be_written()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The reason is worded by the system.");

        (string error, int exitCode) = await RunAsync("dotnet", await CopyProgramAsync(), "predict", Vase);

        Assert.StartsWith("This folder cannot be written: ", error, StringComparison.Ordinal);
        Assert.Contains($"its own checkout, '{_root}': get write access there", error, StringComparison.Ordinal);
        Assert.Equal((1, 1), (error.Count(character => character == '\n'), exitCode));
    }

    [Fact]
    public async Task With_models_the_command_writes_nothing_and_a_damaged_one_is_one_sentence_without_the_runtimes_own_log()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The reason is worded by the system.");
        foreach (string key in (string[])["vgg16", "resnet50", "resnet18"])
        {
            string manifest = Path.Combine("models", $"{key}.manifest.json");
            await File.WriteAllTextAsync(
                Path.Combine(_root, manifest),
                $$"""
                {
                  "format": 2, "key": "{{key}}", "weights": "untrained", "weightsHash": "00", "precision": "float32", "withTop": true,
                  "fingerprint": "000000000000", "bytes": 1000, "sha256": "00"
                }
                """,
                CancellationToken);
            await File.WriteAllBytesAsync(Path.Combine(_root, "models", $"{key}.onnx"), new byte[1000], CancellationToken);
        }

        (string error, int exitCode) = await RunAsync("dotnet", await CopyProgramAsync(), "predict", Vase);

        Assert.Matches(@"^'\S+\.onnx' cannot be loaded \(.+\)\. Install the model again: .+\n$", error);
        Assert.Equal((1, 1), (error.Count(character => character == '\n'), exitCode));
    }

    [Fact]
    public async Task The_script_says_so_before_it_builds_the_command()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The script is for other systems.");
        File.Copy(Repository.Path("pipeline"), Path.Combine(_root, "pipeline"));

        (string error, int exitCode) = await RunAsync("bash", Path.Combine(_root, "pipeline"), "predict", Vase);

        Assert.StartsWith("This folder cannot be written: ", error, StringComparison.Ordinal);
        Assert.Contains($"its own checkout, '{_root}': get write access there", error, StringComparison.Ordinal);
        Assert.Equal((1, 1), (error.Count(character => character == '\n'), exitCode));
    }

    /// <summary>The program within the checkout, because it looks for the checkout above itself.</summary>
    private async Task<string> CopyProgramAsync()
    {
        string program = Path.Combine(_root, "bin");
        string built = Repository.Path("src", "Pipeline.Cli", "bin", Repository.Configuration, "net10.0");
        await Process.Start("cp", ["-r", built, program]).WaitForExitAsync(CancellationToken);
        return Path.Combine(program, "Pipeline.Cli.dll");
    }

    private static async Task<(string Error, int ExitCode)> RunAsync(string file, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(file, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(CancellationToken);
        string error = await process.StandardError.ReadToEndAsync(CancellationToken);
        await output;
        await process.WaitForExitAsync(CancellationToken);
        return (error, process.ExitCode);
    }
}
