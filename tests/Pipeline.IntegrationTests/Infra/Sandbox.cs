using System.Diagnostics;
using Pipeline.IntegrationTests.Hosting;

namespace Pipeline.IntegrationTests.Infra;

/// <summary>
/// A machine and a subscription for the deployment scripts: a PATH with nothing on it but what they may use, stand-ins for az, azd, dotnet and
/// curl that record their calls, and a state folder that says what is in Azure.
/// </summary>
internal sealed class Sandbox : IDisposable
{
    private static readonly string[] Tools =
    [
        "bash", "cat", "cp", "dirname", "env", "grep", "head", "mkdir", "mktemp", "rm", "sed", "sh", "sleep", "touch", "tr", "wc", "zip",
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-infra-").FullName;

    public Sandbox()
    {
        string? missing = Tools.FirstOrDefault(tool => FindTool(tool) is null);
        Assert.SkipWhen(missing is not null, $"There is no '{missing}' on the PATH, which the deployment scripts use.");
        Directory.CreateDirectory(Bin);
        Directory.CreateDirectory(StateFolder);
        Directory.CreateDirectory(Models);
        Array.ForEach(Tools, tool => File.CreateSymbolicLink(Path.Combine(Bin, tool), FindTool(tool)!));
        foreach (string fake in Directory.GetFiles(Repository.Path("tests", "Pipeline.IntegrationTests", "Infra", "fakes")))
        {
            File.CreateSymbolicLink(Path.Combine(Bin, Path.GetFileName(fake)), fake);
        }

        State("version", "2.79.0");
        State("sdks", "10.0.100 [/usr/share/dotnet/sdk]");
        State("actions", "*");
        State("settings", "");
        WriteModel("vgg16", "aaaaaaaaaaaa", "imagenet");
        WriteModel("resnet50", "bbbbbbbbbbbb", "imagenet");
    }

    /// <summary>What was called, in order, one command a line.</summary>
    public string[] Calls => File.Exists(CallsFile) ? File.ReadAllLines(CallsFile) : [];

    /// <summary>What the scripts have in their environment besides.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    public string Bin => Path.Combine(_folder, "bin");

    public string Blobs => Path.Combine(StateFolder, "blobs");

    private string CallsFile => Path.Combine(StateFolder, "calls");

    private string Models => Path.Combine(_folder, "models");

    private string StateFolder => Path.Combine(_folder, "state");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public void State(string name, string content = "") => File.WriteAllText(Path.Combine(StateFolder, name), content);

    public string ReadState(string name) => File.ReadAllText(Path.Combine(StateFolder, name));

    public void Forget(string name) => File.Delete(Path.Combine(StateFolder, name));

    /// <summary>The first command that contains a text fails with a message.</summary>
    public void Fail(string call, string message)
    {
        State("fail", call);
        State("message", message);
    }

    public void WriteModel(string key, string fingerprint, string weights)
    {
        File.WriteAllText(Path.Combine(Models, $"{key}.onnx"), $"{key} {fingerprint}");
        File.WriteAllText(
            Path.Combine(Models, $"{key}.manifest.json"),
            $$"""
            {
              "format": 2,
              "weights": "{{weights}}",
              "weightsHash": "0123",
              "fingerprint": "{{fingerprint}}"
            }
            """);
    }

    public Task<(int ExitCode, string Output)> DeployAsync(params string[] options) =>
        RunAsync("deploy.sh", "", ["-g", "pictures", "-l", "westeurope", .. options]);

    /// <summary>Runs a script of infra/ to its end; both its streams are its output.</summary>
    public async Task<(int ExitCode, string Output)> RunAsync(string script, string input, params string[] arguments)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo("/bin/sh", ["-c", "exec \"$0\" \"$@\" 2>&1", Repository.Path("infra", script), .. arguments])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            },
        };
        process.StartInfo.Environment["PATH"] = Bin;
        process.StartInfo.Environment["FAKE_STATE"] = StateFolder;
        process.StartInfo.Environment["PIPELINE_MODELS"] = Models;
        process.StartInfo.Environment["PIPELINE_WORK"] = Path.Combine(_folder, "work");
        process.StartInfo.Environment["PIPELINE_PAUSE_SECONDS"] = "0";
        process.StartInfo.Environment["PIPELINE_TRIES"] = "3";
        foreach ((string name, string value) in Environment)
        {
            process.StartInfo.Environment[name] = value;
        }

        process.Start();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output);
    }

    public static string? FindTool(string name) =>
        (System.Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, name))
        .FirstOrDefault(File.Exists);
}
