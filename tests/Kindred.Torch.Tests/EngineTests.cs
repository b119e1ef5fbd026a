using System.Runtime.InteropServices;

namespace Kindred.Torch.Tests;

public partial class EngineTests
{
    [Theory]
    [InlineData("OMP_WAIT_POLICY", "PASSIVE"), InlineData("OPENBLAS_THREAD_TIMEOUT", "4")]
    public void Idle_workers_are_told_to_sleep_unless_the_environment_says_otherwise(string name, string value)
    {
        Engine.Start();
        Assert.Equal(Environment.GetEnvironmentVariable(name) ?? value, Marshal.PtrToStringUTF8(getenv(name)));
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint getenv(string name);
}
