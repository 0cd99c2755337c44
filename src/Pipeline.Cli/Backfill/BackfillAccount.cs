using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Cli.Accounts;
using Pipeline.Indexing.Backfill;
using Pipeline.Indexing.Versions;
using Pipeline.Models;
using Pipeline.Storage;
using Pipeline.Storage.Postgres;

namespace Pipeline.Cli.Backfill;

/// <summary>A backfill of a storage account, as a user names the account.</summary>
internal sealed class BackfillAccount
{
    private readonly SourceTree _tree;

    public BackfillAccount(ImagesAccount account, SourceTree tree)
    {
        _tree = tree;
        Name = account.Name;
        BlobContainerClient state = account.Container(StorageServices.StateContainer);
        var failures = new FailureTable(account.Tables);
        var blob = new BackfillStateBlob(state, TimeProvider.System);
        var queue = new BackfillQueue(account.Queues(QueueMessageEncoding.Base64));
        RunningModels = new RunningModels(state);
        Status = new BackfillStatusReader(blob, queue, failures);
        var images = new ImagesContainer(account.Images);

        // Where the app has its embeddings, as the same variable says.
        IEmbeddings embeddings = ImagesDatabase.Find() is { } database
            ? new PostgresEmbeddings(database)
            : new EmbeddingTable(account.Tables);
        Comparison = new IndexComparison(images, embeddings, failures);
        Run = new BackfillRun(images, Comparison, queue, blob, TimeProvider.System, NullLogger<BackfillRun>.Instance);
    }

    /// <summary>The account's name.</summary>
    public string Name { get; }

    public IndexComparison Comparison { get; }

    public BackfillRun Run { get; }

    public BackfillStatusReader Status { get; }

    private RunningModels RunningModels { get; }

    /// <summary>Which records an order is about: those of the models that the app noted at its start.</summary>
    /// <exception cref="CommandFailure">There is no such model, or it is not known which run.</exception>
    public async Task<BackfillScope> ScopeAsync(BackfillOptions options, CancellationToken cancellationToken)
    {
        IReadOnlyList<ModelVersion> running = await RunningModels.FindAsync(cancellationToken) ?? Installed();
        string[] unknown = [.. options.Models.Except(running.Select(version => version.Key))];
        if (unknown.Length > 0)
        {
            throw new CommandFailure(
                $"The app of '{Name}' has no model '{unknown[0]}'. It has: {string.Join(", ", running.Select(version => version.Key))}.");
        }

        ModelVersion[] chosen = [.. running.Where(version => options.Models.Count == 0 || options.Models.Contains(version.Key))];
        return new BackfillScope(
            options.Prefix, chosen, options.RetryRefused, IsWhole: options.Prefix.Length == 0 && chosen.Length == running.Count);
    }

    /// <summary>The models that the app of this checkout runs.</summary>
    /// <exception cref="CommandFailure">None is installed.</exception>
    public IReadOnlyList<ModelVersion> Installed()
    {
        try
        {
            var options = new ModelOptions { Folder = _tree.Models };
            return [.. EnabledModels.Find(options, ModelCatalogue.Default()).Select(ModelVersion.Of)];
        }
        catch (InvalidDataException none)
        {
            throw new CommandFailure(
                $"Which models run is not known: no app has run with the account '{Name}' yet. Start it, with ./pipeline up or " +
                $"./pipeline deploy, and run this again. ({none.Message})");
        }
    }
}
