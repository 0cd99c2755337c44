using Microsoft.Extensions.Configuration;
using Pipeline.Models;

namespace Pipeline.Tests.Models;

public class ModelOptionsTests
{
    private static readonly Dictionary<string, string?> Good = new()
    {
        ["Models:ContainerUri"] = "https://account.blob.core.windows.net/models",
        ["Models:Folder"] = "/tmp/pipeline-models",
        ["Models:Versions:vgg16"] = "0123456789ab",
        ["Models:Versions:resnet50"] = "ba9876543210",
    };

    [Fact]
    public void The_settings_bind_by_their_names_and_give_each_version_a_folder()
    {
        ModelOptions options = Bind(Good);

        Assert.Equal(new Uri("https://account.blob.core.windows.net/models"), options.ContainerUri);
        Assert.Equal(Path.GetFullPath("/tmp/pipeline-models/vgg16-0123456789ab"), options.FolderOf("vgg16"));
        Assert.Equal(Path.GetFullPath("/tmp/pipeline-models/resnet50-ba9876543210"), options.FolderOf("resnet50"));
        Assert.Empty(Faults(options));
    }

    [Fact]
    public void Without_a_container_the_folder_itself_has_the_models()
    {
        var options = new ModelOptions { Folder = "/srv/models" };

        Assert.Equal(Path.GetFullPath("/srv/models"), options.FolderOf("vgg16"));
        Assert.Empty(Faults(options));
    }

    [Theory]
    [InlineData("Models:ContainerUri", "models", "must be the address of a blob container")]
    [InlineData("Models:ContainerUri", "ftp://account/models", "must be the address of a blob container")]
    [InlineData("Models:ContainerUri", "https://account.blob.core.windows.net/", "must be the address of a blob container")]
    [InlineData("Models:ContainerUri", "https://account.blob.core.windows.net/models?sig=secret", "without a query")]
    [InlineData("Models:ContainerUri", null, "Models__ContainerUri is missing")]
    [InlineData("Models:Enabled", "vgg16, resnet18", "Models__Enabled names 'resnet18', and Models__Versions__resnet18 is missing")]
    [InlineData("Models:Versions:vgg16", "../../etc", "Models__Versions__vgg16 is '../../etc', but must be a fingerprint")]
    [InlineData("Models:Versions:vgg16", "0123456789AB", "but must be a fingerprint")]
    [InlineData("Models:Previous:vgg16", "../../etc", "Models__Previous__vgg16 is '../../etc', but must be a fingerprint")]
    [InlineData("Models:Versions:vgg-19", "0123456789ab", "Models__Versions__vgg-19 is no model's key, such as resnet18")]
    public void A_wrong_setting_is_refused_by_its_name(string key, string? value, string message)
    {
        string error = Assert.Single(Faults(Bind(new Dictionary<string, string?>(Good) { [key] = value })));

        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_container_without_a_version_is_refused() => Assert.Contains(
        "there is no Models__Versions__KEY",
        Assert.Single(Faults(Bind(new Dictionary<string, string?> { ["Models:ContainerUri"] = Good["Models:ContainerUri"] }))),
        StringComparison.Ordinal);

    [Fact]
    public void A_models_key_counts_in_any_case()
    {
        ModelOptions options = Bind(new Dictionary<string, string?>(Good)
        {
            ["Models:Versions:vgg16"] = null, ["Models:Versions:VGG16"] = "0123456789ab",
        });

        Assert.Empty(Faults(options));
        Assert.Equal(Path.GetFullPath("/tmp/pipeline-models/vgg16-0123456789ab"), options.FolderOf("vgg16"));
    }

    private static IEnumerable<string> Faults(ModelOptions options) => ModelOptionsValidator.ErrorsOf(options);

    private static ModelOptions Bind(Dictionary<string, string?> settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(
            settings.Where(setting => setting.Value is not null)).Build().GetSection("Models").Get<ModelOptions>()!;
}
