package dev.aloft.service.pipes;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.JsonReader;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.Pipes;
import dev.aloft.api.Principal;
import dev.aloft.kernel.envelope.Envelopes;
import dev.aloft.kernel.envelope.KeyRefusal;
import dev.aloft.kernel.envelope.KeyUse;
import dev.aloft.kernel.identity.Roles;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.pipes.PipesData.KeptPipe;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * The keys of KMS under which a pipe's event patterns and input transformers lie; its role uses them. A pipe whose key
 * cannot be used does not run. Calls KMS, and so is not for transactions.
 *
 * @see <a href="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-encryption-pipes-cmkey.html">Encrypting
 *     pipe data</a>
 */
final class PipeKeys {
    /** For so long a plain data key is in memory. */
    private static final Duration REUSE = Duration.ofMinutes(5);

    private final Roles roles;
    private final Envelopes envelopes;

    PipeKeys(Endpoint endpoint, Roles roles, Time time) {
        this.roles = roles;
        envelopes = new Envelopes("pipes", endpoint, time, PipeKeys::refused);
    }

    private static ApiError refused(KeyRefusal refusal) {
        return new Pipes.ValidationException("The KMS key cannot be used: " + refusal.words());
    }

    /** A session of the pipe's role. */
    Caller role(KeptPipe pipe) {
        var service = new Caller(pipe.account(), pipe.region(),
                new Principal.Service("pipes.amazonaws.com", pipe.arn()),
                UUID.randomUUID().toString(), null, 0, null, null, null);
        return roles.assume(service, pipe.settings().roleArn(), pipe.name());
    }

    /** A pipe as it is kept. */
    KeptPipe sealed(KeptPipe pipe) {
        var s = pipe.settings();
        var key = s.kmsKeyIdentifier();
        if (key == null || key.isEmpty()) {
            return pipe;
        }
        var criteria = s.sourceParameters().filterCriteria();
        var patterns = criteria == null || criteria.filters() == null ? null
                : criteria.filters().stream().map(Pipes.Filter::pattern).toList();
        var content = JsonWriter.bytes(Arrays.asList(patterns,
                Optional.ofNullable(s.enrichmentParameters()).map(Pipes.PipeEnrichmentParameters::inputTemplate)
                        .orElse(null),
                Optional.ofNullable(s.targetParameters()).map(Pipes.PipeTargetParameters::inputTemplate).orElse(null)));
        var use = new KeyUse(pipe.account(), key, Map.of("aws:pipes:arn", pipe.arn()), REUSE);
        return with(pipe, null, null, null, envelopes.sealed(role(pipe), use, content));
    }

    /** The pipe with all its settings. */
    @SuppressWarnings("unchecked")
    KeptPipe opened(KeptPipe pipe) {
        if (pipe.sealed() == null) {
            return pipe;
        }
        var content = (List<Object>) JsonReader.tree(envelopes.opened(role(pipe), pipe.sealed(), REUSE));
        return with(pipe, (List<String>) content.get(0), (String) content.get(1), (String) content.get(2), null);
    }

    private static KeptPipe with(KeptPipe pipe, List<String> patterns, String ofEnrichment, String ofTarget,
            byte[] sealed) {
        var s = pipe.settings();
        var filters = patterns == null ? null : Pipes.FilterCriteria.of(c -> c.filters(
                patterns.stream().map(each -> Pipes.Filter.of(f -> f.pattern(each))).toList()));
        var settings = s.toBuilder()
                .sourceParameters(s.sourceParameters().toBuilder().filterCriteria(filters).build())
                .enrichmentParameters(s.enrichmentParameters() == null ? null
                        : s.enrichmentParameters().toBuilder().inputTemplate(ofEnrichment).build())
                .targetParameters(s.targetParameters() == null ? null
                        : s.targetParameters().toBuilder().inputTemplate(ofTarget).build()).build();
        return new KeptPipe(pipe.account(), pipe.region(), settings, pipe.revision(), pipe.created(), pipe.modified(),
                sealed);
    }
}
