using System.Net;

namespace Pipeline.Cli.Deploy.Steps;

/// <summary><c>smoke-test</c>: uploads a sample and checks that search finds it.</summary>
internal static class SmokeTestStep
{
    private const string Sample = "deploy-check/vase-1.jpg";

    public static DeploymentStep Step { get; } = new(
        "smoke-test", "a sample is uploaded and must be found", RunAsync, NeedsOutputs: true);

    private static async Task RunAsync(Deployment deployment, CancellationToken cancellationToken)
    {
        (string group, DeploymentOutputs made, CommandRunner runner) = (deployment.Group, deployment.Outputs, deployment.Runner);
        string file = Path.Combine(deployment.Tree.Samples, "vase-1.jpg");
        await runner.RunAsync(
            $"{made.Blob("upload", "images")} --file {file} --name {Sample} --overwrite true --no-progress --output none",
            cancellationToken);
        string key = await runner.ReadAsync(
            "functionKey",
            $"az functionapp keys list --resource-group {group} --name {made.FunctionAppName} --query functionKeys.default --output tsv",
            cancellationToken);
        string address = $"{made.FunctionAppUrl}/api/similar/{Sample}?top=1";

        // In the printed command the key goes to curl through a pipe, so that it is in no argument, no file and no log.
        runner.Print(
            $"printf 'header = \"x-functions-key: %s\"\\n' \"{key}\" | curl -sS --max-time 60 --config - {ShellCommand.Quote(address)}");
        using var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(60) };
        client.DefaultRequestHeaders.Add("x-functions-key", key);
        await runner.WaitAsync(
            $"a response about {Sample} from {made.FunctionAppUrl}",
            $"see {made.FunctionAppUrl}/api/health and Application Insights' failures; the sample stays at images/{Sample}. " +
            "Then --only smoke-test.",
            stop => AskAsync(client, address, stop),
            cancellationToken);
        await runner.RunAsync($"{made.Blob("delete", "images")} --name {Sample} --output none", cancellationToken);
        runner.Say(
            $"Next: upload images to {made.ImagesAccountName}/images, search with {made.FunctionAppUrl}/api/similar/NAME " +
            $"(key: az functionapp keys list -g {group} -n {made.FunctionAppName}). More: docs/operations.md");
    }

    private static async Task<string?> AskAsync(HttpClient client, string address, CancellationToken cancellationToken)
    {
        try
        {
            using HttpResponseMessage response = await client.GetAsync(address, cancellationToken);
            return response.StatusCode == HttpStatusCode.OK ? null : $"The last response was {(int)response.StatusCode}.";
        }
        catch (Exception exception) when (
            exception is HttpRequestException || (exception is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return exception.Message;
        }
    }
}
