using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Azure.Storage.Blobs;
using Pipeline.Cli;
using Pipeline.Cli.Hosting;
using Pipeline.IntegrationTests.Hosting;

namespace Pipeline.IntegrationTests.Cli;

/// <summary>Serving until it is stopped.</summary>
[Collection(nameof(Checkout))]
public partial class UpTests
{
    private const int Interrupt = 2;

    [Fact]
    public async Task A_port_in_use_is_named_with_the_option_to_choose_another()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        string port = ((IPEndPoint)taken.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);

        (int exitCode, string output) = await CommandProcess.RunAsync("up", "--port", port);

        Assert.Equal($"Port {port} is in use by another program, perhaps an earlier ./pipeline. Stop that, " +
            "or choose another port with --port.", output.Trim());
        Assert.Equal(1, exitCode);
    }

    [Fact]
    public async Task Where_Core_Tools_are_not_installed_the_command_says_so_before_anything_else()
    {
        string folder = Directory.CreateTempSubdirectory("up-path").FullName;
        try
        {
            // Only what the command itself needs, by links.
            foreach (string program in (string[])["bash", "dotnet", "node", "find", "head", "dirname", "readlink", "tr", "sed", "grep"])
            {
                File.CreateSymbolicLink(Path.Combine(folder, program), Which(program));
            }

            (int exitCode, string output) = await CommandProcess.RunAsync(
                new Dictionary<string, string> { ["PATH"] = folder }, "up", "--host", "func", "--port", $"{OwnPorts.Take(1)[0]}");

            Assert.StartsWith(
                "Azure Functions Core Tools are not installed: there is no 'func' on the PATH.", output.Trim(), StringComparison.Ordinal);
            Assert.Contains("or leave out --host", output, StringComparison.Ordinal);
            Assert.Equal(1, exitCode);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task With_Core_Tools_the_app_runs_under_them_and_local_events_reach_it()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The program in Core Tools' place is a shell script.");
        string folder = Directory.CreateTempSubdirectory("up-func").FullName;
        string called = Path.Combine(folder, "called");
        string host = Repository.Path("src", "Pipeline.LocalHost", "bin", Repository.Configuration, "net10.0", "Pipeline.LocalHost.dll");
        try
        {
            // A replacement for func: records its arguments, and serves with the local host, without its events.
            string func = Path.Combine(folder, "func");
            await File.WriteAllTextAsync(
                func,
                $"#!/usr/bin/env bash\nprintf '%s in %s\\n' \"$*\" \"$PWD\" >'{called}'\nexec dotnet '{host}' run --app \"$PWD\" " +
                "--urls \"http://127.0.0.1:$4\"\n",
                TestContext.Current.CancellationToken);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(func, UnixFileMode.UserRead | UnixFileMode.UserExecute);
            }

            int port = OwnPorts.Take(1)[0];
            await using CommandProcess command = CommandProcess.Start(
                new Dictionary<string, string> { ["PATH"] = $"{folder}:{Environment.GetEnvironmentVariable("PATH")}" },
                "up", "--host", "func", "--port", $"{port}", "--data", Path.Combine(folder, "data"));
            await command.WaitForOutputAsync("Ctrl-C stops both.");

            using var body = new ByteArrayContent(TestImages.Bitmap(1));
            body.Headers.Add("x-ms-blob-type", "BlockBlob");
            using var http = new HttpClient();
            using HttpResponseMessage uploaded = await http.PutAsync(
                UploadAddress().Match(command.Output).Groups[1].Value, body, TestContext.Current.CancellationToken);
            uploaded.EnsureSuccessStatusCode();

            await Wait.UntilAsync(
                async () => (await http.GetStringAsync($"http://127.0.0.1:{port}/api/images", TestContext.Current.CancellationToken))
                    .Split("\"indexed\"").Length == 3,
                () => command.Output);
            Assert.StartsWith($"start --no-build --port {port} in ", await File.ReadAllTextAsync(
                called, TestContext.Current.CancellationToken), StringComparison.Ordinal);
            Assert.Equal(128 + Interrupt, await command.SignalAsync(Interrupt));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Ctrl_C_stops_all_and_the_data_is_there_the_next_time()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signals.");
        string data = Directory.CreateTempSubdirectory("up-data").FullName;
        try
        {
            string first = await ServeAsync(data, upload: true);
            string second = await ServeAsync(data, upload: false);

            Assert.DoesNotContain("kept.bmp", first, StringComparison.Ordinal);
            Assert.Contains("kept.bmp", second, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    [Fact]
    public async Task Images_that_are_not_indexed_are_pointed_out_at_the_start()
    {
        const int Images = 40;
        string data = Directory.CreateTempSubdirectory("up-missing").FullName;
        try
        {
            await using (AzuriteProcess storage = await AzuriteProcess.StartAsync(
                new SourceTree(Repository.Root), data, OwnPorts.Take(3), Path.Combine(data, "azurite.log"), CancellationToken.None))
            {
                var images = new BlobContainerClient(storage.ConnectionString, "images");
                await images.CreateAsync(cancellationToken: TestContext.Current.CancellationToken);
                for (int i = 0; i < Images; i++)
                {
                    await images.UploadBlobAsync(
                        $"{i}.bmp", BinaryData.FromBytes(TestImages.Bitmap(i)), TestContext.Current.CancellationToken);
                }
            }

            await using CommandProcess command = CommandProcess.Start("up", "--port", $"{OwnPorts.Take(1)[0]}", "--data", data);
            await command.WaitForOutputAsync("Ctrl-C stops both.");

            // Local events report them meanwhile, so some may be indexed by now.
            Assert.Matches("[1-9][0-9]* images are not indexed yet: ./pipeline backfill. Those uploaded since", command.Output);
            await command.SignalAsync(Interrupt);
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    // Returns the list of images as it was before the upload.
    private static async Task<string> ServeAsync(string data, bool upload)
    {
        int port = OwnPorts.Take(1)[0];
        await using CommandProcess command = CommandProcess.Start(
            "up", "--port", port.ToString(CultureInfo.InvariantCulture), "--data", data);
        await command.WaitForOutputAsync("Ctrl-C stops both.");
        string output = command.Output;
        using var http = new HttpClient();
        string images = await http.GetStringAsync($"http://127.0.0.1:{port}/api/images", TestContext.Current.CancellationToken);
        if (upload)
        {
            // The address that the command printed.
            using var body = new ByteArrayContent(TestImages.Bitmap(1));
            body.Headers.Add("x-ms-blob-type", "BlockBlob");
            using HttpResponseMessage answer = await http.PutAsync(
                UploadAddress().Match(output).Groups[1].Value.Replace("first.jpg", "kept.bmp", StringComparison.Ordinal),
                body,
                TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        }

        int exitCode = await command.SignalAsync(Interrupt);

        Assert.Equal(128 + Interrupt, exitCode);
        int[] ports =
            [port, .. EmulatorPorts().Matches(output).Select(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture))];
        Assert.Equal(4, ports.Distinct().Count());
        Assert.All(ports, AssertNobodyListens);
        return images;
    }

    private static string Which(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, program)).First(File.Exists);

    private static void AssertNobodyListens(int port)
    {
        using var client = new TcpClient();
        Assert.Throws<SocketException>(() => client.Connect(IPAddress.Loopback, port));
    }

    [GeneratedRegex("'(http://[^']+/images/first\\.jpg[^']*)'")]
    private static partial Regex UploadAddress();

    [GeneratedRegex("Endpoint=http://127\\.0\\.0\\.1:([0-9]+)/")]
    private static partial Regex EmulatorPorts();
}
