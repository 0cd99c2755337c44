#:package NetVips@3.2.0
#:package NetVips.Native@8.18.7
#:property ManagePackageVersionsCentrally=false

// Draws the sample pictures anew: dotnet run samples/draw.cs
// Six kinds of scene, four of each; every one from a seed of its own, so the same run gives the same pictures.

using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using NetVips;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
string folder = Path.GetDirectoryName(SourceFile())!;
(string Kind, Func<Pen, string> Draw)[] kinds =
[
    ("vase", Scenes.Vase), ("sailboat", Scenes.Sailboat), ("house", Scenes.House),
    ("forest", Scenes.Forest), ("planet", Scenes.Planet), ("fish", Scenes.Fish),
];
foreach ((string kind, Func<Pen, string> draw) in kinds)
{
    for (int number = 1; number <= 4; number++)
    {
        // Formats and sizes differ, as they do in a real container.
        (int width, int height) = number switch { 1 => (480, 360), 2 => (400, 400), 3 => (360, 480), _ => (512, 320) };
        string extension = (kind, number) switch
        {
            ("vase", 3) or ("planet", 2) => "png",
            ("sailboat", 4) or ("fish", 3) => "webp",
            ("house", 2) => "gif",
            _ => "jpg",
        };
        var pen = new Pen(new Random((kind, number).Seed(kinds)), width, height, number - 1);
        string svg = $"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' width='{width}' height='{height}'>{draw(pen)}</svg>";
        using Image drawn = Image.SvgloadBuffer(Encoding.UTF8.GetBytes(svg));
        using Image flat = drawn.Flatten([255, 255, 255]);
        using Image noise = Image.Gaussnoise(width, height, sigma: 5, mean: 0, seed: number + 10);
        using Image grained = (flat + noise).Cast(Enums.BandFormat.Uchar).Copy(interpretation: Enums.Interpretation.Srgb);
        string path = Path.Combine(folder, $"{kind}-{number}.{extension}");
        switch (extension)
        {
            case "jpg":
                grained.Jpegsave(path, q: 82, keep: Enums.ForeignKeep.None);
                break;
            case "webp":
                grained.Webpsave(path, q: 80, keep: Enums.ForeignKeep.None);
                break;
            case "png":
                // Without grain and with a palette: a flat drawing, as a PNG often is.
                flat.Pngsave(path, palette: true, keep: Enums.ForeignKeep.None);
                break;
            case "gif":
                flat.Gifsave(path, keep: Enums.ForeignKeep.None);
                break;
        }

        Console.WriteLine($"{Path.GetFileName(path)}: {width} x {height}, {new FileInfo(path).Length:N0} bytes");
    }
}

static string SourceFile([CallerFilePath] string path = "") => path;

/// <summary>What a scene is drawn with: its random numbers, its size, and which of the four it is.</summary>
sealed record Pen(Random Random, int Width, int Height, int Variant)
{
    public double Between(double low, double high) => low + (Random.NextDouble() * (high - low));

    public T Pick<T>(params T[] choices) => choices[Random.Next(choices.Length)];

    public static string Gradient(string id, string from, string to, bool horizontal = false) =>
        $"<linearGradient id='{id}' x1='0' y1='0' x2='{(horizontal ? 1 : 0)}' y2='{(horizontal ? 0 : 1)}'><stop offset='0' stop-color='{from}'/><stop offset='1' stop-color='{to}'/></linearGradient>";

    public string Backdrop(string from, string to) =>
        $"<defs>{Gradient("backdrop", from, to)}</defs><rect width='{Width}' height='{Height}' fill='url(#backdrop)'/>";

    public static string Circle(double x, double y, double radius, string fill, double opacity = 1) =>
        $"<circle cx='{x:f1}' cy='{y:f1}' r='{radius:f1}' fill='{fill}' opacity='{opacity:f2}'/>";
}

