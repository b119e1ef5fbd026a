// Several tests measure the memory of the whole process or how long something takes; neighbours would blur both.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
