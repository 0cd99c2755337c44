using Microsoft.Extensions.Options;

namespace Pipeline.Models;

/// <summary>
/// Lets the app start only where every model is installed. A worker without models would fail each blob until it is poison; one that does
/// not start leaves them for later.
/// </summary>
internal sealed class ModelOptionsValidator(ModelCatalogue catalogue) : IValidateOptions<ModelOptions>
{
    public ValidateOptionsResult Validate(string? name, ModelOptions options)
    {
        string folder = Path.GetFullPath(options.Folder);
        var faults = new List<string>();
        foreach (ModelDefinition model in catalogue.Models)
        {
            try
            {
                if (InstalledModel.Find(model, folder) is null)
                {
                    faults.Add(InstalledModel.MissingMessage(model, folder));
                }
            }
            catch (InvalidDataException notWhole)
            {
                faults.Add(notWhole.Message);
            }
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
