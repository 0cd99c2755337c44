using System.Text.RegularExpressions;
using Pipeline.IntegrationTests.Hosting;
using YamlDotNet.RepresentationModel;

namespace Pipeline.IntegrationTests.Infra;

/// <summary>The configuration of GitHub workflows and azd.</summary>
public sealed partial class WorkflowTests
{
    public static TheoryData<string> Workflows => new("build", "infra", "deploy");

    [Theory]
    [MemberData(nameof(Workflows))]
    public void A_workflow_may_read_only_and_pins_its_actions(string name)
    {
        YamlMappingNode workflow = Read(".github", "workflows", $"{name}.yml");

        YamlMappingNode permissions = Map(workflow, "permissions");
        Assert.Equal(("contents", "read"), (Text(permissions.Single().Key), Text(permissions.Single().Value)));
        string[] actions = [.. Steps(workflow).Where(step => step.Children.ContainsKey("uses")).Select(step => Text(step["uses"]))];
        Assert.NotEmpty(actions);
        Assert.All(actions, action => Assert.Matches(PinnedAction(), action));
        Assert.DoesNotContain(
            "secrets.", File.ReadAllText(Repository.Path(".github", "workflows", $"{name}.yml")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("infra", "what-if")]
    [InlineData("deploy", "deploy")]
    public void Azure_is_entered_with_a_federated_token(string workflow, string job)
    {
        YamlMappingNode entered = Map(Map(Read(".github", "workflows", $"{workflow}.yml"), "jobs"), job);

        Assert.Equal("write", Text(Map(entered, "permissions")["id-token"]));
        YamlMappingNode login = ((YamlSequenceNode)entered["steps"]).Cast<YamlMappingNode>()
            .Single(step => step.Children.ContainsKey("uses") && Text(step["uses"]).StartsWith("azure/login@", StringComparison.Ordinal));
        Assert.Equal(
            ["client-id", "subscription-id", "tenant-id"], Map(login, "with").Children.Keys.Select(Text).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_tag_deploys_a_push_tests_a_pull_request_is_linted()
    {
        Assert.Equal("v*", Text(((YamlSequenceNode)Map(Map(Read(".github", "workflows", "deploy.yml"), "on"), "push")["tags"]).Single()));
        Assert.Contains("push", Map(Read(".github", "workflows", "build.yml"), "on").Children.Keys.Select(Text));
        Assert.Equal("pull_request", Text(Map(Read(".github", "workflows", "infra.yml"), "on").Single().Key));
        Assert.Contains(Steps(Read(".github", "workflows", "build.yml")), step => step.Children.ContainsKey("run") && Text(
            step["run"]) == "./pipeline test");
    }

    [Theory]
    [InlineData("infra", "what-if", "--only what-if --yes")]
    [InlineData("deploy", "deploy", "--yes")]
    public void Azure_is_changed_by_the_command_which_finds_what_it_is_built_with(string workflow, string job, string options)
    {
        string[] steps =
        [
            .. ((YamlSequenceNode)Map(Map(Read(".github", "workflows", $"{workflow}.yml"), "jobs"), job)["steps"]).Cast<YamlMappingNode>()
            .Select(step => Text(step.Children.TryGetValue("run", out YamlNode? run) ? run : step["uses"])),
        ];

        Assert.Equal($"./pipeline deploy -g \"$AZURE_RESOURCE_GROUP\" -l \"$AZURE_LOCATION\" {options}", steps[^1]);
        Assert.Contains(steps, step => step.StartsWith("actions/setup-dotnet@", StringComparison.Ordinal));
        Assert.Contains(steps, step => step.StartsWith("actions/setup-node@", StringComparison.Ordinal));
    }

    [Fact]
    public void Dependabot_looks_where_packages_are_declared()
    {
        var updates = (YamlSequenceNode)Read(".github", "dependabot.yml")["updates"];
        (string, string)[] watched =
            [.. updates.Cast<YamlMappingNode>().Select(update => (Text(update["package-ecosystem"]), Text(update["directory"])))];

        Assert.Equal([("nuget", "/"), ("npm", "/tools/azurite"), ("github-actions", "/")], watched);
        Assert.True(File.Exists(Repository.Path("tools", "azurite", "package.json")));
    }

    [Fact]
    public async Task Azds_hooks_are_steps_of_the_deployment()
    {
        YamlMappingNode hooks = Map(Read("azure.yaml"), "hooks");
        Assert.Equal(["preprovision", "postprovision", "predeploy", "postdeploy"], hooks.Children.Keys.Select(Text));
        foreach ((YamlNode _, YamlNode hook) in hooks)
        {
            string run = Text(Map((YamlMappingNode)hook, "posix")["run"]);
            string steps = Only().Match(run).Groups[1].Value;
            using var sandbox = new Sandbox();

            (int exitCode, string output) = await sandbox.RunAsync(
                "deploy", "-g", "a", "-l", "westeurope", "--dry-run", "--azd", "--only", steps);

            Assert.True(exitCode == 0, output);
            Assert.StartsWith("./pipeline deploy --azd --only ", run, StringComparison.Ordinal);
            Assert.StartsWith(
                $"./pipeline.cmd deploy --azd --only '{steps}' -g ",
                Text(Map((YamlMappingNode)hook, "windows")["run"]),
                StringComparison.Ordinal);
        }
    }

    private static YamlMappingNode Read(params string[] path)
    {
        using var reader = new StreamReader(Repository.Path(path));
        var yaml = new YamlStream();
        yaml.Load(reader);
        return (YamlMappingNode)yaml.Documents.Single().RootNode;
    }

    private static IEnumerable<YamlMappingNode> Steps(YamlMappingNode workflow) =>
        Map(workflow, "jobs").Children.Values.SelectMany(job => (YamlSequenceNode)job["steps"]).Cast<YamlMappingNode>();

    private static YamlMappingNode Map(YamlMappingNode node, string key) => (YamlMappingNode)node[key];

    private static string Text(YamlNode node) => ((YamlScalarNode)node).Value!;

    [GeneratedRegex(@"^[\w-]+/[\w-]+@v\d+\.\d+\.\d+$")]
    private static partial Regex PinnedAction();

    [GeneratedRegex(@"--only (\S+)")]
    private static partial Regex Only();
}
