using System.CommandLine;
using System.Globalization;
using Pipeline.Cli.Connection;
using Pipeline.Cli.Images;
using Pipeline.Cli.Terminal;
using Spectre.Console;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline status</c>: the health of a running app.</summary>
internal static class StatusCommand
{
    private const int Unavailable = 1;

    public static Command Create(SourceTree tree, CommandConsole console)
    {
        Option<bool> json = FilterOptions.Json();
        var command = new Command(
            "status", "Shows whether the function app can do its work: storage, models, index. Ends with 1 if it cannot.") { json };
        var app = AppOptions.AddTo(command, tree);
        command.SetAction((parsed, stop) => app.RunAsync(parsed, async client =>
        {
            HealthResponse health = await client.GetHealthAsync(stop);
            if (parsed.GetValue(json))
            {
                console.Line(JsonReport.Write(health));
            }
            else
            {
                Show(health, client.Address, console);
            }

            return health.Status == HealthStatus.Ok ? 0 : Unavailable;
        }));
        return command;
    }

    private static void Show(HealthResponse health, Uri address, CommandConsole console)
    {
        console.Line($"{address.GetLeftPart(UriPartial.Authority)}: {health.Status.ToJsonName()}. {Describe(health.Storage)}");
        Table table = new Table().AddColumns("model", "weights", "precision", "fingerprint", "state");
        table.AddColumn(new TableColumn("images").RightAligned());
        table.AddColumn(new TableColumn("index age").RightAligned());
        foreach ((string key, ModelHealth model) in health.Models)
        {
            table.AddRow(Cells.Of(
                key,
                model.Weights.ToJsonName(),
                model.Precision.ToJsonName(),
                model.Fingerprint,
                Describe(model),
                model.Images.ToString("N0", CultureInfo.InvariantCulture),
                model.IndexAgeSeconds is { } age ? string.Create(CultureInfo.InvariantCulture, $"{age:0.0} s") : "no query yet"));
        }

        console.Write(table);
        if (health.Backfill is { } backfill)
        {
            console.Line(string.Create(
                CultureInfo.InvariantCulture,
                $"A backfill is under way: {backfill.Done:N0} of {backfill.Queued:N0} done, {backfill.Failed:N0} failed."));
        }
    }

    private static string Describe(StorageHealth storage) => storage switch
    {
        { Reachable: false } => "Storage does not respond.",
        { Denied: true } => "Storage refuses the app's identity: give it the roles that docs/operations.md lists.",
        _ => "Storage responds.",
    };

    private static string Describe(ModelHealth model) => model switch
    {
        { FailedAt: { } at } =>
            string.Create(CultureInfo.InvariantCulture, $"could not be loaded at {at.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC"),
        { AnswersFrom: { } before } => $"{before} responds until all images are embedded",
        { Skipped: > 0 } => $"{model.Skipped} rows cannot be read",
        { Loaded: true } => "loaded",
        _ => "loads on first use",
    };
}
