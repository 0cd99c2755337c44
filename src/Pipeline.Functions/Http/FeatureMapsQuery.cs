using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Pipeline.Models;

namespace Pipeline.Functions.Http;

/// <summary>The parameters of a call for feature maps, checked.</summary>
/// <param name="Model">The model; the catalogue's first if none is named.</param>
/// <param name="Block">The block whose grid is drawn, from 1; null for a sheet of all.</param>
internal sealed record FeatureMapsQuery(InstalledModel Model, int? Block)
{
    private const int DefaultBlock = 1;

    /// <returns>The parameters, or the answer that says which is wrong; exactly one of both.</returns>
    public static (FeatureMapsQuery? Query, IResult? Problem) Parse(IQueryCollection query, IReadOnlyList<InstalledModel> installed)
    {
        (InstalledModel? named, IResult? problem) = QueryParameters.Model(query, installed, installed[0].Key);
        if (problem is not null)
        {
            return (null, problem);
        }

        InstalledModel model = named ?? installed[0];
        if (query.TryGetValue("layout", out StringValues layout) && layout != "grid" && layout != "sheet")
        {
            return (null, Problems.InvalidParameter(
                $"layout={layout} is not allowed: layout is grid for one block, which is usual, or sheet for all blocks."));
        }

        if (layout != "sheet")
        {
            return ParseBlock(query, model);
        }

        return query.ContainsKey("block")
            ? (null, Problems.InvalidParameter(
                "layout=sheet shows all blocks and takes no block: leave out block, or ask for layout=grid."))
            : (new FeatureMapsQuery(model, null), null);
    }

    private static (FeatureMapsQuery? Query, IResult? Problem) ParseBlock(IQueryCollection query, InstalledModel model)
    {
        int block = DefaultBlock;
        int blocks = model.Definition.Blocks.Count;
        return query.TryGetValue("block", out StringValues text)
            && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out block) || block < 1 || block > blocks)
            ? (null, Problems.InvalidParameter($"block={text} is not allowed: block is a whole number from 1 to {blocks}."))
            : (new FeatureMapsQuery(model, block), null);
    }
}
