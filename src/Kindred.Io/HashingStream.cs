using System.Security.Cryptography;

namespace Kindred.Io;

/// <summary>Passes bytes on and hashes them on the way, so that a manifest costs no second reading.</summary>
sealed class HashingStream(Stream inner) : PassingStream(inner)
{
    readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public string Sha256() => Convert.ToHexStringLower(hash.GetCurrentHash());

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        base.Write(buffer);
        hash.AppendData(buffer);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            hash.Dispose();

        base.Dispose(disposing);
    }
}
