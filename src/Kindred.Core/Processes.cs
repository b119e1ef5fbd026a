using System.Globalization;

namespace Kindred;

/// <summary>This process among the processes of one training, as the environment says: torchrun's variables, which <c>kindred launch</c> and Kubernetes' PyTorchJob set too, or Slurm's.</summary>
/// <param name="Rank">Which it is, from 0; rank 0 writes.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Host">Where rank 0 is to be met.</param>
/// <param name="Port">At which port.</param>
/// <param name="Timeout">How long one waits for the others before the training is given up.</param>
/// <param name="Interface">The network interface to exchange tensors by; empty for the machine's choice.</param>
public sealed record Processes(int Rank, int Count, string Host, int Port, TimeSpan Timeout, string Interface)
{
    const int DefaultPort = 29500, DefaultTimeout = 600;

    /// <summary>The process alone, where the environment says nothing.</summary>
    public static Processes Alone { get; } = new(0, 1, "127.0.0.1", DefaultPort, TimeSpan.FromSeconds(DefaultTimeout), "");

    /// <summary>How many processes of this training share this machine: <c>LOCAL_WORLD_SIZE</c>, or Slurm's <c>SLURM_NTASKS_PER_NODE</c>; 1 where nothing says so.</summary>
    /// <exception cref="ConfigurationException">It is no such number.</exception>
    public static int OnThisMachine => Number("LOCAL_WORLD_SIZE", 1, 4096) ?? Number("SLURM_NTASKS_PER_NODE", 1, 4096) ?? 1;

    /// <summary>What the environment says.</summary>
    /// <remarks><c>RANK</c>, <c>WORLD_SIZE</c>, <c>MASTER_ADDR</c>, <c>MASTER_PORT</c>; else <c>SLURM_PROCID</c>, <c>SLURM_NTASKS</c>, <c>SLURM_LAUNCH_NODE_IPADDR</c> where
    /// <c>srun</c> started several; <c>KINDRED_TIMEOUT</c> in seconds; <c>GLOO_SOCKET_IFNAME</c>.</remarks>
    /// <exception cref="ConfigurationException">A variable holds what it cannot, or one is missing.</exception>
    public static Processes Here
    {
        get
        {
            var (rank, count, host) = ("RANK", "WORLD_SIZE", "MASTER_ADDR");
            if (Variables.Text("WORLD_SIZE") is null && Number("SLURM_NTASKS", 1, 1 << 20) is > 1 && Variables.Text("SLURM_STEP_ID") is not null)
                (rank, count, host) = ("SLURM_PROCID", "SLURM_NTASKS", "SLURM_LAUNCH_NODE_IPADDR");
            if (Number(count, 1, 1 << 20) is not { } several || several == 1) return Alone;
            var own = Number(rank, 0, several - 1) 
                ?? throw new ConfigurationException($"{count} is {several}, so {rank} has to say which of them this process is, from 0 to {several - 1}; it is not set.");
            var master = Variables.Text("MASTER_ADDR") ?? Variables.Text(host)
                ?? throw new ConfigurationException($"{count} is {several}, so {host} has to name the machine of rank 0; it is not set. "
                    + $"`kindred launch --procs {several} -- train …` sets all of them.");
            return new(own, several, master, Number("MASTER_PORT", 1, 65535) ?? DefaultPort, TimeSpan.FromSeconds(Number("KINDRED_TIMEOUT", 1, 1_000_000) ?? DefaultTimeout),
                Variables.Text("GLOO_SOCKET_IFNAME") ?? (master is "127.0.0.1" or "localhost" or "::1" ? "lo" : ""));
        }
    }

    static int? Number(string name, int least, int most)
    {
        if (Variables.Text(name) is not { } text) return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number
            : throw new ConfigurationException($"{name} is '{text}'; give a whole number from {least} to {most}, or unset it.");
    }
}
