package dev.aloft.service.ssm;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Ssm;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Page;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.service.ssm.SsmData.Parameter;
import dev.aloft.service.ssm.SsmData.Version;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Parameters: reading, deleting, tags. */
final class Parameters {
    private static final int PATH_PAGE = 10;
    private static final int HISTORY_PAGE = 50;
    private static final String RESOURCE_TYPE = "Parameter";

    private final SsmData data;
    private final SecureValues secureValues;
    private final SecretReferences secrets;
    private final Changes changes;
    private final Store store;

    Parameters(SsmData data, SecureValues secureValues, SecretReferences secrets, Changes changes, Store store) {
        this.changes = changes;
        this.data = data;
        this.secrets = secrets;
        this.secureValues = secureValues;
        this.store = store;
    }

    Ssm.GetParameterResponse get(Caller caller, Ssm.GetParameterRequest input) {
        boolean decrypt = Boolean.TRUE.equals(input.withDecryption());
        if (SecretReferences.is(input.name())) {
            var secret = secrets.get(caller, input.name(), decrypt);
            return Ssm.GetParameterResponse.of(r -> r.parameter(secret));
        }
        var found = store.<Optional<Found>>read(tx -> find(tx, caller, input.name())).orElseThrow(Parameters::notFound);
        return Ssm.GetParameterResponse.of(r -> r.parameter(told(caller, found, decrypt)));
    }

    /** AWS says nothing more. */
    static Ssm.ParameterNotFound notFound() {
        return new Ssm.ParameterNotFound("");
    }

    Ssm.GetParametersResponse getSeveral(Caller caller, Ssm.GetParametersRequest input) {
        boolean decrypt = Boolean.TRUE.equals(input.withDecryption());
        var ofSecrets = ofSecrets(caller, input.names(), decrypt);
        var told = new LinkedHashMap<>(ofSecrets);
        var invalid = new LinkedHashSet<>(input.names().stream().filter(SecretReferences::is)
                .filter(name -> !ofSecrets.containsKey(name)).toList());
        var asked = input.names().stream().filter(name -> !SecretReferences.is(name)).toList();
        found(caller, asked).forEach((name, found) ->
                found.ifPresentOrElse(it -> told.put(name, told(caller, it, decrypt)), () -> invalid.add(name)));
        return Ssm.GetParametersResponse.of(r -> r.parameters(List.copyOf(told.values()))
                .invalidParameters(List.copyOf(invalid)));
    }

    private Map<String, Optional<Found>> found(Caller caller, List<String> names) {
        return store.read(tx -> {
            var all = new LinkedHashMap<String, Optional<Found>>();
            for (var name : names) {
                try {
                    all.put(name, find(tx, caller, name));
                } catch (Ssm.ParameterVersionNotFound _) {
                    all.put(name, Optional.empty());
                }
            }
            return all;
        });
    }

    private Map<String, Ssm.Parameter> ofSecrets(Caller caller, List<String> names, boolean decrypt) {
        var found = new LinkedHashMap<String, Ssm.Parameter>();
        for (var name : names) {
            if (SecretReferences.is(name)) {
                try {
                    found.put(name, secrets.get(caller, name, decrypt));
                } catch (Ssm.ParameterNotFound _) {
                    // Told among those that are invalid.
                }
            }
        }
        return found;
    }

    /** @param selector that chose the version, or null */
    private record Found(String name, Version version, String selector) {}

    private Optional<Found> find(ReadTx tx, Caller caller, String text) {
        var asked = Names.asked(caller, text);
        Names.checkForm(asked.name());
        var parameter = data.parameters.get(tx, SsmData.key(caller, asked.name()));
        if (asked.selector() == null || parameter.isEmpty()) {
            return parameter.map(it -> new Found(it.name(), it.latest(), null));
        }
        // Versions are numbers; a label is anything else.
        var number = number(asked.selector());
        var version = (number.isPresent() ? data.versions.get(tx, SsmData.key(caller, asked.name(), number.get()))
                : data.versions.range(tx, SsmData.key(caller, asked.name())).map(Row::value)
                        .filter(it -> it.labels().contains(asked.selector())).findFirst())
                .orElseThrow(() -> noVersion(asked.selector(), asked.name()));
        return Optional.of(new Found(parameter.get().name(), version, ":" + asked.selector()));
    }

