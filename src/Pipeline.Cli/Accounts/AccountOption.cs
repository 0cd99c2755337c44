using System.CommandLine;
using Azure;
using Azure.Identity;
using Pipeline.Storage;

namespace Pipeline.Cli.Accounts;

/// <summary>The option <c>--storage</c> of a command that works on the storage account of the images.</summary>
internal static class AccountOption
{
    public static Option<string> Create()
    {
        var storage = new Option<string>("--storage")
        {
            Description = "The storage account of the images: its name or address. It is accessed with your Azure sign-in. "
                + $"Default: the connection string in the environment variable {ImagesAccount.Variable}, or the emulator of ./pipeline up.",
            HelpName = "ACCOUNT",
        };
        storage.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var value }] && ImagesAccount.ErrorOf(value) is { } error)
            {
                result.AddError(error);
            }
        });
        return storage;
    }

    /// <summary>Opens the account and runs the work; turns errors of access into messages.</summary>
    /// <param name="storage">The option's value.</param>
    /// <param name="roles">A sentence about the roles that the command needs.</param>
    /// <param name="work">The work; it returns the exit code.</param>
    /// <param name="cancellationToken">Ends the opening early.</param>
    /// <exception cref="CommandFailure">The account cannot be reached, or refuses access.</exception>
    public static async Task<int> RunAsync(
        string? storage, string roles, Func<ImagesAccount, Task<int>> work, CancellationToken cancellationToken)
    {
        ImagesAccount opened = await ImagesAccount.OpenAsync(storage, cancellationToken);
        try
        {
            return await work(opened);
        }
        catch (AuthenticationFailedException failed)
        {
            throw new CommandFailure(
                $"Not signed in for the account '{opened.Name}': sign in with az login or azd auth login. ({FirstLine(failed)})");
        }
        catch (RequestFailedException denied) when (denied.Status is 401 or 403)
        {
            throw new CommandFailure(
                $"The account '{opened.Name}' refuses access ({denied.ErrorCode}). {roles} A new role takes some minutes to apply; " +
                "an account behind private endpoints can only be reached from inside its network.");
        }
        catch (DatabaseException failed)
        {
            throw new CommandFailure(failed.Message);
        }
        catch (Exception exception) when (StorageOutage.Is(exception))
        {
            throw new CommandFailure($"The account '{opened.Name}' cannot be reached: {FirstLine(exception)}");
        }
    }

    private static string FirstLine(Exception exception) =>
        ((exception as AggregateException)?.InnerExceptions[^1] ?? exception).Message.Split('\n')[0].TrimEnd();
}
