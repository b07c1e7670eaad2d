package dev.aloft.service.sns;

import dev.aloft.api.Arn;
import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.store.Due;
import dev.aloft.kernel.store.Index;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Space;
import dev.aloft.kernel.store.Table;
import dev.aloft.kernel.time.Signal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What SNS keeps. Account and region are the topic's, first in every key. */
final class SnsData {
    /** Raised when a deduplication id, an archived message or a deleted subscription may be forgotten. */
    final Signal expiry = new Signal();

    /** By account, region and name. */
    final Table<KeptTopic> topics = Table.of("topics", Codec.of(KeptTopic.class));
    /** How many of a topic's subscriptions there are in each state, by its key. */
    final Table<Counts> counts = Table.of("counts", Codec.of(Counts.class));
    /** By account, region, topic and id. */
    final Table<KeptSubscription> subscriptions = Table.of("subscriptions", Codec.of(KeptSubscription.class));
    /** By the account that owns the subscription, which need not be the topic's, and region. */
    final Index<KeptSubscription> byOwner = subscriptions.index("subscriptions-by-owner",
            it -> List.of(Key.of(it.owner(), it.region())));
    /** By topic, protocol and endpoint: subscribing twice finds the first. */
    final Index<KeptSubscription> byEndpoint = subscriptions.index("subscriptions-by-endpoint",
            it -> List.of(it.topicKey().and(it.protocol(), Endpoints.identity(it.endpoint()))));
    /** Those that somebody ended by a link and that can still be had back. */
    final Table<KeptSubscription> cancelled = Table.of("cancelled", Codec.of(KeptSubscription.class));
    /** The subscription that a token confirms. */
    final Table<Key> tokens = Table.of("tokens", Codec.KEY);

    /** Messages that are on their way to some subscription, by topic and message id. */
    final Table<Message> messages = Table.of("messages", Codec.of(Message.class));
    /** To how many subscriptions each of them is still on its way. */
    final Table<Long> underWay = Table.of("under-way", Codec.NUMBER);
    /** The last sequence number of a FIFO topic. */
    final Table<Long> sequences = Table.of("sequences", Codec.NUMBER);
    /** What a deduplication id stands for in these five minutes, by topic, group (or nothing) and id. */
    final Table<Published> deduplications = Table.of("deduplications", Codec.of(Published.class));
    /** What a FIFO topic keeps to be replayed, by topic, moment and sequence number. */
    final Table<Message> archive = Table.of("archive", Codec.of(Message.class));
    /** When something may be forgotten. */
    final Due<Expiring> expiring = new Due<>(Space.of("expiring"), Codec.of(Expiring.class), expiry);
    /** How far the replay of a subscription is, by the subscription's key. */
    final Due<Replay> replays = new Due<>(Space.of("replays"), Codec.of(Replay.class), expiry);

    /** By account, region, platform and name. */
    final Table<KeptApplication> applications = Table.of("applications", Codec.of(KeptApplication.class));
    /** By account, region, platform, application and id. */
    final Table<KeptEndpoint> endpoints = Table.of("endpoints", Codec.of(KeptEndpoint.class));
    final Index<KeptEndpoint> byToken = endpoints.index("endpoints-by-token",
            it -> List.of(it.applicationKey().and(Endpoints.identity(it.token()))));
    /** By account and region. */
    final Table<Map<String, String>> smsAttributes = Table.of("sms-attributes",
            Codec.of(SmsAttributes.class).as(SmsAttributes::values, SmsAttributes::new));
    /** By account, region and number. */
    final Table<Instant> optedOut = Table.of("opted-out", Codec.of(Moment.class).as(Moment::at, Moment::new));
    final Table<SandboxNumber> sandboxNumbers = Table.of("sandbox-numbers", Codec.of(SandboxNumber.class));
    /** What people would have got, by moment and message id. */
    final Table<Letter> letters = Table.of("letters", Codec.of(Letter.class));
    /** The key and the certificate that messages are signed with, the one there is. */
    final Table<SigningKey> signingKeys = Table.of("signing-keys", Codec.of(SigningKey.class));

    /**
     * @param attributes  those that were set, by name
     * @param policy      null for the one that every topic has at first
     * @param archiveFrom since when messages are archived, or null
     */
    record KeptTopic(
            String account,
            String region,
            String name,
            Map<String, String> attributes,
            String policy,
            Map<String, String> tags,
            String dataProtection,
            Instant archiveFrom) {
        Key key() {
            return Key.of(account, region, name);
        }

        String arn() {
            return "arn:aws:sns:" + region + ":" + account + ":" + name;
        }

        boolean fifo() {
            return is("FifoTopic");
        }

        boolean is(String attribute) {
            return "true".equals(attributes.get(attribute));
        }

        Optional<String> attribute(String name) {
            return Optional.ofNullable(attributes.get(name));
        }

        KeptTopic withAttributes(Map<String, String> changed) {
            return new KeptTopic(account, region, name, changed, policy, tags, dataProtection, archiveFrom);
        }

        KeptTopic withPolicy(String changed) {
            return new KeptTopic(account, region, name, attributes, changed, tags, dataProtection, archiveFrom);
        }

        KeptTopic withTags(Map<String, String> changed) {
            return new KeptTopic(account, region, name, attributes, policy, changed, dataProtection, archiveFrom);
        }

        KeptTopic withDataProtection(String changed) {
            return new KeptTopic(account, region, name, attributes, policy, tags, changed, archiveFrom);
        }

        KeptTopic archivingFrom(Instant moment) {
            return new KeptTopic(account, region, name, attributes, policy, tags, dataProtection, moment);
        }
    }