static class Scenes
{
    public static string Vase(Pen pen)
    {
        (string light, string dark, string band)[] glazes =
            [("#e8a06a", "#8c4a22", "#3b2417"), ("#8fc1d9", "#27566f", "#f2efe4"), ("#b7d39a", "#4d6b35", "#efe7c8"), ("#d8b6d9", "#6d3f72", "#f7d774")];
        (string light, string dark, string band) = glazes[pen.Variant];
        double x = pen.Width * pen.Between(0.42, 0.58);
        double bottom = pen.Height * 0.86;
        double height = pen.Height * pen.Between(0.55, 0.66);
        double belly = pen.Width * pen.Between(0.15, 0.2);
        double neck = belly * pen.Between(0.3, 0.5);
        double top = bottom - height;
        string body = $"M{x - neck:f1},{top:f1} C{x - neck:f1},{top + (height * 0.25):f1} {x - belly:f1},{top + (height * 0.3):f1} {x - belly:f1},{top + (height * 0.55):f1} "
            + $"S{x - (neck * 1.2):f1},{bottom:f1} {x - (neck * 1.2):f1},{bottom:f1} L{x + (neck * 1.2):f1},{bottom:f1} "
            + $"C{x + (neck * 1.2):f1},{bottom:f1} {x + belly:f1},{top + (height * 0.8):f1} {x + belly:f1},{top + (height * 0.55):f1} "
            + $"S{x + neck:f1},{top + (height * 0.25):f1} {x + neck:f1},{top:f1} Z";
        var svg = new StringBuilder(pen.Backdrop("#f4efe6", "#d9cfbf"));
        svg.Append($"<rect y='{pen.Height * 0.8:f1}' width='{pen.Width}' height='{pen.Height * 0.2:f1}' fill='#a88560'/>");
        svg.Append($"<ellipse cx='{x + (belly * 0.4):f1}' cy='{bottom:f1}' rx='{belly * 1.3:f1}' ry='{height * 0.04:f1}' fill='#000' opacity='0.25'/>");
        if (pen.Variant % 2 == 1)
        {
            for (int i = -2; i <= 2; i++)
            {
                double bloomX = x + (i * belly * 0.55);
                double bloomY = top - (pen.Height * pen.Between(0.06, 0.14));
                svg.Append($"<path d='M{x:f1},{top + 8:f1} Q{x:f1},{bloomY + 20:f1} {bloomX:f1},{bloomY:f1}' stroke='#4b7a3a' stroke-width='4' fill='none'/>");
                svg.Append(Pen.Circle(bloomX, bloomY, pen.Width * 0.035, pen.Pick("#e2574c", "#f2c14e", "#f78154")));
            }
        }

        svg.Append($"<defs>{Pen.Gradient("glaze", light, dark, horizontal: true)}<clipPath id='body'><path d='{body}'/></clipPath></defs><path d='{body}' fill='url(#glaze)'/>");
        svg.Append("<g clip-path='url(#body)'>");
        for (int i = 0; i < 3; i++)
        {
            double y = top + (height * (0.38 + (i * 0.14)));
            svg.Append($"<path d='M{x - belly:f1},{y:f1} q{belly / 4:f1},-12 {belly / 2:f1},0 t{belly / 2:f1},0 t{belly / 2:f1},0 t{belly / 2:f1},0' stroke='{band}' stroke-width='5' fill='none'/>");
        }

        svg.Append($"</g><ellipse cx='{x:f1}' cy='{top:f1}' rx='{neck:f1}' ry='{neck * 0.22:f1}' fill='{dark}'/>");
        return svg.ToString();
    }

