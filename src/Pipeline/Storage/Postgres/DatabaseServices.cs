using Azure.Core;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Pipeline.Storage.Postgres;

/// <summary>Registers the database of the embeddings, in the place of the tables <c>Embeddings</c> and <c>Changes</c>.</summary>
internal static class DatabaseServices
{
    /// <summary>The setting: a connection string. Where it is not set nothing of this is loaded.</summary>
    public const string Setting = "ImagesDatabase";

    /// <summary>Registers it. It is connected to when it is first used.</summary>
    /// <exception cref="InvalidOperationException">The setting is no connection string.</exception>
    public static IServiceCollection AddDatabase(this IServiceCollection services, string connection, TokenCredential identity)
    {
        NpgsqlConnectionStringBuilder settings = PostgresSource.Read(connection);
        return services
            .AddSingleton(_ => new PostgresDatabase(() => PostgresSource.Create(settings, identity)))
            .AddSingleton<IEmbeddings, PostgresEmbeddings>()
            .AddSingleton<IChangeLog, NoChangeLog>();
    }
}
