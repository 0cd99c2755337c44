using System.Text.Json;
using System.Text.RegularExpressions;
using Pipeline.Models;

namespace Pipeline.Tests.Infra;

/// <summary>The templates compile without errors and warnings.</summary>
public partial class BicepBuildTests
{
    public static TheoryData<string, string> Commands => new()
    {
        { "build", "main.bicep" },
        { "build", "events.bicep" },
        { "build-params", "main.bicepparam" },
        { "lint", "main.bicep" },
        { "lint", "events.bicep" },
        { "lint", "main.bicepparam" },
    };

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Templates_compile_and_lint_without_a_message(string command, string file)
    {
        string[] arguments = [command, Repository.Path("infra", file), .. command == "lint" ? [] : new[] { "--stdout" }];

        (int exitCode, string output, string messages) = await BicepCompiler.RunAsync(arguments);

        Assert.Empty(messages);
        Assert.Equal(0, exitCode);
        Assert.Equal(command == "lint", output.Trim().Length == 0);
    }

    [Fact]
    public async Task The_linter_accepts_our_templates_and_reports_a_template_with_an_error()
    {
        string folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "infra", Guid.NewGuid().ToString("N"))).FullName;
        try
        {
            string file = Path.Combine(folder, "faulty.bicep");
            File.Copy(Repository.Path("infra", "bicepconfig.json"), Path.Combine(folder, "bicepconfig.json"));
            await File.WriteAllTextAsync(file, "param unused string\n", TestContext.Current.CancellationToken);

            (int exitCode, _, string messages) = await BicepCompiler.RunAsync("lint", file);

            Assert.NotEqual(0, exitCode);
            Assert.Contains("Error no-unused-params", messages);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Every_rule_of_the_linter_is_an_error_but_the_two_whose_reason_is_given()
    {
        using var configuration = JsonDocument.Parse(
            File.ReadAllBytes(Repository.Path("infra", "bicepconfig.json")),
            new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip });

        string[] lax =
        [
            .. configuration.RootElement.GetProperty("analyzers").GetProperty("core").GetProperty("rules").EnumerateObject()
                .Where(rule => rule.Value.GetProperty("level").GetString() != "error").Select(rule => rule.Name),
        ];

        Assert.Equal(["no-loc-expr-outside-params", "use-recent-api-versions"], lax);
    }

    [Fact]
    public void Templates_take_nothing_from_a_registry_silence_no_rule_and_use_no_preview()
    {
        string[] templates = Directory.GetFiles(Repository.Path("infra"), "*.bicep", SearchOption.AllDirectories);

        Assert.NotEmpty(templates);
        Assert.All(templates, template =>
        {
            string text = File.ReadAllText(template);
            Assert.DoesNotMatch(Registry(), text);
            Assert.DoesNotContain("#disable", text);
            Assert.DoesNotContain("-preview'", text);
        });
    }

    [Fact]
    public void The_parameters_file_gives_each_model_of_the_catalogue_its_version()
    {
        string text = File.ReadAllText(Repository.Path("infra", "main.bicepparam"));

        Assert.Equal(
            ModelCatalogue.Default().Models.Select(model => model.Key).Order(),
            ModelVersion().Matches(text).Select(match => match.Groups[1].Value).Order());
    }

    [GeneratedRegex("'(br|ts)[:/]")]
    private static partial Regex Registry();

    [GeneratedRegex(@"(\w+): readEnvironmentVariable\('PIPELINE_\w+_VERSION'")]
    private static partial Regex ModelVersion();
}
