// libtorch uses every core by itself, and the tests of leaks count all tensors of the process: one test at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
