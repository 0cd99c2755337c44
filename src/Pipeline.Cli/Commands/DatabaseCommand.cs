using System.CommandLine;
using Pipeline.Cli.Accounts;
using Pipeline.Cli.Backfill;
using Pipeline.Cli.Database;
using Pipeline.Cli.Terminal;
using Pipeline.Indexing.Backfill;
using Pipeline.Storage;
using Pipeline.Storage.Postgres;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline database</c>: moves embeddings from the table into PostgreSQL.</summary>
internal static class DatabaseCommand
{
    private const string Roles =
        "The command needs the roles Storage Table Data Reader on the table Embeddings and Storage Blob Data Reader on the container " +
        "index-state.";

    private const string Details =
        """
        The database is the one of the environment variable ImagesDatabase: a connection string as the app's setting of that name, such
        as "Host=SERVER.postgres.database.azure.com;Database=images;Username=ROLE". Without a Password the command signs in with your
        Azure sign-in. docs/scaling.md says when to move and how.

        Examples:
          ./pipeline database fill
          ./pipeline database fill --storage ACCOUNT --model resnet50
          ./pipeline database verify --storage ACCOUNT
        """;

    public static Command Create(SourceTree tree, CommandConsole console) =>
        new("database", "Embeddings in PostgreSQL: copy them from the table, or compare the two.")
        {
            CreateOne(
                "fill",
                "Copies embeddings from the table into the database, indexes and verifies them. Ctrl-C stops it; the next call goes on.",
                (run, stop) => run.FillAsync(stop),
                tree,
                console),
            CreateOne(
                "verify",
                "Compares all keys and versions and some vectors. Ends with 1 if the database lacks something. Changes no row.",
                (run, stop) => run.VerifyAsync(stop),
                tree,
                console),
        };

    private static DetailedCommand CreateOne(
        string name,
        string description,
        Func<DatabaseCommandRun, CancellationToken, Task<int>> work,
        SourceTree tree,
        CommandConsole console)
    {
        Option<string> storage = AccountOption.Create();
        var models = new Option<string[]>("--model")
        {
            Description = "Only this model; may be repeated. Default: all models of the app.", HelpName = "M",
        };
        var command = new DetailedCommand(name, description, Details) { storage, models };
        command.SetAction((parsed, stop) => AccountOption.RunAsync(
            parsed.GetValue(storage),
            Roles,
            async opened =>
            {
                await using PostgresDatabase database = ImagesDatabase.Open();
                BackfillScope scope = await new BackfillAccount(opened, tree).ScopeAsync(
                    new BackfillOptions("", parsed.GetValue(models) ?? [], Rate: null, RetryRefused: false), stop);
                var transfer = new TableTransfer(new EmbeddingTable(opened.Tables), database);
                return await work(new DatabaseCommandRun(transfer, scope.Models, console), stop);
            },
            stop));
        return command;
    }
}
