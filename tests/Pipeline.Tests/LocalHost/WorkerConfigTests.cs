using Pipeline.LocalHost;
using Pipeline.LocalHost.Settings;
using Pipeline.LocalHost.Worker;

namespace Pipeline.Tests.LocalHost;

public sealed class WorkerConfigTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-worker-config-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_library_runs_on_dotnet()
    {
        WorkerConfig config = Read("dotnet", "App.dll", "App.dll");

        Assert.Equal("dotnet", Path.GetFileNameWithoutExtension(config.Executable));
        Assert.Equal([Path.Combine(_folder, "App.dll")], config.Arguments);
    }

    [Fact]
    public void A_self_contained_app_is_a_program_of_its_own()
    {
        WorkerConfig config = Read("{WorkerRoot}App", "App.dll", "App");

        Assert.Equal(Path.Combine(_folder, "App"), config.Executable);
        Assert.Empty(config.Arguments);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named() => Assert.Contains(
        "names 'App.dll', which is not in the app's folder.",
        Assert.Throws<HostFailure>(() => Read("dotnet", "App.dll", "Other.dll")).Message,
        StringComparison.Ordinal);

    [Fact]
    public void A_broken_file_is_an_error()
    {
        File.WriteAllText(Path.Combine(_folder, "worker.config.json"), "{}");

        Assert.Throws<HostFailure>(() => WorkerConfig.Read(new AppFolder(_folder, new HostJson())));
    }

    private WorkerConfig Read(string executable, string worker, string file)
    {
        File.WriteAllText(Path.Combine(_folder, file), "");
        File.WriteAllText(
            Path.Combine(_folder, "worker.config.json"),
            $$"""{ "description": { "defaultExecutablePath": "{{executable}}", "defaultWorkerPath": "{{worker}}" } }""");
        return WorkerConfig.Read(new AppFolder(_folder, new HostJson()));
    }
}
