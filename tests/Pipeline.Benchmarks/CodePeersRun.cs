namespace Pipeline.Benchmarks;

/// <summary>placeholder</summary>
internal static class CodePeersRun
{
    public static void Run(int images) => throw new NotSupportedException();
}