    public static string Sailboat(Pen pen)
    {
        (string high, string low, string sea, string deep)[] hours =
            [("#7fc4f0", "#dff2fb", "#3f8fbf", "#1d4e75"), ("#f79d65", "#fde3c0", "#a0607a", "#4a2c4f"), ("#9fb4c2", "#d9e2e6", "#567d8c", "#26414b"), ("#1c2b4a", "#4f6fa0", "#1f3d5c", "#0c1a2b")];
        (string high, string low, string sea, string deep) = hours[pen.Variant];
        double horizon = pen.Height * pen.Between(0.52, 0.6);
        var svg = new StringBuilder(pen.Backdrop(high, low));
        svg.Append(Pen.Circle(pen.Width * pen.Between(0.15, 0.85), horizon * 0.35, pen.Height * 0.07, pen.Variant == 3 ? "#f4f1de" : "#fff3b0"));
        svg.Append($"<defs>{Pen.Gradient("sea", sea, deep)}</defs><rect y='{horizon:f1}' width='{pen.Width}' height='{pen.Height - horizon:f1}' fill='url(#sea)'/>");
        for (int i = 0; i < 26; i++)
        {
            double y = horizon + (Math.Pow(pen.Random.NextDouble(), 1.5) * (pen.Height - horizon));
            double x = pen.Between(0, pen.Width);
            double length = 10 + ((y - horizon) * 0.3);
            svg.Append($"<path d='M{x:f1},{y:f1} q{length / 2:f1},-5 {length:f1},0' stroke='#fff' stroke-width='1.5' opacity='0.5' fill='none'/>");
        }

        int boats = pen.Variant == 1 ? 2 : 1;
        for (int i = 0; i < boats; i++)
        {
            double size = pen.Height * (i == 0 ? 0.2 : 0.11);
            double x = pen.Width * (i == 0 ? pen.Between(0.35, 0.6) : 0.82);
            double y = horizon + (pen.Height * (i == 0 ? 0.12 : 0.03));
            string sail = pen.Pick("#ffffff", "#e4572e", "#f3e9d2", "#d7263d");
            svg.Append($"<path d='M{x:f1},{y:f1} v{-2.2 * size:f1}' stroke='#4a3728' stroke-width='4'/>");
            svg.Append($"<path d='M{x + 4:f1},{y - (2.2 * size):f1} L{x + size:f1},{y - (0.25 * size):f1} L{x + 4:f1},{y - (0.25 * size):f1} Z' fill='{sail}'/>");
            svg.Append($"<path d='M{x - 4:f1},{y - (2 * size):f1} L{x - (0.7 * size):f1},{y - (0.25 * size):f1} L{x - 4:f1},{y - (0.25 * size):f1} Z' fill='{sail}' opacity='0.85'/>");
            svg.Append($"<path d='M{x - size:f1},{y - (0.15 * size):f1} L{x + (1.15 * size):f1},{y - (0.15 * size):f1} Q{x + (0.8 * size):f1},{y + (0.3 * size):f1} {x + (0.6 * size):f1},{y + (0.3 * size):f1} L{x - (0.7 * size):f1},{y + (0.3 * size):f1} Z' fill='#6b3e26'/>");
        }

        return svg.ToString();
    }

    public static string House(Pen pen)
    {
        (string wall, string roof, string sky)[] paints =
            [("#e9dcc3", "#a4452c", "#a9d6f5"), ("#c8553d", "#39302b", "#cfe8ef"), ("#f6f4ef", "#4a6fa5", "#f5d6b3"), ("#dba858", "#5d3a1a", "#b8d8ba")];
        (string wall, string roof, string sky) = paints[pen.Variant];
        var svg = new StringBuilder(pen.Backdrop(sky, "#ffffff"));
        svg.Append($"<rect y='{pen.Height * 0.72:f1}' width='{pen.Width}' height='{pen.Height * 0.28:f1}' fill='#7fa65a'/>");
        double width = pen.Width * pen.Between(0.42, 0.52);
        double height = pen.Height * pen.Between(0.32, 0.4);
        double x = (pen.Width - width) * pen.Between(0.35, 0.65);
        double y = (pen.Height * 0.8) - height;
        svg.Append($"<rect x='{x + (width * 0.72):f1}' y='{y - (height * 0.6):f1}' width='{width * 0.1:f1}' height='{height * 0.5:f1}' fill='#7d5a4f'/>");
        svg.Append($"<rect x='{x:f1}' y='{y:f1}' width='{width:f1}' height='{height:f1}' fill='{wall}'/>");
        svg.Append($"<path d='M{x - (width * 0.08):f1},{y:f1} L{x + (width / 2):f1},{y - (height * 0.62):f1} L{x + (width * 1.08):f1},{y:f1} Z' fill='{roof}'/>");
        svg.Append($"<rect x='{x + (width * 0.43):f1}' y='{y + (height * 0.45):f1}' width='{width * 0.16:f1}' height='{height * 0.55:f1}' fill='#5b3a29'/>");
        foreach (double column in (double[])[0.12, 0.7])
        {
            double windowX = x + (width * column);
            double windowY = y + (height * 0.3);
            double side = width * 0.18;
            svg.Append($"<rect x='{windowX:f1}' y='{windowY:f1}' width='{side:f1}' height='{side:f1}' fill='#fdf6c3' stroke='#fff' stroke-width='4'/>");
            svg.Append($"<path d='M{windowX + (side / 2):f1},{windowY:f1} v{side:f1} M{windowX:f1},{windowY + (side / 2):f1} h{side:f1}' stroke='#fff' stroke-width='3'/>");
        }

        for (double post = 6; post < pen.Width; post += 26)
        {
            svg.Append($"<rect x='{post:f1}' y='{pen.Height * 0.84:f1}' width='10' height='{pen.Height * 0.1:f1}' fill='#fffaf0' opacity='0.9'/>");
        }

        return svg.ToString();
    }

