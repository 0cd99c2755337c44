using Pipeline.Models;
using Pipeline.Reporting;

namespace Pipeline.Study.Reporting;

/// <summary>The feature maps of A.</summary>
internal static class FeatureMapsSection
{
    public static ReportSection Of(StudyResult result) => new("feature-maps", "Feature maps of A", Markup.Of($"""
        <p class="note">The first 64 channels of each block, each stretched from its smallest value (black) to its largest (white), as the
        study drew them. Early blocks keep the image and show edges and colours; late blocks only show where something is.</p>
        {Markup.Lines(result.FeatureMaps.Select(maps => Model(result.Conditions.TitleOf(maps.Model), maps)))}
        """));

    private static Markup Model(string title, StudiedFeatureMaps maps) => Markup.Of($"""
        <h3>{title}</h3>
        <div class="maps"><figure><img src="{Markup.DataUri("image/png", maps.Input)}" alt="A as the input of {title}">
        <figcaption><strong>Input</strong> A as the input of {title}, nearest neighbour</figcaption></figure>
        {Markup.Lines(maps.Blocks.Select(block => Figure(title, block)))}</div>
        """);

    private static Markup Figure(string title, StudiedBlock block) => Markup.Of($"""
        <figure><img src="{Markup.DataUri("image/png", block.Grid)}" alt="Feature maps of {title}, block {block.Block}">
        <figcaption><strong>Block {block.Block}</strong> <code>{block.Output}</code>, {Math.Min(block.Channels, 64)} of
        {block.Channels} maps, {block.Height} × {block.Width}</figcaption></figure>
        """);
}
