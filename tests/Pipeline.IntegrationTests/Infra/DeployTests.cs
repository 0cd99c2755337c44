namespace Pipeline.IntegrationTests.Infra;

/// <summary><c>infra/deploy.sh</c> against a subscription of files: what it calls, in which order, and how it stops.</summary>
public sealed class DeployTests : IDisposable
{
    private const string Key = "the-secret-key";

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
            "dotnet publish", "config-zip", "systemKeys.blobs_extension", "events.bicep", "--name deploy-check/vase-1.jpg", "curl",
            "az storage blob delete");
        Assert.Contains("Models__Versions__vgg16=aaaaaaaaaaaa", _sandbox.ReadState("settings"), StringComparison.Ordinal);
        Assert.Contains("Models__Versions__resnet50=bbbbbbbbbbbb", _sandbox.ReadState("settings"), StringComparison.Ordinal);
        Assert.Contains("https://pipeline-app.example.org", output, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_sandbox.Blobs, "deploy-check", "vase-1.jpg")));
    }

    [Fact]
    public async Task The_key_is_in_no_argument_and_no_output()
    {
        (int exitCode, string output) = await _sandbox.DeployAsync("--yes");

        Assert.Equal(0, exitCode);
        Assert.Contains(_sandbox.Calls, call => call.StartsWith("curl ", StringComparison.Ordinal));
        Assert.DoesNotContain(Key, output, StringComparison.Ordinal);
        Assert.DoesNotContain(_sandbox.Calls, call => call.Contains(Key, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_failure_that_repeats_the_webhooks_address_keeps_its_key_hidden()
    {
        _sandbox.Fail("events.bicep", $"Webhook validation handshake failed for https://app/runtime/webhooks/blobs?functionName=F&code={Key}.");

        (int exitCode, string output) = await _sandbox.DeployAsync("--yes");

        Assert.Equal(1, exitCode);
        Assert.Contains("code=(hidden)", output, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, output, StringComparison.Ordinal);
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
    [InlineData("az storage blob list", "models", "AuthorizationPermissionMismatch", "Storage Blob Data Contributor")]
    [InlineData("--name resnet50-bbbbbbbbbbbb.onnx", "models", "AuthorizationFailure", "vnetAllowedAddresses")]
    [InlineData("appsettings set", "models", "Conflict", "see its message above")]
    [InlineData("dotnet publish", "publish", "error NU1101", "see its message above")]
    [InlineData("config-zip", "publish", "BlobUploadFailedException", "see its message above")]
    [InlineData("events.bicep", "events", "handshake failed", "see its message above")]
    [InlineData("--name deploy-check", "smoke-test", "AuthorizationPermissionMismatch", "Storage Blob Data Contributor")]
    public async Task A_step_that_fails_says_why_and_a_second_run_completes(string call, string step, string message, string remedy)
    {
        _sandbox.Fail(call, message);
        (int exitCode, string output) = await _sandbox.DeployAsync("--yes");

        Assert.Equal(1, exitCode);
        Assert.Contains($"Step \"{step}\" failed", output, StringComparison.Ordinal);
        Assert.Contains(message, output, StringComparison.Ordinal);
        Assert.Contains(remedy, output[output.IndexOf("What to do:", StringComparison.Ordinal)..], StringComparison.Ordinal);
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
        Assert.DoesNotContain(second, call => call.Contains("blob upload", StringComparison.Ordinal) && call.Contains(".onnx", StringComparison.Ordinal));
        Assert.DoesNotContain(second, call => call.Contains("appsettings set", StringComparison.Ordinal));
        Assert.Contains(second, call => call.Contains("""modelVersions={"vgg16":"aaaaaaaaaaaa","resnet50":"bbbbbbbbbbbb"}""", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_new_model_is_a_new_file_beside_the_old_one()
    {
        await _sandbox.DeployAsync("--yes");
        _sandbox.WriteModel("vgg16", "cccccccccccc", "imagenet");

        (int exitCode, string output) = await _sandbox.DeployAsync("--yes");

        Assert.True(exitCode == 0, output);
        Assert.True(File.Exists(Path.Combine(_sandbox.Blobs, "vgg16-aaaaaaaaaaaa.onnx")));
        Assert.True(File.Exists(Path.Combine(_sandbox.Blobs, "vgg16-cccccccccccc.onnx")));
        Assert.Contains("Models__Versions__vgg16=cccccccccccc", _sandbox.ReadState("settings"), StringComparison.Ordinal);
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
        (int exitCode, string output) = await _sandbox.RunAsync("deploy.sh", "", "-g", "pictures", "-l", "Antarctica North", "--yes");
        Assert.Equal(1, exitCode);
        Assert.Contains("'antarcticanorth' does not offer Flex Consumption. These do: westeurope northeurope", output, StringComparison.Ordinal);
        await StopsAsync("actions", "Microsoft.Web/*", "may not write role assignments in pictures", "User Access Administrator");
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
    }

    [Fact]
    public async Task A_sample_that_search_never_finds_fails_the_deployment()
    {
        _sandbox.State("never-found");

        (int exitCode, string output) = await _sandbox.DeployAsync("--yes");

        Assert.Equal(1, exitCode);
        Assert.Contains("The last answer was 404.", output, StringComparison.Ordinal);
        Assert.Contains("/api/health", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("n\n", 1)]
    [InlineData("", 1)]
    [InlineData("y\n", 0)]
    public async Task Nothing_is_provisioned_without_an_answer(string answer, int expected)
    {
        (int exitCode, string output) = await _sandbox.RunAsync("deploy.sh", answer, "-g", "pictures", "-l", "westeurope");

        Assert.True(exitCode == expected, output);
        Assert.Equal(expected == 0, _sandbox.Calls.Any(call => call.Contains("--name pipeline --template-file", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_dry_run_prints_every_command_and_runs_none()
    {
        (int exitCode, string output) = await _sandbox.DeployAsync("--dry-run");
        Assert.True(exitCode == 0, output);
        Assert.Empty(_sandbox.Calls);

        await _sandbox.DeployAsync("--yes");
        string[] commands = [.. _sandbox.Calls.Select(call => string.Join(' ', call.Split(' ').Take(4))).Distinct()];
        Assert.NotEmpty(commands);
        Assert.All(commands, command => Assert.Contains(command, output.Replace("'", "", StringComparison.Ordinal), StringComparison.Ordinal));
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

        (int exitCode, string output) = await _sandbox.RunAsync(script, "");

        Assert.True(exitCode == 0, output);
        Assert.Contains("Models__Versions__vgg16=aaaaaaaaaaaa", _sandbox.ReadState("settings"), StringComparison.Ordinal);
        AssertInOrder("main.bicep", "--name vgg16-aaaaaaaaaaaa.onnx", "config-zip", "events.bicep --parameters functionAppName=pipeline-app", "curl");
    }

    [Fact]
    public async Task Under_azd_outputs_come_from_its_environment_and_versions_go_back_to_it()
    {
        _sandbox.State("code");
        _sandbox.State("asked");
        (int exitCode, string output) = await _sandbox.DeployAsync("--azd", "--only", "upload");
        Assert.Equal(1, exitCode);
        Assert.Contains("azd's environment lacks the output 'functionAppName'", output, StringComparison.Ordinal);

        _sandbox.Environment["functionAppName"] = "azds-app";
        _sandbox.Environment["functionAppUrl"] = "https://azds-app.example.org";
        _sandbox.Environment["imagesAccountName"] = "azdsimages";
        _sandbox.Environment["systemTopicName"] = "azds-topic";
        foreach (string steps in new[] { "tools,models,region", "upload", "publish", "events,smoke-test" })
        {
            (exitCode, output) = await _sandbox.DeployAsync("--azd", "--only", steps);
            Assert.True(exitCode == 0, output);
        }

        AssertInOrder(
            "azd env set PIPELINE_VGG16_VERSION aaaaaaaaaaaa", "azd env set PIPELINE_RESNET50_VERSION bbbbbbbbbbbb", "--name azds-app --src",
            "systemTopicName=azds-topic", "curl");
        Assert.DoesNotContain(_sandbox.Calls, call => call.Contains("main.bicep", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("-g GROUP is missing", "-l", "westeurope")]
    [InlineData("--memory is '512'; 2048 and 4096 are allowed", "-g", "a", "-l", "westeurope", "--memory", "512")]
    [InlineData("'everything' is not a step", "-g", "a", "-l", "westeurope", "--only", "everything")]
    [InlineData("'--fast' is not an option", "-g", "a", "--fast")]
    public async Task Wrong_options_are_named(string message, params string[] arguments)
    {
        (int exitCode, string output) = await _sandbox.RunAsync("deploy.sh", "", arguments);

        Assert.Equal(2, exitCode);
        Assert.Contains(message, output, StringComparison.Ordinal);
        Assert.Empty(_sandbox.Calls);
    }

    [Fact]
    public async Task A_group_is_deleted_only_once_its_name_is_typed()
    {
        _sandbox.State("group");

        (int exitCode, string output) = await _sandbox.RunAsync("destroy.sh", "picture\n", "-g", "pictures");
        Assert.Equal(1, exitCode);
        Assert.Contains("'picture' is not 'pictures'; nothing was deleted", output, StringComparison.Ordinal);
        Assert.DoesNotContain(_sandbox.Calls, call => call.Contains("az group delete", StringComparison.Ordinal));

        (exitCode, output) = await _sandbox.RunAsync("destroy.sh", "pictures\n", "-g", "pictures");
        Assert.True(exitCode == 0, output);
        (exitCode, output) = await _sandbox.RunAsync("destroy.sh", "", "-g", "pictures", "--yes");
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
