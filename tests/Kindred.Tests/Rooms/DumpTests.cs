namespace Kindred.Tests.Rooms;
public class DumpTests
{
    [Fact]
    public void Dump()
    {
        var g = new RoomGraph("Kindred.Core","Kindred.Io","Kindred.Torch","Kindred.Data","Kindred","Kindred.Experiments","Kindred.Cli");
        using var w = new StreamWriter("/tmp/rooms/graph.txt");
        foreach (var r in g.Rooms) w.WriteLine(r + ": " + string.Join(" ", g.From(r).Keys));
        w.WriteLine("CIRCLE " + string.Join(" ", g.Circle()));
    }
}
