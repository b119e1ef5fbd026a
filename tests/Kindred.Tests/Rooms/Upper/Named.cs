namespace Kindred.Tests.Rooms.Upper;

// What the room below refers to, each in another way that no `using` shows.
static class Called { internal static int Value() => 1; }
class Base;
interface IFace;
[AttributeUsage(AttributeTargets.All)] sealed class MarkAttribute : Attribute;
class Argument;
class InLambda { internal static int Value() => 2; }
class InIterator { internal int Value { get; set; } }
class Typed;
class Constrained;
static class Holder { internal class Inner; }
