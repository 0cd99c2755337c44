using Azure.Core;
using Azure.Identity;
using Npgsql;
using Pipeline.IntegrationTests.Hosting;
using Pipeline.Models;
using Pipeline.Storage;
using Pipeline.Storage.Postgres;

namespace Pipeline.IntegrationTests.Postgres;

/// <summary>The embeddings in PostgreSQL, on a server of their own.</summary>
public sealed class PostgresEmbeddingsTests(EmptyDatabase empty) : IAsyncLifetime
{
    private static readonly InstalledModel Model = TestModel.Of(4);

    private PGlite _server = null!;
    private PostgresDatabase _database = null!;
    private PostgresEmbeddings _embeddings = null!;

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await empty.StartServerAsync();
        _database = _server.Open();
        _embeddings = new PostgresEmbeddings(_database);
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_record_is_read_as_it_was_written()
    {
        EmbeddingRecord written = TestModel.Record("straße/ø 😀%_'.jpg", "\"0x8D\"", [0.5f, -0.5f, 0.5f, 0.5f]);

        Assert.True(await _embeddings.TryWriteAsync(Model, written, null, CancellationToken));
        EmbeddingRecord read = (await _embeddings.FindAsync(Model, written.Id.Key, CancellationToken))!;

        Assert.Equal(written.Embedding.Values.ToArray(), read.Embedding.Values.ToArray());
        Assert.Equal(written with { Embedding = read.Embedding }, read);
        Assert.Equal(written.Embedding.Norm, read.Embedding.Norm);
        Assert.Null(await _embeddings.FindAsync(Model, TestModel.Id("other.jpg").Key, CancellationToken));
    }

    [Fact]
    public async Task Of_two_writers_that_read_the_same_the_second_loses()
    {
        EmbeddingRecord first = TestModel.Record("a.jpg", "1", [1, 0, 0, 0]);
        EmbeddingRecord second = TestModel.Record("a.jpg", "2", [0, 1, 0, 0]);

        Assert.True(await _embeddings.TryWriteAsync(Model, first, null, CancellationToken));
        Assert.False(await _embeddings.TryWriteAsync(Model, second, null, CancellationToken));
        RowVersion read = (await _embeddings.FindVersionAsync(Model, first.Id, CancellationToken))!;
        Assert.Equal("1", read.ImageETag);
        Assert.True(await _embeddings.TryWriteAsync(Model, second, read, CancellationToken));
        Assert.False(await _embeddings.TryWriteAsync(Model, first, read, CancellationToken));
        Assert.False(await _embeddings.TryRemoveAsync(Model, first.Id.Key, read, CancellationToken));

        RowVersion now = (await _embeddings.FindVersionAsync(Model, first.Id, CancellationToken))!;
        Assert.Equal("2", now.ImageETag);
        Assert.True(await _embeddings.TryRemoveAsync(Model, first.Id.Key, now, CancellationToken));
        Assert.True(await _embeddings.TryRemoveAsync(Model, first.Id.Key, now, CancellationToken));
        Assert.False(await _embeddings.TryWriteAsync(Model, first, now, CancellationToken));
        Assert.Null(await _embeddings.FindVersionAsync(Model, first.Id, CancellationToken));
    }

    [Fact]
    public async Task Of_many_writers_at_once_one_wins()
    {
        await _embeddings.TryWriteAsync(Model, TestModel.Record("a.jpg", "0", [1, 0, 0, 0]), null, CancellationToken);
        RowVersion read = (await _embeddings.FindVersionAsync(Model, TestModel.Id("a.jpg"), CancellationToken))!;

        bool[] won = await Task.WhenAll(Enumerable.Range(1, 8).Select(
            i => _embeddings.TryWriteAsync(Model, TestModel.Record("a.jpg", $"{i}", [0, 1, 0, 0]), read, CancellationToken)));

        int winner = Assert.Single(Enumerable.Range(1, 8), i => won[i - 1]);
        Assert.Equal($"{winner}", (await _embeddings.FindVersionAsync(Model, TestModel.Id("a.jpg"), CancellationToken))!.ImageETag);
    }

