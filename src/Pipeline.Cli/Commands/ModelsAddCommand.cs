using System.CommandLine;
using System.Globalization;
using Pipeline.Cli.Models;
using Pipeline.Cli.Setup;
using Pipeline.Cli.Terminal;
using Pipeline.Imaging;
using Pipeline.ModelBuilding.Own;
using Pipeline.Models;

namespace Pipeline.Cli.Commands;

/// <summary><c>pipeline models add</c>: a network of the user's own, as an ONNX file.</summary>
internal static class ModelsAddCommand
{
    private const string Examples =
        """
        Examples:
          ./pipeline models add mobilenet.onnx --name mobilenet --preset torchvision --output /avgpool/GlobalAveragePool_output_0
          ./pipeline models add dinov2.onnx --name dinov2 --preset dinov2 --pooling cls
          ./pipeline models add mine.onnx --name mine --size 256 --channels rgb --scale 0.00392157 --mean 0.5 --std 0.5 --fit pad
        """;

    public static Command Create(SourceTree tree, CommandConsole console)
    {
        var file = new Argument<FileInfo>("FILE.onnx") {
            Description = "The network: one image in, float32; at most 2 GB with its weights." };
        var name = new Option<string>("--name")
        {
            Description = "The model's key in responses, settings and addresses: lower-case letters and digits, the first a letter.",
            HelpName = "KEY",
            Required = true,
        };
        var title = new Option<string>("--title") { Description = "The model's name for people. Default: the key." };
        var preset = Choice(
            "--preset",
            [.. ModelPreset.ByName.Keys],
            "How the network's family takes an image; the options below change it.");
        var size = NumberOption.Create("--size", 16, 1024, "Side of the square input in pixels. Default: as the graph says.");
        var layout = Choice("--layout", ["nchw", "nhwc"], "The order of the input's dimensions. Default: as the graph says.");
        var channels = Choice("--channels", ["rgb", "bgr"], "The order of the channels. Default: rgb.");
        var scale = Numbers("--scale", 1, "A pixel p of 0-255 becomes (p * scale - mean) / std. Default: 0.00392157, which is 1/255.");
        var mean = Numbers("--mean", 3, "One number, or three in the order of the channels. Default: 0.");
        var std = Numbers("--std", 3, "One number above 0, or three in the order of the channels. Default: 1.");
        var resampling = Choice(
            "--resampling", ["nearest", "bilinear", "bicubic", "quality"],
            "How an image is resized; quality is fastest. Default: bilinear.");
        var fit = Choice(
            "--fit", ["stretch", "crop", "pad"], "What becomes of an image that is not square. Default: stretch, which shows all of it.");
        var resizeTo = NumberOption.Create("--resize-to", 16, 4096, "With crop: the shorter side before it, in pixels.");
        var output = new Option<string>("--output")
        {
            Description = "The output that is the embedding, or a tensor within the graph. Default: the only output.", HelpName = "NAME",
        };
        var pooling = Choice("--pooling", ["none", "mean", "cls"], "How the output becomes one vector. Default: by its dimensions.");
        var force = new Option<bool>("--force") { Description = "Replace the model of that name that was added before." };
        var command = new DetailedCommand(
            "add",
            "Adds a network of your own as an ONNX file: inspects it, tries it on the samples, and writes its catalogue entry.",
            Examples)
        {
            file, name, title, preset, size, layout, channels, scale, mean, std, resampling, fit, resizeTo, output, pooling, force,
        };
        var precision = new PrecisionOptions();
        precision.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            FileInfo onnx = parsed.GetRequiredValue(file);
            string key = parsed.GetRequiredValue(name);
            Require(tree, onnx, key, parsed.GetValue(force));
            ModelPreset basis = parsed.GetValue(preset) is { } family
                ? ModelPreset.ByName[family]
                : new ModelPreset(ChannelOrder.Rgb, 1 / 255.0, [0, 0, 0], [1, 1, 1], Resampling.Bilinear, Fit.Stretch);
            ModelPreset chosen = basis with
            {
                ChannelOrder = Parsed<ChannelOrder>(parsed.GetValue(channels)) ?? basis.ChannelOrder,
                Scale = parsed.GetValue(scale) is { Length: > 0 } factor ? factor[0] : basis.Scale,
                Mean = parsed.GetValue(mean) is { Length: > 0 } means ? means : basis.Mean,
                Deviation = parsed.GetValue(std) is { Length: > 0 } deviations ? deviations : basis.Deviation,
                Resampling = parsed.GetValue(resampling) is { } how
                    ? (how == "nearest" ? Resampling.Keras : Parsed<Resampling>(how)!.Value)
                    : basis.Resampling,
                Fit = Parsed<Fit>(parsed.GetValue(fit)) ?? basis.Fit,
            };
            if (chosen.Scale <= 0 || chosen.Deviation.Any(deviation => deviation <= 0))
            {
                throw new CommandFailure("--scale and --std must be above 0.");
            }

            var options = new OwnModelOptions(key, parsed.GetValue(title) ?? key, chosen)
            {
                Size = parsed.GetValue(size),
                Layout = Parsed<InputLayout>(parsed.GetValue(layout)),
                ResizeTo = parsed.GetValue(resizeTo),
                Output = parsed.GetValue(output),
                Pooling = Parsed<Pooling>(parsed.GetValue(pooling)),
            };
            await using (await SetupLock.AcquireAsync(tree, console, stop))
            {
                await new ModelAddition(tree, console).RunAsync(onnx, options, stop);
                IReadOnlyList<ModelDefinition> added = [tree.Catalogue.Models.Single(model => model.Key == key)];
                await precision.ApplyAsync(parsed, added, force: true, tree, console, stop);
            }

            return 0;
        });
        return command;
    }

    private static void Require(SourceTree tree, FileInfo file, string key, bool force)
    {
        if (!file.Exists)
        {
            throw new CommandFailure($"There is no file '{SourceTree.Display(file.FullName)}'.");
        }

        if (!ModelCatalogue.IsKey(key))
        {
            throw new CommandFailure(
                $"'{key}' cannot be a model's name: 1 to 32 lower-case letters and digits are accepted, the first a letter.");
        }

        if (tree.Catalogue.Models.FirstOrDefault(model => model.Key == key) is { } there
            && (!force || there.Graph != ModelDefinition.Added))
        {
            throw new CommandFailure(there.Graph == ModelDefinition.Added
                ? $"There is a model '{key}' already. Choose another --name, or pass --force to replace it."
                : $"'{key}' comes with the product. Choose another --name.");
        }
    }

    private static T? Parsed<T>(string? text) where T : struct, Enum => text is null ? null : Enum.Parse<T>(text, ignoreCase: true);

    private static Option<string> Choice(string name, string[] values, string description)
    {
        var option = new Option<string>(name) { Description = description, HelpName = string.Join('|', values) };
        option.AcceptOnlyFromAmong(values);
        return option;
    }

    private static Option<double[]?> Numbers(string name, int count, string description) => new(name)
    {
        Description = description,
        HelpName = count == 1 ? "X" : "X[,X,X]",
        CustomParser = result =>
        {
            string[] parts = result.Tokens[0].Value.Split(',');
            double[] numbers = new double[parts.Length];
            for (int i = 0; i < parts.Length; i++)
            {
                if ((parts.Length != 1 && parts.Length != count)
                    || !double.TryParse(parts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[i])
                    || !double.IsFinite(numbers[i]))
                {
                    result.AddError(
                        $"{name} takes {(count == 1 ? "a number" : "one number or three, such as 0.485,0.456,0.406")}, not " +
                        $"'{result.Tokens[0].Value}'.");
                    return null;
                }
            }

            return numbers.Length == count ? numbers : [.. Enumerable.Repeat(numbers[0], count)];
        },
    };
}
