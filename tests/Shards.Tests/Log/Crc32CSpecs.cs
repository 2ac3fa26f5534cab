using System.Text;
using ActorStreams.Shards.Log;
using FsCheck.Xunit;

namespace ActorStreams.Shards.Tests.Log;

public class Crc32CSpecs
{
    /// <summary>Check values of RFC 3720, section B.4, and of the catalogue of parametrised CRC algorithms.</summary>
    [Fact]
    public void Known_checksums_are_found()
    {
        Assert.Equal(0xE3069283u, Crc32C.Of(Encoding.ASCII.GetBytes("123456789")));
        Assert.Equal(0x8A9136AAu, Crc32C.Of(new byte[32]));
        Assert.Equal(0x62A8AB43u, Crc32C.Of(Enumerable.Repeat((byte)0xff, 32).ToArray()));
        Assert.Equal(0x46DD794Eu, Crc32C.Of(Enumerable.Range(0, 32).Select(i => (byte)i).ToArray()));
        Assert.Equal(0u, Crc32C.Of([]));
    }

    [Property]
    public void A_checksum_goes_on_over_parts(byte[] first, byte[] second) =>
        Assert.Equal(Crc32C.Of([.. first, .. second]), Crc32C.Of(second, Crc32C.Of(first)));
}