    static Ssm.ParameterVersionNotFound noVersion(String selector, String name) {
        return new Ssm.ParameterVersionNotFound("Systems Manager could not find version " + selector + " of " + name
                + ". Verify the version and try again.");
    }

    private static Optional<Long> number(String text) {
        return text.length() <= 18 && !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9')
                ? Optional.of(Long.parseLong(text)) : Optional.empty();
    }

    Ssm.GetParametersByPathResponse byPath(Caller caller, Ssm.GetParametersByPathRequest input) {
        var path = Names.path(input.path());
        boolean recursive = Boolean.TRUE.equals(input.recursive());
        boolean decrypt = Boolean.TRUE.equals(input.withDecryption());
        var filters = Filters.underPath(input.parameterFilters());
        var labels = Filters.labels(input.parameterFilters());
        var page = store.<Part>read(tx -> page(data.parameters.range(tx, SsmData.under(caller, path)).map(Row::value)
                .filter(it -> recursive || Names.full(it.name()).indexOf('/', path.length()) < 0)
                .flatMap(it -> labels.isEmpty() ? Stream.of(it) : labelled(tx, caller, it, labels).stream())
                .filter(filters), input.nextToken(), input.maxResults(), PATH_PAGE));
        var told = page.items().stream().map(it -> new Found(it.name(), it.latest(), null))
                .map(it -> told(caller, it, decrypt)).toList();
        return Ssm.GetParametersByPathResponse.of(r -> r.parameters(told).nextToken(page.token()));
    }

    /** As it was in the version that has one of these labels. */
    private Optional<Parameter> labelled(ReadTx tx, Caller caller, Parameter parameter, List<String> labels) {
        return data.versions.range(tx, SsmData.key(caller, parameter.name())).map(Row::value)
                .filter(version -> version.labels().stream().anyMatch(labels::contains)).findFirst()
                .map(version -> new Parameter(parameter.name(), version, parameter.tags()));
    }

    Ssm.DescribeParametersResponse describe(Caller caller, Ssm.DescribeParametersRequest input) {
        if (Boolean.TRUE.equals(input.shared())) {
            throw ApiError.notBuilt("DescribeParameters with Shared");
        }
        if (isGiven(input.filters()) && isGiven(input.parameterFilters())) {
            throw Names.invalid("You can use either Filters or ParameterFilters in a single request.");
        }
        var filters = Filters.of(input.parameterFilters()).and(Filters.ofOldForm(input.filters()));
        return store.read(tx -> {
            var page = page(data.parameters.range(tx, SsmData.all(caller)).map(Row::value).filter(filters),
                    input.nextToken(), input.maxResults(), PATH_PAGE);
            return Ssm.DescribeParametersResponse.of(r -> r
                    .parameters(page.items().stream().map(it -> metadata(caller, it)).toList())
                            .nextToken(page.token()));
        });
    }

    private static boolean isGiven(List<?> filters) {
        return filters != null && !filters.isEmpty();
    }

    Ssm.GetParameterHistoryResponse history(Caller caller, Ssm.GetParameterHistoryRequest input) {
        var name = Names.asked(caller, input.name()).name();
        boolean decrypt = Boolean.TRUE.equals(input.withDecryption());
        var page = store.<Page<Version>>read(tx -> {
            if (!data.parameters.has(tx, SsmData.key(caller, name))) {
                throw notFound();
            }
            var after = input.nextToken() == null ? 0 : number(input.nextToken()).orElseThrow(Parameters::badToken);
            var range = Range.of(SsmData.key(caller, name)).after(SsmData.key(caller, name, after));
            return data.versions.page(tx, range, input.maxResults() == null ? HISTORY_PAGE : input.maxResults());
        });
        var told = page.values().stream().map(version -> Ssm.ParameterHistory.of(h -> h
                .name(name).type(version.type()).value(value(caller, name, version, decrypt)).version(version.number())
                .lastModifiedDate(version.modified()).lastModifiedUser(version.user())
                .description(version.description()).allowedPattern(version.allowedPattern()).tier(version.tier())
                .dataType("text").labels(version.labels()).policies(List.of()).keyId(version.toldKeyId()))).toList();
        return Ssm.GetParameterHistoryResponse.of(r -> r.parameters(told)
                .nextToken(page.next().map(key -> Long.toString(key.number(3))).orElse(null)));
    }

