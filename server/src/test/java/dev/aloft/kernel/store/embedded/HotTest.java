package dev.aloft.kernel.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.kernel.store.Key;
import org.junit.jupiter.api.Test;

class HotTest {
    private static final Key KEY = Key.of("a");
    private static final byte[] ONE = {1};
    private static final byte[] TWO = {2};

    @Test
    void onlyWhatIsReadASecondTimeIsRemembered() {
        var hot = new Hot();
        hot.read(KEY, ONE, 0);
        assertThat(hot.find(KEY, 0)).isNull();
        hot.read(KEY, ONE, 0);
        assertThat(hot.find(KEY, 0).bytes()).isEqualTo(ONE);
        hot.read(Key.of("absent"), null, 0);
        hot.read(Key.of("absent"), null, 0);
        assertThat(hot.find(Key.of("absent"), 0).bytes()).isNull();
    }

    @Test
    void aWriteRemovesAValueAndAnEarlierVersionTeachesNothing() {
        var hot = new Hot();
        learn(hot, ONE, 0);
        var overlay = new Overlay();
        overlay.put(KEY.raw(), TWO);
        hot.written(overlay.entries(), 1);
        assertThat(hot.find(KEY, 1)).isNull();
        learn(hot, ONE, 0);
        assertThat(hot.find(KEY, 1)).as("read in the version before").isNull();
        learn(hot, TWO, 1);
        assertThat(hot.find(KEY, 1).bytes()).isEqualTo(TWO);
        assertThat(hot.find(KEY, 0)).as("not known of an earlier version").isNull();
    }

    @Test
    void nothingIsLearntWhileTheStoreIsOpenedAnew() {
        var hot = new Hot();
        learn(hot, ONE, 0);
        hot.forget();
        assertThat(hot.find(KEY, 1)).isNull();
        learn(hot, ONE, 0);
        hot.written(new Overlay().entries(), 1);
        assertThat(hot.find(KEY, 1)).isNull();
    }

    private static void learn(Hot hot, byte[] bytes, long version) {
        hot.read(KEY, bytes, version);
        hot.read(KEY, bytes, version);
    }
}
