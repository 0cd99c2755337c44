using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Functions.Http;
using Pipeline.Functions.OpenApi;
using Pipeline.Imaging;
using Pipeline.Search.Tags;
using Pipeline.Storage;
using Pipeline.Storage.Tags;

namespace Pipeline.Functions.Endpoints;

public sealed class PutImage(
    BlobContainerClient container, ImagesContainer images, ImageDecoder decoder, TagTable table, TagIndex index, ImageTags tags)
{
    /// <summary>
    /// Stores an image, and by that starts its indexing. It is decoded before, so that one that would be refused later is refused at once.
    /// </summary>
    /// <remarks>With <c>/tags</c> behind the name the body replaces the image's tags.</remarks>
    [Operation("Images")]
    [ImageBody]
    [TagQuery("Added to the image's tags.")]
    [Header("If-None-Match", "`*` stores the image only if there is none of that name.", Values = ["*"])]
    [Responds(200, "An image of that name was replaced.", Json = typeof(UploadResponse))]
    [Responds(201, "The image is new.", Json = typeof(UploadResponse))]
    [Problems(ProblemTypes.ImageExists)]
    [Function(nameof(PutImage))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "put", Route = "images/{*name}")] HttpRequest request)
    {
        CancellationToken cancellationToken = request.HttpContext.RequestAborted;
        if (ImageTags.AreMeantBy(request))
        {
            return TypedResults.Ok(await tags.ReplaceAsync(request, cancellationToken));
        }

        string name = NewName(request);
        IReadOnlyList<string> added = QueryParameters.Tags(request.Query);
        bool replaces = !IsOnlyNew(request);
        ReadOnlyMemory<byte> bytes = await Uploads.ReadImageAsync(request, decoder.Limits, cancellationToken);
        DecodedImage image = await decoder.CheckAsync(new EncodedImage(bytes), cancellationToken);
        BlobClient blob = images.GetBlob(name);
        bool isNew = await StoreAsync(blob, bytes, image.Format, replaces, cancellationToken);
        TaggedImage tagged = await table.ChangeAsync(
            new ImageId(images.Name, name),
            row => row with { Tags = TagList.Parse(row.Tags.Concat(added)) },
            cancellationToken);
        if (added.Count > 0)
        {
            index.NoteChange();
        }

        var response = new UploadResponse(name, bytes.Length, image.Width, image.Height, tagged.Tags);
        return isNew ? TypedResults.Created($"/api/images/{Uri.EscapeDataString(name)}", response) : TypedResults.Ok(response);
    }

    /// <returns>Whether no image was there.</returns>
    private async Task<bool> StoreAsync(
        BlobClient blob, ReadOnlyMemory<byte> bytes, ImageFormat format, bool replaces, CancellationToken cancellationToken)
    {
        var options = new BlobUploadOptions { HttpHeaders = new BlobHttpHeaders { ContentType = format.MediaType() } };
        try
        {
            options.Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All };
            await UploadAsync();
            return true;
        }
        catch (RequestFailedException exists) when (
            exists.ErrorCode == BlobErrorCode.BlobAlreadyExists || exists.ErrorCode == BlobErrorCode.ConditionNotMet)
        {
            if (!replaces)
            {
                throw Problems.ImageExists(blob.Name);
            }

            options.Conditions = null;
            await UploadAsync();
            return false;
        }

        async Task UploadAsync()
        {
            try
            {
                await blob.UploadAsync(new BinaryData(bytes), options, cancellationToken);
            }
            catch (RequestFailedException missing) when (missing.ErrorCode == BlobErrorCode.ContainerNotFound)
            {
                await container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
                await blob.UploadAsync(new BinaryData(bytes), options, cancellationToken);
            }
        }
    }

    /// <summary>The name of an image that is stored: a %2F in the path is a slash.</summary>
    private string NewName(HttpRequest request)
    {
        string name = StoredName.FromPath(request, "PUT /api/images/NAME").Spellings[^1];
        return name is not ['/', ..] and not [.., '/'] && !name.Any(char.IsControl) && images.TryGetBlob(name, out _)
            ? name
            : throw Problems.InvalidParameter(
                "No image can have the name in the path: it has no control characters and no backslash, no part of it between slashes is " +
                "'.' or '..', and it neither begins nor ends with a slash.");
    }

    private static bool IsOnlyNew(HttpRequest request) => request.Headers.IfNoneMatch.ToString() switch
    {
        "" => false,
        "*" => true,
        _ => throw Problems.InvalidParameter(
            "The header If-None-Match takes only *, which means: store the image only if there is none of that name."),
    };
}
