namespace Pipeline.Cli.Demo;

/// <summary>A page of GET /api/images.</summary>
internal sealed record ImagesAnswer(IReadOnlyList<ListedImage> Images, string? Continue);

/// <summary>A stored image and its state by each model.</summary>
internal sealed record ListedImage(string Name, IReadOnlyDictionary<string, ListedState> Models);

/// <summary>State is indexed, pending or failed; Reason says why it failed.</summary>
internal sealed record ListedState(string State, string? Reason);

/// <summary>The answer of POST /api/similar.</summary>
internal sealed record SimilarAnswer(IReadOnlyDictionary<string, ModelAnswer> Models, IReadOnlyList<FusedMatch> Fused);

/// <summary>One model's list, nearest first.</summary>
internal sealed record ModelAnswer(string Weights, IReadOnlyList<SimilarMatch> Results);

/// <summary>A stored image; Duplicate where its bytes are those of the query.</summary>
internal sealed record SimilarMatch(string Name, double Cosine, bool Duplicate);

/// <summary>A stored image in the list of both models together.</summary>
internal sealed record FusedMatch(string Name, double Score, IReadOnlyDictionary<string, int> Ranks);
