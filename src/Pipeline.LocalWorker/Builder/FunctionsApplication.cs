namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>Where a function app starts.</summary>
public class FunctionsApplication
{
    private FunctionsApplication()
    {
    }

    /// <summary>A builder with the defaults of a function app.</summary>
    /// <param name="args">The command line.</param>
    public static FunctionsApplicationBuilder CreateBuilder(string[] args) => new(args);
}
