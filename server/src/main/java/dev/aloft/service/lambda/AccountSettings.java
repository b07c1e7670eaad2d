package dev.aloft.service.lambda;

import dev.aloft.api.Caller;
import dev.aloft.api.Lambda;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Store;
import dev.aloft.service.lambda.invoke.Concurrency;
import java.util.stream.Stream;

/**
 * An account's limits in a region, and what it uses of them.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/api/API_GetAccountSettings.html">GetAccountSettings</a>
 */
final class AccountSettings {
    private static final long TOTAL_CODE_BYTES = 80_530_636_800L;
    private static final long UNZIPPED_CODE_BYTES = 262_144_000L;
    private static final long ZIPPED_CODE_BYTES = 52_428_800L;

    private final Store store;
    private final Concurrency concurrency;

    AccountSettings(Store store, Concurrency concurrency) {
        this.store = store;
        this.concurrency = concurrency;
    }

    Lambda.GetAccountSettingsResponse get(Caller caller) {
        Key account = Key.of(caller.account(), caller.region());
        return store.read(tx -> {
            int claimed = Claimed.claimed(tx, caller.account(), caller.region());
            long functions = LambdaData.FUNCTIONS.range(tx, account).count();
            long bytes = Stream.of(
                    LambdaData.FUNCTIONS.range(tx, account).map(row -> row.value().code()),
                    LambdaData.VERSIONS.range(tx, account).map(row -> row.value().code()),
                    LambdaData.LAYER_VERSIONS.range(tx, account).map(row -> row.value().code()))
                    .flatMap(codes -> codes).mapToLong(CodeStore.Code::size).sum();
            return Lambda.GetAccountSettingsResponse.of(a -> a
                    .accountLimit(Lambda.AccountLimit.of(l -> l.totalCodeSize(TOTAL_CODE_BYTES)
                            .codeSizeUnzipped(UNZIPPED_CODE_BYTES)
                            .codeSizeZipped(ZIPPED_CODE_BYTES)
                            .concurrentExecutions(concurrency.limit())
                            .unreservedConcurrentExecutions(concurrency.limit() - claimed)))
                    .accountUsage(Lambda.AccountUsage.of(u -> u.totalCodeSize(bytes).functionCount(functions))));
        });
    }
}
