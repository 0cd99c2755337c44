using System.Text.Json.Serialization;

namespace Pipeline.Contracts;

/// <summary>The response of <c>/api/health</c>.</summary>
/// <param name="Status">Whether the app can do its work.</param>
/// <param name="Storage">The storage account of the images.</param>
/// <param name="Models">By the model's key.</param>
/// <param name="Backfill">Images that are being indexed without an event; null where none are.</param>
public sealed record HealthResponse(
    HealthStatus Status, StorageHealth Storage, IReadOnlyDictionary<string, ModelHealth> Models, BackfillHealth? Backfill);

/// <summary>Whether the app can do its work.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<HealthStatus>))]
public enum HealthStatus
{
    /// <summary>The app can do its work; the response has the status 200.</summary>
    [JsonStringEnumMemberName("ok")]
    Ok,

    /// <summary>Storage cannot be reached or refuses the app, or a model cannot be loaded; the response has the status 503.</summary>
    [JsonStringEnumMemberName("unavailable")]
    Unavailable,
}

/// <summary>The storage account of the images, as the app reaches it.</summary>
/// <param name="Reachable">Whether it responds.</param>
/// <param name="Denied">Whether it refuses the app's identity.</param>
public sealed record StorageHealth(bool Reachable, bool Denied);

/// <summary>A model and its index on this instance.</summary>
/// <param name="Loaded">Whether it is in memory: it is loaded on first use.</param>
/// <param name="FailedAt">When the last load failed; null if none failed, or if one has succeeded since.</param>
/// <param name="Weights">Untrained ones give random results.</param>
/// <param name="Precision">The number format of its weights.</param>
/// <param name="Figures">How near its embeddings are to those of float32; null where that was not measured.</param>
/// <param name="Fingerprint">What its embeddings are made with.</param>
/// <param name="AnswersFrom">
/// The fingerprint of the version before, which responds to queries until this one has embedded all images; null where it responds itself.
/// </param>
/// <param name="Images">How many images the index has that responds to queries.</param>
/// <param name="Skipped">Rows that cannot be read, which search leaves out.</param>
/// <param name="IndexAgeSeconds">Since the index was last brought up to date; null until the first query fills it.</param>
public sealed record ModelHealth(
    bool Loaded,
    DateTimeOffset? FailedAt,
    WeightsOrigin Weights,
    Precision Precision,
    PrecisionFigures? Figures,
    string Fingerprint,
    string? AnswersFrom,
    int Images,
    int Skipped,
    double? IndexAgeSeconds);

/// <summary>
/// Images that <c>./pipeline backfill</c> or the nightly reconciliation queued. Each number of images counts an image once for each model.
/// </summary>
/// <param name="Since">When it began.</param>
/// <param name="Queued">How many were queued so far.</param>
/// <param name="Done">How many of them are indexed.</param>
/// <param name="Failed">How many were refused, or failed five times.</param>
/// <param name="Left">About how many are still to do.</param>
/// <param name="ImagesPerSecond">How fast images get their records by all models, as this instance sees it; null at first.</param>
/// <param name="SecondsLeft">How long it will take at that rate; null while images are still queued, and where nothing moves.</param>
public sealed record BackfillHealth(
    DateTimeOffset Since, int Queued, int Done, int Failed, int Left, double? ImagesPerSecond, double? SecondsLeft);
