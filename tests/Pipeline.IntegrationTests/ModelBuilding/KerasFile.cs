using System.Diagnostics;
using Pipeline.IntegrationTests.Hosting;

namespace Pipeline.IntegrationTests.ModelBuilding;

/// <summary>Keras' files at full width with the weights that the seed draws, written by h5py (<c>tests/reference/weights.py</c>).</summary>
internal static class KerasFile
{
    private const string Python = "/usr/bin/python3";

    /// <summary>Writes a model's file; skips the test where there is nothing to write it with.</summary>
    public static async Task<string> WriteAsync(string key, string folder)
    {
        Assert.SkipUnless(File.Exists(Python), $"There is no {Python}, which writes the file to convert.");
        (int missing, string why) = await RunPythonAsync("-c", "import h5py, numpy");
        Assert.SkipUnless(missing == 0, $"{Python} lacks what writes the file to convert (Debian: python3-h5py, python3-numpy): {why}");

        string file = Path.Combine(folder, $"{key}.h5");
        (int failed, string output) = await RunPythonAsync(Repository.Path("tests", "reference", "weights.py"), "--full", key, file);
        Assert.True(failed == 0, output);
        return file;
    }

    private static async Task<(int ExitCode, string Error)> RunPythonAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Python, arguments) { RedirectStandardError = true })!;
        try
        {
            string error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            return (process.ExitCode, error.Trim());
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }
}
