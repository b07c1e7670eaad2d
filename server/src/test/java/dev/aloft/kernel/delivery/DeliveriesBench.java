package dev.aloft.kernel.delivery;

import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.store.embedded.EmbeddedStore;
import dev.aloft.kernel.time.SystemTime;
import dev.aloft.kernel.time.Workers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * How late the last of many deliveries is that fall due at one moment. Run by hand: folder, how many, how many targets.
 */
final class DeliveriesBench {
    private record Note(String to, byte[] body) {
    }

    private record Post(CountDownLatch left) implements Carrier<Note> {
        @Override
        public Lane lane(Note note) {
            return Lane.of(note.to());
        }

        @Override
        public RetryPolicy policy(Note note) {
            return RetryPolicy.EVENTBRIDGE;
        }

        @Override
        public Outcome deliver(Note note, Attempt attempt) {
            return Outcome.delivered();
        }

        @Override
        public void ended(Note note, Attempt last, Ending ending) {
            left.countDown();
        }
    }

    private DeliveriesBench() {
    }

    public static void main(String[] args) throws Exception {
        var folder = Files.createTempDirectory(Path.of(args[0]), "deliveries");
        int count = Integer.parseInt(args[1]);
        int targets = Integer.parseInt(args[2]);
        var time = new SystemTime();
        try (var store = EmbeddedStore.open(folder)) {
            for (int round = 0; round < 3; round++) {
                var left = new CountDownLatch(count);
                var deliveries = new Deliveries<>("post" + round, store, time, Codec.of(Note.class), new Post(left));
                var workers = new Workers(time, List.of(deliveries.worker()));
                workers.start();
                var due = time.instant().plusSeconds(3);
                for (int i = 0; i < count; i += 500) {
                    int from = i;
                    store.change(tx -> {
                        for (int n = from; n < Math.min(count, from + 500); n++) {
                            deliveries.promise(tx, "n" + n, new Note("target" + n % targets, new byte[300]), due);
                        }
                    });
                }
                left.await();
                System.out.println(count + " deliveries to " + targets
                    + " targets, due at one moment: the last was settled after "
                    + Duration.between(due, time.instant()).toMillis() + " ms");
                workers.close();
            }
        }
    }
}
