namespace Kindred.Tests.Rooms;
public class DumpTests
{
    [Fact]
    public void Dump()
    {
        var g = new RoomGraph("Kindred.Core","Kindred.Io","Kindred.Torch","Kindred.Data","Kindred","Kindred.Experiments","Kindred.Cli");
        using var w = new StreamWriter("/tmp/rooms/graph.txt");
        foreach (var r in g.Rooms) { w.WriteLine("# " + r + ": " + string.Join(" ", g.From(r).Keys)); foreach (var (t, by) in g.From(r)) w.WriteLine($"   {t}: {by.Count}: {string.Join(", ", by.Take(12))}"); }
        w.WriteLine("CIRCLE " + string.Join(" ", g.Circle()));
    }
}
