using Pipeline.Models.Store;

namespace Pipeline.Tests.Models.Store;

public sealed class FileLockTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-file-lock-").FullName;

    private string Path => System.IO.Path.Combine(_folder, "made", "a.lock");

    private static CancellationToken CancellationToken => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_second_holder_waits_until_the_first_releases_the_lock()
    {
        int waits = 0;
        Task<FileStream> second;
        await using (await FileLock.AcquireAsync(Path, () => waits++, CancellationToken))
        {
            second = FileLock.AcquireAsync(Path, () => waits++, CancellationToken);
            await Task.Delay(700, CancellationToken);
            Assert.False(second.IsCompleted);
        }

        await (await second).DisposeAsync();
        Assert.Equal(1, waits);
    }

    [Fact]
    public async Task The_wait_can_be_ended()
    {
        await using FileStream first = await FileLock.AcquireAsync(Path, () => { }, CancellationToken);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(CancellationToken);
        Task<FileStream> second = FileLock.AcquireAsync(Path, end.Cancel, end.Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
    }

    [Fact]
    public async Task A_path_that_cannot_be_written_is_an_error_at_once()
    {
        await using (await FileLock.AcquireAsync(Path, () => { }, CancellationToken))
        {
            // Below a file there is no folder, also for root; and a folder is no file.
            await Assert.ThrowsAnyAsync<IOException>(() => AcquireAsync(System.IO.Path.Combine(Path, "b.lock")));
            await Assert.ThrowsAsync<UnauthorizedAccessException>(() => AcquireAsync(_folder));
        }
    }

    private static Task<FileStream> AcquireAsync(string path) =>
        FileLock.AcquireAsync(path, () => Assert.Fail("There is nothing to wait for."), CancellationToken);
}
