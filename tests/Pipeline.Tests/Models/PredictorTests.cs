using Pipeline.Imaging;
using Pipeline.ModelBuilding;
using Pipeline.Models;
using Pipeline.Tests.Imaging;

namespace Pipeline.Tests.Models;

public sealed class PredictorTests(SmallModels models) : IClassFixture<SmallModels>, IDisposable
{
    private readonly ImageDecoder _decoder = new(new ImageLimits());

    public void Dispose() => _decoder.Dispose();

    [Fact]
    public async Task Both_models_predict_all_classes_with_probabilities_that_fall_and_make_one()
    {
        IReadOnlyDictionary<string, IReadOnlyList<Prediction>> predictions = await PredictAsync(models.Sessions, top: 1000);

        Assert.Equal(["vgg16", "resnet50"], predictions.Keys);
        Assert.All(predictions.Values, list =>
        {
            Assert.Equal(1000, list.Select(prediction => prediction.Class).Distinct().Count());
            Assert.Equal(1, list.Sum(prediction => (double)prediction.Probability), 1e-5);
            Assert.Equal(
                list.Select(prediction => prediction.Probability).OrderDescending(), list.Select(prediction => prediction.Probability));
            Assert.All(list, prediction => Assert.Equal($"label_{prediction.Class}", prediction.Label));
        });
    }

    [Fact]
    public async Task The_top_is_the_beginning_of_all()
    {
        IReadOnlyDictionary<string, IReadOnlyList<Prediction>> all = await PredictAsync(models.Sessions, top: 1000);
        IReadOnlyDictionary<string, IReadOnlyList<Prediction>> top = await PredictAsync(models.Sessions, top: 5);

        Assert.All(top, model => Assert.Equal(all[model.Key].Take(5), model.Value));
    }

    [Fact]
    public async Task Models_without_their_top_are_named_with_what_to_do()
    {
        using var topless = new SmallModels(withTop: false, studied: false, labelled: false);

        InvalidOperationException refused = await Assert.ThrowsAsync<InvalidOperationException>(
            () => PredictAsync(topless.Sessions, top: 5));

        Assert.Equal(Predictor.FaultOf(topless.Sessions.Models), refused.Message);
        Assert.StartsWith("VGG16 and ResNet50 were installed without the dense layers", refused.Message, StringComparison.Ordinal);
        Assert.EndsWith("./pipeline models pull", refused.Message, StringComparison.Ordinal);
        Assert.StartsWith("VGG16 was installed without", Predictor.FaultOf([topless.Sessions.Models[0]]), StringComparison.Ordinal);
        Assert.Null(Predictor.FaultOf(models.Sessions.Models));
    }

    private async Task<IReadOnlyDictionary<string, IReadOnlyList<Prediction>>> PredictAsync(ModelSessions sessions, int top)
    {
        IEnumerable<InputForm> forms = sessions.Models.Select(model => model.Definition.InputForm);
        ModelInputs inputs = await ModelInputs.DecodeAsync(
            _decoder, ReferenceImage.Read("baseline.jpg"), forms, TestContext.Current.CancellationToken);
        return await new Predictor(sessions).PredictAsync(inputs, sessions.Models, top, TestContext.Current.CancellationToken);
    }
}
