using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace ActorStreams.Examples.Badges;

/// <summary>What becomes of a log that is rotated.</summary>
public enum Rotation
{
    /// <summary><c>badges.log</c> becomes <c>badges.log.001</c>, and a new one is begun.</summary>
    Rename = 1,

    /// <summary>It is copied to <c>badges.log.001</c> and made empty.</summary>
    Copy = 2,

    /// <summary>It becomes <c>badges.log.001.gz</c>.</summary>
    Gzip = 3,
}

/// <summary>The log of the sensors of one place, with its own count of what it holds.</summary>
public sealed class BadgeLog
{
    private readonly string _path;
    private readonly StringBuilder _lines = new();

    /// <param name="folder">Is created where it is missing.</param>
    public BadgeLog(string folder) => _path = Path.Combine(Directory.CreateDirectory(folder).FullName, "badges.log");

    public ZoneReport Report { get; } = new();

    public int Rotations { get; private set; }

    public long Lines { get; private set; }

    public void Append(IEnumerable<Reading> readings)
    {
        _lines.Clear();
        foreach (var reading in readings)
        {
            reading.AppendTo(_lines);
            Report.Add(reading);
            Lines++;
        }
        File.AppendAllText(_path, _lines.ToString());
    }

    public void Rotate(Rotation how)
    {
        var rotated = string.Create(CultureInfo.InvariantCulture, $"{_path}.{++Rotations:000}");
        switch (how)
        {
            case Rotation.Copy:
                File.Copy(_path, rotated);
                using (var file = File.OpenWrite(_path)) file.SetLength(0);
                break;
            case Rotation.Gzip:
                File.Move(_path, rotated);
                using (var from = File.OpenRead(rotated))
                using (var to = new GZipStream(File.Create(rotated + ".gz"), CompressionLevel.Fastest))
                    from.CopyTo(to);
                File.Delete(rotated);
                break;
            default:
                File.Move(_path, rotated);
                break;
        }
    }
}
