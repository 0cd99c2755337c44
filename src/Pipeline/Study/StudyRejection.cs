using Pipeline.Imaging;

namespace Pipeline.Study;

/// <summary>Which picture of a study was not let in, and why.</summary>
/// <param name="Picture">The picture as it was handed over.</param>
/// <param name="Rejection">Why.</param>
public sealed record StudyRejection(StudyPicture Picture, ImageRejection Rejection);
