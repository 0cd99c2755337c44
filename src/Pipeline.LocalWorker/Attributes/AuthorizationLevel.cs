namespace Microsoft.Azure.Functions.Worker;

/// <summary>Who may call a function over HTTP.</summary>
public enum AuthorizationLevel
{
    /// <summary>Everybody.</summary>
    Anonymous,

    /// <summary>Signed-in users.</summary>
    User,

    /// <summary>Holders of a function key.</summary>
    Function,

    /// <summary>Holders of a system key.</summary>
    System,

    /// <summary>Holders of the master key.</summary>
    Admin,
}
