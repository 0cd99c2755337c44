using System.Diagnostics;
using System.IO.Compression;
using System.Xml.Linq;
using Pipeline.IntegrationTests.Hosting;

namespace Pipeline.IntegrationTests.Client;

public sealed class PackTests : IDisposable
{
    private static readonly string[] Expected =
    [
        "README.md",
        "lib/net10.0/Pipeline.Client.dll",
        "lib/net10.0/Pipeline.Client.xml",
        "lib/net10.0/Pipeline.Contracts.dll",
        "lib/net10.0/Pipeline.Contracts.xml",
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-pack-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_package_has_the_contract_its_documents_and_a_readme_and_needs_no_other_package_of_the_product()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        var start = new ProcessStartInfo(
            "dotnet",
            ["pack", Repository.Path("src", "Pipeline.Client"), "-c", Repository.Configuration, "--no-build", "-o", _folder, "--nologo"])
        {
            RedirectStandardOutput = true,
        };
        using Process pack = Process.Start(start)!;
        string output = await pack.StandardOutput.ReadToEndAsync(cancellationToken);
        await pack.WaitForExitAsync(cancellationToken);

        Assert.True(pack.ExitCode == 0, output);
        await using ZipArchive package = await ZipFile.OpenReadAsync(
            Assert.Single(Directory.GetFiles(_folder, "*.nupkg")), cancellationToken);
        string[] names = [.. package.Entries.Select(entry => entry.FullName)];
        Assert.Empty(Expected.Except(names));
        await using Stream description = await package.GetEntry("Pipeline.Client.nuspec")!.OpenAsync(cancellationToken);
        XDocument nuspec = await XDocument.LoadAsync(description, LoadOptions.None, cancellationToken);
        Assert.Equal(
            ["Microsoft.Extensions.Http.Resilience"],
            nuspec.Descendants()
                .Where(element => element.Name.LocalName == "dependency")
                .Select(element => element.Attribute("id")!.Value));
        Assert.Equal("MIT", nuspec.Descendants().Single(element => element.Name.LocalName == "license").Value);
    }
}
