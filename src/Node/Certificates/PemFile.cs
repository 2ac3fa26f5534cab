namespace ActorStreams.Node.Certificates;

internal static class PemFile
{
    /// <summary>A secret is nobody else's to read at any moment, also where it replaces a file that was.</summary>
    public static void Write(string path, string text, bool isSecret)
    {
        File.Delete(path);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (isSecret && !OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var file = new StreamWriter(path, options);
        file.Write(text);
    }
}
