package dev.aloft.service.sqs;

import dev.aloft.kernel.store.Key;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.CRC32;

/**
 * What a receipt handle says: which message, where it stood when it was received, and which time of receiving it was.
 *
 * @param queue    the id of the queue
 * @param at       the moment to which the message was hidden
 * @param receives how often it had been received
 * @param group    its group in a FIFO queue, else empty
 */
record Receipt(long queue, long line, long enqueued, long sequence, long at, int receives, String group) {
    private static final int CHECK_BYTES = 4;

    String handle() {
        var fields = Key.of(queue, line, enqueued, sequence, at, receives, group).raw();
        var whole = Arrays.copyOf(fields, fields.length + CHECK_BYTES);
        int check = check(fields, fields.length);
        for (int i = 0; i < CHECK_BYTES; i++) {
            whole[fields.length + i] = (byte) (check >> 8 * i);
        }
        return Base64.getEncoder().encodeToString(whole);
    }

    /** Throws ReceiptHandleIsInvalid for a text that is no handle of ours. */
    static Receipt of(String handle) {
        if (handle == null || handle.isEmpty()) {
            throw Errors.missing("ReceiptHandle");
        }
        byte[] whole;
        try {
            whole = Base64.getDecoder().decode(handle);
        } catch (IllegalArgumentException _) {
            throw Errors.noReceipt(handle);
        }
        int length = whole.length - CHECK_BYTES;
        int told = 0;
        for (int i = 0; i < CHECK_BYTES && length > 0; i++) {
            told |= (whole[length + i] & 0xff) << 8 * i;
        }
        if (length <= 0 || told != check(whole, length)) {
            throw Errors.noReceipt(handle);
        }
        var key = Key.decoded(Arrays.copyOf(whole, length));
        return new Receipt(key.number(0), key.number(1), key.number(2), key.number(3), key.number(4),
                (int) key.number(5),
            key.text(6));
    }

    private static int check(byte[] bytes, int length) {
        var crc = new CRC32();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }
}
