package dev.aloft.service.lambda;

import dev.aloft.api.Caller;
import dev.aloft.api.Lambda;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Store;
import dev.aloft.service.lambda.invoke.Concurrency;

/**
 * An account's limits in a region, and what it uses of them.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/api/API_GetAccountSettings.html">GetAccountSettings</a>
 */
final class AccountSettings {

    private final Store store;
    private final CodeStorage storage;
    private final Concurrency concurrency;

    AccountSettings(Store store, CodeStorage storage, Concurrency concurrency) {
        this.store = store;
        this.storage = storage;
        this.concurrency = concurrency;
    }

    Lambda.GetAccountSettingsResponse get(Caller caller) {
        Key account = Key.of(caller.account(), caller.region());
        return store.read(tx -> {
            int claimed = Claimed.claimed(tx, caller.account(), caller.region());
            long functions = LambdaData.FUNCTIONS.range(tx, account).count();
            long bytes = CodeStorage.used(tx, caller.account(), caller.region());
            return Lambda.GetAccountSettingsResponse.of(a -> a
                    .accountLimit(Lambda.AccountLimit.of(l -> l.totalCodeSize(storage.mostBytes())
                            .codeSizeUnzipped(CodeStore.MOST_UNZIPPED_BYTES)
                            .codeSizeZipped(CodeStore.MOST_ZIPPED_BYTES)
                            .concurrentExecutions(concurrency.limit())
                            .unreservedConcurrentExecutions(concurrency.limit() - claimed)))
                    .accountUsage(Lambda.AccountUsage.of(u -> u.totalCodeSize(bytes).functionCount(functions))));
        });
    }
}
