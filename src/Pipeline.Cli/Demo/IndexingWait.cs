using System.Diagnostics;
using Pipeline.Cli.Terminal;

namespace Pipeline.Cli.Demo;

/// <summary>Waits until uploaded images are embedded by every model.</summary>
internal static class IndexingWait
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(120);

    /// <exception cref="CommandFailure">An image failed, or no image was embedded for two minutes.</exception>
    public static async Task RunAsync(
        AppClient app,
        IReadOnlyList<Sample> samples,
        IReadOnlyCollection<string> models,
        IProgress<StageProgress> progress,
        CancellationToken cancellationToken)
    {
        int total = samples.Count * models.Count;
        int latest = -1;
        long moved = Stopwatch.GetTimestamp();
        while (true)
        {
            if (await app.ListImagesAsync(cancellationToken) is { } images)
            {
                (int indexed, string? failure) = Judge(images, samples, models);
                if (failure is not null)
                {
                    throw new CommandFailure(failure);
                }

                if (indexed == total)
                {
                    return;
                }

                if (indexed != latest)
                {
                    latest = indexed;
                    moved = Stopwatch.GetTimestamp();
                    progress.Report(new StageProgress((double)indexed / total, $"{indexed} of {total}"));
                }
            }

            if (Stopwatch.GetElapsedTime(moved) > Timeout)
            {
                throw new CommandFailure(
                    $"No image was embedded for {Timeout.TotalSeconds:0} s; {Math.Max(latest, 0)} of {total} embeddings are stored.");
            }

            await Task.Delay(Interval, cancellationToken);
        }
    }

    /// <summary>The number of stored embeddings of the samples, and the first failure.</summary>
    internal static (int Indexed, string? Failure) Judge(
        IReadOnlyList<ListedImage> images, IReadOnlyList<Sample> samples, IReadOnlyCollection<string> models)
    {
        var byName = images.ToDictionary(image => image.Name, StringComparer.Ordinal);
        int indexed = 0;
        foreach (Sample sample in samples)
        {
            if (!byName.TryGetValue(sample.Name, out ListedImage? image))
            {
                continue;
            }

            foreach (string model in models)
            {
                switch (image.Models.GetValueOrDefault(model))
                {
                    case { State: IndexingState.Indexed }:
                        indexed++;
                        break;
                    case { State: IndexingState.Failed } failed:
                        return (indexed, $"'{sample.Name}' could not be embedded by {model}: {failed.Reason ?? "no reason given"}");
                }
            }
        }

        return (indexed, null);
    }
}
