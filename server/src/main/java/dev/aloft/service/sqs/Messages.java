package dev.aloft.service.sqs;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Sqs;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.sqs.Order.Move;
import java.util.ArrayList;
import java.util.List;

/** What a receiver does with a message: deletes it, or changes how long it is hidden. */
final class Messages {
    private final Queues queues;
    private final Lines lines;
    private final Measures measures;
    private final Arrivals arrivals;
    private final Store store;
    private final Time time;

    Messages(Queues queues, Lines lines, Measures measures, Arrivals arrivals, Store store, Time time) {
        this.queues = queues;
        this.lines = lines;
        this.measures = measures;
        this.arrivals = arrivals;
        this.store = store;
        this.time = time;
    }

    void delete(Caller caller, Sqs.DeleteMessageRequest input) {
        var name = QueueName.of(caller, input.queueUrl());
        long now = time.instant().toEpochMilli();
        store.change(tx -> delete(tx, queues.get(tx, name), input.receiptHandle(), now));
        measures.of(name).deleted(1);
    }

    Sqs.DeleteMessageBatchResponse deleteBatch(Caller caller, Sqs.DeleteMessageBatchRequest input) {
        var name = QueueName.of(caller, input.queueUrl());
        queues.get(name);
        var entries = Batches.checked(input.entries(), Sqs.DeleteMessageBatchRequestEntry::id,
            "DeleteMessageBatchRequestEntry");
        long now = time.instant().toEpochMilli();
        var answer = store.<Sqs.DeleteMessageBatchResponse>write(tx -> {
            var queue = queues.get(tx, name);
            var done = new ArrayList<Sqs.DeleteMessageBatchResultEntry>();
            var failed = new ArrayList<Sqs.BatchResultErrorEntry>();
            for (var entry : entries) {
                try {
                    delete(tx, queue, entry.receiptHandle(), now);
                    done.add(Sqs.DeleteMessageBatchResultEntry.of(e -> e.id(entry.id())));
                } catch (ApiError e) {
                    failed.add(Batches.failed(entry.id(), e));
                }
            }
            return Sqs.DeleteMessageBatchResponse.of(r -> r.successful(done).failed(failed));
        });
        if (!answer.successful().isEmpty()) {
            measures.of(name).deleted(answer.successful().size());
        }
        return answer;
    }

    /**
     * Deleting what is gone succeeds. In a standard queue so does deleting what another has received since, which
     * stays; in a FIFO queue a receipt is good only while the message is hidden.
     */
    private void delete(Tx tx, Queue queue, String handle, long now) {
        var receipt = receipt(queue, handle);
        var standing = lines.find(tx, queue, receipt);
        if (standing.isEmpty()) {
            return;
        }
        // A receipt can know of one receive more than is on the disk after a power cut; see Receive.
        boolean current = standing.get().place().receives() <= receipt.receives();
        if (queue.fifo() && (!current || standing.get().at() <= now)) {
            throw Errors.expired(handle);
        }
        if (current) {
            lines.delete(tx, queue, standing.get(), now);
            if (queue.fifo()) {
                tx.afterCommit(() -> arrivals.wake(queue.id(), 1));
            }
        }
    }

    private static Receipt receipt(Queue queue, String handle) {
        var receipt = Receipt.of(handle);
        if (receipt.queue() != queue.id()) {
            throw Errors.noReceipt(handle);
        }
        return receipt;
    }

    void changeVisibility(Caller caller, Sqs.ChangeMessageVisibilityRequest input) {
        var name = QueueName.of(caller, input.queueUrl());
        long now = time.instant().toEpochMilli();
        store.change(tx -> change(tx, queues.get(tx, name), input.receiptHandle(), input.visibilityTimeout(), now));
    }

    Sqs.ChangeMessageVisibilityBatchResponse changeVisibilityBatch(
            Caller caller, Sqs.ChangeMessageVisibilityBatchRequest input) {
        var name = QueueName.of(caller, input.queueUrl());
        queues.get(name);
        var entries = Batches.checked(input.entries(), Sqs.ChangeMessageVisibilityBatchRequestEntry::id,
            "ChangeMessageVisibilityBatchRequestEntry");
        long now = time.instant().toEpochMilli();
        return store.write(tx -> {
            var queue = queues.get(tx, name);
            var done = new ArrayList<Sqs.ChangeMessageVisibilityBatchResultEntry>();
            var failed = new ArrayList<Sqs.BatchResultErrorEntry>();
            for (var entry : entries) {
                try {
                    change(tx, queue, entry.receiptHandle(), entry.visibilityTimeout(), now);
                    done.add(Sqs.ChangeMessageVisibilityBatchResultEntry.of(e -> e.id(entry.id())));
                } catch (ApiError e) {
                    failed.add(Batches.failed(entry.id(), e));
                }
            }
            return Sqs.ChangeMessageVisibilityBatchResponse.of(r -> r.successful(done).failed(failed));
        });
    }

    private void change(Tx tx, Queue queue, String handle, Integer seconds, long now) {
        if (handle == null || handle.isEmpty()) {
            throw Errors.missing("ReceiptHandle");
        }
        if (seconds == null) {
            throw Errors.missing("VisibilityTimeout");
        }
        if (seconds < 0 || seconds > Receive.LONGEST_VISIBILITY) {
            throw Errors.invalid("VisibilityTimeout", seconds,
                "VisibilityTimeout must be an integer between 0 and 43200.");
        }
        var receipt = receipt(queue, handle);
        // In a standard queue an older receipt still changes the visibility, as was seen on AWS; it does not delete.
        var standing = lines.find(tx, queue, receipt).filter(it -> it.at() > now
            && (!queue.fifo() || it.place().receives() == receipt.receives()))
            .orElseThrow(() -> Errors.invalid("ReceiptHandle", handle,
                "Message does not exist or is not available for visibility timeout change."));
        long until = now + seconds * 1000L;
        if (until > standing.place().last() + Receive.LONGEST_VISIBILITY * 1000L) {
            throw Errors.invalid("VisibilityTimeout", seconds,
                "Total VisibilityTimeout for the message is beyond the limit [43200 seconds]");
        }
        if (until != standing.at()) {
            lines.move(tx, queue, List.of(new Move(standing, standing.to(until, standing.place().shifted()))));
            tx.afterCommit(() -> arrivals.wake(queue.id(), seconds == 0 ? 1 : 0));
        }
    }
}
