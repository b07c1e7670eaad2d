package dev.aloft.service.sqs;

import dev.aloft.api.ApiError;
import dev.aloft.api.Sqs;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A consumer that is a process of its own, to be killed at any moment. Before each step it says what it does and waits
 * for a line, so that whoever keeps the ledger knows of it first: {@code ask}, {@code received BODY ID}, {@code deleted
 * BODY}.
 */
final class LedgerConsumer {
    private static final BufferedReader IN =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));

    private LedgerConsumer() {}

    public static void main(String[] args) throws Exception {
        var sqs = Sqs.at(LedgerTest.endpoint(Integer.parseInt(args[0])));
        while (true) {
            say("ask");
            try {
                var answer = sqs.receiveMessage(LedgerTest.CALLER, Sqs.ReceiveMessageRequest.of(
                    r -> r.queueUrl(args[1]).maxNumberOfMessages(3).waitTimeSeconds(1)));
                for (var message : answer.messages() == null ? List.<Sqs.Message>of() : answer.messages()) {
                    say("received " + message.body() + " " + message.messageId());
                    sqs.deleteMessage(LedgerTest.CALLER, Sqs.DeleteMessageRequest.of(
                        r -> r.queueUrl(args[1]).receiptHandle(message.receiptHandle())));
                    say("deleted " + message.body());
                }
            } catch (UncheckedIOException | ApiError _) {
                TimeUnit.MILLISECONDS.sleep(20);
            }
        }
    }

    private static void say(String line) throws IOException {
        System.out.println(line);
        if (IN.readLine() == null) {
            System.exit(0);
        }
    }
}
