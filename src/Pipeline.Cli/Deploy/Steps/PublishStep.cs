using System.Globalization;
using System.IO.Compression;

namespace Pipeline.Cli.Deploy.Steps;

/// <summary><c>publish</c>: the code.</summary>
internal static class PublishStep
{
    private const long PackageLimit = 100_000_000;

    public static DeploymentStep Step { get; } = new(
        "publish", "the app is built for Azure, packed and deployed", RunAsync, NeedsOutputs: true);

    private static async Task RunAsync(Deployment deployment, CancellationToken cancellationToken)
    {
        CommandRunner runner = deployment.Runner;
        string folder = Path.Combine(deployment.Work, "publish");
        string package = Path.Combine(deployment.Work, "app.zip");
        runner.Print($"rm -rf {ShellCommand.Quote(folder)} {ShellCommand.Quote(package)}");
        if (!runner.DryRun && Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        await runner.RunAsync(
            $"dotnet publish {deployment.Tree.FunctionsProject} -c Release -r linux-x64 --no-self-contained -o {folder} --nologo",
            cancellationToken);
        runner.Print($"(cd {ShellCommand.Quote(folder)} && zip -q -r {ShellCommand.Quote(package)} .)");
        if (!runner.DryRun)
        {
            await runner.WithProgressAsync("Packing", _ => PackAsync(folder, package, cancellationToken));
            runner.Say($"Package: {Megabytes(package)} MB");
        }

        await runner.RunAsync(
            $"az functionapp deployment source config-zip --resource-group {deployment.Group} " +
            $"--name {deployment.Outputs.FunctionAppName} --src {package} --timeout 900 --output none",
            cancellationToken);
    }

    // Everything in the folder, including the hidden .azurefunctions, which the host needs.
    private static async Task PackAsync(string folder, string package, CancellationToken cancellationToken)
    {
        string part = $"{package}.part";
        File.Delete(part);
        try
        {
            await ZipFile.CreateFromDirectoryAsync(folder, part, CompressionLevel.Optimal, includeBaseDirectory: false, cancellationToken);
            if (new FileInfo(part).Length >= PackageLimit)
            {
                throw DeploymentFailure.Because(
                    $"the package is {Megabytes(part)} MB; it has to be under 100 MB.",
                    $"remove from {folder} what does not belong there: models go to the container 'models'.");
            }

            File.Move(part, package, overwrite: true);
        }
        finally
        {
            File.Delete(part);
        }
    }

    private static string Megabytes(string file) => (new FileInfo(file).Length / 1e6).ToString("0", CultureInfo.InvariantCulture);
}
