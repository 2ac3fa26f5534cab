// Each spec runs whole clusters: several at once would starve each other's heart-beats.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
