package dev.aloft.service.sns;

import static dev.aloft.service.sns.Refusals.arn;
import static dev.aloft.service.sns.Refusals.invalid;
import static dev.aloft.service.sns.Refusals.required;

import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Principal;
import dev.aloft.api.Sns;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.sns.SnsData.Expiring;
import dev.aloft.service.sns.SnsData.KeptSubscription;
import dev.aloft.service.sns.SnsData.KeptTopic;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;

/** Subscriptions: making, confirming, changing and ending them. */
final class Subscriptions {
    /** For so long a token confirms, and what nobody confirmed is forgotten after it. */
    static final Duration TOKEN_LIFE = Duration.ofDays(2);
    private static final int TOKEN_BYTES = 112;
    private static final Pattern TOKEN = Pattern.compile("[0-9a-fA-F]+");
    private static final String FILTER_POLICY = "FilterPolicy";
    /** Of a topic's subscriptions, as AWS's quota has it. */
    private static final int MOST_FILTERS = 200;
    private static final Set<String> ASKED = Set.of("http", "https", "email", "email-json");

    private final SnsData data;
    private final Topics topics;
    private final Outgoing outgoing;
    private final Replays replays;
    private final Store store;
    private final Time time;
    private final SecureRandom random = new SecureRandom();

    Subscriptions(SnsData data, Topics topics, Outgoing outgoing, Replays replays, Store store, Time time) {
        this.data = data;
        this.topics = topics;
        this.outgoing = outgoing;
        this.replays = replays;
        this.store = store;
        this.time = time;
    }

    static Key tokenKey(String token) {
        return Key.of(token);
    }

    String subscribe(Caller caller, Sns.SubscribeRequest input) {
        arn(caller, input.topicArn(), "TopicArn");
        var protocol = required(input.protocol(), "Protocol");
        var id = UUID.randomUUID().toString();
        var token = newToken();
        var now = time.instant();
        var subscription = store.<KeptSubscription>write(tx -> {
            var topic = topics.existing(tx, caller, input.topicArn());
            Endpoints.check(protocol, input.endpoint(), topic.fifo());
            if (protocol.equals("application")
                    && data.endpoints.get(tx, Platforms.endpointKey(input.endpoint())).isEmpty()) {
                throw invalid("Endpoint", "Endpoint does not exist for endpoint arn" + input.endpoint());
            }
            var attributes = SubscriptionAttributes.checked(
                    input.attributes() == null ? Map.of() : input.attributes(), topic, protocol, input.endpoint());
            var known = same(tx, topic, protocol, input.endpoint());
            if (known.isPresent()) {
                return again(tx, known.get(), attributes, caller, now);
            }
            checkFilters(tx, topic, attributes.containsKey(FILTER_POLICY));
            boolean confirmed = !ASKED.contains(protocol) && isOwn(caller, protocol, input.endpoint());
            var made = new KeptSubscription(topic.account(), topic.region(), topic.name(), id, caller.account(),
                    principal(caller), protocol, input.endpoint(), attributes, confirmed, confirmed,
                    confirmed ? null : token,
                    now);
            data.subscriptions.put(tx, made.key(), made);
            topics.count(tx, topic, confirmed ? 0 : 1, confirmed ? 1 : 0, 0);
            if (confirmed) {
                replays.start(tx, made, topic, now);
            } else {
                ask(tx, made, caller, now);
            }
            return made;
        });
        boolean tell = subscription.confirmed() || Boolean.TRUE.equals(input.returnSubscriptionArn());
        return tell ? subscription.arn() : "pending confirmation";
    }

    /** Whether there is room for one filter policy more. */
    private void checkFilters(ReadTx tx, KeptTopic topic, boolean more) {
        if (more && data.subscriptions.range(tx, topic.key())
                .filter(row -> row.value().attributes().containsKey(FILTER_POLICY)).count() >= MOST_FILTERS) {
            throw new Sns.FilterPolicyLimitExceededException("Filter policy limit exceeded: a topic can have "
                    + MOST_FILTERS + " subscriptions with filter policies.");
        }
    }

    private static String principal(Caller caller) {
        return caller.principal() instanceof Principal.RoleSession session ? session.arn() : caller.principal().arn();
    }

    /** Whoever subscribes a queue or function of the own account need not be asked. */
    private static boolean isOwn(Caller caller, String protocol, String endpoint) {
        return !protocol.equals("sqs") || Arn.parse(endpoint).account().equals(caller.account());
    }

    private Optional<KeptSubscription> same(ReadTx tx, KeptTopic topic, String protocol, String endpoint) {
        return data.byEndpoint.first(tx, topic.key().and(protocol, Endpoints.identity(endpoint))).map(Row::value);
    }

