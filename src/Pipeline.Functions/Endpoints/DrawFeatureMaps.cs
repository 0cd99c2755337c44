using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Primitives;
using Pipeline.Drawing;
using Pipeline.Functions.Http;
using Pipeline.Functions.OpenApi;
using Pipeline.Imaging;
using Pipeline.Models;

namespace Pipeline.Functions.Endpoints;

public sealed class DrawFeatureMaps(ModelSessions sessions, ImageDecoder decoder, StoredImages stored)
{
    /// <summary>What a model's blocks make of the image in the body, as a PNG.</summary>
    [Operation("Study")]
    [ImageBody]
    [Parses(typeof(FeatureMapsQuery))]
    [Function(nameof(DrawFeatureMaps))]
    public async Task<PngResult> OfUploadedAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "feature-maps")] HttpRequest request)
    {
        CancellationToken cancellationToken = request.HttpContext.RequestAborted;
        var query = FeatureMapsQuery.Parse(request.Query, sessions.Models);
        ReadOnlyMemory<byte> bytes = await Uploads.ReadImageAsync(request, decoder.Limits, cancellationToken);
        return await DrawAsync(query, bytes, cancellationToken);
    }

    /// <summary>What a model's blocks make of a stored image, as a PNG.</summary>
    [Operation("Study")]
    [ReadsImages]
    [Parses(typeof(FeatureMapsQuery))]
    [Function("DrawFeatureMapsOfStored")]
    public async Task<PngResult> OfStoredAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "feature-maps/{*name}")] HttpRequest request)
    {
        CancellationToken cancellationToken = request.HttpContext.RequestAborted;
        var query = FeatureMapsQuery.Parse(request.Query, sessions.Models);
        var name = StoredName.FromPath(request, "GET /api/feature-maps/NAME");
        DownloadedImage image = await stored.DownloadAsync(name, cancellationToken);
        return await DrawAsync(query, image.Encoded, cancellationToken);
    }

    private async Task<PngResult> DrawAsync(FeatureMapsQuery query, EncodedImage image, CancellationToken cancellationToken)
    {
        InputForm form = query.Model.Definition.InputForm;
        ModelInputs inputs = await ModelInputs.DecodeAsync(decoder, image, [form], cancellationToken);
        ModelSession session = await sessions.GetAsync(query.Model, cancellationToken);
        RgbImage input = inputs.Of(form);
        RgbImage grid = query.Block is { } block
            ? (await FeatureMaps.ReadAsync(session, input, [block], cancellationToken))[0].DrawGrid()
            : FeatureMaps.DrawSheet(query.Model, input, await FeatureMaps.ReadAsync(session, input, cancellationToken));
        return new PngResult(ImageEncoder.ToPng(grid), [query.Model]);
    }
}

/// <summary>The parameters of a call for feature maps.</summary>
/// <param name="Model">The model; the first that has feature maps if none is named.</param>
/// <param name="Block">The block whose grid is drawn, from 1; null for a sheet of all.</param>
[ModelQuery("the first that has feature maps")]
[Query("layout", "`grid`: one block's first 64 maps; `sheet`: the image and the grids of all blocks.",
    Default = "grid", Values = ["grid", "sheet"])]
[Query("block", "Which block; only with `grid`.", Type = typeof(int), Default = FeatureMapsQuery.DefaultBlock, Min = 1, Max = 5)]
internal sealed record FeatureMapsQuery(InstalledModel Model, int? Block)
{
    public const int DefaultBlock = 1;

    /// <exception cref="ApiProblemException">A parameter is not allowed, or the model has no feature maps.</exception>
    public static FeatureMapsQuery Parse(IQueryCollection query, IReadOnlyList<InstalledModel> installed)
    {
        InstalledModel first = installed.FirstOrDefault(model => model.Definition.Blocks.Count > 0) ?? installed[0];
        InstalledModel model = QueryParameters.Model(query, installed, first.Key) ?? first;
        if (model.Definition.Blocks.Count == 0)
        {
            throw Problems.InvalidParameter(
                $"{model.Definition.Title} has no feature maps: they are known for the models that come with the product. Leave out " +
                $"model for {first.Key}, or name one of those.");
        }

        if (query.TryGetValue("layout", out StringValues layout) && layout != "grid" && layout != "sheet")
        {
            throw Problems.InvalidParameter(
                $"layout={layout} is not allowed: layout is grid for one block, the default, or sheet for all blocks.");
        }

        if (layout != "sheet")
        {
            return new FeatureMapsQuery(
                model, QueryParameters.Number(query, "block", DefaultBlock, 1, model.Definition.Blocks.Count));
        }

        return query.ContainsKey("block")
            ? throw Problems.InvalidParameter("layout=sheet shows all blocks and takes no block: leave out block, or ask for layout=grid.")
            : new FeatureMapsQuery(model, null);
    }
}
