namespace Pipeline.Cli.Hosting;

/// <summary>Azure Functions Core Tools: the host of Azure as a program for developers' machines.</summary>
internal static class CoreTools
{
    /// <summary>The program on the PATH.</summary>
    /// <exception cref="CommandFailure">There is none; the message says how to do with or without it.</exception>
    public static string Find() =>
        ProgramOnPath.Find("func")
        ?? throw new CommandFailure(
            "Azure Functions Core Tools are not installed: there is no 'func' on the PATH. Get them at " +
            "https://learn.microsoft.com/azure/azure-functions/functions-run-local, or leave out --host: the local host needs nothing installed.");
}
