package dev.aloft.service.sns;

import dev.aloft.api.JsonWriter;
import dev.aloft.kernel.call.DataPlane;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.sns.SnsData.Expiring;
import dev.aloft.service.sns.SnsData.KeptSubscription;
import dev.aloft.service.sns.SnsData.KeptTopic;
import dev.aloft.service.sns.SnsData.Letter;
import dev.aloft.service.sns.SnsData.Message;
import dev.aloft.wire.HttpRequest;
import dev.aloft.wire.HttpResponse;
import dev.aloft.wire.QueryString;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What mail, phones and devices would have got: kept for two weeks and shown at {@code /_aws/mailbox} (a page) and
 * {@code /_aws/mailbox.json}, to whoever sits at this machine. {@code ?to=} names one recipient, DELETE empties it, and
 * POST answers a text message: {@code from=+15551234567&text=STOP}.
 */
final class Mailbox implements DataPlane {
    private static final String PAGE = "/_aws/mailbox";
    private static final String JSON = "/_aws/mailbox.json";
    private static final Duration KEPT = Duration.ofDays(14);
    private static final int SHOWN = 500;
    private static final int LONGEST_ANSWER = 10_000;
    private static final Set<String> STOPS = Set.of("ARRET", "CANCEL", "END", "OPT-OUT", "OPTOUT", "QUIT", "REMOVE",
            "STOP", "TD", "UNSUBSCRIBE");
    private static final String STOP_FORM = """
            <form method="post"><input type="hidden" name="from" value="%s">
            <button name="text" value="STOP">Answer STOP</button></form>
            """;
    private static final Pattern LINK = Pattern.compile("https?://[^\\s\"<]+");

    private final SnsData data;
    private final Store store;
    private final Time time;
    private final Notification notification;

    Mailbox(SnsData data, Store store, Time time, Notification notification) {
        this.data = data;
        this.store = store;
        this.time = time;
        this.notification = notification;
    }

    /** A message for a subscription. */
    void put(Tx tx, KeptSubscription subscription, KeptTopic topic, Message message) {
        var to = subscription.protocol().equals("sms") ? Endpoints.phone(subscription.endpoint())
                : subscription.endpoint();
        if (subscription.protocol().equals("sms")
                && data.optedOut.has(tx, Key.of(topic.account(), topic.region(), to))) {
            return;
        }
        var text = switch (subscription.protocol()) {
            case "email" -> message.text("email")
                    + "\n\n--\nIf you wish to stop receiving notifications from this topic, please "
                    + "click or visit the link below to unsubscribe:\n"
                    + notification.unsubscribeUrl(subscription, message.endpoint());
            case "email-json" ->
                    new String(notification.json(topic, subscription, message, false), StandardCharsets.UTF_8);
            case "application" -> message.text(platform(to));
            default -> message.text("sms");
        };
        var subject = subscription.protocol().startsWith("email") ? subject(topic, message) : null;
        put(tx, new Letter(topic.account(), topic.region(), subscription.protocol(), to, message.id(),
                message.topicArn(), subject, text, message.at()));
    }

    static String platform(String endpointArn) {
        return endpointArn.split("/", 3)[1];
    }

    private static String subject(KeptTopic topic, Message message) {
        return message.subject() != null ? message.subject() : "AWS Notification Message";
    }

    /** Asks a person whether a subscription is wanted. */
    void ask(Tx tx, KeptSubscription subscription, String type, String id, Instant at, String endpoint) {
        var link = notification.confirmUrl(subscription, endpoint);
        boolean first = type.equals("SubscriptionConfirmation");
        var text = first ? "You have chosen to subscribe to the topic:\n" + subscription.topicArn()
                + "\n\nTo confirm this subscription, click or visit the link below (If this was in error no "
                + "action is necessary):\n"
                + link
                : "Your subscription to the topic below has been deactivated:\n" + subscription.topicArn()
                        + "\n\nIf this was in error, or you wish to resubscribe, click or visit the link below:\n"
                        + link;
        put(tx, new Letter(subscription.account(), subscription.region(), subscription.protocol(),
                subscription.endpoint(), id, subscription.topicArn(),
                first ? "AWS Notification - Subscription Confirmation"
                        : "AWS Notification - Unsubscribe Confirmation", text, at));
    }

    void put(Tx tx, Letter letter) {
        var key = Key.of(letter.at(), letter.messageId(), Endpoints.identity(letter.to()));
        data.letters.put(tx, key, letter);
        data.expiring.add(tx, letter.at().plus(KEPT), Key.of("letter", key), new Expiring.Letter(key));
    }

    @Override
    public boolean serves(String host, String rawPath) {
        return rawPath.equals(PAGE) || rawPath.equals(JSON);
    }

