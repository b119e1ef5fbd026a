// libtorch's settings, the default generator and the count of living tensors belong to the process.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
