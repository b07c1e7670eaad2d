package dev.aloft.service.lambda;

import dev.aloft.api.Lambda;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Store;
import java.util.stream.Stream;

/**
 * How much the packages of an account's functions, their versions and layers in a region may be together. Two uploads
 * at the same moment may go beyond it by one of them.
 *
 * @param mostBytes 75 GB on AWS, unless it was asked for more
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html">Lambda quotas</a>
 */
record CodeStorage(Store store, long mostBytes) {
    /**
     * Refuses what would be too much; without anything more nothing is.
     *
     * @param forget deletes what was kept already, before it is refused
     */
    void require(String account, String region, long moreBytes, Runnable forget) {
        if (moreBytes > 0 && store.<Long>read(tx -> used(tx, account, region)) + moreBytes > mostBytes) {
            forget.run();
            throw new Lambda.CodeStorageExceededException("Code storage limit exceeded.");
        }
    }

    void require(FunctionName name, long moreBytes, Runnable forget) {
        require(name.account(), name.region(), moreBytes, forget);
    }

    /** In bytes; a version counts by itself, also where its package is that of another. */
    static long used(ReadTx tx, String account, String region) {
        Key prefix = Key.of(account, region);
        return Stream.of(
                LambdaData.FUNCTIONS.range(tx, prefix).map(row -> row.value().code()),
                LambdaData.VERSIONS.range(tx, prefix).map(row -> row.value().code()),
                LambdaData.LAYER_VERSIONS.range(tx, prefix).map(row -> row.value().code()))
                .flatMap(codes -> codes).mapToLong(CodeStore.Code::size).sum();
    }
}