    private KeptSubscription again(Tx tx, KeptSubscription known, Map<String, String> wanted, Caller caller,
            Instant now) {
        for (var each : wanted.entrySet()) {
            var standard = each.getKey().equals("RawMessageDelivery") ? "false"
                    : each.getKey().equals("FilterPolicyScope") ? FilterPolicy.ATTRIBUTES : null;
            if (!each.getValue().equals(known.attributes().getOrDefault(each.getKey(), standard))) {
                throw invalid("Attributes", "Subscription already exists with different attributes");
            }
        }
        if (!known.confirmed()) {
            outgoing.confirmation(tx, known, "SubscriptionConfirmation", now, caller.endpoint());
        }
        return known;
    }

    private void ask(Tx tx, KeptSubscription subscription, Caller caller, Instant now) {
        data.tokens.put(tx, tokenKey(subscription.token()), subscription.key());
        data.expiring.add(tx, now.plus(TOKEN_LIFE), Key.of("unconfirmed", subscription.key()),
                new Expiring.Unconfirmed(subscription.key()));
        outgoing.confirmation(tx, subscription, "SubscriptionConfirmation", now, caller.endpoint());
    }

    private String newToken() {
        var bytes = new byte[TOKEN_BYTES];
        random.nextBytes(bytes);
        return "2336412f37" + HexFormat.of().formatHex(bytes).substring(10);
    }

    /**
     * Any topic's ARN of the right account and region will do: the token alone says which subscription is meant.
     * Confirming twice is no error.
     */
    String confirm(Caller caller, Sns.ConfirmSubscriptionRequest input) {
        var topicArn = required(input.topicArn(), "TopicArn");
        var token = required(input.token(), "Token");
        if (topicArn.split(":", -1).length < 6 || !Arn.isArn(topicArn)) {
            throw invalid("Topic");
        }
        if (!TOKEN.matcher(token).matches()) {
            throw new Sns.InvalidParameterException("Invalid token");
        }
        boolean signed = !(caller.principal() instanceof Principal.Anonymous)
                && "true".equalsIgnoreCase(input.authenticateOnUnsubscribe());
        var arn = Arn.parse(topicArn);
        var now = time.instant();
        return store.write(tx -> {
            var key = data.tokens.get(tx, tokenKey(token)).orElseThrow(() -> invalid("Token"));
            var subscription = data.subscriptions.get(tx, key).or(() -> data.cancelled.get(tx, key))
                    .orElseThrow(() -> invalid("Token"));
            if (!subscription.account().equals(arn.account()) || !subscription.region().equals(arn.region())) {
                throw invalid("Topic");
            }
            if (!subscription.confirmed() || data.cancelled.delete(tx, key)) {
                confirmed(tx, subscription, signed, now);
            }
            return subscription.arn();
        });
    }

    private void confirmed(Tx tx, KeptSubscription subscription, boolean signed, Instant now) {
        var topic = data.topics.get(tx, subscription.topicKey()).orElseThrow(() -> invalid("Token"));
        var confirmed = subscription.confirmed(signed);
        boolean pending = data.subscriptions.has(tx, subscription.key());
        data.subscriptions.put(tx, subscription.key(), confirmed);
        topics.count(tx, topic, pending ? -1 : 0, 1, pending ? 0 : -1);
        data.expiring.cancel(tx, Key.of("unconfirmed", subscription.key()));
        replays.start(tx, confirmed, topic, now);
    }

    void unsubscribe(Caller caller, String subscriptionArn) {
        var key = key(subscriptionArn);
        boolean anonymous = caller.principal() instanceof Principal.Anonymous;
        var token = newToken();
        var now = time.instant();
        store.change(tx -> data.subscriptions.get(tx, key).ifPresent(subscription -> {
            if (!subscription.confirmed()) {
                throw invalid("SubscriptionArn", "Cannot unsubscribe a subscription that is pending confirmation");
            }
            if (anonymous && subscription.authenticated()) {
                throw new Sns.AuthorizationErrorException("Client is not authorized to perform: SNS:Unsubscribe");
            }
            if (!anonymous && !mayEnd(caller, subscription)) {
                throw new Sns.AuthorizationErrorException("User: " + caller.principal().arn()
                        + " is not authorized to perform: SNS:Unsubscribe on resource: " + subscription.arn());
            }
            end(tx, subscription, now);
            if (anonymous) {
                var cancelled = subscription.withToken(token, now);
                data.cancelled.put(tx, key, cancelled);
                data.tokens.put(tx, tokenKey(token), key);
                data.expiring.add(tx, now.plus(TOKEN_LIFE), Key.of("unconfirmed", key), new Expiring.Unconfirmed(key));
                outgoing.confirmation(tx, cancelled, "UnsubscribeConfirmation", now, caller.endpoint());
            }
        }));
    }

    private static boolean mayEnd(Caller caller, KeptSubscription subscription) {
        return caller.account().equals(subscription.owner()) || caller.account().equals(subscription.account());
    }

