namespace Kindred.Methods;

public sealed partial class BYOL
{
    /// <summary>What normalises the hidden layers of both heads.</summary>
    public enum NormKind
    {
        /// <summary>Batch norm.</summary>
        Bn,

        /// <summary>Group norm: no sample sees another.</summary>
        Gn,

        /// <summary>Nothing.</summary>
        None,
    }
}
