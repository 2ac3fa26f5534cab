namespace ActorStreams.Gateway.Tests.Kinesis;

/// <summary>The specs of the actions once more, over CBOR: <see cref="CborJson"/> translates both ways.</summary>
public static class OverCborSpecs
{
    public sealed class CreateStream : CreateStreamSpecs
    {
        protected override string ContentType => GatewayHost.Cbor;
    }

    public sealed class Describe : DescribeSpecs
    {
        protected override string ContentType => GatewayHost.Cbor;
    }

    public sealed class GetRecords : GetRecordsSpecs
    {
        protected override string ContentType => GatewayHost.Cbor;
    }

    public sealed class GetShardIterator : GetShardIteratorSpecs
    {
        protected override string ContentType => GatewayHost.Cbor;
    }

    public sealed class List : ListSpecs
    {
        protected override string ContentType => GatewayHost.Cbor;
    }

    public sealed class PutRecord : PutRecordSpecs
    {
        protected override string ContentType => GatewayHost.Cbor;
    }

    public sealed class PutRecords : PutRecordsSpecs
    {
        protected override string ContentType => GatewayHost.Cbor;
    }

    public sealed class RoundTrip : RoundTripSpecs
    {
        protected override string ContentType => GatewayHost.Cbor;
    }

    public sealed class DescribeLimits : DescribeLimitsSpecs
    {
        protected override string ContentType => GatewayHost.Cbor;
    }

    public sealed class AccountSettings : AccountSettingsSpecs
    {
        protected override string ContentType => GatewayHost.Cbor;
    }

    public sealed class Channel : ChannelSpecs
    {
        protected override string ContentType => GatewayHost.Cbor;
    }

    public sealed class Consumer : ConsumerSpecs
    {
        protected override string ContentType => GatewayHost.Cbor;
    }

    public sealed class Control : ControlSpecs
    {
        protected override string ContentType => GatewayHost.Cbor;
    }

    public sealed class Encryption : EncryptionSpecs
    {
        protected override string ContentType => GatewayHost.Cbor;
    }

    public sealed class Monitoring : MonitoringSpecs
    {
        protected override string ContentType => GatewayHost.Cbor;
    }

    public sealed class SplitShard : SplitShardSpecs
    {
        protected override string ContentType => GatewayHost.Cbor;
    }

    public sealed class MergeShards : MergeShardsSpecs
    {
        protected override string ContentType => GatewayHost.Cbor;
    }

    public sealed class UpdateShardCount : UpdateShardCountSpecs
    {
        protected override string ContentType => GatewayHost.Cbor;
    }

    public sealed class Retention : RetentionSpecs
    {
        protected override string ContentType => GatewayHost.Cbor;
    }

    public sealed class UpdateStreamMode : UpdateStreamModeSpecs
    {
        protected override string ContentType => GatewayHost.Cbor;
    }

    public sealed class UpdateStreamWarmThroughput : UpdateStreamWarmThroughputSpecs
    {
        protected override string ContentType => GatewayHost.Cbor;
    }

    public sealed class UpdateMaxRecordSize : UpdateMaxRecordSizeSpecs
    {
        protected override string ContentType => GatewayHost.Cbor;
    }

    public sealed class UpdateStreamRecordDistributionStrategy : UpdateStreamRecordDistributionStrategySpecs
    {
        protected override string ContentType => GatewayHost.Cbor;
    }

    public sealed class Tag : TagSpecs
    {
        protected override string ContentType => GatewayHost.Cbor;
    }
}
