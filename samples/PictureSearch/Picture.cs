/// <summary>What is known of a picture; its bytes lie in a file of their own.</summary>
public sealed class Picture
{
    public Guid Id { get; set; }

    public string Name { get; set; } = "";

    public string MediaType { get; set; } = "";

    public DateTimeOffset Added { get; set; }

    public ReadOnlyMemory<float> Vector { get; set; }
}

/// <summary>One of the pictures that are found.</summary>
public sealed record Found(Guid Id, string Name, double Score);

/// <summary>What an upload answers.</summary>
public sealed record Uploaded(Guid Id, string Name, IReadOnlyList<Found> Similar);
