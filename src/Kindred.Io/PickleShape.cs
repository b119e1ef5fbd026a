namespace Kindred.Io;

/// <summary>Refuses what later code could drown in: endless or very deep nesting.</summary>
static class PickleShape
{
    const int MaxDepth = 200;

    /// <summary>Walks every collection once, without recursion.</summary>
    public static object? Check(string file, object? root)
    {
        var height = new Dictionary<object, int>(ReferenceEqualityComparer.Instance);
        var path = new Stack<(object Node, IEnumerator<object?> Left)>();

        Enter(root);

        while (path.Count > 0)
        {
            var (node, rest) = path.Peek();

            if (rest.MoveNext())
            {
                Enter(rest.Current);
                continue;
            }

            height[node] = 1 + Children(node).Select(c => c is null ? 0 : height.GetValueOrDefault(c)).DefaultIfEmpty().Max();
            path.Pop();

            if (height[node] > MaxDepth)
                throw TooDeep();
        }

        return root;

        void Enter(object? node)
        {
            if (node is not (TorchMap or TorchSequence or TorchOpaque))
                return;

            // 0 marks a collection whose walk has begun and not ended.
            if (height.TryGetValue(node, out var known))
            {
                if (known == 0)
                    throw new DataException($"{file}: a collection in it contains itself.");

                return;
            }

            if (path.Count > MaxDepth)
                throw TooDeep();

            height[node] = 0;
            path.Push((node, Children(node).GetEnumerator()));
        }

        DataException TooDeep() => new($"{file}: collections in it are nested deeper than {MaxDepth} levels.");
    }

    public static IEnumerable<object?> Children(object node) => node switch
    {
        TorchMap map => map.Entries.SelectMany(e => new[] { e.Key, e.Value }),
        TorchSequence sequence => sequence.Items,
        TorchOpaque opaque => [opaque.Arguments, opaque.State],
        _ => [],
    };
}
