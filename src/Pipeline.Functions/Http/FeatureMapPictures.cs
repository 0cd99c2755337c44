using Microsoft.AspNetCore.Http;
using Pipeline.Drawing;
using Pipeline.Imaging;
using Pipeline.Models;

namespace Pipeline.Functions.Http;

/// <summary>Draws what a model's blocks make of an image.</summary>
public sealed class FeatureMapPictures(ModelSessions sessions, ImageDecoder decoder, StoredImages stored)
{
    public async Task<IResult> OfUploadedAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        (FeatureMapsQuery? query, IResult? problem) = FeatureMapsQuery.Parse(request.Query, sessions.Models);
        if (query is null)
        {
            return problem!;
        }

        (ReadOnlyMemory<byte> bytes, problem) = await UploadedImage.ReadAsync(request, decoder.Limits, cancellationToken);
        return problem ?? await AnswerAsync(query, null, bytes, cancellationToken);
    }

    public async Task<IResult> OfStoredAsync(HttpRequest request, string? name, CancellationToken cancellationToken)
    {
        (FeatureMapsQuery? query, IResult? problem) = FeatureMapsQuery.Parse(request.Query, sessions.Models);
        if (query is null)
        {
            return problem!;
        }

        (NamedImage? image, problem) = await stored.DownloadAsync(name, "GET /api/feature-maps/NAME", cancellationToken);
        return problem ?? await AnswerAsync(query, image!.Name, image.Bytes, cancellationToken);
    }

    private async Task<IResult> AnswerAsync(
        FeatureMapsQuery query, string? name, ReadOnlyMemory<byte> encoded, CancellationToken cancellationToken)
    {
        InputForm form = query.Model.Definition.InputForm;
        ModelInputs inputs;
        try
        {
            inputs = await ModelInputs.DecodeAsync(decoder, encoded, [form], cancellationToken);
        }
        catch (InvalidImageException invalid)
        {
            return Problems.Rejected(invalid.Rejection, name);
        }

        ModelSession session = await sessions.GetAsync(query.Model, cancellationToken);
        RgbImage input = inputs.Of(form);
        RgbImage picture = query.Block is { } block
            ? (await FeatureMaps.ReadAsync(session, input, [block], cancellationToken))[0].DrawGrid()
            : FeatureMaps.DrawSheet(query.Model, input, await FeatureMaps.ReadAsync(session, input, cancellationToken));
        return new PngAnswer(ImageEncoder.ToPng(picture), [query.Model]);
    }
}
