package dev.aloft.service.lambda;

import dev.aloft.api.Lambda;
import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Table;
import java.util.List;
import java.util.Map;

/** What Lambda keeps. Events on their way are in {@code async}. */
final class LambdaData {
    /** By account, region and name. */
    static final Table<Function> FUNCTIONS = Table.of("functions", new RecentlyRead<>(Codec.of(Function.class)));
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
    }

    /** A published version. */
    record Version(Lambda.FunctionConfiguration configuration, CodeStore.Code code) {}

    /** Statements as JSON, in the order in which they were added. */
    record Policy(List<Statement> statements, String revision) {}

    record Statement(String id, String json) {}

    static Key key(FunctionName name) {
        return Key.of(name.account(), name.region(), name.name());
    }
}
