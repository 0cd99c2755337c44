using System.Text.Json;

namespace Pipeline.Client;

/// <summary>Reads the elements of an array that is a property of an object, one after the other, without keeping the ones before.</summary>
/// <param name="json">The object.</param>
/// <param name="property">The array's name in the object.</param>
internal sealed class ArrayReader<T>(Stream json, string property)
    where T : class
{
    private byte[] _buffer = new byte[16 * 1024];
    private int _length;
    private bool _isWhole;
    private bool _isInArray;
    private JsonReaderState _state;

    /// <summary>The next element; null after the last one.</summary>
    /// <exception cref="JsonException">The bytes are no such object, or end too early.</exception>
    public async Task<T?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Step step = Advance(out T? element);
            if (step != Step.NeedsMore)
            {
                return element;
            }

            if (_isWhole)
            {
                throw new JsonException("It ends too early.");
            }

            await FillAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task FillAsync(CancellationToken cancellationToken)
    {
        if (_length == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        int read = await json.ReadAsync(_buffer.AsMemory(_length), cancellationToken).ConfigureAwait(false);
        _length += read;
        _isWhole = read == 0;
    }

    private Step Advance(out T? element)
    {
        element = null;
        var reader = new Utf8JsonReader(_buffer.AsSpan(0, _length), _isWhole, _state);
        if (!_isInArray && !FindArray(ref reader))
        {
            return Step.NeedsMore;
        }

        Utf8JsonReader before = reader;
        if (!reader.Read())
        {
            Keep(before);
            return Step.NeedsMore;
        }

        if (reader.TokenType == JsonTokenType.EndArray)
        {
            return Step.Found;
        }

        Utf8JsonReader start = reader;
        if (!reader.TrySkip())
        {
            Keep(before);
            return Step.NeedsMore;
        }

        element = JsonSerializer.Deserialize<T>(ref start, JsonSerializerOptions.Web) ?? throw new JsonException("An element is null.");
        Keep(reader);
        return Step.Found;
    }

    /// <summary>Goes to the array's beginning; passes over the properties before it.</summary>
    private bool FindArray(ref Utf8JsonReader reader)
    {
        while (true)
        {
            Utf8JsonReader before = reader;
            if (!reader.Read())
            {
                Keep(before);
                return false;
            }

            if (reader is { TokenType: JsonTokenType.StartObject, CurrentDepth: 0 })
            {
                continue;
            }

            if (reader.TokenType != JsonTokenType.PropertyName)
            {
                throw new JsonException($"It has no '{property}'.");
            }

            bool isArray = reader.ValueTextEquals(property);
            if (!reader.Read() || (!isArray && !reader.TrySkip()))
            {
                Keep(before);
                return false;
            }

            if (isArray)
            {
                _isInArray = reader.TokenType == JsonTokenType.StartArray ? true : throw new JsonException($"'{property}' is no array.");
                return true;
            }
        }
    }

    /// <summary>Drops what was read.</summary>
    private void Keep(Utf8JsonReader reader)
    {
        int consumed = (int)reader.BytesConsumed;
        _state = reader.CurrentState;
        _buffer.AsSpan(consumed, _length - consumed).CopyTo(_buffer);
        _length -= consumed;
    }

    private enum Step
    {
        Found,
        NeedsMore,
    }
}
