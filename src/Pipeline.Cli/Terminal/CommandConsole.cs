using System.Diagnostics;
using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Pipeline.Cli.Terminal;

/// <summary>
/// What the command says. A person at a terminal sees colours and bars that move; a file, a pipe or a CI log gets plain lines,
/// one every few seconds while something takes long.
/// </summary>
/// <param name="output">Standard output.</param>
/// <param name="error">Standard error.</param>
/// <param name="live">Whether lines may be drawn over.</param>
/// <param name="canAsk">Whether somebody is there to answer.</param>
internal sealed class CommandConsole(IAnsiConsole output, TextWriter error, bool live, bool canAsk = false)
{
    private const int PlainWidth = 160;

    // Leaves a terminal of 80 columns room for the longest title.
    private const int BarWidth = 16;
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(5);

    public static CommandConsole Default()
    {
        bool live = !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("CI"));
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = live ? AnsiSupport.Detect : AnsiSupport.No,
            Interactive = live ? InteractionSupport.Detect : InteractionSupport.No,
        });
        if (!live)
        {
            console.Profile.Width = PlainWidth;
        }

        live &= console.Profile.Capabilities.Ansi;
        return new CommandConsole(console, Console.Error, live, canAsk: live && !Console.IsInputRedirected);
    }

    /// <summary>Whether somebody is there to answer a question.</summary>
    public bool CanAsk { get; } = canAsk;

    /// <summary>A question that is answered with yes or no.</summary>
    /// <param name="question">What is asked.</param>
    /// <param name="cancellationToken">Stops the asking.</param>
    /// <param name="defaultAnswer">The answer of a bare return key.</param>
    public Task<bool> AskAsync(string question, CancellationToken cancellationToken, bool defaultAnswer = true) =>
        new ConfirmationPrompt(Markup.Escape(question)) { DefaultValue = defaultAnswer }.ShowAsync(output, cancellationToken);

    /// <summary>A question that is answered with a line of text, which may be empty.</summary>
    public Task<string> ReadAsync(string question, CancellationToken cancellationToken) =>
        new TextPrompt<string>(Markup.Escape(question)).AllowEmpty().ShowAsync(output, cancellationToken);

    /// <summary>The same on standard error in plain lines, for a command whose standard output is data for a program.</summary>
    public CommandConsole OnError()
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(error),
        });
        console.Profile.Width = PlainWidth;
        return new CommandConsole(console, error, live: false);
    }

    /// <summary>A line of text, never wrapped.</summary>
    public void Line(string text = "") => output.Profile.Out.Writer.WriteLine(text);

    /// <summary>What failed and what to do.</summary>
    public void Error(string text) => error.WriteLine(text);

    /// <summary>A table or a panel.</summary>
    public void Write(IRenderable renderable) => output.Write(renderable);

    /// <summary>Shows that something is under way, and how long it took.</summary>
    /// <param name="title">What, such as "Building the function app".</param>
    /// <param name="work">Does it and tells how far it is.</param>
    /// <returns>The time it took.</returns>
    public async Task<TimeSpan> StageAsync(string title, Func<IProgress<StageProgress>, Task> work)
    {
        long start = Stopwatch.GetTimestamp();
        await (live ? LiveAsync(title, work) : PlainAsync(title, work));
        TimeSpan took = Stopwatch.GetElapsedTime(start);
        Line(string.Create(CultureInfo.InvariantCulture, $"{title}: done in {took.TotalSeconds:0.0} s"));
        return took;
    }

    private Task LiveAsync(string title, Func<IProgress<StageProgress>, Task> work) =>
        output.Progress()
            .AutoClear(true)
            .Columns(new SpinnerColumn(), new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn { Width = BarWidth }, new ElapsedTimeColumn())
            .StartAsync(async context =>
            {
                ProgressTask task = context.AddTask(Markup.Escape(title)).IsIndeterminate();
                await work(new Immediate(progress =>
                {
                    task.IsIndeterminate(progress.Fraction <= 0);
                    task.Value = 100 * progress.Fraction;
                    task.Description = Markup.Escape(progress.Detail.Length == 0 ? title : $"{title}: {progress.Detail}");
                }));
            });

    private async Task PlainAsync(string title, Func<IProgress<StageProgress>, Task> work)
    {
        Line($"{title}...");
        var latest = new StageProgress(0, "");
        Task running = work(new Immediate(progress => latest = progress));
        while (await Task.WhenAny(running, Task.Delay(PlainInterval)) != running)
        {
            string percent = latest.Fraction > 0 ? latest.Fraction.ToString("0%", CultureInfo.InvariantCulture) : "under way";
            Line(latest.Detail.Length == 0 ? $"  {percent}" : $"  {percent}, {latest.Detail}");
        }

        await running;
    }

    // Progress<T> hands over on another thread, in no order.
    private sealed class Immediate(Action<StageProgress> report) : IProgress<StageProgress>
    {
        public void Report(StageProgress value) => report(value);
    }
}
