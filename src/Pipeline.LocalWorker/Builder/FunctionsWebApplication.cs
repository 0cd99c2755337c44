namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>ASP.NET Core's request and result types in HTTP functions.</summary>
public static class FunctionsWebApplication
{
    /// <summary>Here they always are; the call is there because the real worker needs it.</summary>
    /// <param name="builder">The app's builder.</param>
    public static FunctionsApplicationBuilder ConfigureFunctionsWebApplication(this FunctionsApplicationBuilder builder) => builder;
}
