using Pipeline.Cli.Terminal;
using Pipeline.Client;

namespace Pipeline.Cli.Links;

/// <summary>Waits until links are fetched.</summary>
internal static class LinkWait
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Asks for the links until each is stored or failed.</summary>
    /// <param name="client">The app.</param>
    /// <param name="links">The links.</param>
    /// <param name="progress">How many are done.</param>
    /// <param name="cancellationToken">Ends the wait; the app goes on.</param>
    /// <returns>The links as they are then, in their order; without those that were removed meanwhile.</returns>
    public static async Task<IReadOnlyList<Link>> RunAsync(
        PipelineClient client, IReadOnlyList<Link> links, IProgress<StageProgress> progress, CancellationToken cancellationToken)
    {
        List<Link> done = [];
        foreach (Link waiting in links)
        {
            for (Link? link = waiting; link is not null; link = await FindAsync(client, link.Id, cancellationToken))
            {
                if (link.State is LinkState.Stored or LinkState.Failed)
                {
                    done.Add(link);
                    break;
                }

                await Task.Delay(Pause, cancellationToken);
            }

            progress.Report(new StageProgress((double)done.Count / links.Count, $"{done.Count} of {links.Count}"));
        }

        return done;
    }

    private static async Task<Link?> FindAsync(PipelineClient client, string id, CancellationToken cancellationToken)
    {
        try
        {
            return await client.GetLinkAsync(id, cancellationToken);
        }
        catch (PipelineProblemException problem) when (problem.Type == ProblemTypes.UnknownLink)
        {
            return null;
        }
    }
}
