using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pipeline.Embeddings;
using Pipeline.Functions.Http;
using Pipeline.Imaging;
using Pipeline.Models;
using Pipeline.Search;
using Pipeline.Study;

FunctionsApplicationBuilder builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
builder.Services
    .AddImaging()
    .AddModels(builder.Configuration)
    .AddEmbeddings(builder.Configuration)
    .AddSearch()
    .AddStudy()
    .AddSingleton<StoredImages>()
    .AddSingleton<SimilarImages>()
    .AddSingleton<ImagePredictions>()
    .AddSingleton<FeatureMapPictures>()
    .AddSingleton<ImageComparison>()
    .AddSingleton<ImageStudy>()
    .AddSingleton<ImageList>()
    .AddSingleton<HealthReport>();
builder.Build().Run();
