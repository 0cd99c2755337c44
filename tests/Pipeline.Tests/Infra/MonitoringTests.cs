using System.Diagnostics.Metrics;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Testing;
using Pipeline.Diagnostics;
using Pipeline.Functions.Endpoints;
using Pipeline.Functions.Http;
using Pipeline.Search;
using Pipeline.Tests.Functions;

namespace Pipeline.Tests.Infra;

/// <summary>Telemetry is accepted from identities only, and the alerts are complete.</summary>
public partial class MonitoringTests
{
    private const string LogAlerts = "Microsoft.Insights/scheduledQueryRules";
    private const string MetricAlerts = "Microsoft.Insights/metricAlerts";

    [Fact]
    public async Task Telemetry_is_taken_from_Entra_ID_only_and_kept_in_the_workspace()
    {
        Deployment deployment = await Deployment.OfMainAsync();
        JsonObject workspace = deployment.Single("Microsoft.OperationalInsights/workspaces");
        JsonNode insights = deployment.Single("Microsoft.Insights/components")["properties"]!;

        Assert.True(insights["DisableLocalAuth"]!.GetValue<bool>());
        Assert.True(workspace["properties"]!["features"]!["disableLocalAuth"]!.GetValue<bool>());
        Assert.Equal(Deployment.Text(workspace["id"]), Deployment.Text(insights["WorkspaceResourceId"]));
    }

    [Fact]
    public async Task There_are_alerts_on_poison_failures_latency_waiting_messages_and_dead_letters()
    {
        Deployment deployment = await Deployment.OfMainAsync("param alertFailures = 3\nparam alertLatencyMilliseconds = 700");

        Assert.Equal(
            ["poisoned over 0", "failures over 3", "latency over 700"],
            deployment.OfType(LogAlerts)
                .Select(alert => $"{Deployment.Text(alert["name"]).Split('-')[^1]} over {Criterion(alert)["threshold"]}"));
        Assert.Equal(
            ["Microsoft.Storage/storageAccounts/queueServices QueueMessageCount", "Microsoft.EventGrid/systemTopics DeadLetteredCount"],
            deployment.OfType(MetricAlerts).Select(alert => $"{Criterion(alert)["metricNamespace"]} {Criterion(alert)["metricName"]}"));
        Assert.All(
            deployment.OfType(LogAlerts).Concat(deployment.OfType(MetricAlerts)),
            alert => Assert.True(alert["properties"]!["enabled"]!.GetValue<bool>()));
    }

    [Fact]
    public async Task Latency_is_the_95th_percentile_of_the_HTTP_functions_but_the_study()
    {
        JsonNode criterion = Criterion((await Deployment.OfMainAsync()).OfType(LogAlerts).Single(
            alert => Deployment.Text(alert["name"]).EndsWith("-latency", StringComparison.Ordinal)));
        string query = Deployment.Text(criterion["query"]);

        Assert.Equal("Percentile95", Deployment.Text(criterion["metricMeasureColumn"]));
        Assert.Contains("Percentile95 = percentile(duration, 95)", query);
        Assert.Contains("isnotempty(url)", query);
        Assert.Equal(["RunStudy", "Health"], Quoted().Matches(query).Select(match => match.Groups[1].Value));
    }

    [Fact]
    public async Task The_alert_on_failures_leaves_out_callers_who_left_and_knows_them_by_the_apps_own_line()
    {
        string query = Deployment.Text(Criterion((await Deployment.OfMainAsync()).OfType(LogAlerts).Single(
            alert => Deployment.Text(alert["name"]).EndsWith("-failures", StringComparison.Ordinal)))["query"]);
        var logger = new FakeLogger<ErrorMiddleware>();

        new ErrorMiddleware(logger).Answer(new OperationCanceledException(), "FindSimilar", new CancellationToken(canceled: true));

        string known = Regex.Match(query, "message has \"([^\"]*)\"").Groups[1].Value;
        Assert.NotEmpty(known);
        Assert.Contains(known, logger.LatestRecord.Message, StringComparison.Ordinal);
        Assert.Contains("operation_Id !in (left)", query, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_workbook_asks_for_metrics_that_the_app_sends()
    {
        string workbook = Deployment.Text(
            (await Deployment.OfMainAsync()).Single("Microsoft.Insights/workbooks")["properties"]!["serializedData"]);
        var sent = new List<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name == Telemetry.Name)
                {
                    sent.Add(instrument.Name);
                }
            },
        };
        _ = Telemetry.Healed.Name;
        listener.Start();

