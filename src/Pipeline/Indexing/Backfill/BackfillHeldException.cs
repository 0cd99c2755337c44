using System.Globalization;

namespace Pipeline.Indexing.Backfill;

/// <summary>Another process compares the container with the tables at this moment, and two would queue every image twice.</summary>
/// <param name="state">What the other one has saved; null where it has not saved anything yet.</param>
internal sealed class BackfillHeldException(BackfillState? state) : Exception(
    state is null
        ? "Another backfill has just started. Wait for its end, or stop it."
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{state.Holder} is at it since {state.StartedAt.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC, and has compared {state.Fraction:0%}. " +
            $"Wait for its end, or stop it there; if it crashed, it gives way within a minute."));
