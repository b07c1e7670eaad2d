package dev.aloft.service.lambda;

import dev.aloft.api.Lambda;
import dev.aloft.kernel.delivery.poll.StreamPoller;
import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.store.Index;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Table;
import dev.aloft.kernel.store.Tx;
import dev.aloft.service.lambda.source.Mapping;
import java.util.List;
import java.util.Map;

/** What Lambda keeps. Events on their way are in {@code async}. */
final class LambdaData {
    /** By account, region and name. */
    static final Table<Function> FUNCTIONS = Table.of("functions", new RecentlyRead<>(Codec.of(Function.class)));
    /** Functions with a reservation, by account and region. */
    static final Index<Function> RESERVING = FUNCTIONS.index("reserving", (key, function) ->
            function.reserved() == null ? List.of() : List.of(Key.of(key.text(0), key.text(1))));
    /** By account, region, name and qualifier. */
    static final Table<Provisioned> PROVISIONED = Table.of("provisioned", Codec.of(Provisioned.class));
    /** Published versions, by account, region, name and number. */
    static final Table<Version> VERSIONS = Table.of("versions", new RecentlyRead<>(Codec.of(Version.class)));
    /** Published versions that are to be taken through their init; keys as those of {@link #VERSIONS}. */
    static final Table<String> SNAPSHOTS = Table.of("snapshots", Codec.TEXT);
    /** When versions with SnapStart were invoked last, in milliseconds; keys as those of {@link #VERSIONS}. */
    static final Table<Long> SNAPSHOT_USES = Table.of("snapshotUses", Codec.NUMBER);
    /** By account, region, name of the function and name of the alias. */
    static final Table<Lambda.AliasConfiguration> ALIASES =
            Table.of("aliases", new RecentlyRead<>(Codec.of(Lambda.AliasConfiguration.class)));
    /** By account, region, name and qualifier. */
    static final Table<Lambda.FunctionEventInvokeConfig> EVENT_INVOKE_CONFIGS =
            Table.of("eventInvokeConfigs", new RecentlyRead<>(Codec.of(Lambda.FunctionEventInvokeConfig.class)));
    /** Event source mappings, by account, region and UUID. */
    static final Table<Mapping> MAPPINGS = Table.of("mappings", Codec.of(Mapping.class));
    /** How far mappings read their streams, by UUID and shard. */
    static final Table<StreamPoller.Checkpoint> CHECKPOINTS =
            Table.of("checkpoints", Codec.of(StreamPoller.Checkpoint.class));
    /** Resource policies, by account, region, name and qualifier ("" for the function itself). */
    static final Table<Policy> POLICIES = Table.of("policies", Codec.of(Policy.class));
    /**
     * The number of the last version that a layer had, by account, region and layer; it stays when the versions are
     * gone.
     */
    static final Table<Long> LAYERS = Table.of("layers", Codec.NUMBER);
    /** By account, region, layer and number. */
    static final Table<LayerVersion> LAYER_VERSIONS = Table.of("layerVersions", Codec.of(LayerVersion.class));
    /** By account, region, layer and number. */
    static final Table<Policy> LAYER_POLICIES = Table.of("layerPolicies", Codec.of(Policy.class));

    /** What functions do about recursive loops where it is not the default, by account, region and name. */
    static final Table<String> RECURSION = Table.of("recursion", Codec.TEXT);
    /** When versions get other patches of their runtime, by account, region, name and qualifier ("" for $LATEST). */
    static final Table<RuntimeUpdates> RUNTIME_UPDATES = Table.of("runtimeUpdates", Codec.of(RuntimeUpdates.class));
    /** By account, region and id. */
    static final Table<SigningConfig> CODE_SIGNING_CONFIGS =
            Table.of("codeSigningConfigs", Codec.of(SigningConfig.class));
    /** The ARNs of the code signing configurations of functions, by account, region and name. */
    static final Table<String> CODE_SIGNED = Table.of("codeSigned", Codec.TEXT);
    /** Tokens of the grants that functions' roles have of keys of KMS, by account, region, name and the grant's id. */
    static final Table<String> KEY_GRANTS = Table.of("keyGrants", Codec.TEXT);

    /** By account, region, name and alias ("" for the function itself). */
    static final Table<Url> URLS = Table.of("urls", new RecentlyRead<>(Codec.of(Url.class)));
    static final Index<Url> URL_IDS = URLS.index("urlIds", url -> List.of(Key.of(url.id())));

    private LambdaData() {}

