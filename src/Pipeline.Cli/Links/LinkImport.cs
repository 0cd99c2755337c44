using Pipeline.Cli.Terminal;
using Pipeline.Client;

namespace Pipeline.Cli.Links;

/// <summary>A link that the app did not take.</summary>
/// <param name="Url">Its address.</param>
/// <param name="Reason">A sentence for people.</param>
internal sealed record RefusedLink(string Url, string Reason);

/// <summary>What became of links that were sent.</summary>
/// <param name="Added">Those that the app has now.</param>
/// <param name="Refused">Those that it did not take.</param>
internal sealed record ImportedLinks(IReadOnlyList<Link> Added, IReadOnlyList<RefusedLink> Refused);

/// <summary>Sends any number of links. One that is refused does not keep the others.</summary>
internal static class LinkImport
{
    private const int MaxOfRequest = 100;

    /// <summary>Sends links, 100 with a request.</summary>
    /// <param name="client">The app.</param>
    /// <param name="links">The links.</param>
    /// <param name="progress">How many were sent.</param>
    /// <param name="cancellationToken">Ends it early; what was sent stays added.</param>
    /// <exception cref="PipelineProblemException">The app responds with an error that is none about a link.</exception>
    public static async Task<ImportedLinks> RunAsync(
        PipelineClient client, IReadOnlyList<NewLink> links, IProgress<StageProgress> progress, CancellationToken cancellationToken)
    {
        List<Link> added = [];
        List<RefusedLink> refused = [];
        int sent = 0;
        foreach (NewLink[] batch in links.Chunk(MaxOfRequest))
        {
            await SendAsync(client, batch, added, refused, cancellationToken);
            sent += batch.Length;
            progress.Report(new StageProgress((double)sent / links.Count, $"{sent} of {links.Count}"));
        }

        return new ImportedLinks(added, refused);
    }

    /// <summary>Sends links; where one of them is refused, by halves until that one is alone: about 14 requests for it, not 100.</summary>
    private static async Task SendAsync(
        PipelineClient client, NewLink[] links, List<Link> added, List<RefusedLink> refused, CancellationToken cancellationToken)
    {
        try
        {
            added.AddRange(await client.AddLinksAsync(links, cancellationToken));
        }
        catch (PipelineProblemException problem) when (
            problem.Type is ProblemTypes.InvalidLink or ProblemTypes.InvalidTag or ProblemTypes.NoBrowser)
        {
            if (links is [{ Url: var url }])
            {
                refused.Add(new RefusedLink(url, problem.Detail));
                return;
            }

            int half = links.Length / 2;
            await SendAsync(client, links[..half], added, refused, cancellationToken);
            await SendAsync(client, links[half..], added, refused, cancellationToken);
        }
    }
}
