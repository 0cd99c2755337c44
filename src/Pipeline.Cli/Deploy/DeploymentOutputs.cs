namespace Pipeline.Cli.Deploy;

/// <summary>The outputs of main.bicep: the names of the resources.</summary>
internal sealed record DeploymentOutputs(string FunctionAppName, string FunctionAppUrl, string ImagesAccountName, string SystemTopicName)
{
    public static DeploymentOutputs Unknown { get; } = new("", "", "", "");

    /// <exception cref="CommandFailure">One is missing.</exception>
    public static async Task<DeploymentOutputs> ReadAsync(Deployment deployment, CancellationToken cancellationToken) => new(
        await ReadAsync("functionAppName", deployment, cancellationToken),
        await ReadAsync("functionAppUrl", deployment, cancellationToken),
        await ReadAsync("imagesAccountName", deployment, cancellationToken),
        await ReadAsync("systemTopicName", deployment, cancellationToken));

    /// <summary>The first words of a command on the blobs of a container in the images account.</summary>
    public IEnumerable<string> Blob(string verb, string container) =>
        ["az", "storage", "blob", verb, "--account-name", ImagesAccountName, "--container-name", container, "--auth-mode", "login"];

    private static async Task<string> ReadAsync(string output, Deployment deployment, CancellationToken cancellationToken)
    {
        if (deployment.Options.Azd)
        {
            // azd passes outputs to its hooks as environment variables of these names.
            string? value = Environment.GetEnvironmentVariable(output);
            deployment.Runner.Require(!string.IsNullOrEmpty(value), $"azd's environment lacks the output '{output}'.", "azd provision");
            return string.IsNullOrEmpty(value) ? $"${output}" : value;
        }

        string query = $"properties.outputs.{output}.value";
        string read = await deployment.Runner.ReadAsync(
            output,
            $"az deployment group show --resource-group {deployment.Group} --name pipeline --query {query} --output tsv",
            cancellationToken);
        deployment.Runner.Require(
            read.Length > 0,
            $"the deployment 'pipeline' of {deployment.Group} has no output '{output}'.",
            "run the whole command, without --only.");
        return read;
    }
}
