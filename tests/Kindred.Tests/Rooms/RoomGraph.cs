using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Kindred.Tests.Rooms;

/// <summary>Which room refers to which, by what the compiler wrote into assemblies: no alias, relative name or <c>var</c> hides anything. A room is a namespace.</summary>
/// <remarks>Seen are base types, interfaces, constraints, fields, signatures, locals, instructions, attributes and generic arguments; a constant that the compiler folds is not.</remarks>
sealed class RoomGraph
{
    readonly SortedDictionary<string, SortedDictionary<string, SortedSet<string>>> edges = new(StringComparer.Ordinal);
    readonly HashSet<string> assemblies;

    /// <summary>Reads assemblies that lie beside the running one.</summary>
    /// <param name="names">Their names; what others hold is left out.</param>
    public RoomGraph(params IReadOnlyCollection<string> names)
    {
        assemblies = [.. names];
        foreach (var name in names)
        {
            using var module = ModuleDefinition.ReadModule(Path.Combine(AppContext.BaseDirectory, $"{name}.dll"));
            foreach (var type in module.GetTypes().Where(t => Counts(Outer(t)))) Visit(type);
        }
    }

    /// <summary>The assemblies that one refers to.</summary>
    public static string[] References(string name)
    {
        using var module = ModuleDefinition.ReadModule(Path.Combine(AppContext.BaseDirectory, $"{name}.dll"));
        return [.. module.AssemblyReferences.Select(r => r.Name)];
    }

    /// <summary>All rooms.</summary>
    public IEnumerable<string> Rooms => edges.Keys;

    /// <summary>The rooms that one refers to, each with the types that do so.</summary>
    public IReadOnlyDictionary<string, SortedSet<string>> From(string room) => edges[room];

    /// <summary>Rooms that cannot be put in an order: each is on a circle or leads to one and from one.</summary>
    public IReadOnlyCollection<string> Circle()
    {
        var left = edges.ToDictionary(e => e.Key, e => e.Value.Keys.ToHashSet());
        for (var going = true; going;)
        {
            var free = left.Keys.Where(room => !left[room].Any(left.ContainsKey) || !left.Values.Any(to => to.Contains(room))).ToArray();
            foreach (var room in free) left.Remove(room);
            going = free.Length > 0;
        }
        return [.. left.Keys.Order(StringComparer.Ordinal)];
    }

    /// <summary>The rooms that one refers to and reaches no other way: all others follow from these.</summary>
    public IEnumerable<string> Direct(string room)
    {
        var to = edges[room].Keys;
        return to.Where(target => !to.Any(other => other != target && Reaches(other, target)));
    }

    bool Reaches(string from, string target) => edges[from].ContainsKey(target) || edges[from].Keys.Any(next => Reaches(next, target));

    /// <summary>The room of a type: its namespace without <c>Kindred.</c>; the root of Kindred.Core, which has the same namespace as the contracts, is called Core.</summary>
    static string Room(TypeReference outer)
    {
        var (assembly, space) = (Assembly(outer), outer.Namespace);
        if (space.Length == 0) return "Program";                                                    // statements in no namespace: the entry, which calls the verbs
        return space == "Kindred" ? assembly["Kindred".Length..] is { Length: > 0 } rest ? rest[1..] : "Kindred"
            : space == "Kindred.Torch.Native" ? "Torch"                                             // a binding: a tensor frees its handle, the library makes tensors
            : space["Kindred.".Length..];
    }

    // What the compiler adds outside of every room (tables of constants, generated expressions) is nobody's choice.
    static bool Counts(TypeReference outer) => outer.Name == "Program" || outer.Namespace == "Kindred" || outer.Namespace.StartsWith("Kindred.", StringComparison.Ordinal);

    static string Assembly(TypeReference type) => type.Scope is AssemblyNameReference reference ? reference.Name : type.Module.Assembly.Name.Name;

    static TypeReference Outer(TypeReference type) => type.DeclaringType is { } outer ? Outer(outer) : type;

    void Visit(TypeDefinition type)
    {
        var (outer, room) = (Outer(type), Room(Outer(type)));
        if (!edges.TryGetValue(room, out var to)) edges[room] = to = new(StringComparer.Ordinal);

        See(type.BaseType);
        Attributes(type);
        Parameters(type);
        foreach (var face in type.Interfaces) See(face.InterfaceType);
        foreach (var field in type.Fields) { See(field.FieldType); Attributes(field); }
        foreach (var property in type.Properties) { See(property.PropertyType); Attributes(property); }
        foreach (var @event in type.Events) { See(@event.EventType); Attributes(@event); }
        foreach (var method in type.Methods)
        {
            Attributes(method);
            Parameters(method);
            Attributes(method.MethodReturnType);
            See(method.ReturnType);
            foreach (var parameter in method.Parameters) { See(parameter.ParameterType); Attributes(parameter); }
            foreach (var overridden in method.Overrides) See(overridden.DeclaringType);
            if (method.HasBody) Body(method.Body);
        }

        void Body(MethodBody body)
        {
            foreach (var local in body.Variables) See(local.VariableType);
            foreach (var handler in body.ExceptionHandlers) See(handler.CatchType);
            foreach (var instruction in body.Instructions) Operand(instruction.Operand);
        }

        void Operand(object? operand)
        {
            switch (operand)
            {
                case TypeReference reference: See(reference); break;
                case FieldReference field: See(field.DeclaringType); break;
                case MethodReference called:
                    See(called.DeclaringType);
                    if (called is GenericInstanceMethod generic) foreach (var argument in generic.GenericArguments) See(argument);
                    break;
                case CallSite site:
                    See(site.ReturnType);
                    foreach (var parameter in site.Parameters) See(parameter.ParameterType);
                    break;
            }
        }

        void Parameters(IGenericParameterProvider of)
        {
            foreach (var parameter in of.GenericParameters)
                foreach (var constraint in parameter.Constraints) See(constraint.ConstraintType);
        }

        void Attributes(ICustomAttributeProvider of)
        {
            foreach (var attribute in of.CustomAttributes)
            {
                See(attribute.AttributeType);
                foreach (var value in attribute.ConstructorArguments.Concat(attribute.Properties.Concat(attribute.Fields).Select(p => p.Argument))) Argument(value);
            }
        }

        void Argument(CustomAttributeArgument argument)
        {
            See(argument.Type);
            if (argument.Value is TypeReference named) See(named);
            if (argument.Value is CustomAttributeArgument boxed) Argument(boxed);
            foreach (var element in argument.Value as CustomAttributeArgument[] ?? []) Argument(element);
        }

        void See(TypeReference? seen)
        {
            switch (seen)
            {
                case null or GenericParameter: return;
                case GenericInstanceType generic:
                    See(generic.ElementType);
                    foreach (var argument in generic.GenericArguments) See(argument);
                    return;
                case FunctionPointerType pointer:
                    See(pointer.ReturnType);
                    foreach (var parameter in pointer.Parameters) See(parameter.ParameterType);
                    return;
                case IModifierType modified: See(modified.ModifierType); See(modified.ElementType); return;
                case TypeSpecification wrapped: See(wrapped.ElementType); return;                   // arrays, references, pointers
            }
            var target = Outer(seen);
            if (!assemblies.Contains(Assembly(target)) || !Counts(target) || Room(target) is var name && name == room) return;
            if (!to.TryGetValue(name, out var by)) to[name] = by = new(StringComparer.Ordinal);
            by.Add($"{outer.Name} → {target.Name}");
        }
    }
}