    public static string Forest(Pen pen)
    {
        (string high, string low, string near, string far)[] seasons =
            [("#bfe3f7", "#eef8e6", "#2f6b3a", "#7fb07a"), ("#fbe3b8", "#fff6e3", "#b5541c", "#e0a458"), ("#dfe9f0", "#ffffff", "#5f7f8f", "#b5c9d3"), ("#87b6c9", "#dfeee2", "#1e4d3b", "#5c8f77")];
        (string high, string low, string near, string far) = seasons[pen.Variant];
        var svg = new StringBuilder(pen.Backdrop(high, low));
        for (int ridge = 0; ridge < 2; ridge++)
        {
            double y = pen.Height * (0.42 + (ridge * 0.1));
            svg.Append($"<path d='M0,{pen.Height} L0,{y:f1} Q{pen.Width * 0.25:f1},{y - (pen.Height * pen.Between(0.1, 0.2)):f1} {pen.Width * 0.5:f1},{y:f1} T{pen.Width},{y:f1} L{pen.Width},{pen.Height} Z' fill='{far}' opacity='{0.5 + (ridge * 0.3):f1}'/>");
        }

        svg.Append($"<rect y='{pen.Height * 0.78:f1}' width='{pen.Width}' height='{pen.Height * 0.22:f1}' fill='{far}'/>");
        for (int i = 0; i < 16; i++)
        {
            double depth = i / 15.0;
            double x = pen.Between(0, pen.Width);
            double foot = pen.Height * (0.7 + (depth * 0.24));
            double size = pen.Height * (0.16 + (depth * 0.22));
            svg.Append($"<rect x='{x - (size * 0.04):f1}' y='{foot - (size * 0.15):f1}' width='{size * 0.08:f1}' height='{size * 0.15:f1}' fill='#5a3d28'/>");
            for (int tier = 0; tier < 3; tier++)
            {
                double half = size * (0.28 - (tier * 0.06));
                double baseline = foot - (size * (0.12 + (tier * 0.27)));
                svg.Append($"<path d='M{x - half:f1},{baseline:f1} L{x:f1},{baseline - (size * 0.4):f1} L{x + half:f1},{baseline:f1} Z' fill='{near}' opacity='{0.65 + (depth * 0.35):f2}'/>");
            }
        }

        return svg.ToString();
    }

    public static string Planet(Pen pen)
    {
        (string light, string dark, string stripe)[] worlds =
            [("#f2c48d", "#7a3e1d", "#b8733b"), ("#8fd3f4", "#123a63", "#3f7fb5"), ("#e6b8c2", "#5d2a42", "#a65b74"), ("#c9e4a5", "#274d2e", "#6f9a53")];
        (string light, string dark, string stripe) = worlds[pen.Variant];
        double x = pen.Width * pen.Between(0.4, 0.6);
        double y = pen.Height * pen.Between(0.45, 0.55);
        double radius = Math.Min(pen.Width, pen.Height) * pen.Between(0.24, 0.32);
        var svg = new StringBuilder(pen.Backdrop("#05060f", "#1b1f3a"));
        for (int i = 0; i < 140; i++)
        {
            svg.Append(Pen.Circle(pen.Between(0, pen.Width), pen.Between(0, pen.Height), pen.Between(0.5, 1.7), "#fff", pen.Between(0.3, 1)));
        }

        svg.Append($"<defs><radialGradient id='globe' cx='0.35' cy='0.32' r='0.75'><stop offset='0' stop-color='{light}'/><stop offset='1' stop-color='{dark}'/></radialGradient><clipPath id='disc'><circle cx='{x:f1}' cy='{y:f1}' r='{radius:f1}'/></clipPath></defs>");
        svg.Append(Pen.Circle(x, y, radius, "url(#globe)"));
        svg.Append("<g clip-path='url(#disc)'>");
        for (int i = 0; i < 5; i++)
        {
            double bandY = y - radius + (radius * 2 * (i + pen.Between(0.2, 0.8)) / 5);
            svg.Append($"<ellipse cx='{x:f1}' cy='{bandY:f1}' rx='{radius * 1.1:f1}' ry='{radius * pen.Between(0.04, 0.1):f1}' fill='{stripe}' opacity='0.5'/>");
        }

        svg.Append("</g>");
        if (pen.Variant is 0 or 2)
        {
            svg.Append($"<ellipse cx='{x:f1}' cy='{y:f1}' rx='{radius * 1.7:f1}' ry='{radius * 0.4:f1}' fill='none' stroke='#e8dcc0' stroke-width='{radius * 0.1:f1}' opacity='0.75' transform='rotate(-18 {x:f1} {y:f1})'/>");
        }

        svg.Append(Pen.Circle(pen.Width * pen.Between(0.08, 0.2), pen.Height * pen.Between(0.12, 0.25), radius * 0.16, "#cfd2d9"));
        return svg.ToString();
    }

