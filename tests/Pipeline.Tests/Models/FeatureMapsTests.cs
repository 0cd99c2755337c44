using Pipeline.Imaging;
using Pipeline.Models;
using Pipeline.Tests.Imaging;

namespace Pipeline.Tests.Models;

public class FeatureMapsTests(SmallModels models) : IClassFixture<SmallModels>
{
    private static readonly RgbImage Input = ImageResizer.Resize(Picture.Load("baseline.jpg"), 224, 224, Resampling.Quality);

    [Theory]
    [InlineData("vgg16", "1:block1_conv2:8x224x224 2:block2_conv2:16x112x112 3:block3_conv3:32x56x56 4:block4_conv3:64x28x28 " +
        "5:block5_conv3:64x14x14")]
    [InlineData("resnet50", "1:conv1_relu:8x112x112 2:conv2_block3_out:32x56x56 3:conv3_block4_out:64x28x28 " +
        "4:conv4_block6_out:128x14x14 5:conv5_block3_out:256x7x7")]
    public async Task Every_block_has_a_map_for_each_channel(string key, string expected)
    {
        IReadOnlyList<FeatureMaps> blocks = await FeatureMaps.ReadAsync(
            await SessionAsync(key), Input, TestContext.Current.CancellationToken);

        Assert.Equal(
            expected, string.Join(' ', blocks.Select(maps => $"{maps.Block}:{maps.Output}:{maps.Channels}x{maps.Height}x{maps.Width}")));
        Assert.All(blocks, maps =>
        {
            Assert.Equal(maps.Channels * maps.Height * maps.Width, maps.Values.Length);
            Assert.All(maps.Values.ToArray(), value => Assert.InRange(value, 0, float.MaxValue));
        });
    }

    [Theory]
    [InlineData("vgg16")]
    [InlineData("resnet50")]
    public async Task A_block_alone_is_the_same_as_among_all(string key)
    {
        ModelSession session = await SessionAsync(key);
        IReadOnlyList<FeatureMaps> all = await FeatureMaps.ReadAsync(session, Input, TestContext.Current.CancellationToken);
        IReadOnlyList<FeatureMaps> some = await FeatureMaps.ReadAsync(session, Input, [3, 1], TestContext.Current.CancellationToken);

        Assert.Equal([3, 1], some.Select(maps => maps.Block));
        Assert.Equal(all[2].Values.ToArray(), some[0].Values.ToArray());
        Assert.Equal(all[0].Values.ToArray(), some[1].Values.ToArray());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(6)]
    public async Task A_block_that_a_model_does_not_have_is_refused_with_those_it_has(int block)
    {
        ModelSession session = await SessionAsync("vgg16");

        ArgumentOutOfRangeException refused = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => FeatureMaps.ReadAsync(session, Input, [1, block], TestContext.Current.CancellationToken));

        Assert.Contains("VGG16 has the blocks 1 to 5.", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_sheet_shows_the_input_and_all_blocks_in_two_rows()
    {
        ModelSession session = await SessionAsync("vgg16");
        IReadOnlyList<FeatureMaps> blocks = await FeatureMaps.ReadAsync(session, Input, TestContext.Current.CancellationToken);

        RgbImage sheet = FeatureMaps.DrawSheet(session.Model, Input, blocks);
        RgbImage withoutLast = FeatureMaps.DrawSheet(session.Model, Input, [.. blocks.Take(2)]);

        Assert.Equal(sheet.Width, withoutLast.Width);
        Assert.InRange(sheet.Height, (2 * withoutLast.Height) - 20, 2 * withoutLast.Height);
    }

    private Task<ModelSession> SessionAsync(string key) => models.Sessions.GetAsync(
        models.Sessions.Models.Single(model => model.Key == key), TestContext.Current.CancellationToken);
}
