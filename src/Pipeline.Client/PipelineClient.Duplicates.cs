using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Pipeline.Client;

public sealed partial class PipelineClient
{
    /// <summary>Groups of near-identical images, as a whole.</summary>
    /// <param name="options">Which images count as such; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <exception cref="PipelineProblemException">An option is refused, or the app has its embeddings in a database.</exception>
    public Task<DuplicatesResponse> FindDuplicatesAsync(
        DuplicatesOptions? options = null, CancellationToken cancellationToken = default) =>
        GetAsync<DuplicatesResponse>($"duplicates{options?.Query}", cancellationToken);

    /// <summary>Groups of near-identical images, the largest first, each as it arrives: the response may have any length.</summary>
    /// <param name="options">Which images count as such; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <exception cref="PipelineProblemException">An option is refused, or the app has its embeddings in a database.</exception>
    public async IAsyncEnumerable<DuplicateGroup> ListDuplicatesAsync(
        DuplicatesOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using HttpResponseMessage response = await SendAsync(
            Request(HttpMethod.Get, $"duplicates{options?.Query}"), cancellationToken).ConfigureAwait(false);
        Stream body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            var groups = new ArrayReader<DuplicateGroup>(body, "groups");
            while (await ReadAsync().ConfigureAwait(false) is { } group)
            {
                yield return group;
            }

            async Task<DuplicateGroup?> ReadAsync()
            {
                try
                {
                    return await groups.ReadAsync(cancellationToken).ConfigureAwait(false);
                }
                catch (JsonException exception)
                {
                    throw Unexpected(response, exception);
                }
            }
        }
    }
}
