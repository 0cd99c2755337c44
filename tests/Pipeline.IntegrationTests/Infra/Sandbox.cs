using System.Diagnostics;
using System.Text;
using Pipeline.IntegrationTests.Hosting;

namespace Pipeline.IntegrationTests.Infra;

/// <summary>
/// A machine and a subscription for <c>pipeline deploy</c>: a PATH with little more than fakes of az, azd and dotnet that record their
/// calls; the deployed app; and a folder with the state of Azure.
/// </summary>
internal sealed class Sandbox : IDisposable
{
    private static readonly string[] Tools =
    [
        "bash", "cat", "cp", "curl", "dirname", "env", "head", "mkdir", "rm", "sed", "sleep", "touch", "tr", "wc", "zip",
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-infra-").FullName;

    private readonly FakeApp _app;

    public Sandbox()
    {
        _app = new FakeApp(
            request => File.AppendAllText(CallsFile, $"{request}\n"), () => File.Exists(Path.Combine(StateFolder, "never-found")));
        string? missing = Tools.FirstOrDefault(tool => FindTool(tool) is null);
        Assert.SkipWhen(
            missing is not null, $"There is no '{missing}' on the PATH, which the stand-ins, or the commands of a dry run, use.");
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
        State("images", "1");
        State("url", _app.Address);
        WriteModel("vgg16", "aaaaaaaaaaaa", "imageNet");
        WriteModel("resnet50", "bbbbbbbbbbbb", "imageNet");
    }

    /// <summary>What was called, in order, one command a line.</summary>
    public string[] Calls => File.Exists(CallsFile) ? File.ReadAllLines(CallsFile) : [];

    /// <summary>Where the deployed app answers.</summary>
    public string AppAddress => _app.Address;

    /// <summary>What the command has in its environment besides.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    public string Bin => Path.Combine(_folder, "bin");

    public string Blobs => Path.Combine(StateFolder, "blobs");

    public string Work => Path.Combine(_folder, "work");

    private static string Dotnet => FindTool("dotnet")!;

    private static string Program => Repository.Path("src", "Pipeline.Cli", "bin", Repository.Configuration, "net10.0", "Pipeline.Cli.dll");

    private string CallsFile => Path.Combine(StateFolder, "calls");

    private string Models => Path.Combine(_folder, "models");

    public string StateFolder => Path.Combine(_folder, "state");

    public void Dispose()
    {
        _app.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    public void State(string name, string content = "") => File.WriteAllText(Path.Combine(StateFolder, name), content);

    /// <summary>Adds a setting to the app that runs, such as <c>NAME=VALUE</c>.</summary>
    public void AddSetting(string setting) => File.AppendAllText(Path.Combine(StateFolder, "settings"), setting + "\n");

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
        string content = $"{key} {fingerprint}";
        File.WriteAllText(Path.Combine(Models, $"{key}.onnx"), content);
        File.WriteAllText(
            Path.Combine(Models, $"{key}.manifest.json"),
            $$"""
            {
              "format": 2,
              "key": "{{key}}",
              "weights": "{{weights}}",
              "weightsHash": "0123",
              "precision": "float32",
              "withTop": true,
              "fingerprint": "{{fingerprint}}",
              "bytes": {{content.Length}},
              "sha256": "4567"
            }
            """);
    }

    public Task<(int ExitCode, string Output)> DeployAsync(params string[] options) =>
        RunAsync(["deploy", "-g", "images", "-l", "westeurope", .. options]);

    /// <summary>Runs the command to its end, without a terminal; both its streams are its output.</summary>
    public Task<(int ExitCode, string Output)> RunAsync(params string[] arguments) => RunToEndAsync(StartCommand(arguments));

    /// <summary>Starts the command, without a terminal.</summary>
    public Process StartCommand(params string[] arguments) => Start([Dotnet, Program, .. arguments]);

    /// <summary>Runs a shell script to its end.</summary>
    public Task<(int ExitCode, string Output)> RunScriptAsync(string script) => RunToEndAsync(Start([script]));

    /// <summary>Runs the command at a terminal, where somebody answers a question.</summary>
    public async Task<(int ExitCode, string Output)> RunAtTerminalAsync(string question, string answer, params string[] arguments)
    {
        string? script = FindTool("script");
        Assert.SkipWhen(script is null, "There is no 'script' on the PATH, which gives a program a terminal.");
        string line = string.Join(' ', new[] { Dotnet, Program }.Concat(arguments).Select(argument => $"'{argument}'"));
        using Process process = Start([script, "-q", "-e", "-c", line, "/dev/null"]);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Wait.Limit);
        await using CancellationTokenRegistration end = limit.Token.Register(() => process.Kill(entireProcessTree: true));
        var output = new StringBuilder();
        char[] read = new char[1024];
        bool answered = false;
        for (int count; (count = await process.StandardOutput.ReadAsync(read, TestContext.Current.CancellationToken)) > 0;)
        {
            output.Append(read, 0, count);
            if (!answered && output.ToString().Contains(question, StringComparison.Ordinal))
            {
                answered = true;
                await process.StandardInput.WriteAsync($"{answer}\r");
                await process.StandardInput.FlushAsync();
            }
        }

        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output.ToString());
    }

    /// <summary>Starts a program on this machine; standard error goes where its output goes.</summary>
    private Process Start(params string[] command)
    {
        var process = new Process
        {
            StartInfo = new ProcessStartInfo("/bin/sh", ["-c", "exec \"$0\" \"$@\" 2>&1", .. command])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            },
        };
        process.StartInfo.Environment["PATH"] = Bin;
        process.StartInfo.Environment["SHELL"] = "/bin/sh";
        process.StartInfo.Environment["TERM"] = "xterm";
        process.StartInfo.Environment.Remove("CI");
        process.StartInfo.Environment["FAKE_STATE"] = StateFolder;
        process.StartInfo.Environment["PIPELINE_MODELS"] = Models;
        process.StartInfo.Environment["PIPELINE_WORK"] = Work;
        process.StartInfo.Environment["PIPELINE_PAUSE_SECONDS"] = "0";
        process.StartInfo.Environment["PIPELINE_TRIES"] = "3";
        foreach ((string name, string value) in Environment)
        {
            process.StartInfo.Environment[name] = value;
        }

        process.Start();
        return process;
    }

    public static string? FindTool(string name) =>
        (System.Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, name))
        .FirstOrDefault(File.Exists);

    private static async Task<(int ExitCode, string Output)> RunToEndAsync(Process process)
    {
        using (process)
        {
            process.StandardInput.Close();
            string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            return (process.ExitCode, output);
        }
    }
}
