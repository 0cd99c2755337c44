namespace Pipeline.Cli.Deploy;

/// <summary>The errors of a deployment: what was wrong, and what to do. Translates Azure's error codes into sentences.</summary>
internal static class DeploymentFailure
{
    public const string MissingRight =
        "ask for the role Owner on the resource group, or Contributor with User Access Administrator: the app's identity is granted roles.";

    private const int ShownLines = 20;

    // The first match is used, because some codes are prefixes of others.
    private static readonly (string[] Codes, string What, string Advice)[] Known =
    [
        (["StorageAccountAlreadyTaken", "StorageAccountAlreadyExists"],
            "a storage account of that name belongs to somebody else.", "choose another first part of the names with --name."),
        (["MissingSubscriptionRegistration"],
            "the subscription has not registered a resource provider that is needed.",
            "register the provider that the message names: az provider register --wait --namespace NAMESPACE"),
        (["RequestDisallowedByPolicy"],
            "a policy of the organisation forbids a resource as it is described.",
            "ask for an exemption from the policy that the message names, or meet it with --parameter NAME=VALUE (see infra/main.bicep)."),
        (["LocationNotAvailableForResourceType", "LocationNotAvailableForResourceGroup"],
            "the region does not offer a resource that is needed.",
            "choose another region with -l: az functionapp list-flexconsumption-locations --query '[].name' --output tsv"),
        (["AuthorizationPermissionMismatch"],
            "the signed-in identity may not read or write the blobs of the images account.",
            "ask somebody with the role Owner to grant you Storage Blob Data Contributor on the images account, then wait five minutes."),
        (["AuthorizationFailure", "PublicAccessNotPermitted"],
            "the network rules of the storage account do not allow access from this address.",
            """run this from inside the virtual network, or allow your address with --parameter 'vnetAllowedAddresses=["ADDRESS"]'."""),
        (["AuthorizationFailed"], "the signed-in identity lacks a permission.", MissingRight),
        (["SubscriptionIsOverQuotaForSku", "QuotaExceeded"],
            "the subscription's quota in the region is used up.",
            "ask for more quota in the portal (Quotas), choose another region with -l, or lower --parameter maximumInstanceCount=N."),
        (["InvalidTemplate"],
            "Azure refused the template before it created anything.",
            "see the inner error above; az deployment group validate with the same arguments shows it alone."),
        (["az login", "AADSTS"], "the sign-in has run out.", "sign in: az login"),
    ];

    public static CommandFailure Because(string what, string advice) => new($"{what}\nWhat to do: {advice}");

    /// <summary>A program is not installed.</summary>
    public static CommandFailure Missing(string program) => Because($"there is no '{program}' on the PATH.", program switch
    {
        "az" => "install the Azure CLI: https://learn.microsoft.com/cli/azure/install-azure-cli",
        "dotnet" => "install the .NET SDK 10: https://dotnet.microsoft.com/download/dotnet/10.0",
        _ => "install the Azure Developer CLI, which --azd is for: https://aka.ms/azd",
    });

    /// <summary>A command failed.</summary>
    /// <param name="command">The command.</param>
    /// <param name="said">Its output, without keys.</param>
    public static CommandFailure Of(ShellCommand command, string said)
    {
        (_, string what, string advice) = Known.FirstOrDefault(
            known => known.Codes.Any(code => said.Contains(code, StringComparison.Ordinal)),
            ([], "the command below ended with an error.", "see its message above."));
        string[] lines = said.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return Because(string.Join('\n', [what, $"{command}", .. lines.TakeLast(ShownLines).Select(line => $"  | {line}")]), advice);
    }
}
