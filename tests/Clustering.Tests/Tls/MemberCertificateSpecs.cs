using System.Security.Cryptography;
using ActorStreams.Clustering.Tls;

namespace ActorStreams.Clustering.Tests.Tls;

public sealed class MemberCertificateSpecs : IDisposable
{
    private const string Host = "127.0.0.1";
    private readonly TestAuthority _authority = new();
    private readonly TestAuthority _other = new();

    public void Dispose()
    {
        _authority.Dispose();
        _other.Dispose();
    }

    [Fact]
    public void Files_that_belong_together_are_taken() => Assert.Empty(ProblemsOf(_authority.Member()));

    [Fact]
    public void A_file_that_is_not_there_is_named() =>
        AssertProblem("Tls:KeyFile nowhere.pem can't be read", _authority.Member() with { KeyFile = "nowhere.pem" });

    [Fact]
    public void The_key_of_another_certificate_is_refused() =>
        AssertProblem("are no PEM certificate and its private key", _authority.Member() with { KeyFile = _authority.Member().KeyFile });

    [Fact]
    public void An_encrypted_key_is_refused()
    {
        using var key = ECDsa.Create();
        var pem = key.ExportEncryptedPkcs8PrivateKeyPem("secret", new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1_000));

        AssertProblem("holds an encrypted private key", _authority.Member() with { KeyFile = _authority.Write(pem) });
    }

    [Fact]
    public void A_file_without_an_authority_is_refused()
    {
        AssertProblem("holds no certificate that signed itself", _authority.Member() with { AuthorityFile = _authority.Write("nothing") });
        AssertProblem("holds no certificate that signed itself", _authority.Member() with { AuthorityFile = _authority.Member().CertificateFile });
    }

    [Fact]
    public void A_certificate_of_another_authority_is_refused_also_where_it_has_the_same_name() =>
        AssertProblem("is not a member's certificate signed by the authority in", _authority.Member() with { AuthorityFile = _other.File });

    [Fact]
    public void Of_two_authorities_either_makes_a_member()
    {
        var both = _authority.Write(File.ReadAllText(_other.File) + "\n" + File.ReadAllText(_authority.File));

        Assert.Empty(ProblemsOf(_authority.Member() with { AuthorityFile = both }));
        Assert.Empty(ProblemsOf(_other.Member() with { AuthorityFile = both }));
    }

    [Fact]
    public void A_certificate_that_has_expired_is_refused() => AssertProblem("is refused: CN=127.0.0.1, valid from", _authority.Member(validDays: -1));

    [Fact]
    public void A_certificate_for_servers_alone_is_refused() => AssertProblem("is not a member's certificate", _authority.Member(isClientToo: false));

    [Fact]
    public void A_certificate_for_another_host_is_refused() =>
        AssertProblem("does not name this member's Host, '127.0.0.1'", _authority.Member("elsewhere.test"));

    private static IReadOnlyList<string> ProblemsOf(ClusterTlsOptions options) => options.Problems(Host, TimeProvider.System);

    private static void AssertProblem(string text, ClusterTlsOptions options) => Assert.Contains(text, Assert.Single(ProblemsOf(options)));
}
