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
    default:
        Console.WriteLine("Whole runs: 'ingest [pictures]' and 'query [stored pictures]'. Anything else goes to BenchmarkDotNet:");
        BenchmarkSwitcher.FromAssembly(typeof(Checkout).Assembly).Run(args);
        break;
}
