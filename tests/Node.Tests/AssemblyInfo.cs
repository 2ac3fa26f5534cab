// Each test has a node of its own; several at once starve each other of processors.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
