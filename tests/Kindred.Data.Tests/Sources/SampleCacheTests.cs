using Kindred.Data.Sources;

namespace Kindred.Data.Tests.Sources;

public sealed class SampleCacheTests
{
    [Fact]
    public void Samples_lie_where_the_one_setting_for_the_cache_says()
    {
        var before = (Kindred: Environment.GetEnvironmentVariable("KINDRED_CACHE"), Xdg: Environment.GetEnvironmentVariable("XDG_CACHE_HOME"));
        try
        {
            Environment.SetEnvironmentVariable("XDG_CACHE_HOME", "/a");
            Environment.SetEnvironmentVariable("KINDRED_CACHE", null);
            Assert.Equal("/a/kindred", SampleCache.Folder);
            Environment.SetEnvironmentVariable("KINDRED_CACHE", "/b");
            Assert.Equal("/b", SampleCache.Folder);
        }
        finally
        {
            Environment.SetEnvironmentVariable("XDG_CACHE_HOME", before.Xdg);
            Environment.SetEnvironmentVariable("KINDRED_CACHE", before.Kindred);
        }
    }
}
