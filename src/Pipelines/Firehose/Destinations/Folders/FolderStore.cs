using System.Security.Cryptography;
using System.Text;
using ActorStreams.Pipelines.Firehose.Naming;

namespace ActorStreams.Pipelines.Firehose.Destinations.Folders;

/// <summary>
/// Objects as files below a folder, <b>exactly once by name</b>: a file appears under its name whole and on the disk, or not at all, and never
/// in the place of another. A put that was cut off at any point is done again by the same put, which also clears up after it.
/// </summary>
public sealed class FolderStore : IObjectStore
{
    private const int CopyBytes = 1 << 20;

    private readonly FolderStoreOptions _options;
    private readonly string _root;
    private readonly Action<FolderStep>? _reached;

    public FolderStore(FolderStoreOptions options)
        : this(options, null)
    {
    }

    internal FolderStore(FolderStoreOptions options, Action<FolderStep>? reached)
    {
        if (!Path.IsPathFullyQualified(options.Root))
            throw new ArgumentException($"The folder '{options.Root}' is not an absolute path.", nameof(options));
        (_options, _root, _reached) = (options, Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.Root)), reached);
    }

    public string Name => $"folder {_root}";

    /// <exception cref="FileNotFoundException">The file to deliver is gone.</exception>
    /// <exception cref="InvalidDataException">The file to deliver has not the length or the hash that it should have.</exception>
    public Task PutAsync(ObjectToPut item, CancellationToken cancel)
    {
        ObjectKeys.Check(item.Key);
        return Task.Run(() => OrAway(item, () => Put(item, cancel)), cancel);
    }

    public async Task<bool> HasAsync(ObjectToPut item, CancellationToken cancel)
    {
        ObjectKeys.Check(item.Key);
        var has = false;
        await Task.Run(() => OrAway(item, () => has = Has(item, PathOf(item.Key), cancel)), cancel);
        return has;
    }

    public Task<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancel)
    {
        ObjectKeys.Check(prefix + "any");
        return Task.Run<IReadOnlyList<string>>(() => AwayOr<IReadOnlyList<string>>($"list '{prefix}'", () =>
        {
            CheckRoot();
            var folder = PathOf(prefix.TrimEnd('/'));
            if (!Directory.Exists(folder)) return [];
            // Files with a leading dot are copies that are not whole yet.
            return [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                .Where(f => !Path.GetFileName(f).StartsWith('.'))
                .Select(f => Path.GetRelativePath(_root, f).Replace(Path.DirectorySeparatorChar, '/')).Order(StringComparer.Ordinal)];
        }), cancel);
    }

    public Task<bool> TryGetAsync(string key, string file, CancellationToken cancel)
    {
        ObjectKeys.Check(key);
        return Task.Run(() => AwayOr($"give '{key}'", () =>
        {
            CheckRoot();
            var path = PathOf(key);
            if (!File.Exists(path)) return false;
            // A copy that was cut off is there.
            File.Copy(path, file, overwrite: true);
            return true;
        }), cancel);
    }

    public void Dispose()
    {
    }

    private void Put(ObjectToPut item, CancellationToken cancel)
    {
        var path = PathOf(item.Key);
        var folder = Path.GetDirectoryName(path)!;
        var copy = Path.Combine(folder, CopyName(item));
        if (!Has(item, path, cancel))
        {
            CheckSource(item);
            MakeFolders(folder);
            Reached(FolderStep.FoldersMade);
            if (!TryShare(item, path)) Copy(item, copy, path, cancel);
        }
        else
        {
            // An earlier put may have ended between the name and its flush.
            FolderFiles.Flush(path);
        }
        File.Delete(copy);
        Reached(FolderStep.CopyRemoved);
        FolderFiles.FlushFolder(folder);
        Reached(FolderStep.NameFlushed);
    }

    /// <summary>Whether the object has its name now.</summary>
    private bool TryShare(ObjectToPut item, string path)
    {
        if (!_options.ShareFiles) return false;
        FolderFiles.Flush(item.File);
        Reached(FolderStep.SourceFlushed);
        return IsNamed(item, path, FolderFiles.TryLink(item.File, path));
    }

    private void Copy(ObjectToPut item, string copy, string path, CancellationToken cancel)
    {
        // The system keeps two processes from writing one copy at once, and lets go of it when one dies.
        using (var target = new FileStream(copy, FileMode.Create, FileAccess.Write, FileShare.None, 0))
        {
            Reached(FolderStep.CopyBegun);
            using var source = new FileStream(item.File, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0, FileOptions.SequentialScan);
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var buffer = new byte[Math.Clamp(item.Length / 2, 1, CopyBytes)];
            var copied = 0L;
            for (int read; (read = source.Read(buffer)) > 0; cancel.ThrowIfCancellationRequested())
            {
                hash.AppendData(buffer, 0, read);
                target.Write(buffer, 0, read);
                if (copied == 0) Reached(FolderStep.HalfCopied);
                copied += read;
            }
            if (copied != item.Length || !hash.GetHashAndReset().AsSpan().SequenceEqual(item.Sha256.Span))
                throw new InvalidDataException($"The file '{item.File}' does not hold the {item.Length} bytes that are to be delivered as '{item.Key}'.");
            target.Flush(flushToDisk: true);
        }
        Reached(FolderStep.CopyFlushed);
        var linked = FolderFiles.TryLink(copy, path);
        if (IsNamed(item, path, linked)) return;
        if (!FolderFiles.TryMove(copy, path)) IsNamed(item, path, FolderFiles.LinkResult.Exists);
        Reached(FolderStep.Named);
    }

    private bool IsNamed(ObjectToPut item, string path, FolderFiles.LinkResult result)
    {
        switch (result)
        {
            case FolderFiles.LinkResult.Linked:
                Reached(FolderStep.Named);
                return true;
            case FolderFiles.LinkResult.Exists:
                // Somebody was quicker: another owner of the same delivery, which names the same bytes.
                if (!Has(item, path, CancellationToken.None)) throw new IOException($"'{path}' came and went while it was written.");
                FolderFiles.Flush(path);
                return true;
            default:
                return false;
        }
    }

    private bool Has(ObjectToPut item, string path, CancellationToken cancel)
    {
        CheckRoot();
        if (!Path.Exists(path)) return false;
        if (Directory.Exists(path)) throw new ObjectDiffersException($"'{path}' is a folder, so the object '{item.Key}' cannot be delivered. Nothing was changed.");
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0, FileOptions.SequentialScan);
        if (file.Length != item.Length)
            throw new ObjectDiffersException($"'{path}' holds {file.Length} bytes where {item.Length} are to be delivered. It was left as it is.");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[(int)Math.Clamp(item.Length, 1, CopyBytes)];
        for (int read; (read = file.Read(buffer)) > 0; cancel.ThrowIfCancellationRequested()) hash.AppendData(buffer, 0, read);
        return hash.GetHashAndReset().AsSpan().SequenceEqual(item.Sha256.Span)
            ? true
            : throw new ObjectDiffersException($"'{path}' holds other bytes than those to deliver, though as many. It was left as it is.");
    }

    private void CheckRoot()
    {
        var mounted = _options.Within ?? _root;
        if (!Directory.Exists(mounted))
        {
            if (!_options.CreateRoot)
                throw new DestinationAwayException($"The folder '{mounted}' is not there. Mount or create it, or let it be created by the setting CreateRoot.");
            MakeFolder(mounted);
        }
        if (_options.RequiredFile is { } name && !File.Exists(Path.Combine(mounted, name)))
            throw new DestinationAwayException($"The folder '{mounted}' lacks the file '{name}', so what should be mounted there is not.");
        if (mounted != _root && !Directory.Exists(_root)) MakeFolder(_root);
    }

    private static void CheckSource(ObjectToPut item)
    {
        var source = new FileInfo(item.File);
        if (!source.Exists) throw new FileNotFoundException($"The file '{item.File}', to be delivered as '{item.Key}', is gone.", item.File);
        if (source.Length != item.Length)
            throw new InvalidDataException($"The file '{item.File}' has {source.Length} bytes; '{item.Key}' is to have {item.Length}.");
    }

    /// <summary>Never the root: what was there a moment ago may have been unmounted.</summary>
    private void MakeFolders(string folder)
    {
        var missing = new Stack<string>();
        for (var path = folder; path != _root && !Directory.Exists(path); path = Path.GetDirectoryName(path)!) missing.Push(path);
        while (missing.TryPop(out var path)) MakeFolder(path);
        // An earlier put may have made them and ended before they were on the disk. A flush of what is there costs little.
        for (var path = folder; path != _root; path = Path.GetDirectoryName(path)!) FolderFiles.FlushFolder(Path.GetDirectoryName(path)!);
    }

    private static void MakeFolder(string path)
    {
        Directory.CreateDirectory(path);
        FolderFiles.FlushFolder(Path.GetDirectoryName(path) ?? path);
    }

    private string PathOf(string key)
    {
        var parts = key.Split('/');
        foreach (var part in parts)
        {
            if (Encoding.UTF8.GetByteCount(part) > ObjectKeys.PartBytesMax)
                throw new ArgumentException($"The key '{key}' has a part of more than {ObjectKeys.PartBytesMax} bytes, which no folder can hold.", nameof(key));
        }
        var path = Path.GetFullPath(Path.Combine([_root, .. parts]));
        // Also what the system makes of special names, such as drives.
        return path.StartsWith(_root.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? path
            : throw new ArgumentException($"The key '{key}' leads out of the folder '{_root}'.", nameof(key));
    }

    /// <summary>The same for each try, so that none leaves more than one behind, and hidden from whoever lists the folder.</summary>
    private static string CopyName(ObjectToPut item) =>
        $".{Convert.ToHexStringLower(SHA256.HashData([.. Encoding.UTF8.GetBytes(item.Key), .. item.Sha256.Span]).AsSpan(0, 16))}.part";

    private T AwayOr<T>(string what, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DestinationAwayException($"The {Name} did not {what}: {e.Message}", e);
        }
    }

    private void OrAway(ObjectToPut item, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException && !(e is FileNotFoundException f && f.FileName == item.File))
        {
            throw new DestinationAwayException($"The {Name} did not take '{item.Key}': {e.Message}", e);
        }
    }

    private void Reached(FolderStep step) => _reached?.Invoke(step);
}
