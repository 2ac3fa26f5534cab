using System.Text;
using Acornima.Ast;
using ActorStreams.Pipelines.Firehose.Naming;
using Jint;
using Jint.Native;
using Jint.Native.Object;
using Jint.Runtime;

namespace ActorStreams.Pipelines.Firehose.Processing.Scripts;

/// <summary>
/// Transforms records by JavaScript, in this process: the script has a function <c>transform(record, event)</c>, where record has
/// <c>recordId</c>, <c>approximateArrivalTimestamp</c> (milliseconds), <c>data</c> (the text) and <c>partitionKeys</c>, which it may fill, and of a
/// stream <c>kinesisRecordMetadata</c>; event has what <see cref="TransformEvent"/> says, under the service's names.
/// Text that it returns is the new data, an object becomes its JSON, null or nothing drops the record. A record at which it throws, or uses
/// more than <see cref="ScriptOptions"/> allows, fails alone. The script sees nothing of the machine: no files, no network, no .NET.
/// An instance serves one graph: it is not safe for many threads.
/// </summary>
public sealed class ScriptTransform : ITransformStep, IDisposable
{
    public const string FailedCode = "JavaScript.Failed";
    public const string LimitExceededCode = "JavaScript.LimitExceeded";
    private const string Function = "transform";

    // Between statements the memory is looked at; these make any amount of text in one.
    private const string Guards = """
        for (const [name, length] of [
            ['repeat', (text, n) => text.length * n], ['padStart', (text, n) => Number(n)], ['padEnd', (text, n) => Number(n)]]) {
            const original = String.prototype[name];
            const bounded = { [name](...given) {
                if (length(String(this), given[0]) > textLengthMax) throw new RangeError(`${name} makes more than ${textLengthMax} characters`);
                return original.apply(this, given);
            } };
            Object.defineProperty(String.prototype, name, { value: bounded[name], writable: true, configurable: true });
        }
        """;

    private static readonly Encoding s_strict = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly Prepared<Script> _script;
    private readonly ScriptOptions _options;
    private Engine? _engine;

    // The last record was stopped for its time.
    private bool _isTimedOut;

    private ScriptTransform(Prepared<Script> script, ScriptOptions options)
    {
        _script = script;
        _options = options;
    }

    /// <summary>A script may use the clock and chance.</summary>
    public bool IsDeterministic => false;

    public ITransformWatcher? Watcher { private get; set; }

    /// <summary>Null with what is wrong with the script, and where.</summary>
    public static ScriptTransform? Create(string script, ScriptOptions options, out string? error)
    {
        try
        {
            var transform = new ScriptTransform(Engine.PrepareScript(script, strict: true), options);
            transform._engine = transform.NewEngine();
            error = transform._engine.GetValue(Function).IsCallable() ? null : "The script has no function transform(record).";
            return error is null ? transform : null;
        }
        catch (Exception e) when (e is JintException or TimeoutException)
        {
            error = $"The script fails: {(e.InnerException ?? e).Message}";
            return null;
        }
    }

    public Task<Processed> ProcessAsync(IReadOnlyList<DeliveryRecord> records, CancellationToken cancel)
    {
        var good = new List<DeliveryRecord>(records.Count);
        var failed = new List<FailedRecord>();
        var (dropped, timedOut) = (0, 0);
        var invocationId = Guid.NewGuid().ToString();
        Watcher?.Waits($"The script {_options.Name} works on {records.Count} records.");
        try
        {
            foreach (var record in records)
            {
                cancel.ThrowIfCancellationRequested();
                var (transformed, code, problem) = Transform(record, invocationId);
                if (code is not null) failed.Add(new FailedRecord(record, FailedRecord.ProcessingFailed, code, problem!, 1));
                else if (transformed is not null) good.Add(transformed);
                else dropped++;
                if (!_isTimedOut) continue;
                (timedOut, _isTimedOut) = (timedOut + 1, false);
                Watcher?.Waits($"The script {_options.Name} works on {records.Count} records and took longer than {_options.Timeout.TotalSeconds:0.###} s for {timedOut} of them.");
            }
        }
        finally
        {
            Watcher?.Waits(null);
        }
        Tell(TransformOutcome.Done, good.Count + dropped);
        Tell(TransformOutcome.TimedOut, timedOut);
        Tell(TransformOutcome.Failed, failed.Count - timedOut);
        return Task.FromResult(new Processed(good, failed, dropped));

        void Tell(TransformOutcome outcome, int calls)
        {
            if (calls > 0) Watcher?.Called(outcome, calls);
        }
    }

    public void Dispose() => _engine?.Dispose();