        Assert.Contains("pipeline.index.healed", sent);
        Assert.Contains("pipeline.decode.duration", sent);
        Assert.Contains("pipeline.index.healed", workbook, StringComparison.Ordinal);
        Assert.Equal(5, sent.Distinct().Count(
            name => name.StartsWith("pipeline.", StringComparison.Ordinal) && name.EndsWith(".duration", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Every_alert_goes_to_the_address_that_is_given()
    {
        Deployment deployment = await Deployment.OfMainAsync("param alertEmail = 'people@example.com'");
        JsonObject people = deployment.Single("Microsoft.Insights/actionGroups");
        string group = Deployment.Text(people["id"]);

        JsonNode receiver = Assert.Single(people["properties"]!["emailReceivers"]!.AsArray())!;
        Assert.Equal("people@example.com", Deployment.Text(receiver["emailAddress"]));
        Assert.All(
            deployment.OfType(LogAlerts),
            alert => Assert.Equal(group, Deployment.Text(Assert.Single(alert["properties"]!["actions"]!["actionGroups"]!.AsArray()))));
        Assert.All(
            deployment.OfType(MetricAlerts),
            alert => Assert.Equal(group, Deployment.Text(Assert.Single(alert["properties"]!["actions"]!.AsArray())!["actionGroupId"])));
    }

    [Fact]
    public async Task Without_an_address_there_is_no_group_and_the_alerts_stay()
    {
        Deployment deployment = await Deployment.OfMainAsync();

        Assert.Empty(deployment.OfType("Microsoft.Insights/actionGroups"));
        Assert.Equal(3, deployment.OfType(LogAlerts).Count);
        Assert.Equal(2, deployment.OfType(MetricAlerts).Count);
    }

    [Fact]
    public async Task The_workbook_is_JSON_about_this_component()
    {
        Deployment deployment = await Deployment.OfMainAsync();
        string component = Deployment.Text(deployment.Single("Microsoft.Insights/components")["id"]);
        JsonNode properties = deployment.Single("Microsoft.Insights/workbooks")["properties"]!;

        using var workbook = JsonDocument.Parse(Deployment.Text(properties["serializedData"]));
        Assert.Equal(component, Deployment.Text(properties["sourceId"]));
        Assert.Equal(component, Assert.Single(workbook.RootElement.GetProperty("fallbackResourceIds").EnumerateArray()).GetString());
    }

    [Fact]
    public async Task Alerts_and_workbook_name_functions_that_the_app_has()
    {
        Deployment deployment = await Deployment.OfMainAsync();
        var workbook = JsonNode.Parse(Deployment.Text(deployment.Single("Microsoft.Insights/workbooks")["properties"]!["serializedData"]))!;
        IEnumerable<string> queries = deployment.OfType(LogAlerts).Select(alert => Deployment.Text(Criterion(alert)["query"]))
            .Concat(workbook["items"]!.AsArray().Select(item => item!["content"]!["query"]).OfType<JsonNode>().Select(Deployment.Text));

        string[] named =
        [
            .. queries.SelectMany(query => NamedFunctions().Matches(query)).SelectMany(list => Quoted().Matches(list.Value))
                .Select(match => match.Groups[1].Value).Distinct(),
        ];

        Assert.NotEmpty(named);
        Assert.Empty(named.Except(DeclaredFunction.All.Select(function => function.Name)));
    }

    private static JsonNode Criterion(JsonObject alert) => Assert.Single(alert["properties"]!["criteria"]!["allOf"]!.AsArray())!;

    [GeneratedRegex("\"(\\w+)\"")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"name !?in \([^)]*\)")]
    private static partial Regex NamedFunctions();
}
