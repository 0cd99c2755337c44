using System.CommandLine;
using Pipeline.Cli.Setup;
using Pipeline.Cli.Terminal;
using Pipeline.Models;

namespace Pipeline.Cli.Commands;

/// <summary>The options <c>--precision</c> and <c>--calibrate</c> of commands that install models.</summary>
internal sealed class PrecisionOptions
{
    private const string Int8 = "int8";
    private const string Default = "default";

    /// <summary><c>int8</c> or <c>default</c>; without it, what is installed stays.</summary>
    public Option<string> Precision { get; } = new("--precision")
    {
        Description =
            "int8: weights and activations in 8 bits, faster on processors with VNNI, installed only if its results on images are those " +
            "of float32. default: as the catalogue says. Default: a model that is installed stays as it is.",
        HelpName = $"{Int8}|{Default}",
    };

    /// <summary>A folder of images.</summary>
    public Option<DirectoryInfo> Calibrate { get; } = new("--calibrate")
    {
        Description = "With int8: the images to calibrate and compare on, best a hundred of those that are searched. Default: samples/.",
        HelpName = "DIR",
    };

    public PrecisionOptions() => Precision.AcceptOnlyFromAmong(Int8, Default);

    public void AddTo(Command command)
    {
        command.Add(Precision);
        command.Add(Calibrate);
        command.Validators.Add(result =>
        {
            if (result.GetResult(Calibrate) is not null && result.GetValue(Precision) != Int8)
            {
                result.AddError("--calibrate is for int8: pass --precision int8, too.");
            }
        });
    }

    /// <summary>Whether a model that is installed is int8 although the default was asked for, and so must be installed anew.</summary>
    public bool IsToReplace(ParseResult parsed, ModelDefinition model, string folder) =>
        parsed.GetValue(Precision) == Default
        && InstalledModel.Find(model, folder) is { Precision: Contracts.Precision.Int8 };

    /// <summary>Makes models int8 if that was asked for.</summary>
    /// <exception cref="CommandFailure">One was refused; it stays as it is.</exception>
    public async Task ApplyAsync(
        ParseResult parsed,
        IReadOnlyList<ModelDefinition> models,
        bool force,
        SourceTree tree,
        CommandConsole console,
        CancellationToken cancellationToken)
    {
        if (parsed.GetValue(Precision) == Int8)
        {
            var images = new CalibrationImages(parsed.GetValue(Calibrate)?.FullName ?? tree.Samples, console);
            await new Int8Installation(tree.Models, images, console).RunAsync(models, force, cancellationToken);
        }
    }
}
