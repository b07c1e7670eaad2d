package dev.aloft.service.sns;

import dev.aloft.kernel.store.Key;
import dev.aloft.service.sns.SnsData.KeptSubscription;
import java.time.Instant;

/** What is on its way to somebody. */
sealed interface Parcel {
    /**
     * A message for a subscription.
     *
     * @param message  its key in {@link SnsData#messages}
     * @param lane     those that go there share their fate
     * @param ordered  whether they keep their order
     * @param replayed whether it comes out of the archive
     */
    record Notice(Key message, Key subscription, String lane, boolean ordered, boolean replayed) implements Parcel {
    }

    /**
     * The question whether a subscription is wanted, or wanted back.
     *
     * @param type     {@code SubscriptionConfirmation} or {@code UnsubscribeConfirmation}
     * @param endpoint the platform's URL as the asker reached it, or null
     */
    record Question(KeptSubscription subscription, String type, String messageId, Instant at, String endpoint)
            implements Parcel {
    }

    /**
     * What the owner of a platform application is told by a topic.
     *
     * @param account the application's: the topic is asked in its name
     * @param depth   of the caller
     */
    record Announcement(String account, String topicArn, String subject, String text, int depth) implements Parcel {
    }

    /** What could not be delivered, for the subscription's dead-letter queue; the message may be gone by then. */
    record DeadLetter(String queueArn, SnsData.Message message, KeptSubscription subscription, byte[] body, boolean raw)
            implements Parcel {
    }
}
