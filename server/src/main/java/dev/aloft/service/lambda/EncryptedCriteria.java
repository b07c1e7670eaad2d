package dev.aloft.service.lambda;

import dev.aloft.api.ApiError;
import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.JsonReader;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.Lambda;
import dev.aloft.api.Lambda.EventSourceMappingConfiguration;
import dev.aloft.api.Lambda.FilterCriteria;
import dev.aloft.kernel.envelope.Envelopes;
import dev.aloft.kernel.envelope.KeyUse;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.lambda.source.Mapping;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Filter criteria under a key of KMS that a mapping names. Whoever sets them must be allowed to make data keys and to
 * decrypt with it; whoever looks at the mapping sees them if the key lets them decrypt, else why not; Lambda itself
 * decrypts them while it reads the source, which the key's policy must allow.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html#filter-criteria-encryption">
 *     Encryption of filter criteria</a>
 */
final class EncryptedCriteria {
    private static final String WHAT = "filter criteria";
    /** How long a mapping reads on after its key is no good. */
    private static final Duration REUSE = Duration.ofMinutes(5);

    private final Envelopes making;
    private final Envelopes seeing;

    EncryptedCriteria(Endpoint endpoint, Time time) {
        making = new Envelopes("lambda", endpoint, time,
                refusal -> KeyErrors.configuring(WHAT, "GenerateDataKey", refusal.code(), refusal.words()));
        seeing = new Envelopes("lambda", endpoint, time,
                refusal -> ApiError.of(refusal.code(), 400, KeyErrors.seen(WHAT, refusal)));
    }

    /** A mapping as it is kept: with a key its criteria are encrypted. */
    Mapping kept(Caller caller, Mapping mapping) {
        var c = mapping.configuration();
        if (c.kmsKeyArn() == null || c.filterCriteria() == null) {
            return mapping.with(c, null);
        }
        var texts = c.filterCriteria().filters().stream().map(Lambda.Filter::pattern).toList();
        var context = Map.of("aws:lambda:EventSourceArn", c.eventSourceArn(), "aws:lambda:FunctionArn",
                c.functionArn());
        byte[] sealed = making.sealed(caller, new KeyUse(mapping.account(), c.kmsKeyArn(), context, Duration.ZERO),
                JsonWriter.string(texts).getBytes(StandardCharsets.UTF_8));
        return mapping.with(c.toBuilder().filterCriteria(null).build(), Bytes.of(sealed));
    }

    /** The criteria, for whoever sets the mapping up anew. */
    FilterCriteria plain(Caller caller, Mapping mapping) {
        return mapping.sealed() == null ? mapping.configuration().filterCriteria()
                : criteria(opened(making, caller, mapping, Duration.ZERO));
    }

    /** The configuration as this caller sees it. */
    EventSourceMappingConfiguration told(Caller caller, Mapping mapping, EventSourceMappingConfiguration c) {
        if (mapping.sealed() == null) {
            return c;
        }
        try {
            return c.toBuilder().filterCriteria(criteria(opened(seeing, caller, mapping, Duration.ZERO))).build();
        } catch (ApiError refused) {
            return c.toBuilder().filterCriteriaError(Lambda.FilterCriteriaError.of(
                    e -> e.errorCode(refused.code()).message(refused.getMessage()))).build();
        }
    }

    /** The patterns, for Lambda itself; an error that says why not. */
    List<String> patterns(Caller lambda, Mapping mapping) {
        return opened(seeing, lambda, mapping, REUSE);
    }

    private static List<String> opened(Envelopes envelopes, Caller caller, Mapping mapping, Duration reuse) {
        byte[] plain = envelopes.opened(caller, mapping.sealed().array(), reuse);
        return JsonReader.tree(plain) instanceof List<?> texts ? texts.stream().map(String::valueOf).toList()
                : List.of();
    }

    private static FilterCriteria criteria(List<String> patterns) {
        return FilterCriteria.of(c -> c.filters(
                patterns.stream().map(text -> Lambda.Filter.of(f -> f.pattern(text))).toList()));
    }
}