    /**
     * A function.
     *
     * @param latest    its configuration, version $LATEST
     * @param layers    the packages of its layers, in its order
     * @param build     changes with each change of code or configuration; null in what was kept before there were
     *                  builds
     * @param published the number of the last published version, 0 for none
     * @param reserved  reserved concurrency, or null
     */
    record Function(Lambda.FunctionConfiguration latest, CodeStore.Code code, List<CodeStore.Code> layers, String build,
            Map<String, String> tags, long published, Integer reserved) {

        /** The version $LATEST. */
        Version version() {
            return new Version(latest, code, layers, build);
        }

        Function with(Lambda.FunctionConfiguration configuration) {
            return new Function(configuration, code, layers, build, tags, published, reserved);
        }

        /** With other code, layers or configuration. */
        Function with(Version changed) {
            return new Function(changed.configuration(), changed.code(), changed.layers(), changed.build(), tags,
                    published, reserved);
        }

        Function withTags(Map<String, String> changed) {
            return new Function(latest, code, layers, build, changed, published, reserved);
        }

        Function withPublished(long number) {
            return new Function(latest, code, layers, build, tags, number, reserved);
        }

        Function withReserved(Integer concurrency) {
            return new Function(latest, code, layers, build, tags, published, concurrency);
        }
    }

    /** How many environments are to be kept started for a version or an alias. */
    record Provisioned(int requested, String lastModified) {}

    /** A version of a function: code and configuration that belong together. */
    record Version(Lambda.FunctionConfiguration configuration, CodeStore.Code code, List<CodeStore.Code> layers,
            String build) {
        /** Changes with each change of code or configuration, and with nothing else. */
        String stamp() {
            return build == null ? configuration.revisionId() : build;
        }

        Version with(Lambda.FunctionConfiguration changed) {
            return new Version(changed, code, layers, build);
        }

        Version with(Lambda.FunctionConfiguration changed, CodeStore.Code other) {
            return new Version(changed, other, layers, build);
        }
    }

    /** A version of a layer: what GetLayerVersion answers but for the address of its content. */
    record LayerVersion(Lambda.GetLayerVersionResponse description, CodeStore.Code code) {}

    /** Statements as JSON, in the order in which they were added. */
    record Policy(List<Statement> statements, String revision) {
        static final Policy NONE = new Policy(List.of(), "");

        boolean has(String id) {
            return statements.stream().anyMatch(statement -> statement.id().equals(id));
        }
    }

    record Statement(String id, String json) {}

    /** @param runtimeVersion the ARN of the version that stays, or null */
    record RuntimeUpdates(String on, String runtimeVersion) {}

    /**
     * A function URL.
     *
     * @param id the first label of its host
     */
    record Url(String id, String authType, Lambda.Cors cors, String invokeMode, String created, String modified) {
        boolean streams() {
            return Lambda.InvokeMode.RESPONSE_STREAM.equals(invokeMode);
        }
    }

    record SigningConfig(Lambda.CodeSigningConfig config, Map<String, String> tags) {}

    static Key key(FunctionName name) {
        return Key.of(name.account(), name.region(), name.name());
    }

    /** Deletes a function and all that belongs to it. */
    static void forget(Tx tx, Key function) {
        FUNCTIONS.delete(tx, function);
        VERSIONS.deleteAll(tx, function);
        SNAPSHOTS.deleteAll(tx, function);
        SNAPSHOT_USES.deleteAll(tx, function);
        ALIASES.deleteAll(tx, function);
        POLICIES.deleteAll(tx, function);
        RECURSION.delete(tx, function);
        RUNTIME_UPDATES.deleteAll(tx, function);
        CODE_SIGNED.delete(tx, function);
        KEY_GRANTS.deleteAll(tx, function);
        URLS.deleteAll(tx, function);
        PROVISIONED.deleteAll(tx, function);
        EVENT_INVOKE_CONFIGS.deleteAll(tx, function);
    }

    /** Deletes what belongs to a version or an alias, but for itself. */
    static void forgetQualified(Tx tx, Key qualified) {
        POLICIES.delete(tx, qualified);
        RUNTIME_UPDATES.delete(tx, qualified);
        PROVISIONED.delete(tx, qualified);
        EVENT_INVOKE_CONFIGS.delete(tx, qualified);
    }

    /** Of what belongs to a function, a version or an alias. */
    static Key qualified(FunctionName name) {
        return key(name).and(name.qualifier() == null ? "" : name.qualifier());
    }
}
