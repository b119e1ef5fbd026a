using Kindred.Torch;

namespace Kindred.Experiments.Recipes;

/// <summary>What a phase takes of the one before it, where its method does not ask for that method itself.</summary>
/// <remarks>The same method goes on with everything that was learnt, memories included. Another one begins with the encoder; every encoder of it does, a momentum copy like its original.</remarks>
static class PhaseWeights
{
    /// <summary>Copies.</summary>
    /// <param name="before">What the phase before trained.</param>
    /// <param name="method">What is to be trained.</param>
    /// <exception cref="ConfigurationException">The networks are not alike, so that nothing would be gone on with.</exception>
    public static void Take(Method before, Method method)
    {
        if (before.GetType() == method.GetType())
        {
            Fill(method, before, before);
            return;
        }
        if (before.Modules().OfType<Encoder>().FirstOrDefault() is not { } trained)
            throw new ConfigurationException($"phases: {Name(method)} would go on with an encoder, and {Name(before)} of the phase before it has none.");
        Encoder[] encoders = [.. method.Modules().OfType<Encoder>()];
        if (encoders.Length == 0)
            throw new ConfigurationException($"phases: {Name(method)} has no encoder that could go on with what the phase before it trained; train it by itself.");
        foreach (var encoder in encoders) Fill(encoder, trained, before);
    }

    static void Fill(Nn.Module module, Nn.Module trained, Method before)
    {
        var weights = trained.State().ToDictionary(s => s.Path, s => s.State.Value.Detach().Clone()); // two modules never share a tensor
        try { module.Load(weights); }
        catch (DataException e)
        {
            throw new ConfigurationException($"phases: the networks of a phase and of the one before it, which trained {Name(before)}, are not alike: {e.Message}", e);
        }
    }

    static string Name(Method method) => Catalogues.Methods.All.FirstOrDefault(m => m.Value.Type == method.GetType()).Key ?? method.GetType().Name;
}
