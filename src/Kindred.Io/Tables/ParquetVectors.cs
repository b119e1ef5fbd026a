using System.IO.Compression;
using Parquet;
using Parquet.Schema;

namespace Kindred.Io.Tables;

/// <summary>Vectors as a Parquet file: <c>name</c>, <c>label</c> where there are labels, <c>embedding</c> as a list of float; a row group at a time.</summary>
static class ParquetVectors
{
    /// <summary>Numbers of a row group: what is held at once.</summary>
    const int GroupValues = 1 << 21;

    public static void Write(Stream stream, VectorTable table) => WriteAsync(stream, table).GetAwaiter().GetResult();

    static async Task WriteAsync(Stream stream, VectorTable table)
    {
        var name = new DataField("name", typeof(string), isNullable: false);
        var label = new DataField("label", typeof(string), isNullable: true);
        var embedding = new DataField("embedding", typeof(float), isNullable: false, isArray: true);
        ParquetSchema schema = table.Labels is null ? new(name, embedding) : new(name, label, embedding);
        // The default level takes twenty times as long and gains little.
        var options = new ParquetOptions { CompressionMethod = CompressionMethod.Zstd, CompressionLevel = CompressionLevel.Fastest, DictionaryEncodingThreshold = 0 };
        await using var writer = await ParquetWriter.CreateAsync(schema, stream, options).ConfigureAwait(false);
        writer.CustomMetadata = table.Metadata.ToDictionary();
        var most = Math.Max(1, GroupValues / table.Dimension);
        foreach (var rows in Groups(table, most))
        {
            using var group = writer.CreateRowGroup();
            await group.WriteAsync(name, rows.Names.ToArray()).ConfigureAwait(false);
            if (table.Labels is not null) await group.WriteAsync(label, rows.Labels.ToArray()!).ConfigureAwait(false);
            await group.WriteAsync<float>(embedding, rows.Values.AsMemory(0, rows.Names.Count * table.Dimension),
                repetitionLevels: Levels(rows.Names.Count, table.Dimension)).ConfigureAwait(false);
            group.CompleteValidate();
        }
    }

    static IEnumerable<(List<string> Names, List<string?> Labels, float[] Values)> Groups(VectorTable table, int most)
    {
        List<string> names = [];
        List<string?> labels = [];
        var values = new float[Math.Min(most, table.Count) * table.Dimension];
        foreach (var (name, label, vector) in table.Walk())
        {
            vector.CopyTo(values.AsSpan(names.Count * table.Dimension));
            names.Add(name);
            labels.Add(label);
            if (names.Count < most) continue;
            yield return (names, labels, values);
            names.Clear();
            labels.Clear();
        }
        if (names.Count > 0) yield return (names, labels, values);
    }

    // 0 begins a row, 1 goes on with it.
    static int[] Levels(int rows, int dimension)
    {
        var levels = new int[rows * dimension];
        Array.Fill(levels, 1);
        for (var i = 0; i < rows; i++) levels[i * dimension] = 0;
        return levels;
    }
}
