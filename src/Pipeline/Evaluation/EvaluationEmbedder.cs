using System.Collections.Concurrent;
using System.Security.Cryptography;
using Pipeline.Imaging;
using Pipeline.Models;

namespace Pipeline.Evaluation;

/// <summary>Embeds the images of an evaluation and copies of them, except those that the cache has.</summary>
/// <param name="decoder">Validates and decodes the bytes.</param>
/// <param name="sessions">The loaded models, in the order of the request.</param>
/// <param name="caches">The cache of each.</param>
/// <param name="meter">Counts what is done.</param>
internal sealed class EvaluationEmbedder(
    ImageDecoder decoder, IReadOnlyList<ModelSession> sessions, IReadOnlyList<EmbeddingCache> caches, EmbeddingMeter meter)
{
    private const string Itself = "";

    // One is read and decoded while another is in the models, which use all processors.
    private static readonly int ImagesAtATime = Environment.ProcessorCount + 1;

    /// <summary>Embeds everything.</summary>
    /// <exception cref="IOException">The cache cannot be written.</exception>
    public async Task<EmbeddedImages> RunAsync(EvaluationRequest request, CancellationToken cancellationToken)
    {
        var refused = new ConcurrentBag<RefusedImage>();
        var embedded = new EmbeddedImage?[request.Images.Count];
        await ForEachAsync(request.Images.Count, async (i, stop) =>
        {
            embedded[i] = await EmbedAsync(request.Images[i], refused, stop).ConfigureAwait(false);
        }, cancellationToken).ConfigureAwait(false);

        List<EmbeddedImage> images = [];
        List<IdenticalImage> identical = [];
        var known = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (EmbeddedImage image in embedded.OfType<EmbeddedImage>())
        {
            if (known.TryAdd(image.ContentHash, image.Source.Name))
            {
                images.Add(image);
            }
            else
            {
                identical.Add(new IdenticalImage(image.Source.Name, known[image.ContentHash]));
            }
        }

        var copies = new ConcurrentBag<EmbeddedCopy>();
        int[] originals = Originals(images, request.CopyOriginals);
        meter.Expect(request.Images.Count + (originals.Length * CopyVariant.All.Count));
        await ForEachAsync(
            originals.Length,
            (i, stop) => CopyAsync(images[originals[i]], originals[i], copies, refused, stop),
            cancellationToken).ConfigureAwait(false);
        return new EmbeddedImages(
            images,
            [.. copies.OrderBy(copy => copy.Original).ThenBy(copy => copy.Variant)],
            [.. refused.OrderBy(image => image.Name, StringComparer.Ordinal)],
            identical);
    }

    // By their hashes, which is as good as by lot, and the same in every run whatever the files are called.
    private static int[] Originals(List<EmbeddedImage> images, int count) =>
        [.. Enumerable.Range(0, images.Count).OrderBy(i => images[i].ContentHash, StringComparer.Ordinal).Take(count)];

    private static Task ForEachAsync(int count, Func<int, CancellationToken, Task> work, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
            Enumerable.Range(0, count),
            new ParallelOptions { MaxDegreeOfParallelism = ImagesAtATime, CancellationToken = cancellationToken },
            async (i, stop) => await work(i, stop).ConfigureAwait(false));

    private async Task<EmbeddedImage?> EmbedAsync(
        EvaluationImage image, ConcurrentBag<RefusedImage> refused, CancellationToken cancellationToken)
    {
        try
        {
            ReadOnlyMemory<byte> encoded = await image.ReadAsync(cancellationToken).ConfigureAwait(false);
            string hash = Convert.ToHexStringLower(SHA256.HashData(encoded.Span));
            IReadOnlyList<ReadOnlyMemory<float>> vectors =
                await VectorsAsync(hash, Itself, () => Task.FromResult(encoded), cancellationToken).ConfigureAwait(false);
            return new EmbeddedImage(image, hash, vectors);
        }
        catch (InvalidImageException invalid)
        {
            refused.Add(new RefusedImage(image.Name, invalid.Rejection.Detail));
            meter.Add(isNew: false);
            return null;
        }
        catch (InvalidDataException withoutDirection)
        {
            refused.Add(new RefusedImage(image.Name, withoutDirection.Message));
            meter.Add(isNew: true);
            return null;
        }
    }

    private async Task CopyAsync(
        EmbeddedImage original,
        int position,
        ConcurrentBag<EmbeddedCopy> copies,
        ConcurrentBag<RefusedImage> refused,
        CancellationToken cancellationToken)
    {
        RgbImage? pixels = null;
        for (int i = 0; i < CopyVariant.All.Count; i++)
        {
            CopyVariant variant = CopyVariant.All[i];
            try
            {
                IReadOnlyList<ReadOnlyMemory<float>> vectors = await VectorsAsync(
                    original.ContentHash, variant.Name, () => EncodeAsync(variant), cancellationToken).ConfigureAwait(false);
                copies.Add(new EmbeddedCopy(position, i, vectors));
            }
            catch (Exception exception) when (exception is InvalidImageException or InvalidDataException)
            {
                refused.Add(new RefusedImage($"{original.Source.Name}, {variant.Name}", exception.Message));
                meter.Add(isNew: false);
            }
        }

        // Not read and not decoded where the cache has all copies.
        async Task<ReadOnlyMemory<byte>> EncodeAsync(CopyVariant variant)
        {
            if (pixels is null)
            {
                ReadOnlyMemory<byte> encoded = await original.Source.ReadAsync(cancellationToken).ConfigureAwait(false);
                pixels = await CopySource.DecodeAsync(decoder, encoded, cancellationToken).ConfigureAwait(false);
            }

            return CopySource.Encode(pixels, variant);
        }
    }

    /// <exception cref="InvalidDataException">A model gave an output without direction.</exception>
    private async Task<IReadOnlyList<ReadOnlyMemory<float>>> VectorsAsync(
        string hash, string variant, Func<Task<ReadOnlyMemory<byte>>> encode, CancellationToken cancellationToken)
    {
        float[]?[] vectors = [.. caches.Select(cache => cache.Find(hash, variant))];
        ModelSession[] missing = [.. sessions.Where((_, i) => vectors[i] is null)];
        if (missing.Length > 0)
        {
            ReadOnlyMemory<byte> encoded = await encode().ConfigureAwait(false);
            ModelInputs inputs = await ModelInputs.DecodeAsync(
                decoder, encoded, missing.Select(session => session.Model.Definition.InputForm), cancellationToken).ConfigureAwait(false);
            await Task.WhenAll(sessions.Select(async (session, i) =>
            {
                if (vectors[i] is null)
                {
                    RgbImage input = inputs.Of(session.Model.Definition.InputForm);
                    Embedding embedding = await session.EmbedAsync(input, cancellationToken).ConfigureAwait(false);
                    vectors[i] = embedding.Values.ToArray();
                    caches[i].Add(hash, variant, vectors[i]);
                }
            })).ConfigureAwait(false);
        }

        meter.Add(isNew: missing.Length > 0);
        return [.. vectors.Select(vector => new ReadOnlyMemory<float>(vector))];
    }
}
