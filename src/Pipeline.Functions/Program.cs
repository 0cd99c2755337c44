using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pipeline.Embeddings;
using Pipeline.Functions.Http;
using Pipeline.Imaging;
using Pipeline.Models;
using Pipeline.Search;

FunctionsApplicationBuilder builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
builder.Services
    .AddImaging()
    .AddModels(builder.Configuration)
    .AddEmbeddings(builder.Configuration)
    .AddSearch()
    .AddSingleton<SimilarImages>()
    .AddSingleton<ImageList>()
    .AddSingleton<HealthReport>();
builder.Build().Run();
