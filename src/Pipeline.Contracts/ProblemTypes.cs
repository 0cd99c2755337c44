namespace Pipeline.Contracts;

/// <summary>The <c>type</c> of every error response (RFC 9457 problem details): stable, so that programs can distinguish errors.</summary>
public static class ProblemTypes
{
    /// <summary>400: a parameter or a name is not allowed.</summary>
    public const string InvalidParameter = Prefix + "invalid-parameter";

    /// <summary>400: a tag is not allowed, or an image would have too many.</summary>
    public const string InvalidTag = Prefix + "invalid-tag";

    /// <summary>400: a form cannot be read or lacks an image.</summary>
    public const string MissingImage = Prefix + "missing-image";

    /// <summary>400: an image has no bytes.</summary>
    public const string EmptyImage = Prefix + "empty-image";

    /// <summary>400: the body is incomplete or violates HTTP.</summary>
    public const string MalformedRequest = Prefix + "malformed-request";

    /// <summary>404: the API has no such address.</summary>
    public const string UnknownAddress = Prefix + "unknown-address";

    /// <summary>405: the address takes other methods, which the header Allow lists.</summary>
    public const string MethodNotAllowed = Prefix + "method-not-allowed";

    /// <summary>404: no stored image has this name.</summary>
    public const string UnknownImage = Prefix + "unknown-image";

    /// <summary>404: the model has no embedding of the image yet.</summary>
    public const string NotIndexed = Prefix + "not-indexed";

    /// <summary>408: the body arrives too slowly.</summary>
    public const string RequestTimeout = Prefix + "request-timeout";

    /// <summary>409: a model was installed without the layers that predict.</summary>
    public const string NoPredictions = Prefix + "no-predictions";

    /// <summary>409: a model is installed only with smaller weights.</summary>
    public const string NoFloat32Model = Prefix + "no-float32-model";

    /// <summary>409: storage holds the image and does not hand it out, as from the archive tier.</summary>
    public const string UnreadableImage = Prefix + "unreadable-image";

    /// <summary>412: an image of that name is there, and the request said not to replace one (If-None-Match: *).</summary>
    public const string ImageExists = Prefix + "image-exists";

    /// <summary>413: an image or the whole body has too many bytes.</summary>
    public const string ImageTooLarge = Prefix + "image-too-large";

    /// <summary>415: the content type of the request is not supported.</summary>
    public const string UnsupportedContentType = Prefix + "unsupported-content-type";

    /// <summary>415: the bytes are not an image of a supported format.</summary>
    public const string UnsupportedFormat = Prefix + "unsupported-format";

    /// <summary>422: the image has too many pixels.</summary>
    public const string TooManyPixels = Prefix + "too-many-pixels";

    /// <summary>422: the image is damaged.</summary>
    public const string DamagedImage = Prefix + "damaged-image";

    /// <summary>500: an error in the app.</summary>
    public const string InternalError = Prefix + "internal-error";

    /// <summary>501: what is asked for is not available while embeddings are in a database.</summary>
    public const string NotWithDatabase = Prefix + "not-with-database";

    /// <summary>503: storage does not respond; the header Retry-After says when to try again.</summary>
    public const string StorageUnavailable = Prefix + "storage-unavailable";

    /// <summary>503: storage refuses the app's identity.</summary>
    public const string StorageDenied = Prefix + "storage-denied";

    /// <summary>503: this instance is busy with a study; the header Retry-After says when to try again.</summary>
    public const string StudyUnderWay = Prefix + "study-under-way";

    /// <summary>503: this instance is busy with a search for duplicates; the header Retry-After says when to try again.</summary>
    public const string DuplicatesUnderWay = Prefix + "duplicates-under-way";

    private const string Prefix = "urn:pipeline:problem:";
}
