package dev.aloft.service.lambda;

import dev.aloft.api.Lambda;
import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.store.Index;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Table;
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
    /** Resource policies, by account, region, name and qualifier ("" for the function itself). */
    static final Table<Policy> POLICIES = Table.of("policies", Codec.of(Policy.class));

    private LambdaData() {}

    /**
     * A function.
     *
     * @param latest    its configuration, version $LATEST
     * @param published the number of the last published version, 0 for none
     * @param reserved  reserved concurrency, or null
     */
    record Function(
            Lambda.FunctionConfiguration latest, CodeStore.Code code, Map<String, String> tags, long published, Integer reserved) {

        Function with(Lambda.FunctionConfiguration configuration) {
            return new Function(configuration, code, tags, published, reserved);
        }

        Function withReserved(Integer concurrency) {
            return new Function(latest, code, tags, published, concurrency);
        }
    }

    /** How many environments are to be kept started for a version or an alias. */
    record Provisioned(int requested, String lastModified) {}

    /** A published version. */
    record Version(Lambda.FunctionConfiguration configuration, CodeStore.Code code) {}

    /** Statements as JSON, in the order in which they were added. */
    record Policy(List<Statement> statements, String revision) {}

    record Statement(String id, String json) {}

    static Key key(FunctionName name) {
        return Key.of(name.account(), name.region(), name.name());
    }
}
