using Pipeline.Cli.Terminal;
using Pipeline.Client;

namespace Pipeline.Cli.Upload;

/// <summary>Uploads files, some at a time. One that is refused does not stop the others; an app that is gone does.</summary>
/// <param name="client">The app.</param>
/// <param name="tags">The tags of each image.</param>
/// <param name="isReplacing">Whether images of the same names are replaced; otherwise they are passed over.</param>
internal sealed class UploadRun(PipelineClient client, IReadOnlyList<string> tags, bool isReplacing)
{
    private const int Parallel = 4;

    /// <param name="sources">The files.</param>
    /// <param name="progress">Receives a report for each file.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    /// <returns>What became of each file, in their order.</returns>
    public async Task<IReadOnlyList<UploadedFile>> RunAsync(
        IReadOnlyList<UploadSource> sources, IProgress<StageProgress> progress, CancellationToken cancellationToken)
    {
        var results = new UploadedFile[sources.Count];
        int done = 0;
        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellationToken };
        await System.Threading.Tasks.Parallel.ForAsync(0, sources.Count, options, async (i, stop) =>
        {
            results[i] = await UploadAsync(sources[i], stop);
            int count = Interlocked.Increment(ref done);
            progress.Report(new StageProgress(
                (double)count / sources.Count, $"{count} of {sources.Count}, {ShownText.OfLine(sources[i].Name)}"));
        });
        return results;
    }

    private async Task<UploadedFile> UploadAsync(UploadSource source, CancellationToken cancellationToken)
    {
        try
        {
            if (!isReplacing && await ExistsAsync(source.Name, cancellationToken))
            {
                return new UploadedFile(source, UploadOutcome.Skipped);
            }

            await using FileStream image = File.OpenRead(source.Path);
            await client.UploadImageAsync(
                source.Name, image, new UploadOptions { Tags = tags, IsReplacing = isReplacing }, cancellationToken);
            return new UploadedFile(source, UploadOutcome.Uploaded);
        }
        catch (PipelineProblemException exists) when (exists.Type == ProblemTypes.ImageExists)
        {
            // Somebody else stored it meanwhile.
            return new UploadedFile(source, UploadOutcome.Skipped);
        }
        catch (PipelineProblemException problem) when (problem.Status is >= 400 and < 500 and not (401 or 403 or 429))
        {
            return new UploadedFile(source, UploadOutcome.Refused, problem.Detail);
        }
        catch (Exception unreadable) when (unreadable is ArgumentException or IOException or UnauthorizedAccessException)
        {
            return new UploadedFile(source, UploadOutcome.Refused, unreadable.Message);
        }
    }

    // So that an upload that was interrupted goes on without sending again what is there.
    private async Task<bool> ExistsAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            await client.GetImageAsync(name, cancellationToken);
            return true;
        }
        catch (PipelineProblemException problem) when (problem.Type == ProblemTypes.UnknownImage)
        {
            return false;
        }
    }
}

/// <summary>What became of a file.</summary>
/// <param name="Source">The file.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Reason">Why it was refused.</param>
internal sealed record UploadedFile(UploadSource Source, UploadOutcome Outcome, string? Reason = null);

/// <summary>What became of a file.</summary>
internal enum UploadOutcome
{
    /// <summary>It is stored.</summary>
    Uploaded,

    /// <summary>An image of its name was there, and is not replaced.</summary>
    Skipped,

    /// <summary>It is no image that the app takes, or cannot be read.</summary>
    Refused,
}
