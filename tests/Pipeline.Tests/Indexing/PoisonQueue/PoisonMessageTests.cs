using System.Text;
using System.Text.Json;
using CsCheck;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Functions.Triggers;
using Pipeline.Indexing.PoisonQueue;
using Pipeline.Tests.Functions;

namespace Pipeline.Tests.Indexing.PoisonQueue;

public class PoisonMessageTests
{
    private const string Good =
        """{"Type":"BlobTrigger","FunctionId":"Host.Functions.EmbedWithVgg16","BlobType":"BlockBlob",""" +
        """ "ContainerName":"images","BlobName":"a/花 '\"瓶.jpg","ETag":"\"0x8DC\""}""";

    [Fact]
    public void The_hosts_own_message_is_read()
    {
        Assert.True(PoisonMessage.TryParse(Good, out PoisonMessage? message, out string? fault), fault);

        Assert.Equal(("Host.Functions.EmbedWithVgg16", "vgg16", "images", "a/花 '\"瓶.jpg", "\"0x8DC\""),
            (message.FunctionId, message.ModelKey, message.Id.Container, message.Id.Name, message.ETag));
    }

    [Fact]
    public void A_field_that_a_later_host_adds_does_no_harm() =>
        Assert.True(PoisonMessage.TryParse(Good.Replace("{", "{\"Later\":[1],", StringComparison.Ordinal), out _, out _));

    [Fact]
    public void Every_blob_function_of_the_app_is_one_of_a_model() => Assert.Equal(
        ["additional", "resnet50", "vgg16"],
        DeclaredFunction.All.Where(function => function.Trigger is BlobTriggerAttribute)
            .Select(function => Good.Replace("Host.Functions.EmbedWithVgg16", $"Host.Functions.{function.Name}", StringComparison.Ordinal))
            .Select(text => Parse(text)!.ModelKey)
            .Order());

    [Theory]
    [InlineData("\"BlobTrigger\"", "\"QueueTrigger\"", "is of no blob trigger")]
    [InlineData("\"Type\":\"BlobTrigger\",", "", "is of no blob trigger")]
    [InlineData("Host.Functions.EmbedWithVgg16", "Host.Functions.EmbedWithAlexNet", "is of no function of this app")]
    [InlineData("Host.Functions.EmbedWithVgg16", "Another.EmbedWithVgg16", "is of no function of this app")]
    [InlineData("\"images\"", "\"models\"", "is of another container than 'images'")]
    [InlineData("\"images\"", "\"images/../models\"", "is of another container than 'images'")]
    [InlineData("a/花 '\\\"瓶.jpg", "", "has no blob name that storage takes")]
    [InlineData("a/花 '\\\"瓶.jpg", "../models/vgg16.onnx", "has no blob name that storage takes")]
    [InlineData("a/花 '\\\"瓶.jpg", "a/./b", "has no blob name that storage takes")]
    [InlineData("a/花 '\\\"瓶.jpg", "a\\\\..\\\\b", "has no blob name that storage takes")]
    [InlineData("\\\"0x8DC\\\"", "", "has no ETag")]
    [InlineData("\\\"0x8DC\\\"", "\\\"0x\\r\\nx-ms-evil: 1\\\"", "has no ETag")]
    [InlineData("\\\"0x8DC\\\"", "\\\"a\\\", \\\"b\\\"", "has no ETag")]
    [InlineData("a/花", "\\ud800", "is not the host's JSON")]
    [InlineData("\"images\"", "7", "is not the host's JSON")]
    public void What_is_none_of_ours_is_refused_with_the_reason(string part, string instead, string expected)
    {
        string text = Good.Replace(part, instead, StringComparison.Ordinal);

        Assert.NotEqual(Good, text);
        Assert.False(PoisonMessage.TryParse(text, out PoisonMessage? message, out string? fault));
        Assert.Equal((null, expected), (message, fault));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("Just text.")]
    public void What_is_no_message_at_all_is_refused(string text) => Assert.Null(Parse(text));

    [Fact]
    public void A_name_of_more_than_1024_characters_is_refused() =>
        Assert.Null(Parse(Good.Replace("a/花", new string('n', 1025), StringComparison.Ordinal)));

    [Fact]
    public void An_ETag_of_a_star_is_a_version_of_that_name_and_not_every_version() =>
        Assert.Equal("\"*\"", Parse(Good.Replace("\\\"0x8DC\\\"", "*", StringComparison.Ordinal))!.ETag);

    [Fact]
    public void Any_text_at_all_is_answered_and_not_thrown_at() => Gen.String.Sample(text =>
    {
        bool ours = PoisonMessage.TryParse(PoisonMessage.Decode(text), out PoisonMessage? message, out string? fault);

        Assert.Equal((ours, !ours), (message is not null, fault is not null));
    });

    [Fact]
    public void Any_name_survives_the_hosts_encoding() => Gen.String[Gen.Char["aÅ花/ '\"+%?#&\\\u0007"], 1, 60].Sample(name =>
    {
        string json = JsonSerializer.Serialize(new
        {
            Type = "BlobTrigger",
            FunctionId = "Host.Functions.EmbedWithResNet50",
            ContainerName = "images",
            BlobName = name,
            ETag = "\"1\"",
        });

        Assert.Equal(name, Parse(PoisonMessage.Decode(Convert.ToBase64String(Encoding.UTF8.GetBytes(json))))!.Id.Name);
    });

    [Fact]
    public void A_body_that_is_no_Base64_or_no_UTF_8_is_taken_as_it_is()
    {
        string noText = Convert.ToBase64String([0xFF, 0xFE, 0xFD]);

        Assert.Equal(Good, PoisonMessage.Decode(Good));
        Assert.Equal(noText, PoisonMessage.Decode(noText));
    }

    private static PoisonMessage? Parse(string text)
        => PoisonMessage.TryParse(text, out PoisonMessage? message, out _) ? message : null;
}
