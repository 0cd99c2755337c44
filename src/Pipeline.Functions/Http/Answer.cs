using Microsoft.AspNetCore.Http;
using Pipeline.Embeddings;

namespace Pipeline.Functions.Http;

/// <summary>What every function that needs storage answers while storage is away.</summary>
internal static class Answer
{
    public static async Task<IResult> GuardAsync(Func<Task<IResult>> answer)
    {
        try
        {
            return await answer();
        }
        catch (Exception exception) when (StorageOutage.Is(exception))
        {
            return Problems.StorageUnavailable();
        }
    }
}
