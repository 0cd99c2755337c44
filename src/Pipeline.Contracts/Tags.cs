namespace Pipeline.Contracts;

/// <summary>The body of <c>PUT /api/images/{name}/tags</c>.</summary>
/// <param name="Tags">The image's tags from now on: at most 50 of 1 to 100 characters, without commas and control characters.</param>
public sealed record TagsRequest(IReadOnlyList<string> Tags);

/// <summary>An image's tags.</summary>
/// <param name="Tags">In ordinal order, in lower case, with single blanks.</param>
public sealed record TagsResponse(IReadOnlyList<string> Tags);

/// <summary>The response of <c>/api/tags</c>.</summary>
/// <param name="Tags">The tags of all images, those of the most images first, at most 1,000.</param>
public sealed record TagCountsResponse(IReadOnlyList<TagCount> Tags);

/// <summary>A tag.</summary>
/// <param name="Tag">The tag.</param>
/// <param name="Images">How many images have it.</param>
public sealed record TagCount(string Tag, int Images);
