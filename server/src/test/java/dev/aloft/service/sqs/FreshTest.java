package dev.aloft.service.sqs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.Sqs;
import dev.aloft.api.Sqs.Message;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.service.sqs.SqsData.Place;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages that nobody has received yet, beside those that wait, come back or were kept by an earlier version. */
class FreshTest extends SqsFixture {
    @Test
    void whatComesBackTakesItsPlaceAmongWhatWasSentMeanwhile() {
        var url = queue("q", "VisibilityTimeout", "10");
        send(url, "first");
        receive(url);
        pass(5);
        send(url, "second");
        pass(6);
        send(url, "third");

        assertThat(counts(url)).isEqualTo("3 0 0");
        assertThat(bodies(receive(url, 1))).containsExactly("second");
        assertThat(bodies(receive(url))).containsExactly("first", "third");
    }

    @Test
    void whatIsDelayedHoldsUpNothing() {
        var url = queue("q");
        send(r -> r.queueUrl(url).messageBody("late").delaySeconds(20));
        send(url, "first");
        send(r -> r.queueUrl(url).messageBody("later").delaySeconds(32));
        send(url, "second");

        assertThat(counts(url)).isEqualTo("2 0 2");
        assertThat(bodies(url)).containsExactly("first", "second");
        assertThat(receive(url)).isEmpty();
        pass(25);
        assertThat(bodies(url)).containsExactly("late");
        pass(10);
        assertThat(bodies(url)).containsExactly("first", "second", "later");
    }

    @Test
    void messagesWithAGroupComeAmongThoseThatWereThereBefore() {
        var url = queue("q");
        send(url, "first");
        pass(1);
        send(r -> r.queueUrl(url).messageBody("second").messageGroupId("g"));
        pass(1);
        send(url, "third");

        assertThat(bodies(url)).containsExactly("first", "second", "third");
        assertThat(counts(url)).isEqualTo("0 3 0");
    }

    @Test
    void oneThatIsKeptTooLongIsNotReceived() {
        var url = queue("q", "MessageRetentionPeriod", "60");
        send(url, "old");
        time.advance(Duration.ofSeconds(59));
        send(url, "new");
        time.advance(Duration.ofSeconds(1));

        assertThat(bodies(url)).containsExactly("new");
        assertThat(counts(url)).isEqualTo("0 1 0");
    }

    @Test
    void whatIsKeptTooLongGoesWhereverItStands() {
        var url = queue("q", "MessageRetentionPeriod", "60", "VisibilityTimeout", "300");
        send(url, "in flight");
        var inFlight = receive(url).getFirst();
        send(url, "fresh");
        send(r -> r.queueUrl(url).messageBody("delayed").delaySeconds(30));
        pass(61);
        send(url, "new");
        delete(url, inFlight);

        assertThat(counts(url)).isEqualTo("1 0 0");
        var received = receive(url);
        assertThat(bodies(received)).containsExactly("new");
        delete(url, received.getFirst());
        pass(400);
        assertThat(receive(url)).isEmpty();
        assertThat(counts(url)).isEqualTo("0 0 0");
    }

    /** As after a power cut: what was received is as if it never had been, but for those who have it. */
    @Test
    void whoReceivedAMessageDeletesItThoughThatReceiveWasLost() {
        var url = queue("q");
        send(url, "received");
        send(url, "next");
        var lost = receiveAndLose(url);

        assertThat(counts(url)).isEqualTo("2 0 0");
        delete(url, lost);

        assertThat(counts(url)).isEqualTo("1 0 0");
        assertThat(bodies(url)).containsExactly("next");
        pass(60);
        assertThat(bodies(url)).containsExactly("next");
    }

    @Test
    void aMessageWhoseReceiveWasLostIsReceivedOnceMore() {
        var url = queue("q");
        send(url, "a");
        receiveAndLose(url);

        var again = receive(url).getFirst();

        assertThat(again.body()).isEqualTo("a");
        assertThat(again.attributes()).containsEntry("ApproximateReceiveCount", "1");
        delete(url, again);
        pass(60);
        assertThat(receive(url)).isEmpty();
    }

    /** Its receipt could not be told from an older one. */
    @Test
    void aSecondReceiveIsNotLost() {
        var url = queue("q", "VisibilityTimeout", "10");
        send(url, "a");
        receive(url);
        pass(11);

        receiveAndLose(url);

        assertThat(counts(url)).isEqualTo("0 1 0");
    }

    @Test
    void noReceiveOfAFifoQueueIsLost() {
        var url = fifo("q");
        send(url, "g", "a");

        receiveAndLose(url);

        assertThat(counts(url)).isEqualTo("0 1 0");
    }

