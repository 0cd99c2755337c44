using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipeline.TestWorker;

switch (Environment.GetEnvironmentVariable("TEST_WORKER_START"))
{
    case "fails":
        Console.Error.WriteLine("The test worker has no wish to start.");
        return 7;
    case "hangs":
        Console.WriteLine($"Hanging as process {Environment.ProcessId}");
        Thread.Sleep(Timeout.Infinite);
        break;
}

FunctionsApplicationBuilder builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
builder.Logging.AddFilter("Azure", LogLevel.Warning);
builder.Services.AddHostedService<StartNote>().AddSingleton<RunningCount>();
builder.Build().Run();
return 0;
