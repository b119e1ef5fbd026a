namespace Kindred.Tests.Rooms.Lower;

// Names are relative, as C# allows from inside Kindred.Tests.Rooms: `Upper.Called` is Kindred.Tests.Rooms.Upper.Called.
static class Calls { internal static int Now() => Upper.Called.Value(); }
class Derives : Upper.Base;
class Implements : Upper.IFace;
[Upper.Mark] class Marked;
class Generic { internal readonly List<Upper.Argument[]> Kept = []; }
class Lambda { internal static Func<int> Later(int x) => () => x + Upper.InLambda.Value(); }
class Iterator { internal static IEnumerable<int> Some() { yield return new Upper.InIterator().Value; } }
class Typed { internal static Type Which => typeof(Upper.Typed); }
class Constrained<T> where T : Upper.Constrained;
class Nested { internal Upper.Holder.Inner? Held { get; set; } }