    record Counts(long pending, long confirmed, long deleted) {
        static final Counts NONE = new Counts(0, 0, 0);

        Counts plus(long pending, long confirmed, long deleted) {
            return new Counts(this.pending + pending, this.confirmed + confirmed, this.deleted + deleted);
        }
    }

    /**
     * @param account       the topic's, as are region and topic
     * @param owner         the account that subscribed
     * @param principal     who subscribed, an ARN
     * @param attributes    those that were set, by name
     * @param confirmed     whether it gets messages
     * @param authenticated whether it was confirmed by a signed request
     * @param token         what confirms it, or null once nothing has to
     * @param tokenSince    when the token was made
     */
    record KeptSubscription(
            String account,
            String region,
            String topic,
            String id,
            String owner,
            String principal,
            String protocol,
            String endpoint,
            Map<String, String> attributes,
            boolean confirmed,
            boolean authenticated,
            String token,
            Instant tokenSince) {
        Key topicKey() {
            return Key.of(account, region, topic);
        }

        Key key() {
            return Key.of(account, region, topic, id);
        }

        String topicArn() {
            return "arn:aws:sns:" + region + ":" + account + ":" + topic;
        }

        String arn() {
            return topicArn() + ":" + id;
        }

        boolean raw() {
            return "true".equals(attributes.get("RawMessageDelivery"));
        }

        Optional<String> attribute(String name) {
            return Optional.ofNullable(attributes.get(name));
        }

        KeptSubscription withAttributes(Map<String, String> changed) {
            return new KeptSubscription(account, region, topic, id, owner, principal, protocol, endpoint, changed,
                    confirmed, authenticated, token, tokenSince);
        }

        KeptSubscription confirmed(boolean signed) {
            return new KeptSubscription(account, region, topic, id, owner, principal, protocol, endpoint, attributes,
                    true, signed, token, tokenSince);
        }

        KeptSubscription withToken(String changed, Instant since) {
            return new KeptSubscription(account, region, topic, id, owner, principal, protocol, endpoint, attributes,
                    confirmed, authenticated, changed, since);
        }
    }

    /** A message attribute; a binary one has bytes, any other a text. */
    record Attribute(String type, String text, Bytes bytes) {
    }

    /**
     * A message as it was published.
     *
     * @param topicArn  or null for one to a single phone or endpoint
     * @param texts     the message by protocol where they differ, with {@code default} among them
     * @param sequence  of a FIFO topic, or null
     * @param endpoint  the platform's URL as the publisher reached it: links begin with it
     * @param trace     X-Ray header of the publisher, or null
     */
    record Message(
            String id,
            String topicArn,
            Map<String, String> texts,
            String subject,
            Map<String, Attribute> attributes,
            String group,
            String deduplication,
            String sequence,
            Instant at,
            String endpoint,
            String trace,
            int depth) {
        String text(String... protocols) {
            for (var protocol : protocols) {
                if (texts.containsKey(protocol)) {
                    return texts.get(protocol);
                }
            }
            return texts.get("default");
        }
    }

    record Published(String messageId, String sequence, Instant at) {
    }

    /**
     * What is forgotten: a row of {@link #deduplications}, of {@link #archive}, or the count of a deleted subscription.
     */
    sealed interface Expiring {
        record Deduplication(Key key, Instant at) implements Expiring {
        }

        record Archived(Key key) implements Expiring {
        }

        record Deleted(Key topic) implements Expiring {
        }

        record Letter(Key key) implements Expiring {
        }

        record Unconfirmed(Key subscription) implements Expiring {
        }
    }

    /**
     * A replay that is under way.
     *
     * @param after the key of the last archived message that was brought, or null
     * @param end   nothing at or after this moment
     */
    record Replay(Key subscription, Instant start, Instant end, Key after) {
    }

    /** @param attributes all but the secret ones */
    record KeptApplication(String account, String region, String platform, String name,
            Map<String, String> attributes) {
        Key key() {
            return Key.of(account, region, platform, name);
        }

        String arn() {
            return "arn:aws:sns:" + region + ":" + account + ":app/" + platform + "/" + name;
        }
    }

    record KeptEndpoint(String account, String region, String platform, String application, String id,
            Map<String, String> attributes) {
        Key applicationKey() {
            return Key.of(account, region, platform, application);
        }

        Key key() {
            return applicationKey().and(id);
        }

        String token() {
            return attributes.get("Token");
        }

        String arn() {
            return "arn:aws:sns:" + region + ":" + account + ":endpoint/" + platform + "/" + application + "/" + id;
        }
    }

    record SmsAttributes(Map<String, String> values) {
    }

    record Moment(Instant at) {
    }

    record SandboxNumber(String number, String status, String oneTimePassword) {
    }

    /**
     * What a person or a device would have got.
     *
     * @param protocol {@code email}, {@code email-json}, {@code sms} or {@code application}
     * @param to       address, phone number or endpoint ARN
     * @param subject  or null
     */
    record Letter(String account, String region, String protocol, String to, String messageId, String topicArn,
            String subject, String text, Instant at) {
    }

    /** @param sealed the private key (PKCS #8) under the installation's key */
    record SigningKey(byte[] sealed, byte[] certificate) {
    }

    static Key all(Caller caller) {
        return all(caller.account(), caller.region());
    }

    static Key all(String account, String region) {
        return Key.of(account, region);
    }

    static Key key(Arn topic) {
        return Key.of(topic.account(), topic.region(), topic.resource());
    }
}
