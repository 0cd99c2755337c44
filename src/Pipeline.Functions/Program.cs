using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;
using Pipeline.Embeddings;
using Pipeline.Imaging;
using Pipeline.Models;
using Pipeline.Search;

FunctionsApplicationBuilder builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
builder.Services
    .AddImaging()
    .AddModels(builder.Configuration)
    .AddEmbeddings(builder.Configuration)
    .AddSearch();
builder.Build().Run();
