using Azure;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipeline.Models;
using Pipeline.Models.Store;
using Pipeline.Storage;

namespace Pipeline.Indexing.Versions;

/// <summary>Notes at the app's start which models run, as soon as storage is there; the app itself does not wait for it.</summary>
/// <param name="services">Asked for the models only when this runs: they may be fetched while the app starts.</param>
/// <param name="note">Where it is noted.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Takes why it could not be noted.</param>
internal sealed partial class RunningModelsNote(
    IServiceProvider services, RunningModels note, TimeProvider time, ILogger<RunningModelsNote> logger) : BackgroundService
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        ModelVersion[] versions = [.. services.GetRequiredService<ModelSessions>().Models.Select(ModelVersion.Of)];
        ModelVersion[] replaced =
        [
            .. services.GetRequiredService<PreviousModels>().Replaced.Select(ModelVersion.Before),
        ];
        for (TimeSpan pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                await note.UpdateAsync(noted => noted.Started(versions, replaced, time.GetUtcNow()), stoppingToken).ConfigureAwait(false);
                return;
            }
            catch (Exception exception) when (exception is RequestFailedException or InvalidDataException || StorageOutage.Is(exception))
            {
                LogNotWritten(pause, exception);
            }

            await Task.Delay(pause, time, stoppingToken).ConfigureAwait(false);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Which models run could not be noted in storage; another try in {Pause}")]
    private partial void LogNotWritten(TimeSpan pause, Exception exception);
}
