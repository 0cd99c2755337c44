using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Pipeline.Indexing.Backfill;

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
        int? indexed = null;
        await runner.WaitAsync(
            $"a response about {Sample} from {made.FunctionAppUrl}",
            $"see {made.FunctionAppUrl}/api/health and Application Insights' failures; the sample stays at images/{Sample}. " +
            "Then --only smoke-test.",
            async stop =>
            {
                (indexed, string? obstacle) = await AskAsync(client, address, stop);
                return obstacle;
            },
            cancellationToken);
        string images = await runner.ReadAsync(
            "images",
            $"{made.Blob("list", "images")} --num-results {$"{IndexGap.MostListed}"} --query length(@) --output tsv",
            cancellationToken);
        await runner.RunAsync($"{made.Blob("delete", "images")} --name {Sample} --output none", cancellationToken);
        if (int.TryParse(images, CultureInfo.InvariantCulture, out int stored) && stored > indexed)
        {
            runner.Say($"{new IndexGap(stored, stored - indexed.Value)}: ./pipeline backfill --storage {made.ImagesAccountName}");
        }

        runner.Say(
            $"Next: upload images to {made.ImagesAccountName}/images, search with {made.FunctionAppUrl}/api/similar/NAME " +
            $"(key: az functionapp keys list -g {group} -n {made.FunctionAppName}). More: docs/operations.md");
    }

    /// <returns>How many images were searched; null, and why, while there is no response about the sample.</returns>
    private static async Task<Asked> AskAsync(HttpClient client, string address, CancellationToken cancellationToken)
    {
        try
        {
            using HttpResponseMessage response = await client.GetAsync(address, cancellationToken);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                return new Asked(null, $"The last response was {(int)response.StatusCode}.");
            }

            SimilarResponse? found = await response.Content.ReadFromJsonAsync<SimilarResponse>(cancellationToken);
            return new Asked(found?.Models.Values.Min(model => model.Images), null);
        }
        catch (Exception exception) when (
            exception is HttpRequestException or JsonException
            || (exception is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return new Asked(null, exception.Message);
        }
    }

    private readonly record struct Asked(int? Indexed, string? Obstacle);
}