    private void end(Tx tx, KeptSubscription subscription, Instant now) {
        data.subscriptions.delete(tx, subscription.key());
        if (subscription.token() != null) {
            data.tokens.delete(tx, tokenKey(subscription.token()));
        }
        data.replays.cancel(tx, subscription.key());
        data.expiring.cancel(tx, Key.of("unconfirmed", subscription.key()));
        data.topics.get(tx, subscription.topicKey()).ifPresent(topic -> {
            boolean confirmed = subscription.confirmed();
            topics.count(tx, topic, confirmed ? 0 : -1, confirmed ? -1 : 0, 1);
            data.expiring.add(tx, now.plus(TOKEN_LIFE), Key.of("deleted", subscription.key()),
                    new Expiring.Deleted(topic.key()));
        });
    }

    /** Nobody confirmed in time, or nobody wanted a cancelled one back. */
    void forgetUnconfirmed(Tx tx, Key key, Instant now) {
        data.cancelled.get(tx, key).ifPresent(cancelled -> {
            data.cancelled.delete(tx, key);
            data.tokens.delete(tx, tokenKey(cancelled.token()));
        });
        data.subscriptions.get(tx, key).filter(it -> !it.confirmed()).ifPresent(it -> end(tx, it, now));
    }

    Map<String, String> attributes(Caller caller, String subscriptionArn) {
        var key = key(subscriptionArn);
        return store.read(tx -> {
            var subscription = existing(tx, key);
            var told = SubscriptionAttributes.told(subscription,
                    data.topics.get(tx, subscription.topicKey()).orElse(null));
            replays.status(tx, subscription).ifPresent(status -> told.put("ReplayStatus", status));
            return told;
        });
    }

    void setAttribute(Caller caller, Sns.SetSubscriptionAttributesRequest input) {
        var key = key(input.subscriptionArn());
        var name = required(input.attributeName(), "AttributeName");
        var now = time.instant();
        store.change(tx -> {
            var subscription = existing(tx, key);
            var topic = data.topics.get(tx, subscription.topicKey()).orElseThrow(Subscriptions::unknown);
            var attributes = new LinkedHashMap<>(subscription.attributes());
            SubscriptionAttributes.change(attributes, name,
                    input.attributeValue() == null ? "" : input.attributeValue(), topic,
                    subscription.protocol(), subscription.endpoint());
            checkFilters(tx, topic, attributes.containsKey(FILTER_POLICY)
                    && !subscription.attributes().containsKey(FILTER_POLICY));
            var changed = subscription.withAttributes(attributes);
            data.subscriptions.put(tx, key, changed);
            if (name.equals("ReplayPolicy")) {
                replays.start(tx, changed, topic, now);
            }
        });
    }

    KeptSubscription existing(ReadTx tx, Key key) {
        return data.subscriptions.get(tx, key).orElseThrow(Subscriptions::unknown);
    }

    static Sns.NotFoundException unknown() {
        return new Sns.NotFoundException("Subscription does not exist");
    }

    /** The key of a subscription by its ARN, which ends with the topic's name and an id. */
    static Key key(String subscriptionArn) {
        var arn = arn(required(subscriptionArn, "SubscriptionArn"), "SubscriptionArn");
        int colon = arn.resource().indexOf(':');
        if (colon < 0 || !arn.service().equals("sns")) {
            throw invalid("SubscriptionId");
        }
        return Key.of(arn.account(), arn.region(), arn.resource().substring(0, colon),
                arn.resource().substring(colon + 1));
    }

    Sns.ListSubscriptionsResponse list(Caller caller, String token) {
        var after = Paging.after(token);
        return store.read(tx -> {
            var page = data.byOwner.page(tx, SnsData.all(caller), after, Paging.PAGE);
            return Sns.ListSubscriptionsResponse.of(r -> r.nextToken(Paging.next(page))
                    .subscriptions(told(page.values())));
        });
    }

    Sns.ListSubscriptionsByTopicResponse ofTopic(Caller caller, String topicArn, String token) {
        var after = Paging.after(token);
        return store.read(tx -> {
            var topic = topics.existing(tx, caller, topicArn);
            var page = data.subscriptions.page(tx, topic.key(), after, Paging.PAGE);
            return Sns.ListSubscriptionsByTopicResponse.of(
                    r -> r.nextToken(Paging.next(page)).subscriptions(told(page.values())));
        });
    }

    private static List<Sns.Subscription> told(List<KeptSubscription> subscriptions) {
        return subscriptions.stream().map(it -> Sns.Subscription.of(s -> s
                .subscriptionArn(it.confirmed() ? it.arn() : "PendingConfirmation").owner(it.owner())
                .protocol(it.protocol())
                .endpoint(it.endpoint()).topicArn(it.topicArn()))).toList();
    }
}