    private (DeliveryRecord? Transformed, string? Code, string? Problem) Transform(DeliveryRecord record, string invocationId)
    {
        try
        {
            var engine = _engine ??= NewEngine();
            var keys = new JsObject(engine);
            var answer = engine.Invoke(Function, RecordOf(engine, record, keys), EventOf(engine, invocationId));
            if (answer.IsNull()) return (null, null, null);
            if (answer.IsUndefined()) return (null, FailedCode, "The script returned nothing; null drops a record, and text or an object is what becomes of it.");
            if (answer.IsPromise()) return (null, FailedCode, "The script returned a promise; transform has to be a function that is not async.");
            var text = answer.IsString() ? answer : engine.Evaluate("JSON").AsObject().Get("stringify").Call(answer);
            if (!text.IsString()) return (null, FailedCode, "The script returned neither text nor what JSON can write.");
            return WithKeys(record with { Data = s_strict.GetBytes(text.AsString()) }, keys);
        }
        catch (DecoderFallbackException)
        {
            return (null, FailedCode, "The data is not UTF-8 text.");
        }
        catch (EncoderFallbackException)
        {
            return (null, FailedCode, "The script returned text that is not valid Unicode.");
        }
        catch (JavaScriptException e)
        {
            return (null, FailedCode, $"The script threw: {e.Message}");
        }
        catch (Exception e) when (e is JintException or TimeoutException or OutOfMemoryException or System.Text.RegularExpressions.RegexMatchTimeoutException)
        {
            _isTimedOut = e is TimeoutException;
            // Stopped anywhere within, the script's own state cannot be relied on.
            _engine?.Dispose();
            _engine = null;
            return (null, LimitExceededCode, $"The script was stopped: {e.Message}");
        }
    }

    private JsObject RecordOf(Engine engine, DeliveryRecord record, JsObject keys)
    {
        var argument = new JsObject(engine);
        argument.Set("recordId", record.Id);
        argument.Set("approximateArrivalTimestamp", (double)record.ArrivedAt.ToUnixTimeMilliseconds());
        argument.Set("data", s_strict.GetString(record.Data.Span));
        argument.Set("partitionKeys", keys);
        if (_options.Event.MetadataOf(record) is not { } metadata) return argument;
        var told = new JsObject(engine);
        told.Set("sequenceNumber", metadata.SequenceNumber);
        told.Set("subsequenceNumber", metadata.SubsequenceNumber);
        told.Set("partitionKey", metadata.PartitionKey);
        told.Set("shardId", metadata.ShardId);
        told.Set("approximateArrivalTimestamp", (double)record.ArrivedAt.ToUnixTimeMilliseconds());
        argument.Set("kinesisRecordMetadata", told);
        return argument;
    }

    private JsObject EventOf(Engine engine, string invocationId)
    {
        var argument = new JsObject(engine);
        argument.Set("invocationId", invocationId);
        argument.Set("deliveryStreamArn", _options.Event.DeliveryStreamArn);
        if (_options.Event.SourceStreamArn is { } source) argument.Set("sourceKinesisStreamArn", source);
        argument.Set("region", _options.Event.Region);
        return argument;
    }

    private static (DeliveryRecord? Transformed, string? Code, string? Problem) WithKeys(DeliveryRecord record, ObjectInstance keys)
    {
        var names = keys.GetOwnPropertyKeys();
        if (names.Count == 0) return (record, null, null);
        var builder = record.PartitionKeys.ToBuilder();
        foreach (var name in names)
        {
            var value = keys.Get(name);
            var text = value.IsString() || value.IsNumber() || value.IsBoolean() ? value.ToString() : "";
            if (text.Length == 0) return (null, FailedCode, $"partitionKeys values must not be null or empty: {name}.");
            builder[PartitionKeyNames.FromLambda(name.ToString())] = text;
        }
        return (record with { PartitionKeys = builder.ToImmutable() }, null, null);
    }

    private Engine NewEngine()
    {
        var engine = new Engine(o =>
        {
            o.Strict = true;
            o.TimeoutInterval(_options.Timeout);
            o.MaxStatements(_options.StatementsMax);
            o.LimitMemory(_options.MemoryBytesMax);
            o.LimitRecursion(_options.RecursionMax);
            o.MaxArraySize((uint)_options.ArrayLengthMax);
            o.RegexTimeoutInterval(_options.Timeout);
            o.DisableStringCompilation();
        });
        engine.SetValue("textLengthMax", _options.TextLengthMax);
        engine.Execute($"(function (textLengthMax) {{ {Guards} }})(textLengthMax); delete globalThis.textLengthMax;");
        engine.Execute(_script);
        return engine;
    }
}
