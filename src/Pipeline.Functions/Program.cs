using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Pipeline;
using Pipeline.Functions;
using Pipeline.Functions.Endpoints;
using Pipeline.Functions.Http;

FunctionsApplicationBuilder builder = FunctionsApplication.CreateBuilder(args);
LogLevels.AddDefaults(builder.Configuration);
builder.ConfigureFunctionsWebApplication();
builder.UseMiddleware<ErrorMiddleware>();
builder.Services
    .AddSingleton<IConfigureOptions<KestrelServerOptions>, RequestLimits>()
    .AddTelemetryExport(builder.Configuration)
    .AddPipeline(builder.Configuration)
    .AddSingleton<StoredImages>()
    .AddSingleton<ImageLinks>()
    .AddSingleton<ImageStates>()
    .AddSingleton<ImageTags>()
    .AddSingleton<StudyTurn>()
    .AddSingleton<DuplicatesTurn>();
builder.Build().Run();
