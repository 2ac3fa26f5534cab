using System.Collections.Immutable;
using ActorStreams.Shards.Encryption;

namespace ActorStreams.Shards.Tests.Encryption;

public sealed class EncryptionKeysSpecs
{
    private static readonly string s_key = Convert.ToBase64String([.. Enumerable.Range(1, 32).Select(b => (byte)b)]);
    private static readonly EncryptionKeys s_keys = EncryptionKeys.Load(Options(("orders", s_key), ("aws/kinesis", s_key)));

    [Theory]
    [InlineData("orders", "orders")]
    [InlineData("alias/orders", "orders")]
    [InlineData("alias/aws/kinesis", "aws/kinesis")]
    [InlineData("arn:aws:kms:eu-central-1:123456789012:key/orders", "orders")]
    [InlineData("arn:aws:kms:eu-central-1:123456789012:alias/aws/kinesis", "aws/kinesis")]
    [InlineData("Orders", null)]
    [InlineData("alias/other", null)]
    [InlineData("key/orders", null)]
    [InlineData("arn:aws:kms:eu-central-1:123456789012:orders", null)]
    [InlineData("arn:aws:kms:eu-central-1:key/orders", null)]
    [InlineData("arn:aws:iam:eu-central-1:123456789012:key/orders", null)]
    [InlineData("", null)]
    public void A_key_id_means_a_key_by_name_alias_or_arn(string keyId, string? name) => Assert.Equal(name, s_keys.Find(keyId));

    [Fact]
    public void A_key_is_read_from_a_file_raw_or_in_base64()
    {
        var folder = Directory.CreateTempSubdirectory("actorstreams-").FullName;
        try
        {
            File.WriteAllBytes(Path.Combine(folder, "raw"), Convert.FromBase64String(s_key));
            File.WriteAllText(Path.Combine(folder, "text"), s_key + "\n");

            var keys = EncryptionKeys.Load(Options(("raw", $"file:{folder}/raw"), ("text", $"file:{folder}/text"), ("inline", s_key)));

            Assert.Equal(["inline", "raw", "text"], keys.Names);
            Assert.Single(keys.Names.Select(n => keys.RefOf(n).Check).Distinct());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void All_that_is_wrong_is_told_at_once_and_no_key_with_it()
    {
        var folder = Directory.CreateTempSubdirectory("actorstreams-").FullName;
        var errors = new List<string>();
        try
        {
            File.WriteAllText(Path.Combine(folder, "long"), new string('x', 5000));

            EncryptionKeys.Load(
                Options(("short", s_key[..20]), ("alias/a", s_key), ("sp ace", s_key), ("gone", $"file:{folder}/gone"), ("long", $"file:{folder}/long"), ("empty", "")), errors);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        Assert.Equal(6, errors.Count);
        Assert.All(["Keys:short ", "Keys:alias/a ", "Keys:sp ace ", "Keys:gone ", "Keys:long ", "Keys:empty "], setting => Assert.Contains(errors, e => e.StartsWith(setting, StringComparison.Ordinal)));
        Assert.DoesNotContain(errors, e => e.Contains(s_key[..20], StringComparison.Ordinal));
    }

    [Fact]
    public void Options_print_names_alone() => Assert.DoesNotContain(s_key, Options(("orders", s_key)).ToString(), StringComparison.Ordinal);

    private static EncryptionOptions Options(params (string Name, string Value)[] keys) =>
        new() { Keys = keys.ToImmutableSortedDictionary(k => k.Name, k => k.Value) };
}
