/// <summary>A picture as a request brings it: its bytes are the body.</summary>
static class Upload
{
    public const int MaxBytes = 8 << 20;

    const int LongestName = 200;

    // By what a file begins with, not by what it says it is.
    static readonly (string Type, int At, byte[] Begin)[] kinds =
        [("image/jpeg", 0, [0xFF, 0xD8, 0xFF]), ("image/png", 0, [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]), ("image/webp", 8, "WEBP"u8.ToArray())];

    /// <summary>The bytes and what they are, or why they are refused.</summary>
    public static async Task<(byte[] Bytes, string MediaType, IResult? Refused)> Read(HttpRequest request, CancellationToken cancel)
    {
        // A picture's type in the header: a form of another site cannot send that without being asked first.
        if (request.ContentType?.StartsWith("image/", StringComparison.OrdinalIgnoreCase) != true)
            return Refuse(415, "The body is a picture: Content-Type image/jpeg, image/png or image/webp.");
        if (request.ContentLength > MaxBytes) return TooLarge();
        using var body = new MemoryStream();
        var buffer = new byte[64 << 10];
        for (int read; (read = await request.Body.ReadAsync(buffer, cancel)) > 0; body.Write(buffer, 0, read))
            if (body.Length + read > MaxBytes) return TooLarge();
        var bytes = body.ToArray();
        var kind = Array.Find(kinds, k => bytes.AsSpan().Length >= k.At + k.Begin.Length && bytes.AsSpan(k.At, k.Begin.Length).SequenceEqual(k.Begin));
        return kind.Type is null ? Refuse(415, "These bytes are no JPEG, PNG or WebP file.") : (bytes, kind.Type, null);
    }

    /// <summary>What a visitor calls it, for showing: no path, no control characters, not too long.</summary>
    public static string Name(string? name)
    {
        var kept = string.Concat(Path.GetFileName(name ?? "").Where(c => !char.IsControl(c)));
        return kept.Length == 0 ? "picture" : kept.Length > LongestName ? kept[..LongestName] : kept;
    }

    static (byte[], string, IResult?) TooLarge() => Refuse(413, $"A picture may have {MaxBytes >> 20} MiB.");

    static (byte[], string, IResult?) Refuse(int status, string why) => ([], "", Results.Problem(why, statusCode: status));
}
