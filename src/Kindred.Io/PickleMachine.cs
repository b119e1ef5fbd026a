using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Kindred.Io;

/// <summary>A name that a pickle asked for. It stays a name.</summary>
sealed record PickleName(string Module, string Name)
{
    public override string ToString() => $"{Module}.{Name}";
}

/// <summary>Runs a pickle without running anything: names stay names, calls become data, and only tensors and plain collections are made.</summary>
/// <remarks>
/// Opcodes of protocols 2 to 4 as torch.save writes them. Bounded in opcodes, memo and lengths, so that a hostile file costs no more than a large one.
/// </remarks>
/// <param name="file">For messages.</param>
/// <param name="bytes">Where the pickle is.</param>
/// <param name="names">What names mean.</param>
/// <param name="persistent">Turns a persistent id into a storage.</param>
sealed class PickleMachine(string file, byte[] bytes, PickleNames names, Func<object?, object?> persistent)
{
    const int MaxOpcodes = 20_000_000, MaxMemo = 4_000_000, MaxStack = 200_000;
    static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    readonly List<object?> stack = [];
    readonly Stack<int> marks = new();
    readonly Dictionary<uint, object?> memo = [];
    int at, opcodeAt;
    int opcodes;

    /// <summary>Where the next pickle of the same bytes begins.</summary>
    public int Position => at;

    /// <summary>Runs one pickle, from the given place to its STOP.</summary>
    public object? Run(int from)
    {
        at = from;
        stack.Clear();
        marks.Clear();
        memo.Clear();

        while (true)
        {
            opcodeAt = at;

            if (++opcodes > MaxOpcodes)
                throw Broken($"it has more than {MaxOpcodes} opcodes");

            if (stack.Count > MaxStack || marks.Count > MaxStack)
                throw Broken($"it stacks more than {MaxStack} values");

            var opcode = Take(1)[0];

            if (opcode == (byte)PickleOpcode.Stop)
                return PickleShape.Check(file, Pop());

            Do(opcode);
        }
    }

    void Do(byte opcode)
    {
        switch ((PickleOpcode)opcode)
        {
            case PickleOpcode.Proto:
                Protocol(Take(1)[0]);
                break;
            case PickleOpcode.Frame:
                Take(8);
                break;
            case PickleOpcode.Mark:
                marks.Push(stack.Count);
                break;
            case PickleOpcode.Pop:
                PopOrMark();
                break;
            case PickleOpcode.Global:
                stack.Add(names.Resolve(new(Line(), Line()), "GLOBAL", opcodeAt));
                break;
            case PickleOpcode.StackGlobal:
                var name = Pop() as string ?? throw Broken("STACK_GLOBAL needs two texts");
                stack.Add(names.Resolve(new(Pop() as string ?? throw Broken("STACK_GLOBAL needs two texts"), name), "STACK_GLOBAL", opcodeAt));
                break;
            case PickleOpcode.BinPersId:
                stack.Add(persistent(Pop()));
                break;
            case PickleOpcode.Reduce or PickleOpcode.NewObj:
                var arguments = Pop();
                stack.Add(names.Call(Pop(), arguments, opcodeAt));
                break;
            case PickleOpcode.Build:
                var state = Pop();
                PickleNames.Build(Top(), state);
                break;
            default:
                if (!Literal(opcode) && !Collection(opcode) && !Remember(opcode))
                    throw new DataException($"{file}: the opcode {PickleRefused.Name(opcode)} at byte {opcodeAt} is refused: no file of tensors needs it. Do not load this file with Python either.");

                break;
        }
    }

    bool Literal(byte opcode)
    {
        switch ((PickleOpcode)opcode)
        {
            case PickleOpcode.None: stack.Add(null); break;
            case PickleOpcode.NewTrue: stack.Add(true); break;
            case PickleOpcode.NewFalse: stack.Add(false); break;
            case PickleOpcode.BinInt: stack.Add((long)BinaryPrimitives.ReadInt32LittleEndian(Take(4))); break;
            case PickleOpcode.BinInt1: stack.Add((long)Take(1)[0]); break;
            case PickleOpcode.BinInt2: stack.Add((long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2))); break;
            case PickleOpcode.Long1: stack.Add(Long(Take(Take(1)[0]))); break;
            case PickleOpcode.BinFloat: stack.Add(BinaryPrimitives.ReadDoubleBigEndian(Take(8))); break;
            case PickleOpcode.BinUnicode: stack.Add(Text(Take(Length()))); break;
            case PickleOpcode.ShortBinUnicode: stack.Add(Text(Take(Take(1)[0]))); break;
            case PickleOpcode.BinString: stack.Add(Encoding.Latin1.GetString(Take(Length()))); break;
            case PickleOpcode.ShortBinString: stack.Add(Encoding.Latin1.GetString(Take(Take(1)[0]))); break;
            case PickleOpcode.BinBytes: stack.Add(Take(Length()).ToArray()); break;
            case PickleOpcode.ShortBinBytes: stack.Add(Take(Take(1)[0]).ToArray()); break;
            default: return false;
        }

