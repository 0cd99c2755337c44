using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Storage.Access;

namespace Pipeline.Tests.Storage.Access;

/// <summary>Where addresses are signed: with an identity, unless a setting says otherwise.</summary>
public class SignedSettingTests
{
    private const string Account = "UseDevelopmentStorage=true";

    [Theory]
    [InlineData("ImagesStorage", Account, null)]
    [InlineData("ImagesStorage", Account, "true")]
    [InlineData("ImagesStorage:blobServiceUri", "https://account.blob.core.windows.net", "False")]
    public async Task With_a_connection_string_and_where_it_is_switched_off_no_key_is_asked_for(string key, string value, string? setting)
    {
        await using ServiceProvider services = Services(key, value, setting);

        // It would fail for want of an identity, and be logged.
        Assert.Null(await services.GetRequiredService<SignedAddresses>().FindSignerAsync(TestContext.Current.CancellationToken));
        Assert.Empty(Log(services).Entries);
    }

    [Theory]
    [InlineData("maybe")]
    [InlineData("1")]
    public void Another_value_is_refused_at_the_start_with_those_that_are_allowed(string setting) => Assert.Equal(
        $"The setting Urls__Signed is '{setting}': set it to true or false, or leave it out for true.",
        Assert.Throws<InvalidOperationException>(() => Services("ImagesStorage", Account, setting)).Message);

    private static RecordedLog<SignedAddresses> Log(ServiceProvider services) =>
        (RecordedLog<SignedAddresses>)services.GetRequiredService<Microsoft.Extensions.Logging.ILogger<SignedAddresses>>();

    private static ServiceProvider Services(string key, string value, string? setting) => new ServiceCollection()
        .AddSingleton<Microsoft.Extensions.Logging.ILogger<SignedAddresses>>(new RecordedLog<SignedAddresses>())
        .AddPipeline(new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { [key] = value, [SignedAddresses.Setting] = setting })
            .Build())
        .BuildServiceProvider();
}
