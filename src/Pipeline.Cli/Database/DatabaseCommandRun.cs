using System.Globalization;
using Pipeline.Cli.Terminal;
using Pipeline.Storage;
using Pipeline.Storage.Postgres;
using Spectre.Console;

namespace Pipeline.Cli.Database;

/// <summary>Runs <c>pipeline database</c>.</summary>
internal sealed class DatabaseCommandRun(TableTransfer transfer, IReadOnlyList<ModelVersion> versions, CommandConsole console)
{
    /// <summary>Copies what the database lacks, then verifies.</summary>
    public async Task<int> FillAsync(CancellationToken cancellationToken)
    {
        foreach (ModelVersion version in versions)
        {
            var report = new TransferReport(0, 0, 0);
            try
            {
                await console.StageAsync($"Copying the embeddings of {version} into the database", async progress =>
                    report = await transfer.FillAsync(
                        version,
                        (fraction, copied) => progress.Report(new StageProgress(fraction, $"{Number(copied)} copied")),
                        cancellationToken));
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                console.Line("Stopped. ./pipeline database fill goes on from here.");
                throw;
            }

            console.Line(
                $"{Number(report.Rows)} rows, {Number(report.Copied)} copied" +
                (report.Unreadable > 0 ? $", {Number(report.Unreadable)} left out because they cannot be read." : "."));
        }

        return await VerifyAsync(cancellationToken);
    }

    /// <summary>Compares the database with the table.</summary>
    /// <exception cref="CommandFailure">The database lacks something that the table has.</exception>
    public async Task<int> VerifyAsync(CancellationToken cancellationToken)
    {
        Table shown = new Table().AddColumns(
            "model", "rows of the table", "of the database", "missing", "another version", "only there", "vectors compared", "unequal");
        bool isComplete = true;
        foreach (ModelVersion version in versions)
        {
            var check = new TransferCheck(0, 0, 0, 0, 0, 0, 0);
            await console.StageAsync(
                $"Comparing the database with the table, {version}",
                async _ => check = await transfer.VerifyAsync(version, cancellationToken));
            isComplete &= check.IsComplete;
            shown.AddRow(
            [
                $"{version}",
                Number(check.Rows),
                Number(check.Stored),
                Number(check.Missing),
                Number(check.Different),
                Number(check.Added),
                Number(check.Compared),
                Number(check.Unequal),
            ]);
        }

        console.Write(shown);
        return isComplete ? 0 : throw new CommandFailure(
            "The database lacks something that the table has. ./pipeline database fill copies it; an image of which the database has a " +
            "newer version, because the app writes there already, stays as it is.");
    }

    private static string Number(int number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
