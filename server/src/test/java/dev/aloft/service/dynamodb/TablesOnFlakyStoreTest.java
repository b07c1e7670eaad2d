package dev.aloft.service.dynamodb;

import dev.aloft.kernel.store.FlakyStore;
import dev.aloft.kernel.store.MemoryStore;
import dev.aloft.kernel.store.Store;

/** The same where each transaction runs twice. */
class TablesOnFlakyStoreTest extends TablesTest {
    @Override
    Store newStore() {
        return new FlakyStore(new MemoryStore());
    }
}
