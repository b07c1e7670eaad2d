package dev.aloft.service.lambda;

import static dev.aloft.service.lambda.TestLambda.caller;
import static dev.aloft.service.lambda.TestLambda.json;
import static dev.aloft.service.lambda.TestLambda.payload;
import static dev.aloft.service.lambda.TestLambda.tail;
import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.Lambda;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Lives of real environments. Together they take every transition that there is: one that none takes fails. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EnvironmentLifeTest {
    private static final Logger LIFE = Logger.getLogger("dev.aloft.service.lambda.invoke.Life");
    private static final Set<String> EVER = ConcurrentHashMap.newKeySet();
    private static final Handler LISTENER = new Handler() {
        @Override
        public void publish(LogRecord record) {
            EVER.add(record.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @TempDir
    Path folder;

    private TestLambda test;

    @BeforeEach
    void start() {
        LIFE.setLevel(Level.FINER);
        LIFE.setUseParentHandlers(false);
        LISTENER.setLevel(Level.ALL);
        LIFE.addHandler(LISTENER);
        test = new TestLambda(folder);
    }

    @AfterEach
    void stop() {
        test.close();
        LIFE.removeHandler(LISTENER);
        LIFE.setLevel(null);
    }

    @AfterAll
    static void everyTransitionWasTaken() {
        assertThat(EVER).containsExactlyInAnyOrder(
                "STARTING INITIALIZED IDLE", "STARTING FAILED RESETTING",
                "IDLE INVOKED BUSY", "IDLE FROZE FROZEN", "IDLE FAILED RESETTING", "IDLE STOPPED STOPPING",
                "BUSY COMPLETED IDLE", "BUSY FAILED RESETTING",
                "FROZEN INVOKED BUSY", "FROZEN FAILED RESETTING", "FROZEN STOPPED STOPPING",
                "RESETTING EMPTIED RESET",
                "RESET INVOKED RESTARTING", "RESET STOPPED STOPPING",
                "RESTARTING INITIALIZED BUSY", "RESTARTING FAILED RESETTING",
                "STOPPING EMPTIED GONE");
    }

    private static void await(String transition) {
        long until = System.nanoTime() + 20_000_000_000L;
        while (!EVER.contains(transition)) {
            assertThat(System.nanoTime()).as(transition).isLessThan(until);
            Thread.onSpinWait();
        }
    }

    private void delete(String name) {
        test.lambda.deleteFunction(caller(), Lambda.DeleteFunctionRequest.of(r -> r.functionName(name)));
    }

    private static List<ProcessHandle> runtimes(String script) {
        return ProcessHandle.current().descendants()
                .filter(each -> each.info().commandLine().orElse("").contains(script)
                && each.children().findAny().isEmpty()).toList();
    }

    @Test
    void itIsFrozenWhenIdleAndThawedForTheNextEvent() {
        test.create("freezes", "nodejs22.x", "let n = 0; setInterval(() => ++n, 1); exports.handler = async () => n;");
        // Before: after the event it may be frozen sooner than this thread goes on.
        EVER.remove("IDLE FROZE FROZEN");
        int before = Integer.parseInt(payload(test.invoke("freezes", "{}")));
        await("IDLE FROZE FROZEN");
        EVER.remove("IDLE FROZE FROZEN");
        assertThat(Integer.parseInt(payload(test.invoke("freezes", "{}")))).isGreaterThanOrEqualTo(before);
        await("IDLE FROZE FROZEN");
        EVER.remove("STOPPING EMPTIED GONE");
        delete("freezes");
        await("STOPPING EMPTIED GONE");
    }

    /** Its credentials are those of its start, which would not be good for ever. */
    @Test
    void itIsReplacedWhenItIsOldHoweverMuchItIsUsed() {
        test.create("old", "nodejs22.x", "const me = crypto.randomUUID(); exports.handler = async () => me;");
        var first = payload(test.invoke("old", "{}"));
        for (int i = 0; i < 71; i++) {
            test.time.advance(Duration.ofMinutes(5));
            assertThat(payload(test.invoke("old", "{}"))).isEqualTo(first);
        }
        test.time.advance(Duration.ofMinutes(6));
        assertThat(payload(test.invoke("old", "{}"))).isNotEqualTo(first);
    }

    @Test
    void itIsStoppedWhenIdle() {
        for (int i = 0; !EVER.contains("IDLE STOPPED STOPPING"); i++) {
            test.create("stops" + i, "python3.11", "def handler(event, context):\n    return 1\n");
            test.invoke("stops" + i, "{}");
            delete("stops" + i);
        }
        await("IDLE STOPPED STOPPING");
    }

    /** Else its end would take processors from the start of the one that the next event waits for. */
    @Test
    void itEndsWhenItsFunctionIsChangedAndWaitsForNoEvent() {
        test.create("changes", "python3.11", "def handler(event, context):\n    return 1\n");
        test.invoke("changes", "{}");
        EVER.remove("STOPPING EMPTIED GONE");
        test.lambda.updateFunctionConfiguration(caller(),
                Lambda.UpdateFunctionConfigurationRequest.of(r -> r.functionName("changes").memorySize(256)));
        await("STOPPING EMPTIED GONE");
    }

    @Test
    void afterATimeoutTheNextEventBeginsWithAnotherInitInTheSameFiles() {
        test.create("slow", "python3.11", """
                import os, time
                n = 0
                def handler(event, context):
                    global n
                    n += 1
                    open('/tmp/notes', 'a').write('x')
                    if event.get('hang'):
                        time.sleep(10)
                    return [n, open('/tmp/notes').read()]
                """);
        test.lambda.updateFunctionConfiguration(caller(),
                Lambda.UpdateFunctionConfigurationRequest.of(r -> r.functionName("slow").timeout(4)));
        assertThat(payload(test.invoke("slow", "{}"))).isEqualTo("[1, \"x\"]");
        assertThat(json(test.invoke("slow", "{\"hang\":true}"))).containsEntry("errorType", "Sandbox.Timedout");
        var response = test.invoke("slow", "{}");
        assertThat(payload(response)).isEqualTo("[1, \"xxx\"]");
        // The init within an event is the event's time, and no init of its own.
        assertThat(tail(response)).last().asString().doesNotContain("Init Duration");
        assertThat(payload(test.invoke("slow", "{}"))).isEqualTo("[2, \"xxxx\"]");
        assertThat(json(test.invoke("slow", "{\"hang\":true}"))).containsEntry("errorType", "Sandbox.Timedout");
        await("RESETTING EMPTIED RESET");
        EVER.remove("RESET STOPPED STOPPING");
        for (int i = 0; !EVER.contains("RESET STOPPED STOPPING") && i < 1000; i++) {
            Thread.onSpinWait();
        }
        delete("slow");
        await("RESET STOPPED STOPPING");
    }

    @Test
    void anInitThatFailsRunsOnceMoreWithinTheEvent() {
        test.create("fails", "python3.11", "print('once')\nraise ValueError('no')\n");
        var response = test.invoke("fails", "{}");
        assertThat(json(response)).containsEntry("errorType", "ValueError").containsEntry("errorMessage", "no")
                .containsEntry("requestId", "");
        assertThat(tail(response)).last().asString()
                .matches("REPORT .*\tMax Memory Used: \\d+ MB\tStatus: error\tError Type: Runtime.Unknown");
        test.time.advance(java.time.Duration.ofSeconds(1));
        test.service.flushLogs();
        var messages = test.logs.filterLogEvents(caller(),
                dev.aloft.api.Logs.FilterLogEventsRequest.of(r -> r.logGroupName("/aws/lambda/fails")))
                .events().stream().map(dev.aloft.api.Logs.FilteredLogEvent::message).toList();
        assertThat(messages).filteredOn("once"::equals).hasSize(2);
        assertThat(messages).filteredOn(m -> m.startsWith("INIT_START")).hasSize(1);
        assertThat(messages)
                .anyMatch(m -> m
                        .matches("INIT_REPORT Init Duration: [0-9.]+ ms\tPhase: init\tStatus: error\tError "
                                + "Type: Runtime.Unknown"))
                .anyMatch(m -> m
                        .matches("INIT_REPORT Init Duration: [0-9.]+ ms\tPhase: invoke\tStatus: error\tError "
                                + "Type: Runtime.Unknown"));
        assertThat(json(test.invoke("fails", "{}"))).containsEntry("errorType", "ValueError");
    }

    @Test
    void whatAFailedInitLeftBehindIsThereForTheNext() {
        test.create("leaves-a-file", "python3.11", """
                import os
                if not os.path.exists('/tmp/mark'):
                    open('/tmp/mark', 'w').close()
                    raise ValueError('no')
                def handler(event, context):
                    return 'second init'
                """);
        assertThat(payload(test.invoke("leaves-a-file", "{}"))).isEqualTo("\"second init\"");
    }

    @Test
    void aProcessThatEndsAfterItsAnswerIsReplacedForTheNextEvent() {
        test.create("leaves", "python3.11", """
                import os, threading
                def handler(event, context):
                    threading.Timer(event['after'], os._exit, [3]).start()
                    return 'answered'
                """);
        for (int i = 0; i < 3 || i < 200 && !EVER.contains("IDLE FAILED RESETTING"); i++) {
            // On AWS, too, the end may come before the event is over, or after a thaw.
            assertThat(payload(test.invoke("leaves", "{\"after\": 0.0" + (1 + i % 4) + "}")))
                    .matches("\"answered\"|.*exit status 3.*");
            long until = System.nanoTime() + 60_000_000L;
            while (System.nanoTime() < until && !EVER.contains("IDLE FAILED RESETTING")) {
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void aProcessThatIsKilledWhileFrozenIsReplaced() {
        test.create("killed", "python3.11", "def handler(event, context):\n    return 'alive'\n");
        test.invoke("killed", "{}");
        EVER.remove("IDLE FROZE FROZEN");
        await("IDLE FROZE FROZEN");
        runtimes("/var/runtime/bootstrap.py").forEach(ProcessHandle::destroyForcibly);
        await("FROZEN FAILED RESETTING");
        assertThat(payload(test.invoke("killed", "{}"))).isEqualTo("\"alive\"");
    }
}
