using Pipeline.OpenApi;

if (args is not [{ } path])
{
    Console.Error.WriteLine("Name the file to write: Pipeline.OpenApi docs/openapi.json. Each build of the solution does it.");
    return 1;
}

string document = ApiDocument.Write();

// A file that is equal keeps its time, so that nothing that depends on it is built again.
if (!File.Exists(path) || await File.ReadAllTextAsync(path) != document)
{
    await File.WriteAllTextAsync(path, document);
}

return 0;
