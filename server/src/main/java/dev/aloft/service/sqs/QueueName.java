package dev.aloft.service.sqs;

import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Sqs;
import dev.aloft.kernel.store.Key;
import java.util.regex.Pattern;

/** Where a queue is: what its URL, its ARN and its key in the store say in three ways. */
record QueueName(String account, String region, String name) {
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_-]{1,80}");
    private static final Pattern FIFO = Pattern.compile("[a-zA-Z0-9_-]{1,75}\\.fifo");
    private static final int ACCOUNT_DIGITS = 12;
    private static final Pattern REGION = Pattern.compile("[a-z]{2}(-[a-z]+)+-[0-9]");
    private static final String SERVICE = "sqs";

    /**
     * Of a URL as any client builds it: the last two parts of its path are the account and the name, and the host may
     * say the region ({@code sqs.eu-west-1.…}, {@code eu-west-1.queue.…}). Which host it is otherwise does not matter:
     * clients reach us by several. The bare name of a queue of the caller's is good too, and what has no path names no
     * queue, as on AWS.
     */
    static QueueName of(Caller caller, String url) {
        if (url == null) {
            throw Errors.missing("QueueUrl");
        }
        int host = url.indexOf("://") + 3;
        int path = host < 3 ? -1 : url.indexOf('/', host);
        if (path < 0) {
            return named(caller, url);
        }
        int name = url.lastIndexOf('/');
        int account = name - ACCOUNT_DIGITS;
        if (account <= path || url.charAt(account - 1) != '/' || !isNumber(url, account, name)
                || name == url.length() - 1) {
            throw new Sqs.InvalidAddress("The address " + url + " is not valid for this endpoint.");
        }
        return new QueueName(url.substring(account, name), region(url, host, caller.region()), url.substring(name + 1));
    }

    private static boolean isNumber(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }

    /** Of the first two labels of the host, the one that is not the service. */
    private static String region(String url, int host, String otherwise) {
        int end = url.indexOf('.', host);
        int next = end < 0 ? -1 : url.indexOf('.', end + 1);
        if (next < 0) {
            return otherwise;
        }
        boolean serviceFirst = url.startsWith("sqs.", host);
        if (!serviceFirst && !url.startsWith("queue.", end + 1)) {
            return otherwise;
        }
        var region = serviceFirst ? url.substring(end + 1, next) : url.substring(host, end);
        return REGION.matcher(region).matches() ? region : otherwise;
    }

    static QueueName named(Caller caller, String name) {
        return new QueueName(caller.account(), caller.region(), name);
    }

    /** Of an ARN of this service, or null. */
    static QueueName ofArn(String text) {
        if (text == null || !Arn.isArn(text)) {
            return null;
        }
        var arn = Arn.parse(text);
        return arn.service().equals(SERVICE) && isValid(arn.resource())
            ? new QueueName(arn.account(), arn.region(), arn.resource()) : null;
    }

    static boolean isValid(String name) {
        return NAME.matcher(name).matches() || FIFO.matcher(name).matches();
    }

    boolean isFifo() {
        return name.endsWith(".fifo");
    }

    Key key() {
        return Key.of(account, region, name);
    }

    String arn() {
        return "arn:aws:sqs:" + region + ":" + account + ":" + name;
    }

    /** Under the address by which the caller reached us; AWS's own for who calls from within. */
    String url(Caller caller) {
        var endpoint = caller.endpoint() == null ? "https://sqs." + region + ".amazonaws.com" : caller.endpoint();
        return endpoint + "/" + account + "/" + name;
    }
}