    public static string Fish(Pen pen)
    {
        (string body, string fin)[] coats = [("#ff8c42", "#d1491f"), ("#ffd23f", "#e08e00"), ("#6a8eae", "#2f4858"), ("#ee6c8a", "#9e2a4f")];
        (string body, string fin) = coats[pen.Variant];
        var svg = new StringBuilder(pen.Backdrop("#3fb8c9", "#0b3c5d"));
        svg.Append($"<path d='M0,{pen.Height} V{pen.Height * 0.88:f1} Q{pen.Width * 0.3:f1},{pen.Height * 0.82:f1} {pen.Width * 0.6:f1},{pen.Height * 0.9:f1} T{pen.Width},{pen.Height * 0.87:f1} V{pen.Height} Z' fill='#d9c38f'/>");
        for (int i = 0; i < 6; i++)
        {
            double x = pen.Between(0, pen.Width);
            svg.Append($"<path d='M{x:f1},{pen.Height * 0.92:f1} q{pen.Between(-30, 30):f1},{-pen.Height * 0.12:f1} {pen.Between(-8, 8):f1},{-pen.Height * 0.26:f1}' stroke='#2f8f5b' stroke-width='7' fill='none' stroke-linecap='round'/>");
        }

        int count = pen.Variant == 2 ? 4 : 1 + (pen.Variant % 2);
        for (int i = 0; i < count; i++)
        {
            double size = pen.Width * (count == 1 ? 0.24 : count == 2 ? 0.18 : 0.11);
            double x = pen.Width * (count == 1 ? 0.5 : pen.Between(0.2, 0.75));
            double y = pen.Height * (count == 1 ? 0.45 : 0.2 + (0.5 * i / count));
            int facing = pen.Random.Next(2) == 0 ? 1 : -1;
            svg.Append($"<g transform='translate({x:f1} {y:f1}) scale({facing} 1)'>");
            svg.Append($"<path d='M{-size * 0.8:f1},0 L{-size * 1.45:f1},{-size * 0.45:f1} L{-size * 1.3:f1},0 L{-size * 1.45:f1},{size * 0.45:f1} Z' fill='{fin}'/>");
            svg.Append($"<path d='M{-size * 0.3:f1},{-size * 0.4:f1} Q0,{-size * 0.95:f1} {size * 0.4:f1},{-size * 0.4:f1} Z' fill='{fin}'/>");
            svg.Append($"<ellipse rx='{size:f1}' ry='{size * 0.52:f1}' fill='{body}'/>");
            svg.Append($"<path d='M{-size * 0.2:f1},{-size * 0.5:f1} q{size * 0.2:f1},{size * 0.5:f1} 0,{size:f1} M{size * 0.25:f1},{-size * 0.48:f1} q{size * 0.2:f1},{size * 0.48:f1} 0,{size * 0.96:f1}' stroke='#fff' stroke-width='{size * 0.08:f1}' fill='none' opacity='0.85'/>");
            svg.Append(Pen.Circle(size * 0.62, -size * 0.12, size * 0.11, "#fff") + Pen.Circle(size * 0.65, -size * 0.12, size * 0.06, "#111") + "</g>");
        }

        for (int i = 0; i < 14; i++)
        {
            svg.Append($"<circle cx='{pen.Between(0, pen.Width):f1}' cy='{pen.Between(0, pen.Height * 0.8):f1}' r='{pen.Between(2, 7):f1}' fill='none' stroke='#fff' stroke-width='1.5' opacity='0.6'/>");
        }

        return svg.ToString();
    }
}

static class Seeds
{
    // A seed that is the same in every process, which string.GetHashCode() is not.
    public static int Seed(this (string Kind, int Number) scene, (string Kind, Func<Pen, string>)[] kinds) =>
        (Array.FindIndex(kinds, kind => kind.Kind == scene.Kind) * 100) + scene.Number;
}
