using System.Text.Json.Nodes;

namespace Pipeline.Tests.Infra;

/// <summary>The role assignments: exactly this list.</summary>
public class RoleTests
{
    // https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
    private static readonly Dictionary<string, string> Names = new()
    {
        ["b7e6dc6d-f1e8-4753-8033-0f276bb0955b"] = "Storage Blob Data Owner",
        ["ba92f5b4-2d11-453d-a403-e96b0029c9fe"] = "Storage Blob Data Contributor",
        ["2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"] = "Storage Blob Data Reader",
        ["974c5e8b-45b9-4653-ba55-5f855dd0fb88"] = "Storage Queue Data Contributor",
        ["c6a89b2d-59bc-44d0-9896-0f6e12d7b80a"] = "Storage Queue Data Message Sender",
        ["0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3"] = "Storage Table Data Contributor",
        ["76199698-9eea-4c19-bc75-cec21354c6b6"] = "Storage Table Data Reader",
        ["db58b8e5-c6ad-4a2a-8342-4190687cbf4a"] = "Storage Blob Delegator",
        ["3913510d-42f4-4e42-8a64-420c390055eb"] = "Monitoring Metrics Publisher",
    };

    private static readonly string[] OfTheAppOnImages =
    [
        "app: Storage Blob Data Owner on images/default/images",
        "app: Storage Blob Data Reader on images/default/models",
        "app: Storage Blob Data Contributor on images/default/index-state",
        "app: Storage Blob Data Contributor on images/default/thumbnails",
        "app: Storage Queue Data Contributor on images/default/image-backfill",
        "app: Storage Queue Data Contributor on images/default/image-backfill-poison",
        "app: Storage Queue Data Contributor on images/default/image-deletions",
        "app: Storage Queue Data Contributor on images/default/image-deletions-poison",
        "app: Storage Queue Data Contributor on images/default/links",
        "app: Storage Queue Data Contributor on images/default/links-poison",
        "app: Storage Queue Data Contributor on images/default/webjobs-blobtrigger-poison",
    ];

    private static readonly string[] Others =
    [
        "app: Monitoring Metrics Publisher on insights",
        "topic: Storage Blob Data Contributor on images/default/event-dead-letters",
        "topic: Storage Queue Data Message Sender on images/default/image-deletions",
    ];

    [Fact]
    public async Task The_app_and_the_topic_have_these_roles_and_no_other() => Assert.Equal(
        Sorted(
        [
            .. OfTheAppOnImages,
            .. Others,
            "app: Storage Table Data Contributor on images",
            "app: Storage Blob Delegator on images",
            "app: Storage Blob Data Owner on host",
            "app: Storage Queue Data Contributor on host",
            "app: Storage Table Data Contributor on host",
        ]),
        await GrantedAsync(""));

    [Fact]
    public async Task With_one_account_the_hosts_roles_lie_on_it_and_none_is_given_twice() => Assert.Equal(
        Sorted(
        [
            .. OfTheAppOnImages,
            .. Others,
            "app: Storage Blob Data Owner on images",
            "app: Storage Queue Data Contributor on images",
            "app: Storage Table Data Contributor on images",
        ]),
        await GrantedAsync("param separateImagesStorage = false"));

    [Fact]
    public async Task The_operator_may_upload_look_into_queues_and_tables_and_start_a_backfill_and_nothing_more()
    {
        const string Operator = "00000000-0000-0000-0000-00000000000a";

        IEnumerable<string> granted =
            (await GrantedAsync("", Operator)).Where(role => role.StartsWith("operator", StringComparison.Ordinal));

        Assert.Equal(
            Sorted(
            [
                "operator: Storage Blob Data Contributor on images/default/images",
                "operator: Storage Blob Data Contributor on images/default/models",
                "operator: Storage Blob Data Contributor on images/default/index-state",
                "operator: Storage Queue Data Contributor on images/default/image-backfill",
                "operator: Storage Queue Data Contributor on images/default/image-backfill-poison",
                "operator: Storage Queue Data Contributor on images/default/image-deletions",
                "operator: Storage Queue Data Contributor on images/default/image-deletions-poison",
                "operator: Storage Queue Data Contributor on images/default/links",
                "operator: Storage Queue Data Contributor on images/default/links-poison",
                "operator: Storage Queue Data Contributor on images/default/webjobs-blobtrigger-poison",
                "operator: Storage Table Data Reader on images/default/Embeddings",
                "operator: Storage Table Data Reader on images/default/Failures",
            ]),
            granted);
    }

    [Fact]
    public async Task Assignments_have_the_same_names_in_every_deployment()
    {
        JsonObject[] roles = [.. (await Deployment.OfMainAsync()).OfType("Microsoft.Authorization/roleAssignments")];

        // A name that depends on the deployment's time or on a response of Azure would still be an expression here.
        Assert.All(roles, role => Assert.True(Guid.TryParse(Deployment.Text(role["name"]), out _)));
        Assert.Distinct(roles.Select(role => Deployment.Text(role["name"])));
    }

    private static async Task<IEnumerable<string>> GrantedAsync(string parameters, string operatorId = "") => Sorted(
        (await Deployment.OfMainAsync(parameters, operatorId)).OfType("Microsoft.Authorization/roleAssignments").Select(Sentence));

    private static string Sentence(JsonObject assignment)
    {
        JsonNode properties = assignment["properties"]!;
        string principal = Deployment.Text(properties["principalId"]);
        string who = principal.Contains("/userAssignedIdentities/", StringComparison.Ordinal) ? "app"
            : principal.Contains("/systemTopics/", StringComparison.Ordinal) ? "topic"
            : "operator";
        string role = Names[Deployment.Text(properties["roleDefinitionId"]).Split('/')[^1]];
        return $"{who}: {role} on {Scope(Deployment.Text(assignment["id"]))}";
    }

    /// <summary>images, host or insights, then the names below: <c>images/default/models</c>.</summary>
    private static string Scope(string assignmentId)
    {
        string[] parts = assignmentId[..assignmentId.IndexOf("/providers/Microsoft.Authorization", StringComparison.Ordinal)]
            .Split("/providers/")[1].Split('/');
        string top = parts[2].Contains("imgs", StringComparison.Ordinal) ? "images"
            : parts[2].Contains("host", StringComparison.Ordinal) ? "host"
            : parts[1] == "components" ? "insights"
            : parts[2];
        return string.Join('/', parts.Skip(4).Where((_, index) => index % 2 == 0).Prepend(top));
    }

    private static IEnumerable<string> Sorted(IEnumerable<string> roles) => roles.Order(StringComparer.Ordinal);
}
