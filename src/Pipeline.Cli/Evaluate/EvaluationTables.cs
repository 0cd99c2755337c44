using System.Globalization;
using Pipeline.Cli.Terminal;
using Pipeline.Evaluation;
using Pipeline.Evaluation.Reporting;
using Spectre.Console;

namespace Pipeline.Cli.Evaluate;

/// <summary>Prints the main results of an evaluation as tables; the report has the rest.</summary>
internal static class EvaluationTables
{
    private const string Format = "0.0000";

    public static void Write(EvaluationResult result, CommandConsole console)
    {
        console.Line();
        if (result.Fused.Groups is { } groups)
        {
            console.Write(Groups(result, groups));
        }

        if (result.Fused.Copies is { } copies)
        {
            console.Write(Copies(result, copies));
        }

        foreach (string sentence in EvaluationVerdict.Of(result).Concat(result.Notes))
        {
            console.Line(sentence);
        }

        foreach (RefusedImage refused in result.Refused.Take(MostNamed))
        {
            console.Line($"  {ShownText.OfLine(refused.Name)}: {refused.Reason}");
        }

        if (result.Refused.Count > MostNamed)
        {
            console.Line(string.Create(CultureInfo.InvariantCulture, $"  and {result.Refused.Count - MostNamed:N0} more, in the report."));
        }

        console.Line();
    }

    private const int MostNamed = 10;

    private static Table Groups(EvaluationResult result, GroupFigures groups)
    {
        var table = new Table { Title = new TableTitle(Text($"Groups: {groups.Queries:N0} queries")) };
        table.AddColumn("");
        string[] columns =
        [
            "mAP",
            .. GroupFigures.Ks.Select(k => Text($"recall@{k}")),
            .. GroupFigures.Ks.Select(k => Text($"precision@{k}")),
            "silhouette",
        ];
        foreach (string column in columns)
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        foreach (JudgedList list in result.Lists)
        {
            GroupFigures figures = list.Groups!;
            table.AddRow(
                [
                    new Text(EvaluationReport.HeadingOf(result, list)),
                    Number(figures.MeanAveragePrecision),
                    .. figures.AtK.Select(atK => Number(atK.Recall)),
                    .. figures.AtK.Select(atK => Number(atK.Precision)),
                    figures.Silhouette is { } silhouette ? Number(silhouette) : new Text("-"),
                ]);
        }

        return table;
    }

    private static Table Copies(EvaluationResult result, CopyFigures copies)
    {
        var table = new Table
        {
            Title = new TableTitle(Text($"Copies: {copies.Copies:N0} of {copies.Originals:N0} images among {copies.Searched:N0}")),
        };
        table.AddColumn("");
        string[] columns = ["recall@1", "found", "first false", "found above", "1 % false", "found above", "originals"];
        foreach (string column in columns)
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        foreach (JudgedList list in result.Lists)
        {
            CopyThreshold? threshold = list.Copies!.Threshold;
            table.AddRow(
                [
                    new Text(EvaluationReport.HeadingOf(result, list)),
                    Number(list.Copies.Recall),
                    new Text(Text($"{list.Copies.Found} / {list.Copies.Copies}")),
                    .. threshold is null
                        ? Enumerable.Repeat(new Text("-"), 5)
                        : [
                            Number(threshold.FirstFalse),
                            new Text(Text($"{threshold.FoundAboveFirstFalse:0.0 %}")),
                            Number(threshold.OnePercentFalse),
                            new Text(Text($"{threshold.FoundAboveOnePercent:0.0 %}")),
                            Number(threshold.HighestBetweenOriginals),
                        ],
                ]);
        }

        return table;
    }

    private static Text Number(double value) => new(value.ToString(Format, CultureInfo.InvariantCulture));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
