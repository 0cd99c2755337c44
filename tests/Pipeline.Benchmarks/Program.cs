using BenchmarkDotNet.Running;
using Pipeline.Benchmarks;

switch (args)
{
    case ["ingest", ..]:
        await IngestRun.RunAsync(args.Length > 1 ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 100);
        break;
    case ["query", ..]:
        await QueryRun.RunAsync(args.Length > 1 ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 1_000);
        break;
    case ["backfill", ..]:
        await BackfillMeasurement.RunAsync(args.Length > 1 ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 2_000);
        break;
    case ["host"]:
        await HostRun.RunAsync();
        break;
    case ["int8", ..]:
        await Int8Run.RunAsync(args.Length > 1 ? args[1] : null);
        break;
    case ["codes", ..]:
        CodesRun.Run(args.Length > 1 ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 100_000);
        break;
    case ["search", ..]:
        SearchRun.Run(args.Length > 1 ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 100_000);
        break;
    case ["curve", var folder, .. { Length: > 0 } sizes]:
        await CurveRun.RunAsync([.. sizes.Select(size => int.Parse(size, System.Globalization.CultureInfo.InvariantCulture))], folder);
        break;
    case ["recall", var folder, .. { Length: > 0 } sizes]:
        await RecallRun.RunAsync(
            folder, [.. sizes.Select(size => int.Parse(size, System.Globalization.CultureInfo.InvariantCulture))]);
        break;
    case ["curve-point", var size, var folder]:
        Console.WriteLine(System.Text.Json.JsonSerializer.Serialize(
            await CurveMeasurement.RunAsync(int.Parse(size, System.Globalization.CultureInfo.InvariantCulture), folder)));
        break;
    case ["start", var folder, var size]:
        await StartRun.RunAsync(int.Parse(size, System.Globalization.CultureInfo.InvariantCulture), folder);
        break;
    case ["start-once", var folder]:
        await StartRun.RunOnceAsync(folder);
        break;
    case ["duplicates", ..]:
        DuplicatesRun.Run(args.Length > 1 ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 100_000);
        break;
    case ["code-peers", var folder, var images, var length]:
        CodePeersRun.Run(
            int.Parse(images, System.Globalization.CultureInfo.InvariantCulture),
            int.Parse(length, System.Globalization.CultureInfo.InvariantCulture),
            folder);
        break;
    case ["precision"]:
        await PrecisionRun.RunAsync();
        break;
    case ["precision", var model, var file, var embeddings]:
        PrecisionMeasurement.Run(model, file, embeddings);
        break;
    default:
        Console.WriteLine(
            "Whole runs: 'ingest [images]', 'query [stored images]', 'backfill [stored images]', 'host', 'search [images]', " +
            "'duplicates [images]', 'curve FOLDER images...', 'start FOLDER images', 'recall FOLDER images...', 'codes [images]', " +
            "'code-peers FOLDER images length', 'precision' and 'int8 [folder]'. " +
            "Anything else goes to BenchmarkDotNet:");
        BenchmarkSwitcher.FromAssembly(typeof(Checkout).Assembly).Run(args);
        break;
}
