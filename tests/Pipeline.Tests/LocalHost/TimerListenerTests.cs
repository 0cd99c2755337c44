using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Time.Testing;
using Pipeline.LocalHost;
using Pipeline.LocalHost.Functions;
using Pipeline.LocalHost.Settings;
using Pipeline.LocalHost.Triggers;

namespace Pipeline.Tests.LocalHost;

public class TimerListenerTests
{
    private static readonly DateTimeOffset Midnight = new(2026, 11, 25, 0, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _time = new(Midnight);
    private readonly List<(DateTime Due, DateTime Next)> _fired = [];

    [Fact]
    public async Task It_fires_when_the_schedule_says_so_and_not_before()
    {
        using var stop = new CancellationTokenSource();
        Task running = Listener("0 0 3 * * *").RunAsync(stop.Token);
        Assert.Empty(_fired);

        _time.Advance(TimeSpan.FromHours(3) - TimeSpan.FromSeconds(1));
        Assert.Empty(_fired);

        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal([(Midnight.UtcDateTime.AddHours(3), Midnight.UtcDateTime.AddHours(27))], _fired);
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task A_wait_of_weeks_takes_several_turns_and_fires_once()
    {
        using var stop = new CancellationTokenSource();
        Task running = Listener("0 0 0 1 1 *").RunAsync(stop.Token);
        for (int day = 0; day < 40; day++)
        {
            _time.Advance(TimeSpan.FromDays(1));
        }

        Assert.Equal(new DateTime(2027, 1, 1, 0, 0, 0, DateTimeKind.Utc), Assert.Single(_fired).Due);
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task At_the_start_it_fires_only_where_that_is_asked_for()
    {
        using var stop = new CancellationTokenSource();
        Task running = Listener("0 0 3 * * *", runOnStartup: true).RunAsync(stop.Token);

        Assert.Equal(Midnight.UtcDateTime, Assert.Single(_fired).Due);
        await stop.CancelAsync();
        await running;
    }

    [Theory]
    [InlineData(
        "* * * * *", "The schedule '* * * * *' of the function 'Tick' is not an NCRONTAB expression of six fields, such as 0 0 3 * * *.")]
    [InlineData("%Missing%", "The setting 'Missing' is missing. The trigger's '%Missing%' needs it: set it as an environment variable.")]
    public void A_wrong_schedule_is_named(string schedule, string message) =>
        Assert.Equal(message, Assert.Throws<HostFailure>(() => Listener(schedule)).Message);

    [Fact]
    public void A_schedule_may_be_a_setting() => Assert.NotNull(Listener("%Nightly%"));

    private TimerListener Listener(string schedule, bool runOnStartup = false) => new(
        "Tick",
        new TimerTrigger("timer", schedule, runOnStartup),
        new AppSettings(new ConfigurationBuilder().AddInMemoryCollection([new("Nightly", "0 0 3 * * *")]).Build()),
        (name, due, next) =>
        {
            Assert.Equal("Tick", name);
            _fired.Add((due, next));
            return Task.CompletedTask;
        },
        _time);
}
