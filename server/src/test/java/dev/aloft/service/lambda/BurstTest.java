package dev.aloft.service.lambda;

import static dev.aloft.service.lambda.TestLambda.payload;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BurstTest {
    @TempDir
    Path folder;

    @Test
    void manyEventsAtOnceAreAllAnsweredAndShortOnesByFewEnvironments() throws InterruptedException {
        var test = new TestLambda(folder);
        try {
            test.create("burst", "nodejs22.x", "const id = Math.random(); exports.handler = async () => id;");
            Queue<String> answers = new ConcurrentLinkedQueue<>();
            List<Thread> callers = Stream.generate(() -> Thread.ofVirtual()
                    .start(() -> answers.add(payload(test.invoke("burst", "{}")))))
                    .limit(200).toList();
            for (Thread caller : callers) {
                caller.join();
            }
            assertThat(answers).hasSize(200);
            assertThat(answers.stream().distinct()).hasSizeLessThan(100);
        } finally {
            test.close();
        }
    }

    @Test
    void longEventsRunBesideEachOther() throws InterruptedException {
        var test = new TestLambda(folder);
        try {
            test.create("long", "nodejs22.x", "const id = Math.random(); exports.handler = async () => new Promise(r "
                    + "=> setTimeout(r, 2000, id));");
            Queue<String> answers = new ConcurrentLinkedQueue<>();
            List<Thread> callers = Stream.generate(() -> Thread.ofVirtual()
                    .start(() -> answers.add(payload(test.invoke("long", "{}")))))
                    .limit(6).toList();
            for (Thread caller : callers) {
                caller.join();
            }
            assertThat(answers.stream().distinct()).hasSize(6);
        } finally {
            test.close();
        }
    }
}
