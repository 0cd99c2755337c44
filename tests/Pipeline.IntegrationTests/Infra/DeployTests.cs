using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using Pipeline.Cli.Deploy;
using Pipeline.IntegrationTests.Hosting;

namespace Pipeline.IntegrationTests.Infra;

/// <summary><c>pipeline deploy</c> and <c>destroy</c> against a subscription of files: calls, their order, how it stops.</summary>
public sealed class DeployTests : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task Models_come_before_the_code_and_events_after_it()
    {
        (int exitCode, string output) = await _sandbox.DeployAsync("--yes");

        Assert.True(exitCode == 0, output);
        AssertInOrder(
            "az account show", "az functionapp list-flexconsumption-locations", "az group create", "az rest", "az deployment group what-if",
            "main.bicep --parameters name=pipeline location=westeurope instanceMemoryMB=2048", "--name vgg16-aaaaaaaaaaaa.onnx",
            "--name vgg16-aaaaaaaaaaaa.manifest.json", "--name resnet50-bbbbbbbbbbbb.onnx", "az functionapp config appsettings set",
            "dotnet publish", "config-zip", "systemKeys.blobs_extension", "events.bicep", "--name deploy-check/vase-1.jpg",
            "GET /api/similar/deploy-check/vase-1.jpg?top=1", "az storage blob delete");
        Assert.Contains("Models__Versions__vgg16=aaaaaaaaaaaa", _sandbox.ReadState("settings"), StringComparison.Ordinal);
        Assert.Contains("Models__Versions__resnet50=bbbbbbbbbbbb", _sandbox.ReadState("settings"), StringComparison.Ordinal);
        Assert.Contains($"Done. {_sandbox.AppAddress}", output, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_sandbox.Blobs, "deploy-check", "vase-1.jpg")));
    }

    [Theory]
    [InlineData("1", null)]
    [InlineData("42", "41 images are not indexed yet: ./pipeline backfill --storage pipelineimages")]
    [InlineData(
        "5000", "About 4,999 of the first 5,000 images are not indexed yet: ./pipeline backfill --storage pipelineimages")]
    public async Task Images_that_were_there_before_the_app_are_pointed_out_at_the_end(string stored, string? hint)
    {
        _sandbox.State("images", stored);

        (int exitCode, string output) = await _sandbox.DeployAsync("--yes");

        Assert.True(exitCode == 0, output);
        if (hint is null)
        {
            Assert.DoesNotContain("not indexed yet", output, StringComparison.Ordinal);
        }
        else
        {
            Assert.Contains(hint, output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_key_is_in_no_argument_and_no_output()
    {
        (int exitCode, string output) = await _sandbox.DeployAsync("--yes");

        Assert.Equal(0, exitCode);
        Assert.Contains(_sandbox.Calls, call => call.StartsWith("GET ", StringComparison.Ordinal));
        Assert.DoesNotContain(FakeApp.Key, output, StringComparison.Ordinal);
        Assert.DoesNotContain(_sandbox.Calls, call => call.Contains(FakeApp.Key, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_failure_that_repeats_the_webhooks_address_keeps_its_key_hidden()
    {
        _sandbox.Fail("events.bicep", "Webhook validation handshake failed for " +
            $"https://app/runtime/webhooks/blobs?functionName=F&code={FakeApp.Key}.");

        (int exitCode, string output) = await _sandbox.DeployAsync("--yes");

        Assert.Equal(1, exitCode);
        Assert.Contains("code=(hidden)", output, StringComparison.Ordinal);
        Assert.DoesNotContain(FakeApp.Key, output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("az account show", "tools", "Please run 'az login' to setup account.", "sign in: az login")]
    [InlineData("az group create", "group", "(AuthorizationFailed) The client does not have authorization", "role Owner")]
    [InlineData("az rest", "permissions", "Bad Gateway", "see its message above")]
    [InlineData("what-if", "what-if", "InvalidTemplateDeployment", "inner error")]
    [InlineData("--name pipeline --template-file", "provision", "StorageAccountAlreadyTaken", "--name")]
    [InlineData("--name pipeline --template-file", "provision", "RequestDisallowedByPolicy", "exemption")]
    [InlineData("--name pipeline --template-file", "provision", "LocationNotAvailableForResourceType", "another region with -l")]
    [InlineData("az deployment group show", "outputs", "DeploymentNotFound", "see its message above")]
    [InlineData("az storage blob list", "upload", "AuthorizationPermissionMismatch", "Storage Blob Data Contributor")]
    [InlineData("--name resnet50-bbbbbbbbbbbb.onnx", "upload", "AuthorizationFailure", "vnetAllowedAddresses")]
    [InlineData("appsettings set", "upload", "Conflict", "see its message above")]
    [InlineData("dotnet publish", "publish", "error NU1101", "see its message above")]
    [InlineData("config-zip", "publish", "BlobUploadFailedException", "see its message above")]
    [InlineData("events.bicep", "events", "handshake failed", "see its message above")]
    [InlineData("--name deploy-check", "smoke-test", "AuthorizationPermissionMismatch", "Storage Blob Data Contributor")]
    public async Task A_step_that_fails_says_why_and_a_second_run_completes(string call, string step, string message, string advice)
    {
        _sandbox.Fail(call, message);
        (int exitCode, string output) = await _sandbox.DeployAsync("--yes");

        Assert.Equal(1, exitCode);
        Assert.Contains($"Step \"{step}\" failed", output, StringComparison.Ordinal);
        Assert.Contains(message, output, StringComparison.Ordinal);
        Assert.Contains(advice, output[output.IndexOf("What to do:", StringComparison.Ordinal)..], StringComparison.Ordinal);
        Assert.Contains(call, _sandbox.Calls[^1], StringComparison.Ordinal);

        _sandbox.Forget("fail");
        (exitCode, output) = await _sandbox.DeployAsync("--yes");
        Assert.True(exitCode == 0, output);
    }

    [Fact]
    public async Task A_second_run_uploads_nothing_again_and_keeps_the_versions_through_provisioning()
    {
        await _sandbox.DeployAsync("--yes");
        int first = _sandbox.Calls.Length;

        (int exitCode, string output) = await _sandbox.DeployAsync("--yes");
        string[] second = _sandbox.Calls[first..];

        Assert.True(exitCode == 0, output);
        Assert.DoesNotContain(
            second, call => call.Contains("blob upload", StringComparison.Ordinal) && call.Contains(".onnx", StringComparison.Ordinal));
        Assert.DoesNotContain(second, call => call.Contains("appsettings set", StringComparison.Ordinal));
        Assert.Contains(second, call => call.Contains(
            """modelVersions={"vgg16":"aaaaaaaaaaaa","resnet50":"bbbbbbbbbbbb"}""", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_new_model_is_a_new_file_beside_the_old_one()
    {
        await _sandbox.DeployAsync("--yes");
        _sandbox.WriteModel("vgg16", "cccccccccccc", "imageNet");

        (int exitCode, string output) = await _sandbox.DeployAsync("--yes");

        Assert.True(exitCode == 0, output);
        Assert.True(File.Exists(Path.Combine(_sandbox.Blobs, "vgg16-aaaaaaaaaaaa.onnx")));
        Assert.True(File.Exists(Path.Combine(_sandbox.Blobs, "vgg16-cccccccccccc.onnx")));
        Assert.Contains("Models__Versions__vgg16=cccccccccccc", _sandbox.ReadState("settings"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deployment_does_not_take_the_database_away_from_an_app_that_keeps_its_embeddings_there()
    {
        await _sandbox.DeployAsync("--yes");
        _sandbox.AddSetting("ImagesDatabase=Host=database.example;Username=app");
        int first = _sandbox.Calls.Length;

        (int exitCode, string output) = await _sandbox.DeployAsync("--yes");
        string[] refused = _sandbox.Calls[first..];
        (int given, string givenOutput) = await _sandbox.DeployAsync("--yes", "--parameter", "imagesDatabase=Host=database.example");

        Assert.Equal(1, exitCode);
        Assert.Contains("pass --parameter 'imagesDatabase=CONNECTION'", output, StringComparison.Ordinal);
        Assert.DoesNotContain(refused, call => call.StartsWith("az deployment group create", StringComparison.Ordinal));
        Assert.True(given == 0, givenOutput);
    }

    [Fact]
    public async Task The_version_before_is_named_so_that_it_responds_meanwhile_and_stays_named_through_provisioning()
    {
        await _sandbox.DeployAsync("--yes");
        string first = _sandbox.ReadState("settings");
        _sandbox.WriteModel("vgg16", "cccccccccccc", "imageNet");

        (int exitCode, string output) = await _sandbox.DeployAsync("--yes");
        int second = _sandbox.Calls.Length;
        await _sandbox.DeployAsync("--yes");

        Assert.True(exitCode == 0, output);
        Assert.DoesNotContain("Models__Previous", first, StringComparison.Ordinal);
        Assert.Contains("Models__Previous__vgg16=aaaaaaaaaaaa", _sandbox.ReadState("settings"), StringComparison.Ordinal);
        Assert.DoesNotContain("Models__Previous__resnet50", _sandbox.ReadState("settings"), StringComparison.Ordinal);
        Assert.Contains("run ./pipeline backfill", output, StringComparison.Ordinal);
        Assert.Contains(_sandbox.Calls[second..], call => call.Contains(
            """previousVersions={"vgg16":"aaaaaaaaaaaa"}""", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_missing_is_named_before_anything_is_created()
    {
        await StopsAsync("version", "2.59.0", "2.60 or later is needed", "az upgrade");
        await StopsAsync("sdks", "9.0.100 [/sdk]", "no .NET SDK 10", "dotnet.microsoft.com");
        File.Delete(Path.Combine(_sandbox.Bin, "az"));
        (int exitCode, string output) = await _sandbox.DeployAsync("--yes");
        Assert.Equal(1, exitCode);
        Assert.Contains("there is no 'az' on the PATH", output, StringComparison.Ordinal);
        Assert.DoesNotContain(_sandbox.Calls, call => call.Contains("create", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_region_without_the_plan_and_a_role_that_cannot_grant_are_refused()
    {
        (int exitCode, string output) = await _sandbox.RunAsync("deploy", "-g", "images", "-l", "Antarctica North", "--yes");
        Assert.Equal(1, exitCode);
        Assert.Contains(
            "'antarcticanorth' does not offer Flex Consumption. These do: westeurope northeurope", output, StringComparison.Ordinal);
        await StopsAsync("actions", "Microsoft.Web/*", "may not write role assignments in images", "User Access Administrator");
        Assert.DoesNotContain(_sandbox.Calls, call => call.Contains("az deployment", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Untrained_models_are_deployed_only_when_asked_for()
    {
        _sandbox.WriteModel("vgg16", "dddddddddddd", "untrained");

        (int exitCode, string output) = await _sandbox.DeployAsync("--yes");
        Assert.Equal(1, exitCode);
        Assert.Contains("untrained weights", output, StringComparison.Ordinal);
        Assert.DoesNotContain(_sandbox.Calls, call => call.Contains("az group create", StringComparison.Ordinal));

        (exitCode, output) = await _sandbox.DeployAsync("--yes", "--allow-untrained");
        Assert.True(exitCode == 0, output);
    }

    [Fact]
    public async Task A_package_of_100_MB_is_refused()
    {
        _sandbox.State("large");

        (int exitCode, string output) = await _sandbox.DeployAsync("--yes");

        Assert.Equal(1, exitCode);
        Assert.Contains("the package is 101 MB; it has to be under 100 MB", output, StringComparison.Ordinal);
        Assert.DoesNotContain(_sandbox.Calls, call => call.Contains("config-zip", StringComparison.Ordinal));
        Assert.Equal(["publish"], Directory.GetFileSystemEntries(_sandbox.Work).Select(Path.GetFileName));
    }

    [Fact]
    public async Task The_package_has_the_folder_that_is_hidden_and_nothing_of_the_last_one()
    {
        Directory.CreateDirectory(Path.Combine(_sandbox.Work, "publish"));
        await File.WriteAllTextAsync(Path.Combine(_sandbox.Work, "publish", "old.dll"), "", TestContext.Current.CancellationToken);

        (int exitCode, string output) = await _sandbox.DeployAsync("--yes");

        Assert.True(exitCode == 0, output);
        using ZipArchive package = ZipFile.OpenRead(Path.Combine(_sandbox.Work, "app.zip"));
        Assert.Equal(
            [".azurefunctions/function.deps.json", "host.json"],
            package.Entries.Select(entry => entry.FullName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_sample_that_search_never_finds_fails_the_deployment()
    {
        _sandbox.State("never-found");

        (int exitCode, string output) = await _sandbox.DeployAsync("--yes");

        Assert.Equal(1, exitCode);
        Assert.Contains("The last response was 404.", output, StringComparison.Ordinal);
        Assert.Contains("/api/health", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("n", 1)]
    [InlineData("", 1)]
    [InlineData("y", 0)]
    public async Task Nothing_is_provisioned_without_an_answer(string answer, int expected)
    {
        (int exitCode, string output) = await _sandbox.RunAtTerminalAsync("Go on?", answer, "deploy", "-g", "images", "-l", "westeurope");

        Assert.True(exitCode == expected, output);
        Assert.Equal(expected == 0, _sandbox.Calls.Any(call => call.Contains("--name pipeline --template-file", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Without_a_terminal_nothing_is_begun_that_would_have_to_ask()
    {
        (int exitCode, string output) = await _sandbox.DeployAsync();
        Assert.Equal(1, exitCode);
        Assert.Contains("Pass --yes", output, StringComparison.Ordinal);

        (exitCode, output) = await _sandbox.RunAsync("destroy", "-g", "images");
        Assert.Equal(1, exitCode);
        Assert.Contains("Pass --yes", output, StringComparison.Ordinal);
        Assert.Empty(_sandbox.Calls);

        // No question is asked if no step follows.
        (exitCode, output) = await _sandbox.DeployAsync("--only", "what-if");
        Assert.True(exitCode == 0, output);
    }

    [Fact]
    public async Task An_interrupt_stops_what_runs_and_says_how_to_go_on()
    {
        _sandbox.State("hang", "main.bicep");
        using Process command = _sandbox.StartCommand("deploy", "-g", "images", "-l", "westeurope", "--yes", "--skip-what-if");
        string hanging = Path.Combine(_sandbox.StateFolder, "hanging");
        await Wait.UntilAsync(() => Task.FromResult(File.Exists(hanging) && new FileInfo(hanging).Length > 0), () => "az to be called");
        int az = int.Parse(_sandbox.ReadState("hanging"), CultureInfo.InvariantCulture);
        await Task.Delay(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken);

        using Process kill = Process.Start("kill", ["-INT", $"{command.Id}"]);
        string output = await command.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await command.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(130, command.ExitCode);
        Assert.Contains("az deployment group create...", output, StringComparison.Ordinal);
        Assert.Contains("Stopped in step \"provision\"", output, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Process.GetProcessById(az));
    }

    [Fact]
    public async Task A_dry_run_prints_every_command_and_runs_none()
    {
        (int exitCode, string output) = await _sandbox.DeployAsync("--dry-run");
        Assert.True(exitCode == 0, output);
        Assert.Empty(_sandbox.Calls);

        await _sandbox.DeployAsync("--yes");
        string[] commands =
        [
            .. _sandbox.Calls.Where(call => !call.StartsWith("GET ", StringComparison.Ordinal))
            .Select(call => string.Join(' ', call.Split(' ').Take(4))).Distinct(),
        ];
        Assert.NotEmpty(commands);
        Assert.All(
            commands, command => Assert.Contains(command, output.Replace("'", "", StringComparison.Ordinal), StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_a_dry_run_prints_can_be_pasted_and_deploys()
    {
        (_, string printed) = await _sandbox.DeployAsync("--dry-run");
        string script = Path.Combine(_sandbox.Bin, "printed");
        await File.WriteAllTextAsync(script, $"#!/usr/bin/env bash\nset -eu\n{printed}", TestContext.Current.CancellationToken);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        (int exitCode, string output) = await _sandbox.RunScriptAsync(script);

        Assert.True(exitCode == 0, output);
        Assert.Contains("Models__Versions__vgg16=aaaaaaaaaaaa", _sandbox.ReadState("settings"), StringComparison.Ordinal);
        AssertInOrder(
            "main.bicep", "--name vgg16-aaaaaaaaaaaa.onnx", "config-zip", "events.bicep --parameters functionAppName=pipeline-app",
            "GET /api/similar");
    }

    [Fact]
    public async Task Under_azd_outputs_come_from_its_environment_and_versions_go_back_to_it()
    {
        _sandbox.State("code");
        (int exitCode, string output) = await _sandbox.DeployAsync("--azd", "--only", "upload");
        Assert.Equal(1, exitCode);
        Assert.Contains("azd's environment lacks the output 'functionAppName'", output, StringComparison.Ordinal);

        _sandbox.Environment["functionAppName"] = "azds-app";
        _sandbox.Environment["functionAppUrl"] = _sandbox.AppAddress;
        _sandbox.Environment["imagesAccountName"] = "azdsimages";
        _sandbox.Environment["systemTopicName"] = "azds-topic";
        foreach (string steps in new[] { "tools,models,region", "upload", "publish", "events,smoke-test" })
        {
            (exitCode, output) = await _sandbox.DeployAsync("--azd", "--only", steps);
            Assert.True(exitCode == 0, output);
        }

        AssertInOrder(
            "azd env set PIPELINE_VGG16_VERSION aaaaaaaaaaaa",
            "azd env set PIPELINE_RESNET50_VERSION bbbbbbbbbbbb",
            "--name azds-app --src",
            "systemTopicName=azds-topic", "GET /api/similar");
        Assert.DoesNotContain(_sandbox.Calls, call => call.Contains("main.bicep", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("'--resource-group' is required", "-l", "westeurope")]
    [InlineData("'--location' is required", "-g", "a")]
    [InlineData("'512' not recognized", "-g", "a", "-l", "westeurope", "--memory", "512")]
    [InlineData("--only takes one or more of these steps", "-g", "a", "-l", "westeurope", "--only", "tools,everything")]
    [InlineData("--parameter takes NAME=VALUE", "-g", "a", "-l", "westeurope", "--parameter", "alwaysReadyHttp")]
    [InlineData("--name takes 2 to 16", "-g", "a", "-l", "westeurope", "--name", "A")]
    [InlineData("--location takes the name of a region", "-g", "a", "-l", "")]
    [InlineData("'--fast'", "-g", "a", "--fast")]
    public async Task Wrong_options_are_named(string message, params string[] arguments)
    {
        (int exitCode, string output) = await _sandbox.RunAsync(["deploy", .. arguments]);

        Assert.Equal(2, exitCode);
        Assert.Contains(message, output, StringComparison.Ordinal);
        Assert.Empty(_sandbox.Calls);
    }

    [Fact]
    public async Task Help_explains_each_step_and_gives_examples()
    {
        (int exitCode, string output) = await _sandbox.RunAsync("deploy", "--help");

        Assert.Equal(0, exitCode);
        Assert.All(DeploymentStep.All, step => Assert.Contains($"  {step.Name,-12} {step.Description}", output, StringComparison.Ordinal));
        Assert.Contains("./pipeline deploy -g images -l westeurope --only publish", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_group_is_deleted_only_once_its_name_is_typed()
    {
        const string Question = "to continue:";
        _sandbox.State("group");

        (int exitCode, string output) = await _sandbox.RunAtTerminalAsync(Question, "image", "destroy", "-g", "images");
        Assert.Equal(1, exitCode);
        Assert.Contains("'image' is not 'images'; nothing was deleted", output, StringComparison.Ordinal);
        Assert.DoesNotContain(_sandbox.Calls, call => call.Contains("az group delete", StringComparison.Ordinal));

        (exitCode, output) = await _sandbox.RunAtTerminalAsync(Question, "images", "destroy", "-g", "images");
        Assert.True(exitCode == 0, output);
        (exitCode, output) = await _sandbox.RunAsync("destroy", "-g", "images", "--yes");
        Assert.True(exitCode == 0, output);
        Assert.Contains("nothing to delete", output, StringComparison.Ordinal);
    }

    private async Task StopsAsync(string state, string content, params string[] expected)
    {
        string before = _sandbox.ReadState(state);
        _sandbox.State(state, content);
        (int exitCode, string output) = await _sandbox.DeployAsync("--yes");
        _sandbox.State(state, before);
        Assert.Equal(1, exitCode);
        Assert.All(expected, part => Assert.Contains(part, output, StringComparison.Ordinal));
    }

    private void AssertInOrder(params string[] expected)
    {
        int position = 0;
        foreach (string part in expected)
        {
            int found = Array.FindIndex(_sandbox.Calls, position, call => call.Contains(part, StringComparison.Ordinal));
            Assert.True(found >= 0, $"'{part}' was not called after the {position} calls before it:\n{string.Join('\n', _sandbox.Calls)}");
            position = found + 1;
        }
    }
}