    @Override
    public HttpResponse handle(HttpRequest request, String requestId) {
        if (!fromHere(request)) {
            return HttpResponse.of(403, "text/plain",
                    "The mailbox is shown on this machine only.\n".getBytes(StandardCharsets.UTF_8));
        }
        if (request.method().equals("DELETE")) {
            store.change(tx -> data.letters.deleteAll(tx, Key.EMPTY));
            return HttpResponse.of(204, "text/plain", new byte[0]);
        }
        if (request.method().equals("POST")) {
            var answer = QueryString.of(new String(request.body().bytes(LONGEST_ANSWER), StandardCharsets.UTF_8));
            hear(answer.first("from"), answer.first("text"));
        }
        var letters = letters(QueryString.of(request.rawQuery()).first("to"));
        return request.rawPath().equals(JSON)
                ? HttpResponse.of(200, "application/json",
                        JsonWriter.bytes(Map.of("messages", letters.stream().map(Mailbox::told).toList())))
                : HttpResponse.of(200, "text/html; charset=utf-8", page(letters).getBytes(StandardCharsets.UTF_8));
    }

    /**
     * A person answers a text message. One of the words that stop them ends those of all accounts that have sent any.
     *
     * @see <a href="https://docs.aws.amazon.com/sns/latest/dg/sms_manage.html">Managing phone numbers</a>
     */
    private void hear(String from, String text) {
        if (from == null || text == null || !STOPS.contains(text.strip().toUpperCase(Locale.ROOT))) {
            return;
        }
        var now = time.instant();
        var number = Endpoints.phone(from);
        var senders = letters(number).stream().filter(letter -> letter.protocol().equals("sms"))
                .map(letter -> SnsData.all(letter.account(), letter.region())).distinct().toList();
        store.change(tx -> senders.forEach(sender -> data.optedOut.put(tx, sender.and(number), now)));
    }

    /** Nor does a page of somebody else's answer for the person. */
    private static boolean fromHere(HttpRequest request) {
        var origin = request.headers().first("Origin");
        if (origin != null && !origin.replaceFirst("^https?://", "").equals(request.headers().first("Host"))) {
            return false;
        }
        try {
            return request.remoteAddress() == null
                    || InetAddress.ofLiteral(request.remoteAddress()).isLoopbackAddress();
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    /** The newest first. */
    private List<Letter> letters(String to) {
        return store.read(tx -> new ArrayList<>(data.letters.range(tx, Range.all().reversed()).map(Row::value)
                .filter(letter -> to == null || letter.to().equals(to)).limit(SHOWN).toList()));
    }

    private static Map<String, Object> told(Letter letter) {
        var told = new LinkedHashMap<String, Object>();
        told.put("at", letter.at().toString());
        told.put("protocol", letter.protocol());
        told.put("to", letter.to());
        told.put("subject", letter.subject());
        told.put("message", letter.text());
        told.put("messageId", letter.messageId());
        told.put("topicArn", letter.topicArn());
        told.put("account", letter.account());
        told.put("region", letter.region());
        return told;
    }

    private static String page(List<Letter> letters) {
        var page = new StringBuilder("""
                <!doctype html>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width">
                <title>Mailbox</title>
                <style>
                body { font: 15px/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem; }
                article { border-top: 1px solid #ccc; padding: 1rem 0; }
                header { color: #555; } h2 { font-size: 1rem; margin: .2rem 0; }
                pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: .5rem 0 0; }
                </style>
                <h1>Mailbox</h1>
                """);
        page.append(letters.isEmpty()
                ? "<p>Nothing has come yet: what Amazon SNS sends to mail addresses, phones and devices "
                + "is shown here.</p>\n" : "");
        for (var letter : letters) {
            page.append("<article><header>").append(escaped(letter.protocol())).append(" to <b>")
                    .append(escaped(letter.to()))
                    .append("</b>, ").append(letter.at()).append("</header>\n");
            if (letter.subject() != null) {
                page.append("<h2>").append(escaped(letter.subject())).append("</h2>\n");
            }
            page.append("<pre>").append(linked(letter.text())).append("</pre>");
            if (letter.protocol().equals("sms")) {
                page.append(STOP_FORM.formatted(escaped(letter.to())));
            }
            page.append("</article>\n");
        }
        return page.toString();
    }

    private static String linked(String text) {
        var linked = new StringBuilder();
        int at = 0;
        var links = LINK.matcher(text);
        while (links.find()) {
            var link = escaped(links.group());
            linked.append(escaped(text.substring(at, links.start()))).append("<a href=\"").append(link).append("\">")
                    .append(link)
                    .append("</a>");
            at = links.end();
        }
        return linked.append(escaped(text.substring(at))).toString();
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }
}