    /** Earlier versions gave each message a place in the order when it was sent. */
    @Test
    void whatAnEarlierVersionKeptIsReceivedBeforeWhatIsSentNow() {
        var url = queue("q");
        var data = new SqsData();
        var first = send(url, "model");
        long now = time.instant().toEpochMilli();
        store.in("sqs").change(tx -> {
            long line = data.queues.range(tx, Key.EMPTY).findFirst().orElseThrow().value().line();
            var letter = data.letters.get(tx, Key.of(line, 1L)).orElseThrow();
            data.letters.erase(tx, Key.of(line, 1L));
            data.contents.put(tx, Key.of(line, now, 1L), letter.content());
            data.order.put(tx, Key.of(line, now, 1L), new Place(now, 0, 0, 0, false));
            tx.put(Key.of("t", line), Key.of(1L, 1L, 0L, true, false).raw());
        });
        send(url, "now");

        var received = receive(url);

        assertThat(bodies(received)).containsExactly("model", "now");
        assertThat(received.getFirst().messageId()).isEqualTo(first.messageId());
        received.forEach(message -> delete(url, message));
        assertThat(counts(url)).isEqualTo("0 0 0");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void everyMessageIsReceivedUntilItIsDeletedWhateverIsMixed(long seed) {
        var random = new Random(seed);
        var url = queue("q", "VisibilityTimeout", "5");
        boolean grouped = seed % 2 == 0;
        var waiting = new HashSet<String>();
        var held = new HashMap<String, Message>();
        for (int i = 0; i < 300; i++) {
            int number = i;
            switch (random.nextInt(grouped ? 7 : 6)) {
                case 0, 1 -> waiting.add(sent(url, "m" + i));
                case 2 -> {
                    send(r -> r.queueUrl(url).messageBody("m" + number).delaySeconds(1 + random.nextInt(5)));
                    waiting.add("m" + i);
                }
                case 3 -> receive(url, 1 + random.nextInt(3)).forEach(message -> held.put(message.body(), message));
                case 4 -> deleteOne(url, held, waiting);
                case 5 -> pass(random.nextInt(4));
                default -> {
                    send(r -> r.queueUrl(url).messageBody("m" + number).messageGroupId("g" + number % 3));
                    waiting.add("m" + i);
                }
            }
            assertThat(total(url)).as("seed %d, step %d", seed, i).isEqualTo(waiting.size());
        }
        assertThat(drained(url)).as("seed %d", seed).isEqualTo(waiting);
        assertThat(counts(url)).isEqualTo("0 0 0");
    }

    private String sent(String url, String body) {
        send(url, body);
        return body;
    }

    private void deleteOne(String url, Map<String, Message> held, Set<String> waiting) {
        held.keySet().stream().findFirst().ifPresent(body -> {
            delete(url, held.remove(body));
            waiting.remove(body);
        });
    }

    private int total(String url) {
        var counts = counts(url).split(" ");
        return Integer.parseInt(counts[0]) + Integer.parseInt(counts[1]) + Integer.parseInt(counts[2]);
    }

    private Set<String> drained(String url) {
        var all = new HashSet<String>();
        for (int i = 0; i < 100; i++) {
            pass(6);
            for (var message : receive(url)) {
                all.add(message.body());
                delete(url, message);
            }
        }
        return all;
    }

    private Message receiveAndLose(String url) {
        var losing = new SqsService(new Losing(store), time, endpoint);
        return losing.receiveMessage(CALLER, Sqs.ReceiveMessageRequest.of(r -> r.queueUrl(url))).messages().getFirst();
    }

    /** A store whose relaxed writes are lost. */
    private record Losing(Store store) implements Store {
        private static final class Lost extends RuntimeException {
        }

        @Override
        public <R> R write(Function<? super Tx, ? extends R> change) {
            return store.write(change);
        }

        @Override
        public <R> R read(Function<? super ReadTx, ? extends R> view) {
            return store.read(view);
        }

        @Override
        public Store relaxed() {
            return new Relaxed(store);
        }

        @Override
        public void close() {
        }

        private record Relaxed(Store store) implements Store {
            @Override
            public <R> R write(Function<? super Tx, ? extends R> change) {
                var answers = new ArrayList<R>();
                try {
                    store.change(tx -> {
                        answers.add(change.apply(tx));
                        throw new Lost();
                    });
                } catch (Lost _) {
                    // That is what this is for.
                }
                return answers.getLast();
            }

            @Override
            public <R> R read(Function<? super ReadTx, ? extends R> view) {
                return store.read(view);
            }

            @Override
            public void close() {
            }
        }
    }
}
