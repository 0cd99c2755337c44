namespace Pipeline.Cli.Hosting;

/// <summary>Azure Functions Core Tools: the Functions host of Azure for developers' machines.</summary>
internal static class CoreTools
{
    /// <summary>The program on the PATH.</summary>
    /// <exception cref="CommandFailure">It is missing; the message says how to install it or to work without it.</exception>
    public static string Find() =>
        ProgramOnPath.Find("func")
        ?? throw new CommandFailure(
            "Azure Functions Core Tools are not installed: there is no 'func' on the PATH. Get them at " +
            "https://learn.microsoft.com/azure/azure-functions/functions-run-local, or leave out --host: " +
            "the local host needs nothing installed.");
}
