namespace Pipeline.Client;

/// <summary>The address of the API, and of images in it.</summary>
internal static class ApiAddress
{
    /// <summary>The address that all paths of the API begin with; it ends with <c>/api/</c>.</summary>
    /// <param name="address">The app's address, with or without <c>/api</c> at its end.</param>
    /// <exception cref="ArgumentException">It is no address of a web server.</exception>
    public static Uri Of(Uri? address)
    {
        if (address is not { IsAbsoluteUri: true, Scheme: "http" or "https" } || address.UserInfo.Length > 0)
        {
            throw new ArgumentException(
                "The address of the app is absolute, begins with http:// or https:// and has no user name, such as " +
                "https://images.azurewebsites.net.",
                nameof(address));
        }

        string path = address.AbsolutePath.TrimEnd('/');
        return new Uri(address, path.EndsWith("/api", StringComparison.OrdinalIgnoreCase) ? $"{path}/" : $"{path}/api/");
    }

    /// <summary>An image's name as the end of a path.</summary>
    /// <param name="name">The name; its slashes stay slashes where the path still means the same name.</param>
    /// <exception cref="ArgumentException">No path can have this name.</exception>
    public static string PathOf(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        string[] segments = name.Split('/');
        if (segments is ["." or ".."])
        {
            throw new ArgumentException($"'{name}' is no name that an address can have: servers take it for a folder.", nameof(name));
        }

        // Servers resolve "." and ".." between slashes, some join two slashes, and an address that ends with /tags is one of tags: there the
        // app takes %2F for a slash.
        string slash = segments[^1] == "tags" || Array.Exists(segments, segment => segment is "" or "." or "..") ? "%2F" : "/";
        return string.Join(slash, segments.Select(Uri.EscapeDataString));
    }

    /// <summary>The address of a call, exactly as it is written.</summary>
    /// <param name="api">What <see cref="Of"/> returned.</param>
    /// <param name="path">The rest of the path, and the query.</param>
    public static Uri Combine(Uri api, string path) =>
        new(api.AbsoluteUri + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
}
