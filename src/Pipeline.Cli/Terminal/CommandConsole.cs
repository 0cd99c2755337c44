using System.Diagnostics;
using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Pipeline.Cli.Terminal;

/// <summary>
/// The output of the command. A terminal shows colours and progress bars; a file, a pipe or a CI log gets plain lines, one every few
/// seconds during long work.
/// </summary>
/// <param name="output">Standard output.</param>
/// <param name="error">Standard error.</param>
/// <param name="live">Whether lines can be redrawn.</param>
/// <param name="canAsk">Whether a user can answer questions.</param>
internal sealed class CommandConsole(IAnsiConsole output, TextWriter error, bool live, bool canAsk = false)
{
    private const int PlainWidth = 160;

    // Leaves space for the longest title in a terminal of 80 columns.
    private const int BarWidth = 16;
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(5);

    public static CommandConsole Default()
    {
        // With NO_COLOR, which any value but the empty one sets (https://no-color.org), lines are not redrawn either.
        bool canAsk = !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("CI"));
        bool live = canAsk && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = live ? AnsiSupport.Detect : AnsiSupport.No,
            Interactive = canAsk ? InteractionSupport.Detect : InteractionSupport.No,
        });
        if (!live)
        {
            console.Profile.Width = PlainWidth;
        }

        live &= console.Profile.Capabilities.Ansi;
        return new CommandConsole(console, Console.Error, live, canAsk && !Console.IsInputRedirected);
    }

    /// <summary>Whether a user can answer questions.</summary>
    public bool CanAsk { get; } = canAsk;

    /// <summary>Asks a question with the answers yes and no.</summary>
    /// <param name="question">The question.</param>
    /// <param name="cancellationToken">Cancels the question.</param>
    /// <param name="defaultAnswer">The answer if the user only presses return.</param>
    public Task<bool> AskAsync(string question, CancellationToken cancellationToken, bool defaultAnswer = true) =>
        new ConfirmationPrompt(Markup.Escape(question)) { DefaultValue = defaultAnswer }.ShowAsync(output, cancellationToken);

    /// <summary>Asks for a line of text, which may be empty.</summary>
    public Task<string> ReadAsync(string question, CancellationToken cancellationToken) =>
        new TextPrompt<string>(Markup.Escape(question)).AllowEmpty().ShowAsync(output, cancellationToken);

    /// <summary>A console for plain lines on standard error, for a command whose standard output is data for programs.</summary>
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

    /// <summary>Writes a line of text, never wrapped.</summary>
    /// <exception cref="CommandFailure">Standard output cannot be written.</exception>
    public void Line(string text = "") => Write(() => output.Profile.Out.Writer.WriteLine(ShownText.Of(text)));

    /// <summary>Writes an error message.</summary>
    public void Error(string text) => error.WriteLine(ShownText.Of(text));

    /// <summary>Writes a table or a panel.</summary>
    /// <inheritdoc cref="Line"/>
    public void Write(IRenderable renderable) => Write(() => output.Write(renderable));

    /// <summary>Shows the progress of work, and how long it took.</summary>
    /// <param name="title">Its title, such as "Building the function app".</param>
    /// <param name="work">Does the work and reports its progress.</param>
    /// <returns>The time it took.</returns>
    public async Task<TimeSpan> StageAsync(string title, Func<IProgress<StageProgress>, Task> work)
    {
        title = ShownText.OfLine(title);
        long start = Stopwatch.GetTimestamp();
        await (live ? LiveAsync(title, work) : PlainAsync(title, work));
        TimeSpan took = Stopwatch.GetElapsedTime(start);
        Line(string.Create(CultureInfo.InvariantCulture, $"{title}: done in {took.TotalSeconds:0.0} s"));
        return took;
    }

    // A reader of a pipe that has gone is no error: .NET drops what is written then.
    private static void Write(Action write)
    {
        try
        {
            write();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"Standard output cannot be written: {exception.Message}");
        }
    }

    private Task LiveAsync(string title, Func<IProgress<StageProgress>, Task> work) =>
        output.Progress()
            .AutoClear(true)
            .Columns(
                new SpinnerColumn(),
                new TaskDescriptionColumn { Alignment = Justify.Left },
                new ProgressBarColumn { Width = BarWidth },
                new ElapsedTimeColumn())
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
            string percent = latest.Fraction > 0 ? latest.Fraction.ToString("0%", CultureInfo.InvariantCulture) : "running";
            Line(latest.Detail.Length == 0 ? $"  {percent}" : $"  {percent}, {latest.Detail}");
        }

        await running;
    }

    // Progress<T> reports on other threads and in no order.
    private sealed class Immediate(Action<StageProgress> report) : IProgress<StageProgress>
    {
        public void Report(StageProgress value) => report(value);
    }
}

/// <summary>How far a stage is.</summary>
/// <param name="Fraction">From 0 to 1.</param>
/// <param name="Detail">In words, such as "12 of 24"; may be empty.</param>
internal readonly record struct StageProgress(double Fraction, string Detail);