    [Fact]
    public async Task The_schema_is_made_once_by_instances_that_start_together_and_found_by_those_that_start_later()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(i => _embeddings.TryWriteAsync(
            Model, TestModel.Record($"{i}.jpg", "1", [1, 0, 0, 0]), null, CancellationToken)));
        await _database.DisposeAsync();

        await using PostgresDatabase later = _server.Open();
        var embeddings = new PostgresEmbeddings(later);
        Assert.Equal([ModelVersion.Of(Model)], await embeddings.ListVersionsAsync(CancellationToken));
        Assert.Equal(4, await embeddings.ListAsync(ModelVersion.Of(Model), KeyRange.All, CancellationToken).CountAsync(CancellationToken));
        Assert.True(await embeddings.TryWriteAsync(Model, TestModel.Record("b.jpg", "1", [1, 0, 0, 0]), null, CancellationToken));
    }

    [Fact]
    public async Task A_schema_of_a_newer_app_is_refused_with_what_to_do()
    {
        await _embeddings.ListVersionsAsync(CancellationToken);
        await _database.DisposeAsync();
        await _server.ExecuteAsync("UPDATE pipeline_schema SET version = 99");

        await using PostgresDatabase later = _server.Open();
        DatabaseException refused = await Assert.ThrowsAsync<DatabaseException>(
            () => new PostgresEmbeddings(later).ListVersionsAsync(CancellationToken));
        Assert.Contains("newer version of the app", refused.Message, StringComparison.Ordinal);
        Assert.False(StorageOutage.Is(refused));
    }

    [Fact]
    public async Task A_role_without_rights_is_refused_with_what_an_administrator_runs()
    {
        // PGlite signs everybody in as its superuser.
        await using var connection = new NpgsqlConnection($"{_server.ConnectionString};Pooling=false");
        await connection.OpenAsync(CancellationToken);
        await connection.ExecuteAsync("CREATE ROLE limited; SET ROLE limited", CancellationToken);

        DatabaseException refused = await Assert.ThrowsAsync<DatabaseException>(
            () => PostgresSchema.MakeAsync(connection, CancellationToken));

        Assert.Contains("CREATE EXTENSION IF NOT EXISTS vector", refused.Message, StringComparison.Ordinal);
        Assert.True(StorageError.IsDenied(refused));
    }

    [Fact]
    public async Task A_vector_of_another_length_or_norm_is_refused()
    {
        await Assert.ThrowsAsync<DatabaseException>(() => _embeddings.TryWriteAsync(
            Model, TestModel.Record("a.jpg", "1", [0.6f, 0.8f, 0]), null, CancellationToken));
        await Assert.ThrowsAsync<DatabaseException>(() => _embeddings.TryWriteAsync(
            Model, TestModel.Record("a.jpg", "1", [1, 1, 0, 0]), null, CancellationToken));

        Assert.Null(await _embeddings.FindAsync(Model, TestModel.Id("a.jpg").Key, CancellationToken));
    }

    [Fact]
    public async Task Rows_are_listed_in_the_order_of_their_keys_within_a_range()
    {
        string[] names = [.. Enumerable.Range(0, 40).Select(i => $"{i}.jpg")];
        foreach (string name in names)
        {
            await _embeddings.TryWriteAsync(Model, TestModel.Record(name, name, [1, 0, 0, 0]), null, CancellationToken);
        }

        string[] keys = [.. names.Select(name => TestModel.Id(name).Key).Order(StringComparer.Ordinal)];
        List<ListedRow> all = await _embeddings
            .ListAsync(ModelVersion.Of(Model), KeyRange.All, CancellationToken).ToListAsync(CancellationToken);
        List<ListedRow> some = await _embeddings
            .ListAsync(ModelVersion.Of(Model), new KeyRange(keys[4], keys[9]), CancellationToken).ToListAsync(CancellationToken);

        Assert.Equal(keys, all.Select(row => row.Key));
        Assert.All(all, row => Assert.True(row.TryGetId(out ImageId? id) && id.Name == row.ImageETag));
        Assert.Equal(keys[5..10], some.Select(row => row.Key));
        Assert.Empty(await _embeddings
            .ListAsync(new ModelVersion("unknown", "0123456789ab"), KeyRange.All, CancellationToken).ToListAsync(CancellationToken));
    }

    [Fact]
    public async Task A_version_that_runs_no_more_is_removed_whole()
    {
        InstalledModel next = Model with { Fingerprint = new Fingerprint("ba9876543210") };
        await _embeddings.TryWriteAsync(Model, TestModel.Record("a.jpg", "1", [1, 0, 0, 0]), null, CancellationToken);
        await _embeddings.TryWriteAsync(next, TestModel.Record("a.jpg", "1", [1, 0, 0, 0]), null, CancellationToken);

        Assert.Equal(1, await _embeddings.ClearAsync(ModelVersion.Of(Model), 100, CancellationToken));

        Assert.Equal([ModelVersion.Of(next)], await _embeddings.ListVersionsAsync(CancellationToken));
        Assert.NotNull(await _embeddings.FindAsync(next, TestModel.Id("a.jpg").Key, CancellationToken));
        Assert.Null(await _embeddings.FindAsync(Model, TestModel.Id("a.jpg").Key, CancellationToken));
    }

    [Fact]
    public async Task Without_a_password_Entra_ID_signs_in_and_its_token_is_not_sent_in_the_clear()
    {
        var settings = new NpgsqlConnectionStringBuilder(_server.ConnectionString) { Password = null };
        var credential = new RecordingCredential();

        await using var database = new PostgresDatabase(() => PostgresSource.Create(settings, credential));
        DatabaseException refused = await Assert.ThrowsAsync<DatabaseException>(
            () => new PostgresEmbeddings(database).ListVersionsAsync(CancellationToken));

        // PGlite has no TLS.
        Assert.Contains("SSL", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-token", $"{refused}", StringComparison.Ordinal);
        Assert.Equal("https://ossrdbms-aad.database.windows.net/.default", credential.Scope);
    }

    [Fact]
    public async Task An_identity_that_cannot_be_asked_is_an_outage()
    {
        var settings = new NpgsqlConnectionStringBuilder(_server.ConnectionString) { Password = null };

        await using var database = new PostgresDatabase(
            () => PostgresSource.Create(settings, new RecordingCredential { Fails = true }));
        DatabaseException away = await Assert.ThrowsAsync<DatabaseException>(
            () => new PostgresEmbeddings(database).ListVersionsAsync(CancellationToken));

        Assert.True(StorageOutage.Is(away));
    }

    [Fact]
    public async Task A_server_that_is_away_is_an_outage_and_a_restart_is_not_noticed()
    {
        EmbeddingRecord record = TestModel.Record("a.jpg", "1", [1, 0, 0, 0]);
        await _embeddings.TryWriteAsync(Model, record, null, CancellationToken);

        await _server.StopAsync();
        Exception away = await Assert.ThrowsAsync<DatabaseException>(() => _embeddings.FindAsync(Model, record.Id.Key, CancellationToken));
        Assert.True(StorageOutage.Is(away));

        await _server.StartAsync();
        Assert.NotNull(await _embeddings.FindAsync(Model, record.Id.Key, CancellationToken));
        await _server.StopAsync();
        await _server.StartAsync();
        Assert.NotNull(await _embeddings.FindAsync(Model, record.Id.Key, CancellationToken));
    }

    private sealed class RecordingCredential : TokenCredential
    {
        public bool Fails { get; init; }

        public string? Scope { get; private set; }

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            throw new NotSupportedException("Everything here is asynchronous.");

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            Scope = requestContext.Scopes[0];
            return Fails
                ? throw new CredentialUnavailableException("No identity here.")
                : new ValueTask<AccessToken>(new AccessToken("secret-token", DateTimeOffset.MaxValue));
        }
    }
}
