using Microsoft.Extensions.DependencyInjection;

namespace Pipeline.Study;

/// <summary>Registers the study.</summary>
public static class StudyServices
{
    /// <summary>Adds <see cref="PairComparison"/> and <see cref="StudyRun"/>; they need the decoder and the models.</summary>
    public static IServiceCollection AddStudy(this IServiceCollection services) =>
        services.AddSingleton<PairComparison>().AddSingleton<StudyRun>();
}
