namespace Pipeline.Cli.Deploy.Steps;

/// <summary><c>models</c>: checks the files to upload before anything is created.</summary>
internal static class ModelsStep
{
    public static DeploymentStep Step { get; } = new("models", "the models are built and trained", RunAsync);

    private static Task RunAsync(Deployment deployment, CancellationToken cancellationToken)
    {
        foreach (ModelFiles model in ModelFiles.Find(deployment))
        {
            deployment.Runner.Say(
                File.Exists(model.Path) ? $"{model.Key} {model.Version}" : $"{model.Path} is missing: ./pipeline models pull");
        }

        return Task.CompletedTask;
    }
}