        return true;
    }

    bool Collection(byte opcode)
    {
        switch ((PickleOpcode)opcode)
        {
            case PickleOpcode.EmptyDict: stack.Add(new TorchMap()); break;
            case PickleOpcode.EmptyList: stack.Add(new TorchSequence("list", [])); break;
            case PickleOpcode.EmptySet: stack.Add(new TorchSequence("set", [])); break;
            case PickleOpcode.EmptyTuple: stack.Add(new TorchSequence("tuple", [])); break;
            case PickleOpcode.Tuple: Tuple(PopMark()); break;
            case PickleOpcode.Tuple1: Tuple(PopMany(1)); break;
            case PickleOpcode.Tuple2: Tuple(PopMany(2)); break;
            case PickleOpcode.Tuple3: Tuple(PopMany(3)); break;
            case PickleOpcode.Append: AddTo(PopMany(1)); break;
            case PickleOpcode.Appends or PickleOpcode.AddItems: AddTo(PopMark()); break;
            case PickleOpcode.SetItem: Set(PopMany(2)); break;
            case PickleOpcode.SetItems: Set(PopMark()); break;
            default: return false;
        }

        return true;
    }

    bool Remember(byte opcode)
    {
        switch ((PickleOpcode)opcode)
        {
            case PickleOpcode.BinPut: Put(Take(1)[0]); break;
            case PickleOpcode.LongBinPut: Put(BinaryPrimitives.ReadUInt32LittleEndian(Take(4))); break;
            case PickleOpcode.Memoize: Put((uint)memo.Count); break;
            case PickleOpcode.BinGet: Get(Take(1)[0]); break;
            case PickleOpcode.LongBinGet: Get(BinaryPrimitives.ReadUInt32LittleEndian(Take(4))); break;
            default: return false;
        }

        return true;
    }

    void Protocol(byte version)
    {
        const int newest = 5;

        if (version > newest)
            throw Broken($"it has the protocol {version}");
    }

    void Tuple(List<object?> items) => stack.Add(new TorchSequence("tuple", items));

    void AddTo(List<object?> items)
    {
        switch (Top())
        {
            case TorchSequence { Kind: not "tuple" } sequence:
                foreach (var item in items)
                    sequence.Items.Add(item);

                break;
            case TorchOpaque:
                break;
            default:
                throw Broken("something is appended to what is no list");
        }
    }

    void Set(List<object?> items)
    {
        if (items.Count % 2 != 0)
            throw Broken("a key is set without a value");

        switch (Top())
        {
            case TorchMap map:
                for (var i = 0; i < items.Count; i += 2)
                    map.Entries.Add(new(items[i], items[i + 1]));

                break;
            case TorchOpaque:
                break;
            default:
                throw Broken("a key is set in what is no dictionary");
        }
    }

    void Put(uint key)
    {
        if (memo.Count >= MaxMemo)
            throw Broken($"it remembers more than {MaxMemo} values");

        memo[key] = Top();
    }

    void Get(uint key) => stack.Add(memo.TryGetValue(key, out var value) ? value : throw Broken($"it asks for the value {key}, which it never stored"));

    object? Top() => stack.Count > Floor ? stack[^1] : throw Broken("it takes from an empty stack");

    object? Pop()
    {
        var top = Top();
        stack.RemoveAt(stack.Count - 1);
        return top;
    }

    void PopOrMark()
    {
        if (marks.Count > 0 && stack.Count == marks.Peek())
            marks.Pop();
        else
            Pop();
    }

    List<object?> PopMany(int count)
    {
        if (stack.Count - Floor < count)
            throw Broken("it takes from an empty stack");

        return Cut(stack.Count - count);
    }

    List<object?> PopMark() => marks.TryPop(out var mark) ? Cut(mark) : throw Broken("it asks for a mark that it never set");

    List<object?> Cut(int from)
    {
        var items = stack.GetRange(from, stack.Count - from);
        stack.RemoveRange(from, items.Count);
        return items;
    }

    int Floor => marks.Count > 0 ? marks.Peek() : 0;

    int Length() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4)) is <= int.MaxValue and var length ? (int)length : throw Broken("a text of more than 2 GiB");

    ReadOnlySpan<byte> Take(int count)
    {
        if (count > bytes.Length - at)
            throw Broken($"it ends where {count} more bytes are announced");

        var taken = bytes.AsSpan(at, count);
        at += count;
        return taken;
    }

    string Line()
    {
        const int longest = 1000;
        var rest = bytes.AsSpan(at, Math.Min(longest, bytes.Length - at));
        var end = rest.IndexOf((byte)'\n');

        if (end < 0)
            throw Broken("a name that does not end");

        at += end + 1;
        return Text(rest[..end]);
    }

    string Text(ReadOnlySpan<byte> utf8)
    {
        try
        {
            return Utf8.GetString(utf8);
        }
        catch (DecoderFallbackException)
        {
            throw Broken("a text that is not UTF-8");
        }
    }

    static object Long(ReadOnlySpan<byte> littleEndian)
    {
        var value = new BigInteger(littleEndian);
        return value >= long.MinValue && value <= long.MaxValue ? (object)(long)value : value;
    }

    DataException Broken(string what) => new($"{file}: the pickle in it is broken at byte {opcodeAt}: {what}.");
}
