using Azure.Core;
using Azure.Data.Tables;
using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Microsoft.Extensions.Azure;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Models.Store;
using Pipeline.Storage.Access;
using Pipeline.Storage.Postgres;
using Pipeline.Storage.Tags;
using Pipeline.Storage.Thumbnails;

namespace Pipeline.Storage;

/// <summary>Registers the storage account: its clients, the images' container and the tables.</summary>
internal static class StorageServices
{
    /// <summary>The container of the app's own state. Not the images': what lies there is indexed.</summary>
    public const string StateContainer = "index-state";

    public static IServiceCollection AddStorage(this IServiceCollection services, IConfiguration configuration)
    {
        IConfigurationSection storage = configuration.GetSection("ImagesStorage");
        var identity = new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = storage["clientId"] });
        services.AddKeyedSingleton(
            ModelStore.ContainerKey,
            (_, _) => ModelsContainer(storage, configuration.GetValue<Uri>("Models:ContainerUri")!, identity));
        services.AddAzureClients(clients =>
        {
            clients.UseCredential(identity);

            // A caller waits for an answer and the host repeats what failed: better to say soon that storage is away.
            clients.ConfigureDefaults(options =>
            {
                options.Retry.MaxRetries = 2;
                options.Retry.Delay = TimeSpan.FromMilliseconds(200);
                options.Retry.MaxDelay = TimeSpan.FromSeconds(1);
                options.Retry.NetworkTimeout = TimeSpan.FromSeconds(20);
            });
            clients.AddClient<TableServiceClient, TableClientOptions>((options, credential) => storage.Value is { Length: > 0 } connection
                ? new TableServiceClient(connection, options)
                : new TableServiceClient(Address(storage, "tableServiceUri"), credential, options));
            clients.AddClient<QueueServiceClient, QueueClientOptions>((options, credential) =>
            {
                // As the host reads its messages.
                options.MessageEncoding = QueueMessageEncoding.Base64;
                return storage.Value is { Length: > 0 } connection
                    ? new QueueServiceClient(connection, options)
                    : new QueueServiceClient(Address(storage, "queueServiceUri"), credential, options);
            });
            clients.AddClient<BlobServiceClient, BlobClientOptions>((options, credential) =>
            {
                // A slash at either end belongs to a blob's name: trimmed, "/x.jpg" would be taken for "x.jpg".
                options.TrimBlobNameSlashes = false;
                return storage.Value is { Length: > 0 } connection
                    ? new BlobServiceClient(connection, options)
                    : new BlobServiceClient(Address(storage, "blobServiceUri"), credential, options);
            });
        });
        services.AddSingleton(
            provider => provider.GetRequiredService<BlobServiceClient>().GetBlobContainerClient(ImagesContainer.DefaultName));
        services.AddSingleton<ImagesContainer>();
        services.AddSingleton<PipelineTables>();
        services.AddSingleton<EmbeddingTable>();
        services.AddSingleton<ChangeLog>();
        services.AddSingleton<IEmbeddings>(provider => provider.GetRequiredService<EmbeddingTable>());
        services.AddSingleton<IChangeLog>(provider => provider.GetRequiredService<ChangeLog>());
        if (configuration[DatabaseServices.Setting] is { Length: > 0 } database)
        {
            services.AddDatabase(database, identity);
        }

        services.AddSingleton<FailureTable>();
        services.AddSingleton(provider => new TagTable(
            provider.GetRequiredService<PipelineTables>(), provider.GetRequiredService<ChangeLog>()));
        services.AddSingleton<ModelRows>();
        services.AddSingleton(provider => new ThumbnailBlobs(
            provider.GetRequiredService<BlobServiceClient>().GetBlobContainerClient(ThumbnailBlobs.Container)));
        services.AddSingleton<ThumbnailSource>();
        bool isSigned = IsSigned(configuration, storage);
        services.AddSingleton(provider => new SignedAddresses(
            isSigned ? provider.GetRequiredService<BlobServiceClient>() : null,
            provider.GetRequiredService<ImagesContainer>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<SignedAddresses>>()));
        services.AddSingleton(
            provider => new IndexBlobs(provider.GetRequiredService<BlobServiceClient>().GetBlobContainerClient(StateContainer)));
        return services;
    }

    // An identity can be given a key to sign with. A connection string holds the account's own key, and a laptop's storage speaks no HTTPS.
    private static bool IsSigned(IConfiguration configuration, IConfigurationSection storage)
    {
        string? text = configuration[SignedAddresses.Setting];
        bool isWanted = true;
        return string.IsNullOrEmpty(text) || bool.TryParse(text, out isWanted)
            ? isWanted && string.IsNullOrEmpty(storage.Value)
            : throw new InvalidOperationException(
                $"The setting Urls__Signed is '{text}': set it to true or false, or leave it out for true.");
    }

    // Who may read the images may read the models: one identity, or one connection string, for both.
    private static BlobContainerClient ModelsContainer(IConfigurationSection storage, Uri address, TokenCredential identity)
    {
        if (storage.Value is not { Length: > 0 } connection)
        {
            return new BlobContainerClient(address, identity, new BlobClientOptions { TrimBlobNameSlashes = false });
        }

        var service = new BlobServiceClient(connection, new BlobClientOptions { TrimBlobNameSlashes = false });
        BlobContainerClient container = service.GetBlobContainerClient(new BlobUriBuilder(address).BlobContainerName);
        return container.Uri == address
            ? container
            : throw new InvalidOperationException(
                $"Models__ContainerUri is '{address}', which is not in the account of the connection string ImagesStorage " +
                $"('{service.Uri}'). " +
                "Put the models there, or use an identity instead of a connection string.");
    }

    private static Uri Address(IConfigurationSection storage, string key) =>
        Uri.TryCreate(storage[key], UriKind.Absolute, out Uri? address)
            ? address
            : throw new InvalidOperationException(
                $"The setting '{storage.Key}' is missing: set it to a connection string, or set {storage.Key}__{key} to the account's " +
                "address.");
}