    private record Part(List<Parameter> items, String token) {}

    /** The token is the last name told: what comes after it is next, whatever was deleted in between. */
    private static Part page(Stream<Parameter> sorted, String token, Integer maxResults, int usual) {
        int limit = maxResults == null ? usual : maxResults;
        var after = token == null ? null : Tokens.text(token);
        var found = sorted.filter(it -> after == null
                        || Key.of(Names.plain(it.name())).compareTo(Key.of(Names.plain(after))) > 0)
                .limit(limit + 1L).toList();
        return found.size() <= limit ? new Part(found, null)
                : new Part(found.subList(0, limit), Tokens.of(found.get(limit - 1).name()));
    }

    private static Ssm.InvalidNextToken badToken() {
        return Tokens.invalid();
    }

    void delete(Caller caller, String text) {
        var name = Names.asked(caller, text).name();
        store.change(tx -> {
            if (!delete(tx, caller, name)) {
                throw notFound();
            }
        });
    }

    Ssm.DeleteParametersResponse deleteSeveral(Caller caller, List<String> names) {
        return store.write(tx -> {
            var deleted = new ArrayList<String>();
            var invalid = new ArrayList<String>();
            for (var name : names) {
                (delete(tx, caller, Names.asked(caller, name).name()) ? deleted : invalid).add(name);
            }
            return Ssm.DeleteParametersResponse.of(r -> r.deletedParameters(deleted).invalidParameters(invalid));
        });
    }

    private boolean delete(Tx tx, Caller caller, String name) {
        var key = SsmData.key(caller, name);
        data.versions.deleteAll(tx, key);
        data.parameters.get(tx, key).ifPresent(it -> changes.tell(tx, caller, "Delete", name, it.latest()));
        return data.parameters.delete(tx, key);
    }

    List<Ssm.Tag> tags(Caller caller, String resourceType, String resourceId) {
        return store.read(tx -> Tags.told(existing(tx, caller, resourceType, resourceId).tags()));
    }

    void changeTags(Caller caller, String resourceType, String resourceId, UnaryOperator<Map<String, String>> how) {
        store.change(tx -> {
            var parameter = existing(tx, caller, resourceType, resourceId);
            data.parameters.put(tx, SsmData.key(caller, parameter.name()),
                    new Parameter(parameter.name(), parameter.latest(), how.apply(parameter.tags())));
        });
    }

    private Parameter existing(ReadTx tx, Caller caller, String resourceType, String resourceId) {
        if (!resourceType.equals(RESOURCE_TYPE)) {
            throw ApiError.notBuilt("Tags of a Systems Manager " + resourceType);
        }
        return data.parameters.get(tx, SsmData.key(caller, Names.asked(caller, resourceId).name()))
                .orElseThrow(() -> new Ssm.InvalidResourceId("The resource ID \"" + resourceId
                        + "\" is not valid. Verify that you"
                        + " entered the correct ID and try again."));
    }

    private Ssm.Parameter told(Caller caller, Found found, boolean decrypt) {
        var version = found.version();
        return Ssm.Parameter.of(p -> p.name(found.name()).type(version.type()).selector(found.selector())
                .value(value(caller, found.name(), version, decrypt)).version(version.number())
                .lastModifiedDate(version.modified()).arn(Names.arn(caller, found.name())).dataType("text"));
    }

    /** What is not to be decrypted is told as KMS encrypted it. */
    private String value(Caller caller, String name, Version version, boolean decrypt) {
        return decrypt && version.isSecure() ? secureValues.opened(caller, name, version) : version.value();
    }

    private static Ssm.ParameterMetadata metadata(Caller caller, Parameter parameter) {
        var latest = parameter.latest();
        return Ssm.ParameterMetadata.of(m -> m
                .name(parameter.name()).arn(Names.arn(caller, parameter.name())).type(latest.type())
                        .version(latest.number())
                .keyId(latest.toldKeyId()).lastModifiedDate(latest.modified()).lastModifiedUser(latest.user())
                .description(latest.description()).allowedPattern(latest.allowedPattern()).tier(latest.tier())
                .policies(List.of()).dataType("text"));
    }
}
