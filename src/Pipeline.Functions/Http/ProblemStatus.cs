using System.Collections.Frozen;

namespace Pipeline.Functions.Http;

/// <summary>The status of each kind of problem.</summary>
public static class ProblemStatus
{
    /// <summary>By the type, all there are.</summary>
    public static FrozenDictionary<string, int> ByType { get; } = new Dictionary<string, int>
    {
        [ProblemTypes.InvalidParameter] = 400,
        [ProblemTypes.InvalidTag] = 400,
        [ProblemTypes.InvalidLink] = 400,
        [ProblemTypes.MissingImage] = 400,
        [ProblemTypes.EmptyImage] = 400,
        [ProblemTypes.MalformedRequest] = 400,
        [ProblemTypes.UnknownAddress] = 404,
        [ProblemTypes.UnknownImage] = 404,
        [ProblemTypes.UnknownLink] = 404,
        [ProblemTypes.NotIndexed] = 404,
        [ProblemTypes.MethodNotAllowed] = 405,
        [ProblemTypes.RequestTimeout] = 408,
        [ProblemTypes.NoPredictions] = 409,
        [ProblemTypes.NoFloat32Model] = 409,
        [ProblemTypes.UnreadableImage] = 409,
        [ProblemTypes.ImageExists] = 412,
        [ProblemTypes.ImageTooLarge] = 413,
        [ProblemTypes.UnsupportedContentType] = 415,
        [ProblemTypes.UnsupportedFormat] = 415,
        [ProblemTypes.TooManyPixels] = 422,
        [ProblemTypes.DamagedImage] = 422,
        [ProblemTypes.InternalError] = 500,
        [ProblemTypes.NoBrowser] = 501,
        [ProblemTypes.NotWithDatabase] = 501,
        [ProblemTypes.StorageUnavailable] = 503,
        [ProblemTypes.StorageDenied] = 503,
        [ProblemTypes.StudyUnderWay] = 503,
        [ProblemTypes.DuplicatesUnderWay] = 503,
    }.ToFrozenDictionary();
}
