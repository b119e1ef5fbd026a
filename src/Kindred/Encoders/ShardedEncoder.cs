using Kindred.Io;
using Kindred.Nn;
using Kindred.Torch;

namespace Kindred.Encoders;

/// <summary>An encoder that training batches pass in shards, each on a thread of its own: data parallelism inside one process.</summary>
/// <remarks>
/// Worth it for small networks, whose operators are too short to be cut up. Shard k of S holds rows k, k + S, …, so that the views of a sample
/// stay together while their number is even. The shards are part of the recipe, not of the machine: batch norm sees each by itself, as on
/// S devices, and results are the same on any number of cores.
/// </remarks>
public sealed class ShardedEncoder : Encoder
{
    /// <summary>The largest number of shards.</summary>
    public const int Most = 256;

    private readonly Encoder encoder;
    private readonly int shards;

    /// <summary>Wraps an encoder.</summary>
    /// <param name="encoder">What each shard passes.</param>
    /// <param name="shards">How many; a training batch's rows divide by it.</param>
    /// <exception cref="ConfigurationException">The encoder draws random numbers in training, whose order threads would not keep.</exception>
    public ShardedEncoder(Encoder encoder, int shards)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentOutOfRangeException.ThrowIfLessThan(shards, 1);
        if (encoder.Modules().Any(module => module is Dropout or DropPath))
            throw new ConfigurationException("encoder.shards: this encoder has dropout, whose chance would depend on the threads; leave encoder.shards out.");
        (this.encoder, this.shards) = (encoder, shards);
    }

    /// <inheritdoc/>
    public override long Dim => encoder.Dim;

    /// <inheritdoc/>
    /// <exception cref="ConfigurationException">A training batch does not divide into the shards.</exception>
    public override Tensor Forward(Tensor x)
    {
        if (!Training || shards == 1)
            return encoder.Forward(x);
        if (x.Size(0) % shards != 0)
            throw new ConfigurationException($"encoder.shards: {x.Size(0)} rows do not divide into {shards} shards; choose another train.batch.");
        if (NoGradient.IsOn)
            return Scope.Of(() => Join(Encode(Cut(x))));
        var parameters = encoder.Parameters().Where(parameter => parameter.Trainable).Select(parameter => parameter.Value);
        return new Pass(this).Apply([x, .. parameters]);
    }

    private Tensor[] Cut(Tensor x) => [.. Enumerable.Range(0, shards).Select(k => x.Slice(0, k, x.Size(0), shards))];

    private static Tensor Join(Tensor[] parts) => Tensor.Stack(parts, 1).Flatten(0, 1).Clone();

    // Recording, like autocast, is a state of the thread.
    private Tensor[] Encode(Tensor[] pieces)
    {
        bool record = !NoGradient.IsOn;
        var autocast = Autocast.Current(pieces[0].Device);
        return Each(k =>
        {
            using var _ = record ? null : (IDisposable)NoGradient.Begin();
            using var __ = autocast is { } dtype ? (IDisposable)Autocast.Begin(pieces[k].Device, dtype) : null;
            return [encoder.Forward(pieces[k])];
        }).Select(made => made[0]!).ToArray();
    }

    // What each shard makes, adopted by the open scope of the caller.
    private Tensor?[][] Each(Func<int, Tensor?[]> make)
    {
        var made = new Tensor?[shards][];
        SideBySide.Run(shards, k => Shard.As(k, () =>
        {
            using var scope = Scope.Open();
            made[k] = make(k);
            foreach (var tensor in made[k])
                if (tensor is not null)
                    Scope.Release(tensor);
        }));
        using var here = Scope.Open();
        foreach (var tensor in made.SelectMany(tensors => tensors))
            if (tensor is not null)
                here.Return(tensor);
        return made;
    }

    // Outside it is one step of the graph; inside, each shard has a graph of its own.
    private sealed class Pass(ShardedEncoder owner) : Autograd.Function
    {
        private Tensor[] weights = [];
        private bool inputLearns;

        protected override Tensor[] Forward(Tensor[] inputs)
        {
            weights = inputs[1..];
            inputLearns = inputs[0].RequiresGrad;
            var pieces = owner.Cut(inputs[0]);
            if (inputLearns)
                pieces = Array.ConvertAll(pieces, piece => piece.Detach().RequiresGrad_());
            Tensor[] parts;
            using (WithGradient.Begin())
                parts = owner.Encode(pieces);
            Save([.. parts, .. inputLearns ? pieces : []]);
            return [Join(parts)];
        }

        protected override Tensor?[] Backward(Tensor?[] gradients)
        {
            var seeds = owner.Cut(gradients[0]!);
            var made = owner.Each(k => Autograd.Grad([Saved[k]], [.. inputLearns ? [Saved[owner.shards + k]] : Array.Empty<Tensor>(), .. weights], [seeds[k]], allowUnused: true));
            int first = inputLearns ? 1 : 0;
            var input = inputLearns ? Join(Array.ConvertAll(made, shard => shard[0]!)) : null;
            return [input, .. Enumerable.Range(first, weights.Length).Select(i => Sum(made, i))];
        }

        private static Tensor? Sum(Tensor?[][] made, int i)
            => made.Select(shard => shard[i]).Aggregate((sum, next) => sum is null ? next : next is null ? sum : sum + next);
    }
}
