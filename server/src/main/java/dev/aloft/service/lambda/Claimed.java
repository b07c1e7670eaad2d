package dev.aloft.service.lambda;

import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Store;
import dev.aloft.service.lambda.invoke.Concurrency;

/** What of an account's concurrency is set aside for single functions, as it is kept. */
final class Claimed implements Concurrency.Claims {
    private final Store store;

    Claimed(Store store) {
        this.store = store;
    }

    @Override
    public int claimed(String account, String region) {
        return store.read(tx -> claimed(tx, account, region));
    }

    @Override
    public int provisioned(String account, String region, String function) {
        return store.read(tx -> provisioned(tx, new FunctionName(account, region, function, null)));
    }

    /** Reserved for functions, or provisioned for functions without a reservation. */
    static int claimed(ReadTx tx, String account, String region) {
        int reserved = LambdaData.RESERVING.range(tx, Key.of(account, region))
                .mapToInt(row -> row.value().reserved()).sum();
        int provisioned = LambdaData.PROVISIONED.range(tx, Key.of(account, region))
                .filter(row -> LambdaData.FUNCTIONS.get(tx, Key.of(account, region, row.key().text(2)))
                        .filter(function -> function.reserved() == null).isPresent())
                .mapToInt(row -> row.value().requested()).sum();
        return reserved + provisioned;
    }

    /** A function's own part in what is claimed. */
    static int claim(ReadTx tx, FunctionName name, LambdaData.Function function) {
        return function.reserved() != null ? function.reserved() : provisioned(tx, name);
    }

    /** Provisioned on all versions and aliases of a function. */
    static int provisioned(ReadTx tx, FunctionName name) {
        return LambdaData.PROVISIONED.range(tx, LambdaData.key(name)).mapToInt(row -> row.value().requested()).sum();
    }
}
