using Kindred.Torch;

namespace Kindred.Nn;

/// <summary>Moves one state to a device, a dtype or a memory layout.</summary>
static class Placement
{
    public static void Move(State state, Device? device, Dtype? dtype, bool? channelsLast)
    {
        var value = state.Value;
        var moved = value;
        if (device is { } d && d != moved.Device)
            moved = moved.To(d);
        if (dtype is { } t && moved.Dtype.IsFloatingPoint && t != moved.Dtype)
            moved = moved.To(t);
        if (channelsLast is { } nhwc && moved.Dim == 4)
            moved = moved.Contiguous(nhwc ? MemoryFormat.ChannelsLast : MemoryFormat.Contiguous);
        if (ReferenceEquals(moved, value))
            return;
        bool trainable = state is Parameter { Trainable: true };
        state.Replace(moved);
        if (state is Parameter parameter)
            parameter.Trainable = trainable;
    }
}
